//! Mailboxes from their logins and from their folders; aliases, catch-alls, answers, filters, lists.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::foreign_password;
use super::super::mail_targets;
use super::super::mail_tree::MailFound;
use super::super::{Input, parts::Parts};
use super::account::{self, Account};
use super::collect::Collected;
use crate::formats::panel_lines;
use crate::snapshot::values::{Extra, Password};
use crate::snapshot::{GapKind, Kind, MailRule, MailRuleKind, Mailbox, MailboxFormat};
use crate::{Refusal, Sink};

/// Tells all mailboxes and rules.
pub fn tell(account: &Account, collected: &mut Collected, input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
    mailboxes(account, collected, sink)?;
    let mut rules = Rules { account, ids: BTreeSet::new(), lists: BTreeSet::new() };
    rules.aliases(collected, sink)?;
    rules.domain_forwards(collected, sink)?;
    rules.filters(collected, input, sink)?;
    rules.mailing_lists(collected, sink)
}

/// One login line of a mailbox with what the files beside it say.
#[derive(Debug, Default)]
struct Login {
    password: Option<Password>,
    quota: Option<u64>,
}

fn mailboxes(account: &Account, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    if let Some(text) = collected.parts.take("homedir/mail/mailbox_format.cpanel")
        && !matches!(text.trim(), "maildir" | "mdbox")
    {
        collected.parts.gap(
            GapKind::FactLost,
            "homedir/mail/mailbox_format.cpanel",
            "a format of mailboxes that is not known",
        );
    }
    let mut logins: BTreeMap<(String, String), Login> = BTreeMap::new();
    for name in collected.parts.names("homedir/etc/").iter().filter(|name| name.ends_with("/passwd")) {
        let folder = name.trim_end_matches("passwd").to_owned();
        let domain = folder.trim_start_matches("homedir/etc/").trim_end_matches('/').to_owned();
        // Directly in `etc` lie those of the main domain, in old versions.
        let domain =
            if domain.is_empty() { account.main_domain.clone().unwrap_or_default() } else { domain.to_lowercase() };
        for (local, login) in read_logins(&folder, &mut collected.parts) {
            if domain.is_empty() {
                collected.parts.gap(GapKind::Skipped, name, "a mailbox of no domain");
            } else {
                logins.entry((domain.clone(), local)).or_insert(login);
            }
        }
    }
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for ((domain, local), login) in logins {
        let mut found = collected.mail.take(&domain, &local);
        if found.is_none() && account.main_domain.as_ref() == Some(&domain) {
            found = collected.mail.take("", &local);
        }
        let id = account.own(&format!("{local}@{domain}"));
        if login.password.is_none() {
            collected.parts.gap_of(
                GapKind::FactLost,
                "homedir/etc",
                Kind::Mailbox,
                &id,
                "password",
                "no password hash; a new one is needed",
            );
        }
        taken.insert(id.clone());
        sink.record(mailbox(account, id, &local, &domain, login, found, collected))?;
    }
    for ((domain, local), found) in collected.mail.rest() {
        if (domain.as_str(), local.as_str()) == ("", "") {
            own_mailbox(account, found, &taken, collected, sink)?;
            continue;
        }
        let Some(domain) = Some(domain).filter(|name| !name.is_empty()).or_else(|| account.main_domain.clone()) else {
            collected.parts.gap(GapKind::Skipped, &format!("homedir/{}", found.root), "a mailbox of no domain");
            continue;
        };
        let id = account.own(&format!("{local}@{domain}"));
        if !taken.insert(id.clone()) {
            let reason = "a second folder of mail for one address is not taken";
            collected.parts.gap_of(
                GapKind::Duplicate,
                &format!("homedir/{}", found.root),
                Kind::Mailbox,
                &id,
                "content",
                reason,
            );
            continue;
        }
        let reason = "a folder of mail without a login; a new password is needed";
        collected.parts.gap_of(
            GapKind::FactLost,
            &format!("homedir/{}", found.root),
            Kind::Mailbox,
            &id,
            "password",
            reason,
        );
        sink.record(mailbox(account, id, &local, &domain, Login::default(), Some(found), collected))?;
    }
    let beyond = collected.mail.beyond;
    if beyond > 0 {
        let place = collected.parts.place("homedir/mail");
        let gap = crate::Gap::new(GapKind::Skipped, place, "files of more mailboxes than are kept apart");
        collected.parts.tally.add(gap.times(beyond));
    }
    Ok(())
}

/// The mailbox of the account itself, `homedir/mail/{cur,new}`. Somebody else may have its
/// address: a mailbox that is called like the account.
fn own_mailbox(
    account: &Account,
    found: MailFound,
    taken: &BTreeSet<String>,
    collected: &mut Collected,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    // An empty one is in every home and means nothing.
    if found.messages == 0 && found.bytes == 0 {
        return Ok(());
    }
    let (part, main) = ("homedir/mail", account.main_domain.clone().unwrap_or_default());
    let mut domain = main;
    let mut id = account.own(&format!("{}@{domain}", account.user));
    if domain.is_empty() || taken.contains(&id) {
        domain = account.server.clone().unwrap_or_else(|| "localhost".to_owned());
        id = account.own(&format!("{}@{domain}", account.user));
        let reason = "another mailbox has the address of the account's own one, which gets the server's name";
        collected.parts.gap_of(GapKind::FactChanged, part, Kind::Mailbox, &id, "address", reason);
    }
    let reason = "the account's own mailbox has the account's password";
    collected.parts.gap_of(GapKind::FactLost, part, Kind::Mailbox, &id, "password", reason);
    sink.record(mailbox(account, id, &account.user, &domain, Login::default(), Some(found), collected))
}

/// `passwd`, `shadow` and `quota` of one domain, joined on the whole first column: a name that
/// another one begins with is another mailbox.
fn read_logins(folder: &str, parts: &mut Parts) -> BTreeMap<String, Login> {
    let mut logins: BTreeMap<String, Login> = BTreeMap::new();
    let passwd = format!("{folder}passwd");
    for line in parts.take(&passwd).iter().flat_map(|text| panel_lines::lines(text)) {
        match panel_lines::columns(line.text).as_slice() {
            [name, _, ..] if !name.is_empty() && !name.contains('/') => {
                if logins.insert(name.to_lowercase(), Login::default()).is_some() {
                    parts.bad_line(&passwd, Kind::Mailbox, line.number, "a mailbox stands twice");
                }
            }
            _ => parts.bad_line(&passwd, Kind::Mailbox, line.number, "a line has too few columns"),
        }
    }
    let shadow = format!("{folder}shadow");
    for line in parts.take(&shadow).iter().flat_map(|text| panel_lines::lines(text)) {
        let columns = panel_lines::columns(line.text);
        let (Some(name), Some(hash)) = (columns.first(), columns.get(1)) else {
            parts.bad_line(&shadow, Kind::Mailbox, line.number, "a line has too few columns");
            continue;
        };
        match logins.get_mut(&name.to_lowercase()) {
            Some(login) if login.password.is_none() => login.password = foreign_password::password(hash),
            Some(_) => {
                parts.bad_line(&shadow, Kind::Mailbox, line.number, "a password stands twice; the first is taken")
            }
            None => parts.gap(GapKind::Dangling, &shadow, "a password of a mailbox that is not in passwd"),
        }
    }
    let quota = format!("{folder}quota");
    for line in parts.take(&quota).iter().flat_map(|text| panel_lines::lines(text)) {
        let Some((name, bytes)) = line.text.split_once(':') else {
            parts.bad_line(&quota, Kind::Mailbox, line.number, "a line is no name:bytes");
            continue;
        };
        let Some(login) = logins.get_mut(&name.to_lowercase()) else {
            parts.gap(GapKind::Dangling, &quota, "a quota of a mailbox that is not in passwd");
            continue;
        };
        match bytes.trim().split(':').next().unwrap_or_default() {
            "" | "0" | "unlimited" => {}
            bytes => match bytes.parse() {
                Ok(bytes) => login.quota = Some(bytes),
                Err(_) => parts.bad_line(
                    &quota,
                    Kind::Mailbox,
                    line.number,
                    "a quota is no number of bytes; no limit is taken",
                ),
            },
        }
    }
    logins
}

fn mailbox(
    account: &Account,
    id: String,
    local: &str,
    domain: &str,
    login: Login,
    found: Option<MailFound>,
    collected: &mut Collected,
) -> Mailbox {
    let mut extra = Vec::new();
    if let Some(found) = found.as_ref().filter(|found| found.compressed > 0) {
        // Who delivers them must unpack: names say the size before compression, files are smaller.
        extra.push(Extra { name: "compressed_messages".to_owned(), value: found.compressed.to_string() });
    }
    if let Some(found) = found.as_ref().filter(|found| !found.folders.is_empty()) {
        extra.push(Extra { name: "folders".to_owned(), value: found.folders.len().to_string() });
    }
    Mailbox {
        account: Some(account.id.clone()),
        address: format!("{local}@{domain}").to_lowercase(),
        is_suspended: login.password.as_ref().is_some_and(|password| password.is_locked),
        password: login.password,
        quota_bytes: login.quota,
        used_bytes: found.as_ref().map(|found| found.bytes),
        messages: found.as_ref().and_then(MailFound::message_count),
        format: found.as_ref().map_or(MailboxFormat::Maildir, MailFound::format),
        content: found.as_ref().and_then(|found| collected.home_content(&found.root)),
        extra,
        id,
    }
}

/// Tells rules; two of one identifier get numbers.
struct Rules<'a> {
    account: &'a Account,
    ids: BTreeSet<String>,
    lists: BTreeSet<String>,
}

impl Rules<'_> {
    fn tell(&mut self, kind: &str, rule: MailRule, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let stem = self.account.own(&format!("{kind}/{}", rule.address));
        let mut id = stem.clone();
        let mut number = 1u32;
        while !self.ids.insert(id.clone()) {
            number = number.saturating_add(1);
            id = format!("{stem}#{number}");
        }
        sink.record(MailRule { id, account: Some(self.account.id.clone()), ..rule })
    }

    /// `va/DOMAIN`: `address: target, target`.
    fn aliases(&mut self, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
        for (domain, text) in collected.parts.take_below("va/") {
            let part = format!("va/{domain}");
            for line in panel_lines::lines(&text) {
                let Some((address, targets)) = line.text.split_once(':') else {
                    collected.parts.bad_line(&part, Kind::MailRule, line.number, "a line is no address: target");
                    continue;
                };
                let address = full_address(address.trim(), &domain);
                for rule in mail_targets::rules(&address, &mail_targets::targets(targets), &domain) {
                    self.alias(rule, &part, collected, sink)?;
                }
            }
        }
        for (name, _) in collected.parts.take_below("homedir/.autorespond/") {
            let reason = "the text of an answer that no alias of the account uses";
            collected.parts.gap(GapKind::Dangling, &format!("homedir/.autorespond/{name}"), reason);
        }
        Ok(())
    }

    fn alias(
        &mut self,
        mut rule: MailRule,
        part: &str,
        collected: &mut Collected,
        sink: &mut dyn Sink,
    ) -> Result<(), Refusal> {
        let own = self.account.user.as_str();
        match rule.kind {
            MailRuleKind::Autoresponder => answer(&mut rule, part, collected),
            MailRuleKind::List => {
                self.lists.insert(rule.address.clone());
            }
            MailRuleKind::Alias | MailRuleKind::CatchAll | MailRuleKind::Forward => {
                // A bare name is the account's own mailbox.
                if let Some(main) = &self.account.main_domain {
                    for target in rule.targets.iter_mut().filter(|target| *target == own) {
                        *target = format!("{own}@{main}");
                    }
                }
            }
            MailRuleKind::Pipe => {
                let reason = "mail is handed to a program; it is kept as text and never set up by itself";
                let place = collected.parts.place(part);
                collected.parts.tally.count(GapKind::FactLost, &place, Some(Kind::MailRule), reason, &rule.address);
            }
            MailRuleKind::Reject | MailRuleKind::Discard | MailRuleKind::Filter => {}
        }
        self.tell("va", rule, sink)
    }

    /// `vad/DOMAIN`: `domain: other.domain`.
    fn domain_forwards(&mut self, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
        for (domain, text) in collected.parts.take_below("vad/") {
            let part = format!("vad/{domain}");
            for line in panel_lines::lines(&text) {
                let Some((from, to)) = line.text.split_once(':').filter(|(_, to)| !to.trim().is_empty()) else {
                    collected.parts.bad_line(&part, Kind::MailRule, line.number, "a line is no domain: domain");
                    continue;
                };
                let from = from.trim().trim_start_matches("*@").to_lowercase();
                let rule = MailRule {
                    address: format!("*@{from}"),
                    kind: MailRuleKind::Forward,
                    targets: vec![format!("*@{}", to.trim().trim_start_matches("*@").to_lowercase())],
                    ..MailRule::default()
                };
                self.tell("vad", rule, sink)?;
            }
        }
        Ok(())
    }

    /// `vf/DOMAIN`, and the filters of domains and mailboxes in the home: kept as text.
    fn filters(&mut self, collected: &mut Collected, input: &Input, sink: &mut dyn Sink) -> Result<(), Refusal> {
        let mut texts: Vec<(String, String, String)> = Vec::new();
        for (domain, text) in collected.parts.take_below("vf/") {
            texts.push((format!("vf/{domain}"), format!("*@{domain}"), text));
        }
        for part in collected.parts.names("homedir/etc/") {
            let names: Vec<&str> = part.trim_start_matches("homedir/etc/").split('/').collect();
            let address = match names.as_slice() {
                ["filter" | "filter.yaml"] => format!("*@{}", self.account.main_domain.as_deref().unwrap_or("*")),
                [domain, "filter" | "filter.yaml"] => format!("*@{domain}"),
                [domain, local, "filter" | "filter.yaml"] => format!("{local}@{domain}"),
                _ => continue,
            };
            let Some(text) = collected.parts.take(&part) else { continue };
            // `filter` is generated from `filter.yaml`; where both are, the source of both is kept.
            let is_generated = part.ends_with("/filter") && collected.parts.has(&format!("{part}.yaml"));
            if !is_generated {
                texts.push((part, address, text));
            }
        }
        for (part, address, text) in texts {
            if panel_lines::lines(&text).next().is_none() {
                continue;
            }
            if text.len() > input.limits.item_bytes {
                collected.parts.gap(GapKind::Skipped, &part, "a filter is larger than is held");
                continue;
            }
            let rule = MailRule {
                address: address.to_lowercase(),
                kind: MailRuleKind::Filter,
                text: Some(text),
                ..MailRule::default()
            };
            self.tell("filter", rule, sink)?;
        }
        Ok(())
    }

    /// Lists that are known only by Mailman's folders: `NAME_DOMAIN`.
    fn mailing_lists(&mut self, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
        for folder in std::mem::take(&mut collected.lists) {
            let Some((name, domain)) =
                folder.rsplit_once('_').filter(|(name, domain)| !name.is_empty() && domain.contains('.'))
            else {
                collected.parts.gap(GapKind::Skipped, &format!("mm/{folder}"), "its name is no list_domain");
                continue;
            };
            let address = format!("{name}@{domain}").to_lowercase();
            if self.lists.insert(address.clone()) {
                let rule = MailRule { address, kind: MailRuleKind::List, ..MailRule::default() };
                self.tell("mm", rule, sink)?;
            }
        }
        Ok(())
    }
}

/// `*` is everything of the domain; a name without `@` is one of the domain.
fn full_address(address: &str, domain: &str) -> String {
    let address = address.trim_matches('"');
    if address.contains('@') { address.to_lowercase() } else { format!("{address}@{domain}").to_lowercase() }
}

/// Fills in the text of an answer and when it is given.
fn answer(rule: &mut MailRule, part: &str, collected: &mut Collected) {
    let stem = format!("homedir/.autorespond/{}", rule.address);
    match collected.parts.take(&stem) {
        Some(text) => {
            let (subject, body) = mail_targets::answer(&text);
            rule.subject = subject;
            rule.text = Some(body);
        }
        None => {
            let id = rule.address.clone();
            collected.parts.gap_of(
                GapKind::Dangling,
                part,
                Kind::MailRule,
                &id,
                "text",
                "the text of an answer is not in the archive",
            );
        }
    }
    for end in [".json", ".conf"] {
        let Some(text) = collected.parts.take(&format!("{stem}{end}")) else { continue };
        let Ok(times) = serde_json::from_str::<Value>(&text) else {
            collected.parts.gap(GapKind::FactLost, &format!("{stem}{end}"), "the times of an answer are no JSON");
            continue;
        };
        let time = |key: &str| {
            let value = times.get(key)?;
            account::moment(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        rule.from = rule.from.or_else(|| time("start"));
        rule.until = rule.until.or_else(|| time("stop"));
    }
}
