//! The account: `user.conf`, its password, its crontab.

use std::collections::BTreeMap;

use hostwright_kernel::Instant;

use super::super::Input;
use super::super::foreign_password;
use super::collect::Collected;
use super::domains::Domains;
use crate::formats::panel_lines;
use crate::snapshot::values::Extra;
use crate::snapshot::{CronLine, GapKind, HostingAccount, Kind};
use crate::{Refusal, Sink};

/// Bytes of the MB of this panel.
pub const MEGABYTE: u64 = 1 << 20;
/// Keys of `user.conf` that are limits.
const LIMITS: &[&str] = &[
    "bandwidth",
    "quota",
    "nemails",
    "nemailf",
    "nemailml",
    "nemailr",
    "mysql",
    "ftp",
    "vdomains",
    "nsubdomains",
    "domainptr",
    "inode",
    "uquota",
    "ubandwidth",
];

/// What the other parts need to know of the account.
#[derive(Debug)]
pub struct Account {
    pub id: String,
    pub user: String,
    pub facts: BTreeMap<String, String>,
}

impl Account {
    /// The identifier of something of this account.
    pub fn own(&self, id: &str) -> String {
        format!("{}/{id}", self.id)
    }

    /// A switch of `user.conf`.
    fn is_on(&self, key: &str) -> bool {
        self.facts.get(key).is_some_and(|value| is_yes(value))
    }
}

/// `yes`, `on`, `ON`, `1`.
pub fn is_yes(value: &str) -> bool {
    ["yes", "on", "1", "true"].iter().any(|yes| value.eq_ignore_ascii_case(yes))
}

/// Who the backup is of.
pub fn of(collected: &mut Collected) -> Option<Account> {
    let text = collected.parts.take("backup/user.conf")?;
    let mut facts = BTreeMap::new();
    for pair in panel_lines::key_values(&text) {
        match pair {
            Ok((key, value)) if !facts.contains_key(key) => {
                facts.insert(key.to_owned(), value.to_owned());
            }
            Ok(_) => {
                collected.parts.gap(GapKind::Duplicate, "backup/user.conf", "a key stands twice; the first is taken")
            }
            Err(line) => collected.parts.bad_line(
                "backup/user.conf",
                Kind::HostingAccount,
                line.number,
                "a line is no KEY=value",
            ),
        }
    }
    let user = facts.remove("username").filter(|user| !user.is_empty())?;
    Some(Account { id: user.clone(), user, facts })
}

/// Tells the account and its crontab.
pub fn tell(
    account: &Account,
    domains: &Domains,
    input: &Input,
    collected: &mut Collected,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let part = "backup/user.conf";
    let password = collected.parts.take("backup/.shadow").and_then(|text| {
        let line = text.lines().next().unwrap_or_default();
        let own = line.strip_prefix(account.user.as_str()).and_then(|rest| rest.strip_prefix(':'));
        foreign_password::password(own.map_or(line, |rest| rest.split(':').next().unwrap_or_default()))
    });
    if password.is_none() {
        collected.parts.gap_of(
            GapKind::FactLost,
            "backup/.shadow",
            Kind::HostingAccount,
            &account.id,
            "password",
            "no password hash is in the archive; a new one is needed",
        );
    }
    let mut facts = account.facts.clone();
    let created = facts.remove("date_created").filter(|text| !text.is_empty());
    let at = created.as_deref().and_then(|text| moment(text, input));
    if created.is_some() && at.is_none() {
        collected.parts.gap_of(
            GapKind::FactChanged,
            part,
            Kind::HostingAccount,
            &account.id,
            "date_created",
            "it is no moment; it is left out",
        );
    }
    let quota = account.facts.get("quota").map(String::as_str).unwrap_or_default();
    let quota_bytes = match quota {
        "" | "0" | "unlimited" => None,
        text => {
            let bytes = text.parse::<u64>().ok().and_then(|megabytes| megabytes.checked_mul(MEGABYTE));
            if bytes.is_none() {
                collected.parts.gap_of(
                    GapKind::FactChanged,
                    part,
                    Kind::HostingAccount,
                    &account.id,
                    "quota",
                    "it is no number of megabytes; no limit is taken",
                );
            }
            bytes
        }
    };
    let is_suspended = account.is_on("suspended");
    facts.remove("suspended");
    let mut fact = |key: &str| facts.remove(key).filter(|value| !value.is_empty());
    let mut record = HostingAccount {
        id: account.id.clone(),
        user_name: account.user.clone(),
        domain: domains.main.clone(),
        plan: fact("package"),
        owner: fact("creator"),
        email: fact("email"),
        address: fact("ip"),
        language: fact("language"),
        suspended_reason: fact("suspend_reason").filter(|_| is_suspended),
        home: Some(format!("/home/{}", account.user)),
        password,
        is_suspended,
        created: at,
        disk_bytes: Some(collected.content_bytes),
        quota_bytes,
        content: collected.home.as_ref().map(|home| collected.content(home)),
        ..HostingAccount::default()
    };
    facts.remove("domain");
    for (name, value) in facts {
        let one = Extra { name, value };
        if LIMITS.contains(&one.name.as_str()) { record.limits.push(one) } else { record.extra.push(one) }
    }
    if let Some(text) = collected.parts.take("backup/user_ip.list") {
        let value = text.split_whitespace().collect::<Vec<_>>().join(" ");
        record.extra.push(Extra { name: "user_ip.list".to_owned(), value });
    }
    sink.record(record)?;
    cron(account, collected, sink)
}

/// `Mon Jan 02 15:04:05 2006`; the name of the day is not believed.
fn moment(text: &str, input: &Input) -> Option<Instant> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [_, month, day, time, year] = words.as_slice() else { return None };
    let civil = jiff::civil::DateTime::strptime("%b %d %H:%M:%S %Y", format!("{month} {day} {time} {year}")).ok()?;
    let at = civil.to_zoned(input.zone.clone()).ok()?.timestamp();
    Instant::from_micros(at.as_microsecond()).ok()
}

/// `crontab.conf`: `N=schedule command`, and variables.
fn cron(account: &Account, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let part = "backup/crontab.conf";
    let Some(text) = collected.parts.take(part) else { return Ok(()) };
    let mut environment: Vec<Extra> = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    for line in panel_lines::lines(&text) {
        let Some((key, value)) = line.text.split_once('=') else {
            collected.parts.bad_line(part, Kind::CronLine, line.number, "a line is neither a job nor a variable");
            continue;
        };
        if !key.bytes().all(|byte| byte.is_ascii_digit()) {
            environment.push(Extra { name: key.trim().to_owned(), value: value.trim().to_owned() });
            continue;
        }
        match panel_lines::schedule(value) {
            Some((schedule, command)) if ids.insert(key.to_owned()) => sink.record(CronLine {
                id: account.own(&format!("cron/{key}")),
                account: Some(account.id.clone()),
                schedule,
                command,
                environment: environment.clone(),
                is_suspended: false,
            })?,
            Some(_) => {
                collected.parts.bad_line(part, Kind::CronLine, line.number, "a job stands twice; the first is taken")
            }
            None => collected.parts.bad_line(part, Kind::CronLine, line.number, "a job has no schedule"),
        }
    }
    Ok(())
}
