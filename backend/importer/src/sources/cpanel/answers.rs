//! Recorded answers of cPanel's interfaces: UAPI, API 2 and WHM `listaccts`. What an answer
//! lists is told by its shape, because recorded files rarely carry the call.

use std::collections::BTreeSet;
use std::path::Path;

use hostwright_kernel::Day;
use serde_json::{Map, Value};

use super::account::moment;
use super::zone_answer;
use crate::formats::archive;
use crate::snapshot::values::Extra;
use crate::snapshot::{
    Certificate, Database, Gap, GapKind, HostingAccount, Kind, MailRule, MailRuleKind, Mailbox, Site, SiteKind,
};
use crate::sources::Input;
use crate::{GapCounts, Refusal, RefusalCode, Sink};

/// Reads one recorded answer.
///
/// # Errors
/// `import.not_this_format` for what is no answer, or lists nothing that has a place;
/// `import.invalid` where the source answered with an error.
pub fn read(path: &Path, input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let place = path.display().to_string();
    let unreadable = |err| Refusal::new(RefusalCode::Unreadable, &place, err);
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let Some(bytes) = archive::held(&mut file, input.limits.item_bytes).map_err(unreadable)? else {
        return Err(Refusal::new(RefusalCode::TooLarge, &place, "an answer is larger than is held"));
    };
    let Ok(answer) = serde_json::from_slice::<Value>(&bytes) else {
        let reason = "neither an archive of an account nor a recorded answer (JSON)";
        return Err(Refusal::new(RefusalCode::NotThisFormat, &place, reason));
    };
    let data = data(&answer, &place)?;
    let mut telling = Telling { place: &place, tally: GapCounts::default(), ids: BTreeSet::new() };
    let ended = telling.data(data, path, sink);
    telling.tally.tell(sink)?;
    ended
}

/// The list inside the envelope of whatever interface it is.
fn data<'a>(answer: &'a Value, place: &str) -> Result<&'a Value, Refusal> {
    let envelope = answer.get("result").or_else(|| answer.get("cpanelresult")).unwrap_or(answer);
    let is_no = |value: Option<&Value>| value.and_then(scalar).is_some_and(|text| text == "0");
    let event = envelope.get("event").and_then(|event| event.get("result"));
    let outcome = answer.get("metadata").and_then(|metadata| metadata.get("result"));
    let has_errors = ["errors", "error"].iter().any(|key| match envelope.get(*key) {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Array(list)) => !list.is_empty(),
        Some(_) => true,
    });
    if has_errors || is_no(envelope.get("status")) || is_no(event) || is_no(outcome) {
        return Err(Refusal::new(RefusalCode::Invalid, place, "the source answered with an error instead of a list"));
    }
    match envelope.get("data").or_else(|| answer.get("acct").map(|_| answer)) {
        None => Err(Refusal::new(RefusalCode::NotThisFormat, place, "it has no data of a known interface")),
        Some(Value::Null) => {
            Err(Refusal::new(RefusalCode::NotThisFormat, place, "it tells that something was done, and lists nothing"))
        }
        Some(data) => Ok(data),
    }
}

/// Text, number or truth as text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(if *truth { "1" } else { "0" }.to_owned()),
        _ => None,
    }
}

/// One object, with the keys that were looked at.
struct Row<'a> {
    map: &'a Map<String, Value>,
    taken: BTreeSet<&'static str>,
}

impl<'a> Row<'a> {
    fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(|map| Self { map, taken: BTreeSet::new() })
    }

    fn has(&self, keys: &[&str]) -> bool {
        keys.iter().all(|key| self.map.contains_key(*key))
    }

    fn value(&mut self, key: &'static str) -> Option<&'a Value> {
        self.taken.insert(key);
        self.map.get(key).filter(|value| !value.is_null())
    }

    fn text(&mut self, key: &'static str) -> Option<String> {
        self.value(key).and_then(scalar).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn is_set(&mut self, key: &'static str) -> bool {
        self.text(key).is_some_and(|text| text != "0" && !text.eq_ignore_ascii_case("false"))
    }

    /// What was not looked at, as extra facts.
    fn rest(&self) -> Vec<Extra> {
        let left = self.map.iter().filter(|(key, value)| !self.taken.contains(key.as_str()) && !value.is_null());
        left.map(|(name, value)| Extra {
            name: name.clone(),
            value: scalar(value).unwrap_or_else(|| value.to_string()),
        })
        .collect()
    }
}

struct Telling<'a> {
    place: &'a str,
    tally: GapCounts,
    ids: BTreeSet<(Kind, String)>,
}

impl Telling<'_> {
    fn data(&mut self, data: &Value, path: &Path, sink: &mut dyn Sink) -> Result<(), Refusal> {
        if let Some(mut one) = Row::of(data) {
            if let Some(Value::Array(accounts)) = one.value("acct") {
                return self.rows(accounts, Self::account, sink);
            }
            if one.has(&["main_domain", "addon_domains"]) {
                return self.domains(one, sink);
            }
            if one.has(&["filtername", "rules", "actions"]) {
                return self.filter(one, data, sink);
            }
        }
        let Some(rows) = data.as_array() else { return Err(self.unknown()) };
        let Some(first) = rows.first() else {
            return sink.gap(Gap::new(GapKind::PartUnread, self.place, "the answer lists nothing"));
        };
        let Some(shape) = Row::of(first) else { return Err(self.unknown()) };
        if shape.has(&["line_index", "type"]) {
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            return zone_answer::tell(rows, &stem, self.place, &mut self.tally, sink);
        }
        let read: fn(&mut Self, Row<'_>, &mut dyn Sink) -> Result<(), Refusal> = match &shape {
            one if one.has(&["email", "subject"]) => Self::autoresponder,
            one if one.has(&["email", "login"]) || one.has(&["email", "diskquota"]) => Self::mailbox,
            one if one.has(&["dest", "forward"]) => Self::forward,
            one if one.has(&["vhost", "version"]) => Self::php,
            one if one.has(&["id", "domains", "not_after"]) => Self::certificate,
            one if one.has(&["database", "users"]) => Self::database,
            one if one.has(&["result", "reason"]) => {
                let reason = "it tells that something was done, and lists nothing";
                return Err(Refusal::new(RefusalCode::NotThisFormat, self.place, reason));
            }
            _ => return Err(self.unknown()),
        };
        self.rows(rows, read, sink)
    }

    fn unknown(&self) -> Refusal {
        Refusal::new(RefusalCode::NotThisFormat, self.place, "an answer of a kind that is not read")
    }

    fn rows(
        &mut self,
        rows: &[Value],
        read: fn(&mut Self, Row<'_>, &mut dyn Sink) -> Result<(), Refusal>,
        sink: &mut dyn Sink,
    ) -> Result<(), Refusal> {
        for row in rows {
            match Row::of(row) {
                Some(row) => read(self, row, sink)?,
                None => self.count(GapKind::Skipped, None, "a row is no object", ""),
            }
        }
        Ok(())
    }

    fn count(&mut self, kind: GapKind, record: Option<Kind>, reason: &str, example: &str) {
        self.tally.count(kind, self.place, record, reason, example);
    }

    /// Notes an identifier; false, and a gap, where it stands twice.
    fn is_first(&mut self, kind: Kind, id: &str) -> bool {
        let is_first = self.ids.insert((kind, id.to_owned()));
        if !is_first {
            self.count(GapKind::Duplicate, Some(kind), "it stands twice; the first is taken", id);
        }
        is_first
    }

    /// Says what of a row has no place, where the record cannot carry it.
    fn no_place(&mut self, kind: Kind, row: &Row<'_>) {
        for one in row.rest() {
            self.count(
                GapKind::FactLost,
                Some(kind),
                &format!("the key '{}' has no place", one.name),
                &crate::gap_counts::clipped(&one.value, 40),
            );
        }
    }

    fn missing(&mut self, kind: Kind, key: &str) -> Result<(), Refusal> {
        self.count(GapKind::Skipped, Some(kind), &format!("a row without '{key}'"), "");
        Ok(())
    }

    /// WHM `listaccts`.
    fn account(&mut self, mut row: Row<'_>, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let Some(user) = row.text("user") else { return self.missing(Kind::HostingAccount, "user") };
        if !self.is_first(Kind::HostingAccount, &user) {
            return Ok(());
        }
        let is_suspended = row.is_set("suspended");
        let (disk_bytes, quota_bytes) = (row.text("diskused"), row.text("disklimit"));
        let mut limit = |key: &'static str| row.text(key).map(|value| Extra { name: key.to_owned(), value });
        let limits = ["maxaddons", "maxftp", "maxlst", "maxparked", "maxpop", "maxsql", "maxsub"]
            .into_iter()
            .filter_map(&mut limit)
            .collect();
        let record = HostingAccount {
            id: user.clone(),
            domain: row.text("domain").map(|name| name.to_lowercase()),
            plan: row.text("plan").filter(|plan| plan != "undefined"),
            owner: row.text("owner"),
            email: row.text("email").filter(|email| email.contains('@')),
            shell: row.text("shell"),
            address: row.text("ip"),
            is_suspended,
            suspended_reason: row.text("suspendreason").filter(|_| is_suspended),
            created: row.text("unix_startdate").and_then(|text| moment(&text)),
            disk_bytes: disk_bytes.as_deref().and_then(megabytes),
            quota_bytes: quota_bytes.as_deref().filter(|text| *text != "unlimited").and_then(megabytes),
            limits,
            user_name: user.clone(),
            extra: row.rest(),
            ..HostingAccount::default()
        };
        let reason = "answers carry no password; a new one is needed";
        self.count(GapKind::FactLost, Some(Kind::HostingAccount), reason, &user);
        sink.record(record)
    }

    /// UAPI `DomainInfo/domains_data`.
    fn domains(&mut self, mut data: Row<'_>, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let mut main_id = None;
        let groups = [
            ("main_domain", SiteKind::Main),
            ("addon_domains", SiteKind::Addon),
            ("sub_domains", SiteKind::Subdomain),
            ("parked_domains", SiteKind::Alias),
        ];
        for (key, kind) in groups {
            let one_or_many: Vec<&Value> = match data.value(key) {
                Some(Value::Array(many)) => many.iter().collect(),
                Some(one) => vec![one],
                None => Vec::new(),
            };
            for value in one_or_many {
                // Parked domains are listed by name alone.
                let mut row = Row::of(value);
                let name = match &mut row {
                    Some(row) => row.text("domain"),
                    None => scalar(value),
                };
                let Some(domain) = name.map(|name| name.to_lowercase()) else {
                    self.missing(Kind::Site, "domain")?;
                    continue;
                };
                let home = row.as_mut().and_then(|row| row.text("homedir"));
                let user = home
                    .as_deref()
                    .and_then(|home| home.rsplit('/').next())
                    .filter(|user| !user.is_empty())
                    .map(str::to_owned);
                let id = user.as_ref().map_or_else(|| domain.clone(), |user| format!("{user}/{domain}"));
                if !self.is_first(Kind::Site, &id) {
                    continue;
                }
                if let (SiteKind::Main, Some(user)) = (kind, &user) {
                    main_id = Some(id.clone());
                    let reason = "the answer tells of the account only its user, home and main domain";
                    self.count(GapKind::FactLost, Some(Kind::HostingAccount), reason, user);
                    sink.record(HostingAccount {
                        id: user.clone(),
                        user_name: user.clone(),
                        domain: Some(domain.clone()),
                        home: home.clone(),
                        ..HostingAccount::default()
                    })?;
                }
                let root = row.as_mut().and_then(|row| row.text("documentroot"));
                let aliases = row.as_mut().and_then(|row| row.text("serveralias")).unwrap_or_default();
                if let Some(row) = &mut row {
                    row.value("type");
                }
                sink.record(Site {
                    id,
                    account: user,
                    kind,
                    parent: main_id.clone().filter(|_| kind != SiteKind::Main),
                    document_root: root,
                    aliases: aliases.split_whitespace().map(str::to_owned).filter(|alias| *alias != domain).collect(),
                    domain,
                    extra: row.map(|row| row.rest()).unwrap_or_default(),
                    ..Site::default()
                })?;
            }
        }
        self.no_place(Kind::Site, &data);
        Ok(())
    }

    /// UAPI `LangPHP/php_get_vhost_versions`.
    fn php(&mut self, mut row: Row<'_>, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let Some(domain) = row.text("vhost").map(|name| name.to_lowercase()) else {
            return self.missing(Kind::Site, "vhost");
        };
        let account = row.text("account");
        let id = account.as_ref().map_or_else(|| domain.clone(), |user| format!("{user}/{domain}"));
        if !self.is_first(Kind::Site, &id) {
            return Ok(());
        }
        let kind = if row.is_set("main_domain") { SiteKind::Main } else { SiteKind::Addon };
        if kind == SiteKind::Addon {
            let reason = "the answer does not tell addons from subdomains; it was taken as an addon";
            self.count(GapKind::FactChanged, Some(Kind::Site), reason, &domain);
        }
        sink.record(Site {
            id,
            account,
            domain,
            kind,
            document_root: row.text("documentroot"),
            php: row.text("version"),
            is_suspended: row.is_set("is_suspended"),
            extra: row.rest(),
            ..Site::default()
        })
    }

    /// UAPI `Email/list_pops_with_disk`.
    fn mailbox(&mut self, mut row: Row<'_>, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let Some(address) = address(&mut row) else { return self.missing(Kind::Mailbox, "email") };
        if !self.is_first(Kind::Mailbox, &address) {
            return Ok(());
        }
        row.value("login");
        let quota = row.text("diskquota").filter(|text| text != "unlimited" && text != "0");
        let exact = row.text("_diskquota").and_then(|text| text.parse().ok()).filter(|bytes| *bytes > 0);
        let quota_bytes = exact.or_else(|| quota.as_deref().and_then(megabytes));
        if quota.is_some() && quota_bytes.is_none() {
            self.count(
                GapKind::FactChanged,
                Some(Kind::Mailbox),
                "a quota is no number of megabytes; no limit is taken",
                &address,
            );
        }
        let exact_use = row.text("_diskused").and_then(|text| text.parse().ok());
        let used_bytes = exact_use.or_else(|| row.text("diskused").as_deref().and_then(megabytes));
        row.taken.extend(["diskused", "diskusedpercent"]);
        self.count(GapKind::FactLost, Some(Kind::Mailbox), "answers carry no password; a new one is needed", &address);
        sink.record(Mailbox {
            id: address.clone(),
            address,
            quota_bytes,
            used_bytes,
            is_suspended: row.is_set("suspended_login"),
            extra: row.rest(),
            ..Mailbox::default()
        })
    }

    /// UAPI `Email/list_auto_responders` with `get_auto_responder`.
    fn autoresponder(&mut self, mut row: Row<'_>, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let Some(address) = address(&mut row) else { return self.missing(Kind::MailRule, "email") };
        let id = format!("autoresponder/{address}");
        if !self.is_first(Kind::MailRule, &id) {
            return Ok(());
        }
        let record = MailRule {
            id,
            address,
            kind: MailRuleKind::Autoresponder,
            keeps_copy: true,
            subject: row.text("subject"),
            text: row.value("body").and_then(scalar),
            from: row.text("start").and_then(|text| moment(&text)),
            until: row.text("stop").and_then(|text| moment(&text)),
            ..MailRule::default()
        };
        self.no_place(Kind::MailRule, &row);
        sink.record(record)
    }

    /// UAPI `Email/list_forwarders`.
    fn forward(&mut self, mut row: Row<'_>, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let (Some(address), Some(target)) = (row.text("dest"), row.text("forward")) else {
            return self.missing(Kind::MailRule, "dest");
        };
        let id = format!("forward/{address}/{target}");
        if !self.is_first(Kind::MailRule, &id) {
            return Ok(());
        }
        row.taken.extend(["html_dest", "html_forward", "uri_dest", "uri_forward"]);
        self.no_place(Kind::MailRule, &row);
        let kind = if target.starts_with(['|', '"']) { MailRuleKind::Pipe } else { MailRuleKind::Forward };
        sink.record(MailRule {
            id,
            address: address.to_lowercase(),
            kind,
            targets: vec![target],
            ..MailRule::default()
        })
    }

    /// UAPI `Email/get_filter`: one filter, without the mailbox it is for.
    fn filter(&mut self, mut row: Row<'_>, whole: &Value, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let Some(name) = row.text("filtername") else { return self.missing(Kind::MailRule, "filtername") };
        row.taken.extend(["rules", "actions"]);
        self.no_place(Kind::MailRule, &row);
        let id = format!("filter/{name}");
        let gap = Gap::new(GapKind::FactLost, self.place, "the answer does not tell whose filter it is");
        self.tally.add(gap.of(Kind::MailRule, &id).field("address"));
        sink.record(MailRule {
            id,
            address: "*".to_owned(),
            kind: MailRuleKind::Filter,
            text: Some(whole.to_string()),
            ..MailRule::default()
        })
    }

    /// UAPI `SSL/list_certs`: no certificate is in it.
    fn certificate(&mut self, mut row: Row<'_>, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let Some(id) = row.text("id") else { return self.missing(Kind::Certificate, "id") };
        if !self.is_first(Kind::Certificate, &id) {
            return Ok(());
        }
        let domains: Vec<String> = match row.value("domains") {
            Some(Value::Array(list)) => list.iter().filter_map(scalar).collect(),
            Some(text) => scalar(text).unwrap_or_default().split(',').map(|name| name.trim().to_owned()).collect(),
            None => Vec::new(),
        };
        let expires = row
            .text("not_after")
            .and_then(|text| moment(&text))
            .map(|at| -> Day { at.day_in(&jiff::tz::TimeZone::UTC) });
        self.count(
            GapKind::FactLost,
            Some(Kind::Certificate),
            "the answer has neither the certificate nor its key",
            &id,
        );
        self.no_place(Kind::Certificate, &row);
        let domains = domains.into_iter().map(|name| name.to_lowercase()).filter(|name| !name.is_empty()).collect();
        sink.record(Certificate { id, domains, expires, ..Certificate::default() })
    }

    /// UAPI `Mysql/list_databases`.
    fn database(&mut self, mut row: Row<'_>, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let Some(name) = row.text("database") else { return self.missing(Kind::Database, "database") };
        let id = format!("mysql/{name}");
        if !self.is_first(Kind::Database, &id) {
            return Ok(());
        }
        let size_bytes = row.text("disk_usage").and_then(|text| text.parse().ok());
        self.no_place(Kind::Database, &row);
        sink.record(Database { id, name, engine: "mysql".to_owned(), size_bytes, ..Database::default() })
    }
}

/// `email` with its domain, where that stands apart.
fn address(row: &mut Row<'_>) -> Option<String> {
    let (email, domain) = (row.text("email")?, row.text("domain"));
    match (email.contains('@'), domain) {
        (true, _) => Some(email.to_lowercase()),
        (false, Some(domain)) => Some(format!("{email}@{domain}").to_lowercase()),
        (false, None) => None,
    }
}

/// `5120.00`, `12M`: megabytes of 1024 KiB, in bytes.
fn megabytes(text: &str) -> Option<u64> {
    use rust_decimal::prelude::ToPrimitive as _;
    let number = text.trim().trim_end_matches(['M', 'm']);
    let value = rust_decimal::Decimal::from_str_exact(number).ok()?;
    value.checked_mul(rust_decimal::Decimal::from(super::account::MEGABYTE))?.trunc().to_u64()
}

#[cfg(test)]
mod tests {
    use super::megabytes;

    #[test]
    fn megabytes_become_bytes_exactly() {
        assert_eq!(megabytes("5120.00"), Some(5_368_709_120));
        assert_eq!(megabytes("0.5M"), Some(524_288));
        assert_eq!(megabytes("-1"), None);
        assert_eq!(megabytes("much"), None);
    }
}
