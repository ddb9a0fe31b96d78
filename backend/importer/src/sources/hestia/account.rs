//! The account: `user.conf`, its password, databases and cron jobs.

use std::collections::BTreeMap;

use hostwright_kernel::Instant;

use super::super::{Input, foreign_password};
use super::collect::Collected;
use super::{Object, object, objects, tell_rest};
use crate::formats::grants;
use crate::snapshot::values::Extra;
use crate::snapshot::{CronLine, Database, DatabaseUser, GapKind, HostingAccount, Kind};
use crate::{Refusal, Sink};

/// Bytes of the MB of this panel.
pub const MEGABYTE: u64 = 1 << 20;
/// Secrets of the panel's own sign-in that are of no use elsewhere.
const SECRETS: &[&str] = &["RKEY", "RKEYEXP", "TWOFA", "QRCODE"];

/// What the other parts need to know of the account.
#[derive(Debug)]
pub struct Account {
    pub id: String,
    pub user: String,
    pub facts: Object,
}

impl Account {
    /// The identifier of something of this account.
    pub fn own(&self, id: &str) -> String {
        format!("{}/{id}", self.id)
    }
}

/// Who the backup is of. `user.conf` does not say the name in all versions: then the line of
/// the system's files does, and only then the archive's name.
pub fn of(collected: &mut Collected) -> Option<Account> {
    let part = "hestia/user.conf";
    let text = collected.parts.take(part)?;
    let mut facts = object(part, &text, Kind::HostingAccount, &mut collected.parts);
    let stated = facts.take("USER").or_else(|| {
        let lines = collected.parts.take("pam/passwd")?;
        lines.split(':').next().map(str::trim).filter(|user| !user.is_empty()).map(str::to_owned)
    });
    let user = match stated {
        Some(user) => user,
        None => {
            let container = collected.parts.container.clone();
            let file = container.rsplit('/').next().unwrap_or_default();
            let user = file.split('.').next().filter(|user| !user.is_empty())?.to_owned();
            collected.parts.gap_of(
                GapKind::FactChanged,
                part,
                Kind::HostingAccount,
                &user,
                "user_name",
                "the archive does not say whose it is; its file name was taken",
            );
            user
        }
    };
    Some(Account { id: user.clone(), user, facts })
}

/// Tells the account.
pub fn tell(account: &Account, input: &Input, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let part = "hestia/user.conf";
    let mut facts = account.facts.clone();
    let shadow = collected.parts.take("pam/shadow");
    let hash =
        facts.take("MD5").or_else(|| shadow.as_deref().and_then(|line| line.split(':').nth(1)).map(str::to_owned));
    let password = hash.as_deref().and_then(foreign_password::password);
    if password.is_none() {
        collected.parts.gap_of(
            GapKind::FactLost,
            part,
            Kind::HostingAccount,
            &account.id,
            "MD5",
            "no password hash is in the archive; a new one is needed",
        );
    }
    for key in SECRETS {
        if facts.take(key).is_some() {
            collected.parts.gap_of(
                GapKind::FactLost,
                part,
                Kind::HostingAccount,
                &account.id,
                key,
                "a secret of the panel's own sign-in is not taken",
            );
        }
    }
    let created = moment(&mut facts, input);
    let quota = facts.take("DISK_QUOTA");
    let quota_bytes = match quota.as_deref() {
        None | Some("unlimited" | "0") => None,
        Some(text) => {
            let bytes = text.parse::<u64>().ok().and_then(|megabytes| megabytes.checked_mul(MEGABYTE));
            if bytes.is_none() {
                collected.parts.gap_of(
                    GapKind::FactChanged,
                    part,
                    Kind::HostingAccount,
                    &account.id,
                    "DISK_QUOTA",
                    "it is no number of megabytes; no limit is taken",
                );
            }
            bytes
        }
    };
    let disk_bytes =
        facts.take("U_DISK").and_then(|text| text.parse::<u64>().ok()).and_then(|number| number.checked_mul(MEGABYTE));
    let is_suspended = facts.is_on("SUSPENDED");
    let mut record = HostingAccount {
        id: account.id.clone(),
        user_name: account.user.clone(),
        plan: facts.take("PACKAGE"),
        email: facts.take("CONTACT"),
        shell: facts.take("SHELL"),
        language: facts.take("LANGUAGE"),
        home: Some(format!("/home/{}", account.user)),
        password,
        is_suspended,
        created,
        disk_bytes,
        quota_bytes,
        ..HostingAccount::default()
    };
    if !collected.home_parts.is_empty() {
        record.content = Some(collected.content(&format!("{}user_dir", collected.top)));
    }
    for one in facts.rest() {
        if is_limit(&one.name) { record.limits.push(one) } else { record.extra.push(one) }
    }
    record
        .extra
        .extend(collected.home_parts.iter().map(|file| Extra { name: "user_dir".to_owned(), value: file.clone() }));
    sink.record(record)
}

fn is_limit(key: &str) -> bool {
    matches!(
        key,
        "WEB_DOMAINS"
            | "WEB_ALIASES"
            | "DNS_DOMAINS"
            | "DNS_RECORDS"
            | "MAIL_DOMAINS"
            | "MAIL_ACCOUNTS"
            | "RATE_LIMIT"
            | "DATABASES"
            | "CRON_JOBS"
            | "BANDWIDTH"
            | "BACKUPS"
            | "CPU_QUOTA"
            | "MEMORY_LIMIT"
            | "SWAP_LIMIT"
    )
}

/// `DATE='2024-05-06' TIME='07:08:09'` in the server's zone.
pub fn moment(facts: &mut Object, input: &Input) -> Option<Instant> {
    let (date, time) = (facts.take("DATE")?, facts.take("TIME").unwrap_or_else(|| "00:00:00".to_owned()));
    let civil: jiff::civil::DateTime = format!("{date}T{time}").parse().ok()?;
    let at = civil.to_zoned(input.zone.clone()).ok()?.timestamp();
    Instant::from_micros(at.as_microsecond()).ok()
}

/// Tells databases with their users, and cron jobs.
pub fn tell_databases_and_cron(
    account: &Account,
    collected: &mut Collected,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    databases(account, collected, sink)?;
    let part = "cron/cron.conf";
    let Some(text) = collected.parts.take(part) else { return Ok(()) };
    let mut ids = std::collections::BTreeSet::new();
    for (line, mut job) in objects(part, &text, Kind::CronLine, &mut collected.parts) {
        let fields: Vec<String> =
            ["MIN", "HOUR", "DAY", "MONTH", "WDAY"].iter().filter_map(|key| job.take(key)).collect();
        let number = job.take("JOB").unwrap_or_else(|| format!("line{line}"));
        let (Some(command), 5) = (job.take("CMD"), fields.len()) else {
            collected.parts.bad_line(part, Kind::CronLine, line, "a job without schedule or command");
            continue;
        };
        if !ids.insert(number.clone()) {
            collected.parts.bad_line(part, Kind::CronLine, line, "a job stands twice; the first is taken");
            continue;
        }
        sink.record(CronLine {
            id: account.own(&format!("cron/{number}")),
            account: Some(account.id.clone()),
            schedule: fields.join(" "),
            command,
            is_suspended: job.is_on("SUSPENDED"),
            ..CronLine::default()
        })?;
    }
    Ok(())
}

fn databases(account: &Account, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut users: BTreeMap<(String, String), DatabaseUser> = BTreeMap::new();
    let mut dumps = std::mem::take(&mut collected.dumps);
    let parts: Vec<String> =
        collected.parts.names("db/").into_iter().filter(|name| name.ends_with("/hestia/db.conf")).collect();
    for part in parts {
        let Some(text) = collected.parts.take(&part) else { continue };
        let folder = part.trim_end_matches("hestia/db.conf").to_owned();
        for (line, mut one) in objects(&part, &text, Kind::Database, &mut collected.parts) {
            let Some(name) = one.take("DB") else {
                collected.parts.bad_line(&part, Kind::Database, line, "a database without a name");
                continue;
            };
            let engine = one.take("TYPE").unwrap_or_else(|| "mysql".to_owned());
            let engine = if engine == "pgsql" { "postgresql".to_owned() } else { engine };
            let id = account.own(&format!("{engine}/{name}"));
            let dump = dumps.remove(&name);
            if dump.is_none() {
                collected.parts.gap_of(
                    GapKind::FactLost,
                    &part,
                    Kind::Database,
                    &id,
                    "content",
                    "no dump is in the archive",
                );
            }
            if let Some(user_name) = one.take("DBUSER") {
                user(account, &name, &engine, user_name, &mut one, &folder, &mut users, collected);
            }
            sink.record(Database {
                id,
                account: Some(account.id.clone()),
                name: name.clone(),
                engine,
                charset: one.take("CHARSET"),
                collation: None,
                size_bytes: dump.as_ref().map(|(_, bytes)| *bytes),
                content: dump.as_ref().map(|(path, _)| collected.content(path)),
            })?;
            if one.is_on("SUSPENDED") {
                collected.parts.gap_of(
                    GapKind::FactLost,
                    &part,
                    Kind::Database,
                    &name,
                    "SUSPENDED",
                    "a suspended database is taken as one in use",
                );
            }
            tell_rest(one, &part, Kind::Database, &mut collected.parts);
        }
    }
    for (name, _) in dumps {
        collected.parts.gap(GapKind::Dangling, &format!("db/{name}"), "a dump without its settings");
    }
    for user in users.into_values() {
        sink.record(user)?;
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "one place, and all of it is one line of the source")]
fn user(
    account: &Account,
    database: &str,
    engine: &str,
    name: String,
    one: &mut Object,
    folder: &str,
    users: &mut BTreeMap<(String, String), DatabaseUser>,
    collected: &mut Collected,
) {
    let user = users.entry((engine.to_owned(), name.clone())).or_insert_with(|| DatabaseUser {
        id: account.own(&format!("{engine}/{name}")),
        account: Some(account.id.clone()),
        name: name.clone(),
        engine: engine.to_owned(),
        ..DatabaseUser::default()
    });
    user.databases.push(database.to_owned());
    let host = one.take("HOST").unwrap_or_else(|| "localhost".to_owned());
    if !user.hosts.contains(&host) {
        user.hosts.push(host);
    }
    let password = one.take("MD5");
    user.password = user.password.take().or_else(|| password.as_deref().and_then(foreign_password::password));
    // The file of grants is read as text: `conf/NAME.TYPE.USER`.
    for part in collected.parts.names(&format!("{folder}conf/")) {
        let Some(text) = collected.parts.take(&part) else { continue };
        for (line, statement) in grants::statements(&text) {
            let Some(grant) = grants::grant(&statement) else {
                collected.parts.bad_line(
                    &part,
                    Kind::DatabaseUser,
                    line,
                    "a statement is no grant; it is not executed",
                );
                continue;
            };
            if grant.user != name {
                collected.parts.bad_line(&part, Kind::DatabaseUser, line, "a grant of another user");
                continue;
            }
            if user.password.is_none() {
                user.password = grant.hash.as_deref().and_then(foreign_password::password);
            }
            if !user.hosts.contains(&grant.host) {
                user.hosts.push(grant.host.clone());
            }
            if let (Some(privileges), Some(on)) = (&grant.privileges, &grant.database) {
                user.grants.push(format!("{privileges} ON {on}.* FROM {}", grant.host));
            }
        }
    }
    if user.password.is_none() {
        let id = user.id.clone();
        collected.parts.gap_of(
            GapKind::FactLost,
            folder,
            Kind::DatabaseUser,
            &id,
            "MD5",
            "no password hash; a new one is needed",
        );
    }
}
