//! The account itself: who it is, its limits, its FTP users and crontab.

use std::collections::BTreeMap;

use hostwright_kernel::Instant;

use super::super::foreign_password;
use super::super::parts::Parts;
use super::collect::Collected;
use crate::formats::panel_lines;
use crate::snapshot::values::Extra;
use crate::snapshot::{CronLine, FileUser, GapKind, HostingAccount, Kind, Server};
use crate::{Refusal, Sink};

/// Archive versions up to this one are known.
const KNOWN_VERSION: u32 = 4;
/// Bytes of the MB in which cPanel writes quotas.
pub const MEGABYTE: u64 = 1 << 20;

/// What the other parts need to know of the account.
#[derive(Debug, Clone)]
pub struct Account {
    pub id: String,
    pub user: String,
    pub server: Option<String>,
    pub main_domain: Option<String>,
    /// The home on the source, without a final slash.
    pub home: String,
    /// `cp/USER`, its own keys.
    pub facts: BTreeMap<String, String>,
    /// The name of that part.
    pub part: String,
}

impl Account {
    /// The identifier of something of this account.
    pub fn own(&self, id: &str) -> String {
        format!("{}/{id}", self.id)
    }

    /// A path of the source below its home.
    pub fn below_home<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(self.home.as_str())?;
        if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
    }
}

/// Who the archive is about: told by its content, never by its file name.
pub fn of(collected: &mut Collected) -> Option<Account> {
    let parts = &mut collected.parts;
    let mut candidates: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    for (name, text) in parts.take_below("cp/") {
        candidates.push((name.clone(), facts(&format!("cp/{name}"), &text, parts)));
    }
    let is_own = |(name, facts): &(String, BTreeMap<String, String>)| facts.get("USER") == Some(name);
    let at = candidates.iter().position(is_own).unwrap_or(0);
    if at >= candidates.len() {
        return None;
    }
    let (name, mut facts) = candidates.swap_remove(at);
    for (other, _) in candidates {
        parts.gap(GapKind::Skipped, &format!("cp/{other}"), "a second account in one archive is not read");
    }
    let user = facts.remove("USER").filter(|user| !user.is_empty()).unwrap_or_else(|| name.clone());
    let part = format!("cp/{name}");
    if user != name {
        parts.gap_of(
            GapKind::FactChanged,
            &part,
            Kind::HostingAccount,
            &user,
            "USER",
            "the file is named for another user",
        );
    }
    if !is_named_for(&parts.container, &user) {
        let container = parts.container.clone();
        let gap = crate::Gap::new(
            GapKind::FactChanged,
            container,
            "the archive is named for another user; its content says who it is",
        );
        parts.tally.add(gap.of(Kind::HostingAccount, &user).field("user_name"));
    }
    let server = parts.take("meta/hostname").map(|text| text.trim().to_lowercase()).filter(|name| !name.is_empty());
    let home = home(parts, &user);
    Some(Account {
        id: user.clone(),
        main_domain: facts.remove("DNS").map(|name| name.to_lowercase()).filter(|name| !name.is_empty()),
        user,
        server,
        home,
        facts,
        part,
    })
}

fn facts(part: &str, text: &str, parts: &mut Parts) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    for pair in panel_lines::key_values(text) {
        match pair {
            Ok((key, value)) => {
                if facts.contains_key(key) {
                    parts.gap(GapKind::Duplicate, part, "a key stands twice; the first is taken");
                } else {
                    facts.insert(key.to_owned(), value.to_owned());
                }
            }
            Err(line) => parts.bad_line(part, Kind::HostingAccount, line.number, "a line is no KEY=value"),
        }
    }
    facts
}

/// The name of the file, or of the folder, holds the user name as a word.
fn is_named_for(container: &str, user: &str) -> bool {
    let name = container.rsplit('/').next().unwrap_or(container);
    let is_word = |letter: char| letter.is_ascii_alphanumeric();
    let before_ok =
        |at: usize| name.get(..at).and_then(|text| text.chars().next_back()).is_none_or(|letter| !is_word(letter));
    let after_ok = |at: usize| {
        name.get(at.saturating_add(user.len())..)
            .and_then(|text| text.chars().next())
            .is_none_or(|letter| !is_word(letter))
    };
    name.match_indices(user).any(|(at, _)| before_ok(at) && after_ok(at))
}

/// The home on the source: `meta/homedir_paths`, else where it usually is.
fn home(parts: &mut Parts, user: &str) -> String {
    let stated = ["meta/homedir_paths", "homedir_paths"].iter().filter_map(|name| parts.take(name)).next();
    let first = stated.as_deref().and_then(|text| text.lines().map(str::trim).find(|line| line.starts_with('/')));
    first.map_or_else(|| format!("/home/{user}"), |path| path.trim_end_matches('/').to_owned())
}

/// Tells the account and, the first time, its server.
pub fn tell(
    account: &Account,
    is_new_server: bool,
    collected: &mut Collected,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    if let Some(server) = account.server.as_ref().filter(|_| is_new_server) {
        sink.record(Server {
            id: server.clone(),
            name: server.clone(),
            hostname: Some(server.clone()),
            kind: Some("cpanel".to_owned()),
            is_active: true,
            ..Server::default()
        })?;
    }
    let mut facts = account.facts.clone();
    let mut fact = |key: &str| facts.remove(key).filter(|value| !value.is_empty());
    let plan = fact("PLAN").filter(|plan| plan != "undefined");
    let owner = fact("OWNER");
    let email = fact("CONTACTEMAIL");
    let address = fact("IP");
    let language = fact("LOCALE").or_else(|| fact("LANG"));
    let started = fact("STARTDATE");
    let is_marked = fact("SUSPENDED").is_some_and(|flag| flag != "0");
    let parts = &mut collected.parts;
    let created = started.as_deref().and_then(moment);
    if started.is_some() && created.is_none() {
        parts.gap_of(
            GapKind::FactChanged,
            &account.part,
            Kind::HostingAccount,
            &account.id,
            "STARTDATE",
            "it is no moment; it is left out",
        );
    }
    let (is_listed, suspended_reason) = suspension(account, parts);
    let password = parts.take("shadow").and_then(|text| account_password(account, &text));
    if password.is_none() {
        parts.gap_of(
            GapKind::FactLost,
            "shadow",
            Kind::HostingAccount,
            &account.id,
            "password",
            "no password hash is in the archive; a new one is needed",
        );
    }
    let quota_bytes = parts.take("quota").and_then(|text| quota(account, text.trim(), parts));
    let shell = parts.take("shell").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let mut extra: Vec<Extra> = Vec::new();
    let mut keep = |name: &str, value: String| extra.push(Extra { name: name.to_owned(), value });
    if let Some(version) = version(parts) {
        keep("archive_version", version);
    }
    if collected.is_reseller {
        keep("is_reseller", "yes".to_owned());
    }
    keep("home_files", collected.home_files.to_string());
    for (name, text) in collected.parts.take_below("ips/") {
        keep(&format!("ips/{name}"), text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    for (name, text) in collected.parts.take_below("meta/") {
        keep(&format!("meta/{name}"), text.trim().to_owned());
    }
    let (limits, rest): (Vec<Extra>, Vec<Extra>) =
        facts.into_iter().map(|(name, value)| Extra { name, value }).partition(|one| is_limit(&one.name));
    // `DNS1`, `DNS2` and so on name the other domains, which are sites of their own.
    extra.extend(rest.into_iter().filter(|one| !is_other_domain(&one.name)));
    sink.record(HostingAccount {
        id: account.id.clone(),
        user_name: account.user.clone(),
        server: account.server.clone(),
        domain: account.main_domain.clone(),
        plan,
        owner,
        email,
        shell,
        home: Some(account.home.clone()),
        address,
        password,
        is_suspended: is_marked || is_listed,
        suspended_reason,
        language,
        created,
        disk_bytes: collected.home.is_some().then_some(collected.home_bytes),
        quota_bytes,
        limits,
        content: collected.home_content("").map(|mut content| {
            content.path = content.path.trim_end_matches(['/', '!']).to_owned();
            content
        }),
        extra,
        ..HostingAccount::default()
    })
}

/// `DNS1` to `DNS999`: further domains of the account.
pub fn is_other_domain(key: &str) -> bool {
    key.strip_prefix("DNS").is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_limit(key: &str) -> bool {
    key.starts_with("MAX") || matches!(key, "BWLIMIT" | "DISK_BLOCK_LIMIT")
}

/// Seconds since 1970, of the years that an account can be from.
pub fn moment(text: &str) -> Option<Instant> {
    let seconds: i64 = text.trim().parse().ok()?;
    if seconds <= 0 {
        return None;
    }
    Instant::from_micros(seconds.checked_mul(1_000_000)?).ok()
}

fn suspension(account: &Account, parts: &mut Parts) -> (bool, Option<String>) {
    let mut reason = None;
    let mut is_suspended = false;
    for folder in ["suspended/", "suspendinfo/"] {
        for (name, text) in parts.take_below(folder) {
            if name == account.user {
                is_suspended = true;
                let text = text.trim();
                if reason.is_none() && !text.is_empty() {
                    reason = Some(crate::gap_counts::clipped(text, 2_000));
                }
            } else {
                parts.gap(GapKind::Dangling, &format!("{folder}{name}"), "it names another account");
            }
        }
    }
    (is_suspended, reason)
}

/// One crypt(3) string; copies of the whole line of the system's file occur as well.
fn account_password(account: &Account, text: &str) -> Option<crate::snapshot::values::Password> {
    let text = text.trim();
    let own = text.lines().find_map(|line| line.strip_prefix(account.user.as_str())?.strip_prefix(':'));
    let field = match own {
        Some(rest) => rest.split(':').next().unwrap_or_default(),
        None => text.lines().next().unwrap_or_default(),
    };
    foreign_password::password(field)
}

/// Megabytes; nothing, 0 and `unlimited` mean no limit.
fn quota(account: &Account, text: &str, parts: &mut Parts) -> Option<u64> {
    if matches!(text, "" | "0" | "unlimited") {
        return None;
    }
    let bytes = text.parse::<u64>().ok().and_then(|megabytes| megabytes.checked_mul(MEGABYTE));
    if bytes.is_none() {
        parts.gap_of(
            GapKind::FactChanged,
            "quota",
            Kind::HostingAccount,
            &account.id,
            "quota_bytes",
            "it is no number of megabytes; no limit is taken",
        );
    }
    bytes
}

fn version(parts: &mut Parts) -> Option<String> {
    let text = parts.take("version")?;
    let number = text.lines().find_map(|line| line.split_once("archive version:")).map(|(_, number)| number.trim());
    if let Some(number) = number
        && number.parse::<u32>().is_ok_and(|number| number > KNOWN_VERSION)
    {
        parts.gap(
            GapKind::FactLost,
            "version",
            "the archive is of a version that is not known; parts of it may be missed",
        );
    }
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Tells FTP users and the lines of the crontab.
pub fn tell_logins_and_cron(account: &Account, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let parts = &mut collected.parts;
    let mut seen = std::collections::BTreeSet::new();
    for line in parts.take("proftpdpasswd").iter().flat_map(|text| panel_lines::lines(text)) {
        let columns = panel_lines::columns(line.text);
        let (Some(name), Some(hash)) = (columns.first().filter(|name| !name.is_empty()), columns.get(1)) else {
            parts.bad_line("proftpdpasswd", Kind::FileUser, line.number, "a line has too few columns");
            continue;
        };
        let id = account.own(name);
        if !seen.insert(id.clone()) {
            parts.gap_of(
                GapKind::Duplicate,
                "proftpdpasswd",
                Kind::FileUser,
                &id,
                "name",
                "the user stands twice; the first is taken",
            );
            continue;
        }
        let password = foreign_password::password(hash);
        if password.is_none() {
            parts.gap_of(
                GapKind::FactLost,
                "proftpdpasswd",
                Kind::FileUser,
                &id,
                "password",
                "no password hash; a new one is needed",
            );
        }
        sink.record(FileUser {
            id,
            account: Some(account.id.clone()),
            name: (*name).to_owned(),
            password,
            home: columns.get(5).filter(|home| !home.is_empty()).map(|home| (*home).to_owned()),
            ..FileUser::default()
        })?;
    }
    for (name, text) in parts.take_below("cron/") {
        let part = format!("cron/{name}");
        if name != account.user {
            parts.gap(GapKind::Dangling, &part, "a crontab of another user is not taken");
            continue;
        }
        for job in panel_lines::crontab(&text) {
            match job {
                Ok(job) => sink.record(CronLine {
                    id: account.own(&format!("cron/{}", job.line)),
                    account: Some(account.id.clone()),
                    schedule: job.schedule,
                    command: job.command,
                    environment: job.environment,
                    is_suspended: false,
                })?,
                Err(bad) => parts.bad_line(&part, Kind::CronLine, bad.0, "a line is neither a job nor a variable"),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_named_for;

    #[test]
    fn an_archive_is_named_for_a_user_only_by_a_whole_word() {
        assert!(is_named_for("/b/cpmove-bob.tar.gz", "bob"));
        assert!(is_named_for("backup-1.2.2026_03-04-05_bob.tar.gz", "bob"));
        assert!(is_named_for("bob", "bob"));
        assert!(!is_named_for("/home/bob/cpmove-bobby.tar.gz", "bob"));
        assert!(!is_named_for("old.tar.gz", "bob"));
    }
}
