//! A running panel in which there is something to find: a shop, a customer with a
//! server, an invoice and a ticket.

use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::document::Samples;
use crate::demo::client::{Client, rows, text};
use crate::lab::{Folder, MailServer, Panel, PanelOptions};

const PASSWORD: &str = "a fine long password";

/// The panel with its callers. Dropped from top to bottom.
#[derive(Debug)]
pub struct Ground {
    /// The panel.
    pub panel: Panel,
    /// API key of the owner.
    pub owner: String,
    /// API key of a customer.
    pub customer: String,
    /// What there is, by the names of fields.
    pub samples: Samples,
    _mail: MailServer,
    folder: Folder,
}

impl Ground {
    /// Starts the panel and fills it.
    ///
    /// # Errors
    /// The first step that fails.
    pub fn new(binary: &Path) -> anyhow::Result<Self> {
        let folder = Folder::new("fuzz")?;
        let mail = MailServer::start()?;
        let options = PanelOptions::new(binary, folder.path().join("data"))
            .env("HOSTWRIGHT_SMTP_HOST", "127.0.0.1")
            .env("HOSTWRIGHT_SMTP_PORT", mail.port().to_string())
            .env("HOSTWRIGHT_SMTP_SECURITY", "none")
            .env("HOSTWRIGHT_CLOCK", "manual");
        let panel = Panel::start(options)?;
        let url = panel.url();
        let nobody = Client::anonymous(binary, &url);
        let owner_key = set_up(&panel, &nobody)?;
        let owner = nobody.with_key(&owner_key);
        let mut samples = Samples::new();
        let mut keep = |name: &str, value: String| samples.entry(name.to_owned()).or_default().push(Value::from(value));
        shop(&owner, &mut keep)?;
        let customer_key = sign_up(&nobody, &mail)?;
        let customer = nobody.with_key(&customer_key);
        business(&owner, &customer, &mut keep)?;
        words(&mut samples);
        Ok(Self { panel, owner: owner_key, customer: customer_key, samples, _mail: mail, folder })
    }

    /// Folder that goes away with the ground.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn key_of(nobody: &Client<'_>, session: &str) -> anyhow::Result<String> {
    let made = nobody.with_key(session).run(&["auth", "create-api-key", "--name", "fuzz", "--scopes", "*"])?;
    text(&made, "token")
}

#[rustfmt::skip]
fn set_up(panel: &Panel, nobody: &Client<'_>) -> anyhow::Result<String> {
    let log = panel.log();
    let link = log.lines().find_map(|line| line.strip_prefix("Set it up: ")).context("the panel prints a set-up link")?;
    let token = link.split_once("token=").map(|(_, token)| token.trim()).context("the link has a token")?;
    let done = nobody.run(&[
        "auth", "set-up", "--token", token, "--owner-name", "Olga Owner", "--owner-email", "olga@host.example",
        "--owner-password", PASSWORD, "--company-name", "Nordlicht", "--company-street", "Kai 1",
        "--company-postal-code", "24103", "--company-city", "Kiel", "--company-country", "DE",
        "--company-email", "billing@host.example", "--currency", "EUR", "--time-zone", "Europe/Berlin",
    ])?;
    key_of(nobody, &text(&done, "session_token")?)
}

#[rustfmt::skip]
fn shop(owner: &Client<'_>, keep: &mut impl FnMut(&str, String)) -> anyhow::Result<()> {
    let node = owner.run(&[
        "nodes", "register", "--name", "node1", "--uri", "test:///default", "--hypervisor", "test", "--pool", "default-pool",
        "--network", "default", "--vcpus-total", "64", "--memory-mib-total", "65536", "--disk-gib-total", "1000",
    ])?;
    keep("node_id", text(&node, "id")?);
    let pool = owner.run(&[
        "addresses", "create-pool", "--name", "public", "--cidr", "198.51.100.0/24", "--gateway", "198.51.100.1",
        "--resolvers", "198.51.100.1",
    ])?;
    keep("pool_id", text(&pool, "id")?);
    let addresses = owner.run(&["addresses", "list", "--limit", "200"])?;
    for address in rows(&addresses).iter().rev().take(3) {
        keep("address_id", text(address, "id")?);
    }
    // Two of each: one may be retired in the middle, and the other goes on.
    for name in ["Small", "Large"] {
        let plan = owner.run(&[
            "plans", "create", "--name", name, "--description", "For a web site", "--vcpus", "1", "--memory-mib", "256",
            "--disk-gib", "1", "--traffic-gib", "1000", "--private", "false",
        ])?;
        let plan_id = text(&plan, "id")?;
        let price = ["plans", "set-price", "--currency", "EUR", "--months", "1", "--amount", "10.00", "--setup", "5.00", &plan_id];
        keep("price_id", text(&owner.run(&price)?, "id")?);
        keep("plan_id", plan_id);
        let image = owner.run(&[
            "images", "register", "--name", name, "--family", "linux", "--boot", "direct", "--kernel", "/images/vmlinuz",
            "--initrd", "/images/initrd.img", "--disk", "/images/tiny.img", "--command-line", "console=ttyS0",
            "--minimum-memory-mib", "128", "--minimum-disk-gib", "1",
        ])?;
        keep("image_id", text(&image, "id")?);
    }
    Ok(())
}

#[rustfmt::skip]
fn sign_up(nobody: &Client<'_>, mail: &MailServer) -> anyhow::Result<String> {
    let email = "carla@example.org";
    nobody.run(&[
        "auth", "sign-up", "--email", email, "--password", PASSWORD, "--name", "Carla", "--country", "DE",
        "--street", "Weg 1", "--postal-code", "24103", "--city", "Kiel",
    ])?;
    let letter = mail.wait_for(|mail| mail.text.contains("/confirm/"))?;
    let token = letter.text.split_once("/confirm/").and_then(|(_, rest)| rest.split_whitespace().next());
    nobody.run(&["auth", "confirm-mail", "--token", token.context("the mail has a link")?])?;
    let session = nobody.run(&["auth", "sign-in", "--email", email, "--password", PASSWORD])?;
    key_of(nobody, &text(&session, "session_token")?)
}

#[rustfmt::skip]
fn business(owner: &Client<'_>, customer: &Client<'_>, keep: &mut impl FnMut(&str, String)) -> anyhow::Result<()> {
    let first = |list: Value| rows(&list).first().cloned().context("an empty list");
    let customer_id = text(&first(customer.run(&["customers", "list"])?)?, "id")?;
    let (plan, image) = (first(owner.run(&["plans", "list"])?)?, first(owner.run(&["images", "list"])?)?);
    let plan = owner.run(&["plans", "show", &text(&plan, "id")?])?;
    let price = plan.pointer("/prices/0/id").and_then(Value::as_str).context("the plan has a price")?;
    for hostname in ["web1", "web2"] {
        let quote = customer.run(&[
            "orders", "quote", "--customer-id", &customer_id, "--plan-id", &text(&plan, "id")?, "--price-id", price,
            "--image-id", &text(&image, "id")?, "--hostname", hostname, "--renewal", "automatic",
        ])?;
        let token = text(&quote, "token")?;
        let order = customer.run(&["orders", "place", "--token", &token])?;
        for name in ["subscription_id", "invoice_id", "server_id"] {
            keep(name, text(&order, name)?);
        }
        keep("token", token);
    }
    let departments = first(customer.run(&["departments", "list"])?)?;
    let department_id = text(&departments, "id")?;
    let files = json!([{ "name": "a.txt", "content_base64": "aGk=" }]).to_string();
    let opened = customer.run(&[
        "tickets", "open", "--department-id", &department_id, "--subject", "Help", "--body", "It is slow.", "--files", &files,
    ])?;
    let ticket_id = opened.get("ticket").context("the ticket").and_then(|ticket| text(ticket, "id"))?;
    let thread = customer.run(&["tickets", "show", &ticket_id])?;
    let attachment = thread.pointer("/messages/0/attachments/0/id").and_then(Value::as_str).context("the file")?;
    keep("attachment_id", attachment.to_owned());
    keep("ticket_id", ticket_id);
    keep("department_id", department_id);
    let person = first(owner.run(&["people", "list", "--search", "carla"])?)?;
    keep("person_id", text(&person, "id")?);
    keep("mail_id", text(&first(owner.run(&["mails", "list"])?)?, "id")?);
    keep("task_id", text(&first(owner.run(&["tasks", "list"])?)?, "id")?);
    keep("customer_id", customer_id);
    Ok(())
}

/// Good and nearly good values of fields with rules of their own.
fn words(samples: &mut Samples) {
    for (name, values) in [
        ("amount", json!(["10.00", "0.01", "-1", "99999999999999.99"])),
        ("currency", json!(["EUR", "USD", "JPY"])),
        ("email", json!(["carla@example.org", "new@example.org"])),
        ("country", json!(["DE", "US", "XX"])),
        ("hostname", json!(["web1", "-web"])),
        ("received_day", json!(["2026-01-31", "9999-12-31"])),
        ("percent", json!(["19", "8.1"])),
        ("uri", json!(["test:///default", "qemu:///nowhere"])),
        ("cidr", json!(["203.0.113.0/28", "2001:db8::/64", "10.0.0.0/30"])),
        ("gateway", json!(["203.0.113.1", "2001:db8::1"])),
        ("scopes", json!([["*"], ["tickets.*"], ["nothing"]])),
        ("limit", json!([1, 200])),
        ("lines", json!([[{ "description": "Work", "unit": "10.00" }]])),
        ("locale", json!(["en", "de"])),
        ("time_zone", json!(["Europe/Berlin", "Mars/Olympus"])),
    ] {
        samples.insert(name.to_owned(), values.as_array().cloned().unwrap_or_default());
    }
}
