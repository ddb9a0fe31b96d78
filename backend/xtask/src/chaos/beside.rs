//! Two servers that have nothing to do with the demo's job: a calm one on the
//! node that is disturbed, which must run on through everything with the same
//! boot, and one on another node, which must be served as fast as ever.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use crate::demo::job::{self, Shop};
use crate::demo::{Client, Stage, rows, text};

/// Longest that the undisturbed node may take for what takes it seconds: a call
/// behind the hung node would wait for that one's deadline of 20 seconds.
const DELAYED: Duration = Duration::from_secs(15);
/// Seconds that an emulated guest may take to come or go while others use the machine.
const PATIENCE: u64 = 240;

/// What there is to watch, as soon as it is there.
#[derive(Debug, Default)]
pub struct Watch<'a> {
    /// May do everything.
    pub owner: OnceLock<Client<'a>>,
    /// The servers beside the job.
    pub beside: OnceLock<Beside<'a>>,
}

/// The servers and whoever looks after them.
#[derive(Debug)]
pub struct Beside<'a> {
    owner: Client<'a>,
    node: String,
    calm: String,
    greeting: String,
    other: String,
    /// What stopping and starting took on the other node before anything happened.
    pub usual: Duration,
}

impl<'a> Beside<'a> {
    /// Orders, pays and awaits them.
    ///
    /// # Errors
    /// Something is refused.
    pub fn set(stage: &Stage, owner: &Client<'a>, shop: &Shop) -> anyhow::Result<Self> {
        let listed = rows(&owner.run(&["nodes", "list"])?);
        let node = text(listed.first().context("a node")?, "id")?;
        let customer = owner.run(&[
            "customers",
            "create",
            "--name",
            "Beside",
            "--email",
            "beside@example.org",
            "--street",
            "Weg 3",
            "--postal-code",
            "10115",
            "--city",
            "Berlin",
            "--country",
            "DE",
            "--currency",
            "EUR",
        ])?;
        let customer = text(&customer, "id")?;
        let calm = order(owner, shop, &customer, "calm")?;
        let second = stage.second.as_ref().context("another libvirt")?.uri();
        job::prepare(stage, &second, "second-pool")?;
        let registered = owner.run(&[
            "nodes",
            "register",
            "--name",
            "node2",
            "--uri",
            &second,
            "--hypervisor",
            "kvm",
            "--acceleration",
            "emulation",
            "--vcpus-total",
            "4",
            "--memory-mib-total",
            "1024",
            "--disk-gib-total",
            "10",
        ])?;
        // Each is ordered while the other node takes nobody.
        let second = text(&registered, "id")?;
        owner.run(&["nodes", "update", &node, "--state", "maintenance"])?;
        let other = order(owner, shop, &customer, "other")?;
        owner.run(&["nodes", "update", &second, "--state", "maintenance"])?;
        owner.run(&["nodes", "update", &node, "--state", "active"])?;
        let greets =
            |server: &Value| is_idle(server, "running") && server.get("greeting").is_some_and(Value::is_string);
        owner.wait(&["servers", "show", &other], 240, greets)?;
        let (shown, _) = owner.wait(&["servers", "show", &calm], 240, greets)?;
        for (server, expected) in [(&calm, &node), (&other, &second)] {
            let shown = owner.run(&["servers", "show", server])?;
            ensure!(shown.to_string().contains(expected.as_str()), "{server} is to be on {expected}: {shown}");
        }
        let greeting = text(&shown, "greeting")?;
        let mut beside = Self { owner: owner.clone(), node, calm, greeting, other, usual: Duration::ZERO };
        beside.usual = beside.stop_and_start()?;
        Ok(beside)
    }

    /// Stops and starts the server on the other node; how long that took.
    ///
    /// # Errors
    /// It is not done.
    pub fn stop_and_start(&self) -> anyhow::Result<Duration> {
        let show = ["servers", "show", self.other.as_str()];
        let began = Instant::now();
        self.owner.run(&["servers", "power-off", &self.other])?;
        self.owner.wait(&show, PATIENCE, |server| is_idle(server, "shut_off"))?;
        self.owner.run(&["servers", "start", &self.other])?;
        self.owner.wait(&show, PATIENCE, |server| state(server) == "running")?;
        Ok(began.elapsed())
    }

    /// [`Beside::stop_and_start`] while the disturbed node hangs.
    ///
    /// # Errors
    /// It took longer than anybody would wait.
    pub fn is_served(&self) -> anyhow::Result<Duration> {
        let took = self.stop_and_start()?;
        ensure!(
            took < DELAYED,
            "the other node took {:.1} s, before {:.1} s",
            took.as_secs_f32(),
            self.usual.as_secs_f32()
        );
        Ok(took)
    }

    /// Waits until the calm server reads unknown; how long that took.
    ///
    /// # Errors
    /// It never does.
    pub fn becomes_unknown(&self, limit: Duration) -> anyhow::Result<Duration> {
        let began = Instant::now();
        while state(&self.owner.run(&["servers", "show", &self.calm])?) != "unknown" {
            if began.elapsed() > limit {
                bail!("a server of a hung node never read unknown");
            }
            std::thread::sleep(Duration::from_millis(300));
        }
        Ok(began.elapsed())
    }

    /// What is not as it should be: a node that is not up, or a calm server that is
    /// not known to run, or runs another boot than at first.
    ///
    /// # Errors
    /// The panel does not answer.
    pub fn complaint(&self) -> anyhow::Result<Option<String>> {
        let shown = self.owner.run(&["servers", "show", &self.calm])?;
        let greeting = text(&shown, "greeting").unwrap_or_default();
        if greeting != self.greeting {
            bail!("the calm server was started again: '{greeting}', first '{}'", self.greeting);
        }
        if state(&shown) != "running" {
            return Ok(Some(format!("the calm server reads {}", state(&shown))));
        }
        let node = self.owner.run(&["nodes", "show", &self.node])?;
        let link = text(&node, "link")?;
        Ok((link != "up").then(|| format!("the node's link reads {link}")))
    }
}

/// Ids of the tasks that are open.
///
/// # Errors
/// The panel does not answer.
pub fn open_tasks(owner: &Client<'_>) -> anyhow::Result<Vec<String>> {
    let mut open = Vec::new();
    for state in ["queued", "running", "attention"] {
        let listed = rows(&owner.run(&["tasks", "list", "--state", state, "--limit", "200"])?);
        for task in listed {
            open.push(text(&task, "id")?);
        }
    }
    Ok(open)
}

fn order(owner: &Client<'_>, shop: &Shop, customer: &str, hostname: &str) -> anyhow::Result<String> {
    let quote = owner.run(&[
        "orders",
        "quote",
        "--customer-id",
        customer,
        "--plan-id",
        &shop.plan_id,
        "--price-id",
        &shop.yearly_id,
        "--image-id",
        &shop.image_id,
        "--hostname",
        hostname,
        "--renewal",
        "automatic",
    ])?;
    let placed = owner.run(&["orders", "place", "--token", &text(&quote, "token")?])?;
    let invoice = text(&placed, "invoice_id")?;
    let shown = owner.run(&["invoices", "show", &invoice])?;
    let open =
        shown.get("open").and_then(|open| open.get("minor")).and_then(Value::as_i64).context("an open amount")?;
    owner.run(&[
        "payments",
        "record",
        "--customer-id",
        customer,
        "--amount",
        &format!("{}.{:02}", open / 100, open % 100),
        "--currency",
        "EUR",
        "--reference",
        hostname,
        "--invoice-id",
        &invoice,
    ])?;
    text(&placed, "server_id")
}

fn state(server: &Value) -> &str {
    server.get("state").and_then(Value::as_str).unwrap_or_default()
}

fn is_idle(server: &Value, wanted: &str) -> bool {
    state(server) == wanted && server.get("busy").is_none_or(Value::is_null)
}
