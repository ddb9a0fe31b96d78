//! One login per role: each person is invited, follows the mailed link and signs in.

use anyhow::Context as _;

use super::Stage;
use super::client::{Client, rows, text};

/// A password for everybody; the demo's data goes away with it.
pub const PASSWORD: &str = "a fine long password";
/// Who set the panel up.
pub const OWNER: &str = "olga@host.example";
/// Who ordered.
pub const CUSTOMER: &str = "carla@example.org";
/// A colleague of the customer.
const MEMBER: &str = "max@example.org";
/// Staff besides the owner: role, name and address.
const STAFF: &[(&str, &str, &str)] = &[
    ("admin", "Arne Admin", "arne@host.example"),
    ("billing", "Birte Billing", "birte@host.example"),
    ("support", "Sven Support", "sven@host.example"),
];

/// Invites a person of every role that nobody has yet.
///
/// # Errors
/// When the panel refuses, or a mail does not come.
pub fn invite(stage: &Stage, owner: &Client<'_>, customer: &Client<'_>) -> anyhow::Result<String> {
    for (role, name, email) in STAFF {
        owner.run(&["people", "invite", "--email", email, "--name", name, "--role", role])?;
        accept(stage, email)?;
    }
    let own = rows(&customer.run(&["customers", "list"])?);
    let customer_id = text(own.first().context("one account of their own")?, "id")?;
    customer.run(&["customers", "add-member", &customer_id, "--email", MEMBER, "--name", "Max", "--role", "member"])?;
    accept(stage, MEMBER)?;
    Ok(format!("{} roles signed in", STAFF.len().saturating_add(3)))
}

fn accept(stage: &Stage, email: &str) -> anyhow::Result<()> {
    let mail = stage.mail.wait_for(|mail| mail.to.iter().any(|to| to == email))?;
    let link = mail.links().into_iter().find(|link| link.contains("/invite/")).context("the mail has a link")?;
    let token = link.rsplit('/').next().unwrap_or_default();
    let nobody = Client::anonymous(&stage.binary, &stage.panel.url()).patient(stage.is_harried);
    nobody.run(&["auth", "reset-password", "--token", token, "--password", PASSWORD])?;
    nobody.run(&["auth", "sign-in", "--email", email, "--password", PASSWORD])?;
    Ok(())
}

/// The logins, for somebody who looks around.
#[must_use]
pub fn logins() -> String {
    let mut lines = format!("  {:<16}  {OWNER}\n", "owner");
    for (role, _, email) in STAFF {
        lines.push_str(&format!("  {role:<16}  {email}\n"));
    }
    lines.push_str(&format!("  {:<16}  {CUSTOMER}\n  {:<16}  {MEMBER}\n", "customer owner", "customer member"));
    lines
}
