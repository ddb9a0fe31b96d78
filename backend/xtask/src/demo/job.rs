//! The main job in eight steps and the moving in of a small provider, each done through the panel's command line and seen
//! on the real part: the guest's console, libvirt, the mail server.

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::client::{Client, money, rows, text};
use super::people::{self, CUSTOMER, OWNER, PASSWORD};
use super::{Stage, Steps, moving_in};

/// The network that the node and its guests share, inside the demo's own namespace.
const NETWORK: &str = "<network><name>hostwright</name><bridge name='hwbr0' stp='off' delay='0'/>\
     <ip address='10.77.0.1' netmask='255.255.255.0'/></network>";

/// What is sold, for those who want to order.
pub(crate) struct Shop {
    pub(crate) plan_id: String,
    pub(crate) price_id: String,
    /// The price for a year.
    pub(crate) yearly_id: String,
    pub(crate) image_id: String,
}

struct Sold {
    server_id: String,
    invoice_id: String,
}

/// How much of the job is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Everything.
    Whole,
    /// Until the ordered guests run.
    UntilTheyRun,
}

/// Does the job.
///
/// # Errors
/// The first step that is not as it should be.
pub fn run(stage: &Stage, steps: &mut Steps) -> anyhow::Result<()> {
    let owner = run_beside(stage, steps, Extent::Whole, |_, _| Ok(()))?;
    steps.run("9 Moving in", || moving_in::run(stage, &owner))?;
    println!("\nSign in at {} with the password '{PASSWORD}':\n{}", stage.panel.url(), people::logins());
    Ok(())
}

/// Does the job, and something beside it as soon as there is something to sell.
///
/// # Errors
/// The first step that is not as it should be.
pub(crate) fn run_beside<'a>(
    stage: &'a Stage,
    steps: &mut Steps,
    extent: Extent,
    beside: impl FnOnce(&Client<'a>, &Shop) -> anyhow::Result<()>,
) -> anyhow::Result<Client<'a>> {
    let url = stage.panel.url();
    let nobody = Client::anonymous(&stage.binary, &url).patient(stage.is_harried);
    let owner = steps.run("1 First run", || first_run(stage, &nobody))?;
    let shop = steps.run("2 Catalogue", || catalogue(stage, &owner))?;
    beside(&owner, &shop)?;
    let (customer, first, second) = steps.run("3 Sign-up, quote, order", || order(stage, &nobody, &shop))?;
    steps.run("4 Invoice and payment", || invoice(stage, &owner, &customer, &first, &second))?;
    if extent == Extent::UntilTheyRun {
        for sold in [&first, &second] {
            customer.wait(&["servers", "show", &sold.server_id], 240, is("running"))?;
        }
        return Ok(owner);
    }
    steps.run("5 A real guest", || guest(stage, &customer, &first, &second))?;
    steps.run("6 Months pass", || months(stage, &owner, &customer, &first, &second))?;
    steps.run("7 Ticket", || ticket(stage, &owner, &customer, &first))?;
    steps.run("8 The office", || office(stage, &owner, &customer))?;
    Ok(owner)
}

fn virsh(stage: &Stage, words: &[&str]) -> anyhow::Result<String> {
    stage.virsh(&stage.libvirt.uri(), words)
}

/// What a provider prepares on a node: a pool for disks and a network for guests.
///
/// # Errors
/// When libvirt refuses.
pub(crate) fn prepare(stage: &Stage, uri: &str, name: &str) -> anyhow::Result<()> {
    let pool = stage.data().join(name);
    std::fs::create_dir_all(&pool)?;
    stage.virsh(uri, &["pool-define-as", "hostwright", "dir", "--target", &pool.to_string_lossy()])?;
    stage.virsh(uri, &["pool-start", "hostwright"])?;
    let network = stage.data().join(format!("{name}.xml"));
    std::fs::write(&network, NETWORK)?;
    stage.virsh(uri, &["net-define", &network.to_string_lossy()])?;
    stage.virsh(uri, &["net-start", "hostwright"])?;
    Ok(())
}

/// The token of the link that the panel printed last.
fn set_up_token(stage: &Stage) -> anyhow::Result<String> {
    let log = stage.panel.log();
    let link = log
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("Set it up: "))
        .context("the panel prints a set-up link")?;
    let (_, token) = link.split_once("token=").context("the link has a token")?;
    Ok(token.trim().to_owned())
}

fn set_up(token: &str) -> Vec<&str> {
    vec![
        "auth",
        "set-up",
        "--token",
        token,
        "--owner-name",
        "Olga Owner",
        "--owner-email",
        OWNER,
        "--owner-password",
        PASSWORD,
        "--company-name",
        "Nordlicht Hosting GmbH",
        "--company-street",
        "Kaistrasse 1",
        "--company-postal-code",
        "24103",
        "--company-city",
        "Kiel",
        "--company-country",
        "DE",
        "--company-tax-number",
        "DE123456788",
        "--company-email",
        "billing@host.example",
        "--currency",
        "EUR",
        "--time-zone",
        "Europe/Berlin",
        "--bank-account",
        "DE02120300000000202051",
    ]
}

fn first_run<'a>(stage: &'a Stage, nobody: &Client<'a>) -> anyhow::Result<(Client<'a>, String)> {
    let mut token = set_up_token(stage)?;
    let done = loop {
        match nobody.run(&set_up(&token)) {
            Ok(done) => break done,
            // A panel that was started again has printed another link.
            Err(error) => {
                let next = set_up_token(stage)?;
                ensure!(stage.is_harried && next != token, "{error:#}");
                token = next;
            }
        }
    };
    let again = nobody.refused(&set_up(&token))?;
    let owner = nobody.signed_in(&text(&done, "session_token")?)?;
    prepare(stage, &stage.libvirt.uri(), "pool")?;
    let uri = stage.libvirt.uri();
    let node = owner.run(&[
        "nodes",
        "register",
        "--name",
        "node1",
        "--uri",
        &uri,
        "--hypervisor",
        "kvm",
        "--acceleration",
        "emulation",
        "--vcpus-total",
        "8",
        "--memory-mib-total",
        "4096",
        "--disk-gib-total",
        "40",
    ])?;
    owner.run(&[
        "addresses",
        "create-pool",
        "--name",
        "public",
        "--cidr",
        "10.77.0.0/24",
        "--gateway",
        "10.77.0.1",
        "--resolvers",
        "10.77.0.1",
    ])?;
    let evidence = format!(
        "owner, seller and node {} ({}) made; the set-up link again: {again}",
        text(&node, "name")?,
        text(&node, "link")?
    );
    Ok((owner, evidence))
}

fn catalogue(stage: &Stage, owner: &Client<'_>) -> anyhow::Result<(Shop, String)> {
    let plan = owner.run(&[
        "plans",
        "create",
        "--name",
        "Small",
        "--description",
        "For a web site",
        "--vcpus",
        "1",
        "--memory-mib",
        "192",
        "--disk-gib",
        "1",
        "--traffic-gib",
        "1000",
    ])?;
    let plan_id = text(&plan, "id")?;
    let price = |months: &str, amount: &str| {
        owner.run(&[
            "plans",
            "set-price",
            &plan_id,
            "--currency",
            "EUR",
            "--months",
            months,
            "--amount",
            amount,
            "--setup",
            "5.00",
        ])
    };
    let old = price("1", "9.00")?;
    let monthly = price("1", "10.00")?;
    price("3", "28.50")?;
    let yearly = price("12", "108.00")?;
    ensure!(text(&old, "id")? != text(&monthly, "id")?, "another price is another row");
    let guest = stage.debian.as_ref().unwrap_or(&stage.tiny);
    let path = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let image = owner.run(&[
        "images",
        "register",
        "--name",
        &guest.name,
        "--family",
        "linux",
        "--boot",
        "direct",
        "--kernel",
        &path(&guest.kernel),
        "--initrd",
        &path(&guest.initrd),
        "--disk",
        &path(&guest.disk),
        "--command-line",
        &guest.cmdline,
    ])?;
    let shown = owner.run(&["plans", "show", &plan_id])?;
    let prices = shown.get("prices").and_then(Value::as_array).map_or(0, Vec::len);
    let shop = Shop {
        plan_id,
        price_id: text(&monthly, "id")?,
        yearly_id: text(&yearly, "id")?,
        image_id: text(&image, "id")?,
    };
    Ok((shop, format!("plan Small, {prices} prices for 1, 3 and 12 months, image {}", guest.name)))
}

/// Places an order; a node that hangs right now takes nobody, so that is tried again.
fn placed(stage: &Stage, customer: &Client<'_>, token: &str) -> anyhow::Result<Value> {
    let began = std::time::Instant::now();
    loop {
        match customer.run(&["orders", "place", "--token", token]) {
            Err(error)
                if stage.is_harried
                    && began.elapsed().as_secs() < 180
                    && error.to_string().contains("[servers.no_room]") =>
            {
                std::thread::sleep(std::time::Duration::from_millis(500));
            }
            outcome => return outcome,
        }
    }
}

fn order<'a>(stage: &'a Stage, nobody: &Client<'a>, shop: &Shop) -> anyhow::Result<((Client<'a>, Sold, Sold), String)> {
    nobody.run(&[
        "auth",
        "sign-up",
        "--email",
        CUSTOMER,
        "--password",
        PASSWORD,
        "--name",
        "Carla Customer",
        "--country",
        "DE",
        "--street",
        "Weg 2",
        "--postal-code",
        "10115",
        "--city",
        "Berlin",
    ])?;
    let sign_in = ["auth", "sign-in", "--email", CUSTOMER, "--password", PASSWORD];
    let early = nobody.refused(&sign_in)?;
    let mail = stage.mail_like(|mail| mail.to.iter().any(|to| to == CUSTOMER))?;
    let link = mail.links().into_iter().find(|link| link.contains("/confirm/")).context("the mail has a link")?;
    let token = link.rsplit('/').next().unwrap_or_default().to_owned();
    nobody.run(&["auth", "confirm-mail", "--token", &token])?;
    let session = text(&nobody.run(&sign_in)?, "session_token")?;
    let customer = nobody.signed_in(&session)?;
    let own = rows(&customer.run(&["customers", "list"])?);
    let customer_id = text(own.first().context("one account of their own")?, "id")?;
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHlJYzjFpLyXfRRHkpM9vnVvcb0yqgV4G2Cq0fYqzL0k carla@example.org";
    let place = |hostname: &str| -> anyhow::Result<(Sold, String)> {
        let quote = customer.run(&[
            "orders",
            "quote",
            "--customer-id",
            &customer_id,
            "--plan-id",
            &shop.plan_id,
            "--price-id",
            &shop.price_id,
            "--image-id",
            &shop.image_id,
            "--hostname",
            hostname,
            "--ssh-keys",
            key,
            "--renewal",
            "automatic",
        ])?;
        let placed = placed(stage, &customer, &text(&quote, "token")?)?;
        ensure!(money(&quote, "total")? == money(&placed, "total")?, "what was shown is what is charged");
        let sold = Sold { server_id: text(&placed, "server_id")?, invoice_id: text(&placed, "invoice_id")? };
        Ok((sold, money(&placed, "total")?))
    };
    let (first, total) = place("web1")?;
    let (second, _) = place("web2")?;
    let evidence =
        format!("mail '{}'; before it {early}; quoted and charged {total} each for web1 and web2", mail.subject);
    Ok(((customer, first, second), evidence))
}

fn invoice(
    stage: &Stage,
    owner: &Client<'_>,
    customer: &Client<'_>,
    first: &Sold,
    second: &Sold,
) -> anyhow::Result<((), String)> {
    let shown = customer.run(&["invoices", "show", &first.invoice_id])?;
    let (number, total) = (text(&shown, "number")?, money(&shown, "total")?);
    let other = text(&customer.run(&["invoices", "show", &second.invoice_id])?, "number")?;
    let mail = stage.mail_like(|mail| mail.subject.contains(&number))?;
    ensure!(mail.attachments.iter().any(|file| file.bytes.starts_with(b"%PDF")), "the mail carries the PDF");
    let customer_id = text(&shown, "customer_id")?;
    let transfer = |amount: &str, reference: &str, invoice: &str| {
        owner.run(&[
            "payments",
            "record",
            "--customer-id",
            &customer_id,
            "--amount",
            amount,
            "--currency",
            "EUR",
            "--method",
            "bank_transfer",
            "--reference",
            reference,
            "--invoice-id",
            invoice,
        ])
    };
    let partial = transfer("7.85", "T-1", &first.invoice_id)?;
    let again = transfer("7.85", "T-1", &first.invoice_id)?;
    ensure!(text(&partial, "id")? == text(&again, "id")?, "one transfer is one payment");
    let open = money(&customer.run(&["invoices", "show", &first.invoice_id])?, "open")?;
    owner.run(&["credits", "grant", &customer_id, "--amount", "10.00", "--currency", "EUR", "--reason", "Welcome"])?;
    customer.run(&["credits", "apply", &first.invoice_id])?;
    transfer("17.85", "T-2", &second.invoice_id)?;
    let paid = customer.run(&["invoices", "show", &first.invoice_id])?;
    ensure!(text(&paid, "state")? == "paid", "the invoice is paid: {paid}");
    Ok((
        (),
        format!(
            "{number} and {other}, {total} each; mail '{}' with PDF; after a transfer of EUR 7.85 (sent twice, kept once) {open} open; credit of EUR 10.00 applied; paid",
            mail.subject
        ),
    ))
}

fn is(state: &'static str) -> impl Fn(&Value) -> bool {
    move |server| {
        server.get("state").and_then(Value::as_str) == Some(state) && server.get("busy").is_none_or(Value::is_null)
    }
}

fn guest(stage: &Stage, customer: &Client<'_>, first: &Sold, second: &Sold) -> anyhow::Result<((), String)> {
    let id = first.server_id.as_str();
    let show = ["servers", "show", id];
    let (server, seconds) = customer
        .wait(&show, 240, |server| is("running")(server) && server.get("greeting").is_some_and(Value::is_string))?;
    let greeting = text(&server, "greeting")?;
    let state = virsh(stage, &["domstate", id])?;
    ensure!(state == "running", "libvirt says {state}");
    customer.wait(&["servers", "show", &second.server_id], 240, is("running"))?;
    let console = text(&customer.run(&["servers", "console", id])?, "text")?;
    ensure!(console.contains("HOSTWRIGHT guest"), "the console log has the greeting");
    customer.run(&["servers", "shut-down", id])?;
    customer.wait(&show, 120, is("shut_off"))?;
    let down = virsh(stage, &["domstate", "--reason", id])?;
    customer.run(&["servers", "start", id])?;
    let (started, _) = customer.wait(&show, 240, is("running"))?;
    ensure!(text(&started, "greeting")? != greeting, "another start is another boot");
    customer.run(&["servers", "reboot", id])?;
    customer.wait(&show, 240, |server| is("running")(server) && server.get("greeting") != started.get("greeting"))?;
    customer.run(&["servers", "power-off", id])?;
    customer.wait(&show, 60, is("shut_off"))?;
    customer.run(&["servers", "start", id])?;
    customer.wait(&show, 240, is("running"))?;
    let tasks = rows(&customer.run(&["tasks", "list", "--search", id])?).len();
    Ok((
        (),
        format!(
            "'{greeting}' {seconds:.0} s after the payment; libvirt: running, then {down}; start, reboot, power off, start; {tasks} tasks in the log"
        ),
    ))
}

fn months(
    stage: &Stage,
    owner: &Client<'_>,
    customer: &Client<'_>,
    first: &Sold,
    second: &Sold,
) -> anyhow::Result<((), String)> {
    let mut evidence = Vec::new();
    // The next period begins a month after the order; its invoice comes 14 days ahead.
    owner.run(&["clock", "advance", "--days", "18"])?;
    let known = [&first.invoice_id, &second.invoice_id];
    let renewals = |list: &Value| -> Vec<Value> {
        rows(list)
            .into_iter()
            .filter(|one| !known.iter().any(|id| one.get("id").and_then(Value::as_str) == Some(id)))
            .collect()
    };
    let (list, _) = customer.wait(&["invoices", "list"], 60, |list| renewals(list).len() == 2)?;
    let numbers: Vec<String> = renewals(&list).iter().map(|one| text(one, "number")).collect::<Result<_, _>>()?;
    evidence.push(format!("renewals {}", numbers.join(" and ")));
    owner.run(&["clock", "advance", "--days", "16"])?;
    let reminder = stage.mail_like(|mail| mail.subject.contains("Reminder"))?;
    evidence.push(format!("mail '{}'", reminder.subject));
    owner.run(&["clock", "advance", "--days", "8"])?;
    let show = ["servers", "show", first.server_id.as_str()];
    customer
        .wait(&show, 120, |server| is("shut_off")(server) && server.get("suspended") == Some(&Value::Bool(true)))?;
    let refused = customer.refused(&["servers", "start", &first.server_id])?;
    evidence.push(format!(
        "suspended: libvirt says {}, start says {refused}",
        virsh(stage, &["domstate", &first.server_id])?
    ));
    let mut of_first = None;
    for renewal in renewals(&list) {
        let shown = customer.run(&["invoices", "show", &text(&renewal, "id")?])?;
        let about_first = shown.get("lines").and_then(Value::as_array).is_some_and(|lines| {
            lines.iter().any(|line| line.get("subscription_id") == server_of(customer, first).as_ref())
        });
        if about_first {
            of_first = Some(shown);
        }
    }
    let renewal = of_first.context("a renewal of web1")?;
    owner.run(&[
        "payments",
        "record",
        "--customer-id",
        &text(&renewal, "customer_id")?,
        "--amount",
        "11.90",
        "--currency",
        "EUR",
        "--method",
        "bank_transfer",
        "--reference",
        "T-3",
        "--invoice-id",
        &text(&renewal, "id")?,
    ])?;
    let (_, seconds) = customer.wait(&show, 240, is("running"))?;
    evidence.push(format!("paid: running again after {seconds:.1} s"));
    owner.run(&["clock", "advance", "--days", "24"])?;
    let gone = ["servers", "show", second.server_id.as_str()];
    owner.wait(&gone, 120, |server| server.get("disk").and_then(Value::as_str) == Some("quarantined"))?;
    ensure!(virsh(stage, &["domstate", &second.server_id]).is_err(), "the domain is gone");
    let volumes = virsh(stage, &["vol-list", "hostwright"])?;
    let kept = volumes.lines().filter(|line| line.contains("quarantine")).count();
    evidence.push(format!("web2 never paid: ended, {kept} disk in quarantine"));
    owner.run(&["clock", "advance", "--days", "2"])?;
    let (free, _) = owner.wait(&["addresses", "list", "--state", "cooling"], 90, |list| rows(list).is_empty())?;
    ensure!(rows(&free).is_empty(), "the address cooled off");
    evidence.push("its address is free again".to_owned());
    Ok(((), evidence.join("; ")))
}

fn server_of(customer: &Client<'_>, sold: &Sold) -> Option<Value> {
    customer.run(&["servers", "show", &sold.server_id]).ok()?.get("subscription_id").cloned()
}

fn ticket(stage: &Stage, owner: &Client<'_>, customer: &Client<'_>, first: &Sold) -> anyhow::Result<((), String)> {
    let departments = rows(&customer.run(&["departments", "list"])?);
    let department =
        departments.iter().find(|one| text(one, "name").is_ok_and(|name| name == "Support")).context("Support")?;
    let opened = customer.run(&[
        "tickets",
        "open",
        "--department-id",
        &text(department, "id")?,
        "--server-id",
        &first.server_id,
        "--subject",
        "Is my server fast?",
        "--body",
        "It was stopped for a while.",
    ])?;
    let ticket = opened.get("ticket").cloned().unwrap_or(opened);
    let id = text(&ticket, "id")?;
    owner.run(&["tickets", "note", &id, "--body", "Was suspended for money; paid since."])?;
    owner.run(&["tickets", "reply", &id, "--body", "It runs again and is well."])?;
    let mail = stage.mail_like(|mail| mail.subject.contains("Answer:"))?;
    let seen = customer.run(&["tickets", "show", &id])?.to_string();
    ensure!(!seen.contains("Was suspended for money"), "a note stays inside");
    owner.run(&["tickets", "close", &id])?;
    Ok((
        (),
        format!("opened, answered, closed; mail '{}'; the internal note is hidden from the customer", mail.subject),
    ))
}

fn office(stage: &Stage, owner: &Client<'_>, customer: &Client<'_>) -> anyhow::Result<((), String)> {
    let signed_in = people::invite(stage, owner, customer)?;
    let dashboard = owner.run(&["reports", "dashboard"])?;
    let found = rows(&owner.run(&["reports", "search", "--words", "web1"])?).len();
    let audit = rows(&owner.run(&["audit", "list", "--limit", "200"])?).len();
    let report = owner.run(&["reports", "verify"])?;
    let breaks = report.get("breaks").and_then(Value::as_i64).context("breaks")?;
    ensure!(breaks == 0, "verify: {report}");
    Ok((
        (),
        format!(
            "open {}, overdue {}; {found} hits for web1; {audit} audit rows; {signed_in}; verify: {breaks} breaks",
            money(&dashboard, "open")?,
            money(&dashboard, "overdue")?
        ),
    ))
}
