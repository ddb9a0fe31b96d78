//! Telling the mail servers, asking for surveys and copies.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::jobs::enqueue_in;
use super::model::{Asked, Content, ContentLimits, ContentView, MailSecurity, MailServer, Side};
use super::{queries, store};
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::migration::error::MigrationRefusal;
use crate::migration::sources::model::{Source, SourceId};
use crate::migration::sources::store as sources;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};

/// What passwords of master users are sealed for.
pub(super) const MASTER: &str = "migration.mail_master";

/// The mail servers of a source, and how kindly it is read.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetContent {
    /// The source.
    pub source_id: SourceId,
    /// The mail server that mail comes from.
    pub source_host: String,
    /// Its port; 993 when left out.
    #[serde(default)]
    pub source_port: Option<i64>,
    /// How the line to it is protected; `tls` when left out.
    #[serde(default)]
    pub source_security: Option<MailSecurity>,
    /// SHA-256 of its certificate, where the authorities do not vouch for it.
    #[serde(default)]
    pub source_fingerprint: Option<String>,
    /// The form of its login names; `{address}` when left out.
    #[serde(default)]
    pub source_login: Option<String>,
    /// Who may enter every mailbox there.
    #[serde(default)]
    pub source_master: Option<String>,
    /// The password of that; what is kept stays when it is left out and the server is the
    /// same. Kept sealed.
    #[serde(default)]
    pub source_master_password: Option<String>,
    /// The mail server that mail goes to.
    pub target_host: String,
    /// Its port; 993 when left out.
    #[serde(default)]
    pub target_port: Option<i64>,
    /// How the line to it is protected; `tls` when left out.
    #[serde(default)]
    pub target_security: Option<MailSecurity>,
    /// SHA-256 of its certificate, where the authorities do not vouch for it.
    #[serde(default)]
    pub target_fingerprint: Option<String>,
    /// The form of its login names; `{address}` when left out.
    #[serde(default)]
    pub target_login: Option<String>,
    /// Who may enter every mailbox there.
    #[serde(default)]
    pub target_master: Option<String>,
    /// The password of that; what is kept stays when it is left out and the server is the
    /// same. Kept sealed.
    #[serde(default)]
    pub target_master_password: Option<String>,
    /// Mailboxes at a time; 0 pauses; 2 when left out.
    #[serde(default)]
    pub mailboxes_at_once: Option<i64>,
    /// Connections at a time to the source's mail server; 4 when left out.
    #[serde(default)]
    pub connections: Option<i64>,
    /// Bytes a second read from it; as fast as it goes when left out.
    #[serde(default)]
    pub bytes_per_second: Option<i64>,
}

// A log line must not carry a password.
impl std::fmt::Debug for SetContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetContent").field("source_id", &self.source_id).finish_non_exhaustive()
    }
}

/// Measures mailboxes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SurveyContent {
    /// The source.
    pub source_id: SourceId,
    /// Addresses, one a line; all mailboxes of accounts that are here when left out.
    #[serde(default)]
    pub addresses: Vec<String>,
}

/// Copies mailboxes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliverContent {
    /// The source.
    pub source_id: SourceId,
    /// Addresses, one a line; all mailboxes of accounts that are here when left out.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// Only tell what would be copied.
    #[serde(default)]
    pub is_dry: bool,
}

/// Says which mail servers mail comes from and goes to.
///
/// # Errors
/// Every field that is wrong.
pub async fn set(call: &Call, input: SetContent) -> Result<ContentView> {
    let scope = call.authorize(Action::SetMigrationContent)?;
    let server = |host: &str, port, security: Option<_>, fingerprint, login: Option<String>, master| MailServer {
        host: host.to_owned(),
        port: Option::unwrap_or(port, 993),
        security: security.unwrap_or(MailSecurity::Tls),
        fingerprint,
        login: login.unwrap_or_default(),
        master,
    };
    let source = server(
        &input.source_host,
        input.source_port,
        input.source_security,
        input.source_fingerprint,
        input.source_login,
        input.source_master,
    );
    let target = server(
        &input.target_host,
        input.target_port,
        input.target_security,
        input.target_fingerprint,
        input.target_login,
        input.target_master,
    );
    let limits = ContentLimits {
        mailboxes_at_once: input.mailboxes_at_once.unwrap_or(2),
        connections: input.connections.unwrap_or(4),
        bytes_per_second: input.bytes_per_second,
    };
    let (source, target, limits) = all_checked(source, target, limits)?;
    let sealed = |password: Option<String>| {
        let typed = password.filter(|password| !password.is_empty());
        typed.map(|password| call.vault.seal(MASTER, &password)).transpose()
    };
    let secrets = (sealed(input.source_master_password)?, sealed(input.target_master_password)?);
    let (source_id, actor) = (input.source_id, call.actor_id());
    call.write(&scope, move |tx| {
        sources::lock(tx, &source_id)?.ok_or_else(not_found)?;
        let before = store::content(tx, &source_id)?;
        let (kept_source, kept_target, asked) = before.map_or((None, None, None), |before| {
            let kept_source = before.source_secret.filter(|_| source.is_where(&before.source));
            let kept_target = before.target_secret.filter(|_| target.is_where(&before.target));
            (kept_source, kept_target, before.asked)
        });
        let content = Content {
            source_id: source_id.clone(),
            source_secret: secret_of(&source, secrets.0.clone().or(kept_source), "source_master_password")?,
            target_secret: secret_of(&target, secrets.1.clone().or(kept_target), "target_master_password")?,
            source: source.clone(),
            target: target.clone(),
            limits,
            asked,
        };
        store::keep_content(tx, &content)?;
        // More mailboxes at a time, or none any longer: what waits is looked at again.
        enqueue_in(tx, &source_id, &actor)?;
        let view = queries::view_in(tx, &source_id)?;
        let changed = Changed::new(&source_id, view);
        Ok(changed.noting("source_host", source.host.clone()).noting("target_host", target.host.clone()))
    })
    .await
}

fn all_checked(
    source: MailServer,
    target: MailServer,
    limits: ContentLimits,
) -> Result<(MailServer, MailServer, ContentLimits)> {
    match (source.checked(Side::Source), target.checked(Side::Target), limits.checked()) {
        (Ok(source), Ok(target), Ok(limits)) => Ok((source, target, limits)),
        (source, target, limits) => {
            let faults = [source.err(), target.err(), limits.err()];
            Err(Error::Fields(faults.into_iter().flatten().flatten().collect()))
        }
    }
}

/// The password of a master user; forgotten with the user.
fn secret_of(server: &MailServer, secret: Option<String>, field: &'static str) -> Result<Option<String>> {
    match (&server.master, secret) {
        (Some(_), None) => Err(Error::Fields(vec![MigrationRefusal::MailMaster.refusal().field(field)])),
        (Some(_), secret) => Ok(secret),
        (None, _) => Ok(None),
    }
}

/// Asks for the size of mailboxes, and whether the target has room; it runs as jobs.
///
/// # Errors
/// `migration.content_not_set`, `migration.not_transferred`, `migration.mailbox_unknown`.
pub async fn survey(call: &Call, input: SurveyContent) -> Result<ContentView> {
    ask(call, Action::SurveyMigrationContent, input.source_id, input.addresses, Asked::Survey).await
}

/// Asks for the copy of mailboxes; it runs as jobs, as often as wanted, before the switch and
/// after it. What was copied before is not copied again.
///
/// # Errors
/// As for [`survey`].
pub async fn deliver(call: &Call, input: DeliverContent) -> Result<ContentView> {
    let asked = if input.is_dry { Asked::DryRun } else { Asked::Copy };
    ask(call, Action::DeliverMigrationContent, input.source_id, input.addresses, asked).await
}

async fn ask(
    call: &Call,
    action: Action,
    source_id: SourceId,
    addresses: Vec<String>,
    asked: Asked,
) -> Result<ContentView> {
    let scope = call.authorize(action)?;
    let actor = call.actor_id();
    let addresses: Vec<String> = addresses.iter().map(|typed| typed.trim().to_lowercase()).collect();
    let addresses: Vec<String> = addresses.into_iter().filter(|typed| !typed.is_empty()).collect();
    call.write(&scope, move |tx| {
        let source = sources::lock(tx, &source_id)?.ok_or_else(not_found)?;
        ask_in(tx, &source, &addresses, asked)?;
        enqueue_in(tx, &source.id, &actor)?;
        let view = queries::view_in(tx, &source.id)?;
        let of = if addresses.is_empty() { "all".to_owned() } else { addresses.join("\n") };
        Ok(Changed::new(&source.id, view).noting("asked", asked.as_str()).noting("mailboxes", of))
    })
    .await
}

fn ask_in(tx: &mut Tx<'_>, source: &Source, addresses: &[String], asked: Asked) -> Result<()> {
    if store::content(tx, &source.id)?.is_none() {
        return Err(MigrationRefusal::ContentNotSet.into());
    }
    if !sources::has_landed(tx, &source.id)? {
        return Err(MigrationRefusal::NotTransferred.into());
    }
    if addresses.is_empty() {
        return store::ask_all(tx, &source.id, Some(asked));
    }
    let known = store::known(tx, &source.id, addresses)?;
    if let Some(unknown) = addresses.iter().find(|address| !known.contains(address)) {
        return Err(MigrationRefusal::MailboxUnknown.with("address", unknown).into());
    }
    store::ask(tx, &source.id, Some(addresses), asked)?;
    Ok(())
}
