//! Mailboxes, aliases, catch-alls, answers and filters of one domain.

use std::collections::{BTreeMap, BTreeSet};

use hostwright_kernel::{Day, Instant};
use jiff::tz::TimeZone;

use super::super::foreign_password;
use super::super::mail_targets;
use super::super::mail_tree::MailFound;
use super::account::{Account, MEGABYTE};
use super::collect::Collected;
use crate::formats::panel_lines;
use crate::snapshot::values::{Extra, Password};
use crate::snapshot::{GapKind, Kind, MailRule, MailRuleKind, Mailbox, MailboxFormat};
use crate::{Refusal, Sink};

/// Tells the mail of one domain.
pub fn tell(account: &Account, folder: &str, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let part = |file: &str| format!("backup/{folder}/email/{file}");
    let domain = folder.to_lowercase();
    let mut quotas = quotas(&part("quota"), collected);
    let passwd = part("passwd");
    let mut locals = BTreeSet::new();
    for line in collected.parts.take(&passwd).iter().flat_map(|text| panel_lines::lines(text)) {
        let columns = panel_lines::columns(line.text);
        let (Some(local), Some(hash)) = (columns.first().filter(|name| !name.is_empty()), columns.get(1)) else {
            collected.parts.bad_line(&passwd, Kind::Mailbox, line.number, "a line has too few columns");
            continue;
        };
        let local = local.to_lowercase();
        if !locals.insert(local.clone()) {
            collected.parts.bad_line(&passwd, Kind::Mailbox, line.number, "a mailbox stands twice; the first is taken");
            continue;
        }
        let found = collected.mail.take(&domain, &local);
        let password = foreign_password::password(hash);
        let id = account.own(&format!("{local}@{domain}"));
        if password.is_none() {
            collected.parts.gap_of(
                GapKind::FactLost,
                &passwd,
                Kind::Mailbox,
                &id,
                "password",
                "no password hash; a new one is needed",
            );
        }
        let quota = quotas.remove(&local);
        sink.record(mailbox(account, &local, &domain, password, quota, found, collected))?;
    }
    if !quotas.is_empty() {
        collected.parts.gap(GapKind::Dangling, &part("quota"), "a quota of a mailbox that is not in passwd");
    }
    rules(account, folder, collected, sink)
}

/// Folders of mail that no `passwd` names.
pub fn tell_folders_without_login(
    account: &Account,
    collected: &mut Collected,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    for ((domain, local), found) in collected.mail.rest() {
        let id = account.own(&format!("{local}@{domain}"));
        let root = found.root.clone();
        collected.parts.gap_of(
            GapKind::FactLost,
            &root,
            Kind::Mailbox,
            &id,
            "password",
            "a folder of mail without a login; a new password is needed",
        );
        sink.record(mailbox(account, &local, &domain, None, None, Some(found), collected))?;
    }
    Ok(())
}

fn mailbox(
    account: &Account,
    local: &str,
    domain: &str,
    password: Option<Password>,
    quota_bytes: Option<u64>,
    found: Option<MailFound>,
    collected: &Collected,
) -> Mailbox {
    let address = format!("{local}@{domain}");
    let compressed = found.as_ref().map_or(0, |found| found.compressed);
    let extra =
        (compressed > 0).then(|| Extra { name: "compressed_messages".to_owned(), value: compressed.to_string() });
    Mailbox {
        id: account.own(&address),
        account: Some(account.id.clone()),
        address,
        is_suspended: password.as_ref().is_some_and(|password| password.is_locked),
        password,
        quota_bytes,
        used_bytes: found.as_ref().map(|found| found.bytes),
        messages: found.as_ref().and_then(MailFound::message_count),
        format: found.as_ref().map_or(MailboxFormat::Maildir, MailFound::format),
        content: found.as_ref().map(|found| collected.content(&found.root)),
        extra: extra.into_iter().collect(),
    }
}

/// `user:number`. Programs disagree on the unit: numbers below a million cannot be bytes of a
/// mailbox and are taken as megabytes, which is told.
fn quotas(part: &str, collected: &mut Collected) -> BTreeMap<String, u64> {
    let mut quotas = BTreeMap::new();
    for line in collected.parts.take(part).iter().flat_map(|text| panel_lines::lines(text)) {
        let number =
            line.text.split_once(':').map(|(name, number)| (name.to_lowercase(), number.trim().parse::<u64>()));
        match number {
            Some((_, Ok(0))) => {}
            Some((name, Ok(number))) if number < MEGABYTE => {
                let reason = "a quota was taken as megabytes";
                let place = collected.parts.place(part);
                collected.parts.tally.count(GapKind::FactChanged, &place, Some(Kind::Mailbox), reason, &name);
                quotas.insert(name, number.saturating_mul(MEGABYTE));
            }
            Some((name, Ok(number))) => {
                quotas.insert(name, number);
            }
            _ => collected.parts.bad_line(part, Kind::Mailbox, line.number, "a line is no name:number"),
        }
    }
    quotas
}

fn rules(account: &Account, folder: &str, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let part = |file: &str| format!("backup/{folder}/email/{file}");
    let domain = folder.to_lowercase();
    let mut ids = BTreeSet::new();
    let mut tell = |group: &str, rule: MailRule, sink: &mut dyn Sink| {
        let stem = account.own(&format!("{group}/{}", rule.address));
        let mut id = stem.clone();
        let mut number = 1u32;
        while !ids.insert(id.clone()) {
            number = number.saturating_add(1);
            id = format!("{stem}#{number}");
        }
        sink.record(MailRule { id, account: Some(account.id.clone()), ..rule })
    };
    let aliases = part("aliases");
    for line in collected.parts.take(&aliases).iter().flat_map(|text| panel_lines::lines(text)) {
        let Some((name, targets)) = line.text.split_once(':').filter(|(name, _)| !name.trim().is_empty()) else {
            collected.parts.bad_line(&aliases, Kind::MailRule, line.number, "a line is no name: target");
            continue;
        };
        let name = name.trim().to_lowercase();
        // Every list begins with the account's user, delivered to itself.
        if name == account.user && targets.trim() == account.user {
            continue;
        }
        for rule in mail_targets::rules(&format!("{name}@{domain}"), &mail_targets::targets(targets), &domain) {
            tell("aliases", rule, sink)?;
        }
    }
    let conf = part("email.conf");
    for pair in collected.parts.take(&conf).iter().flat_map(|text| panel_lines::key_values(text)) {
        match pair {
            Ok(("catchall", "")) => {}
            Ok(("catchall", target)) => {
                let mut rules = mail_targets::rules(
                    &format!("*@{domain}"),
                    &mail_targets::targets(&panel_lines::url_decoded(target)),
                    &domain,
                );
                for rule in rules.drain(..) {
                    tell("catchall", rule, sink)?;
                }
            }
            Ok((key, _)) => {
                let place = collected.parts.place(&conf);
                collected.parts.tally.count(
                    GapKind::FactLost,
                    &place,
                    Some(Kind::MailRule),
                    "a setting of mail has no place",
                    key,
                );
            }
            Err(line) => collected.parts.bad_line(&conf, Kind::MailRule, line.number, "a line is no KEY=value"),
        }
    }
    for file in ["autoresponder.conf", "vacation.conf"] {
        let conf = part(file);
        for line in collected.parts.take(&conf).iter().flat_map(|text| panel_lines::lines(text)) {
            let (name, rest) = line.text.split_once([':', '=']).unwrap_or((line.text, ""));
            let name = name.trim().to_lowercase();
            let facts: BTreeMap<String, String> = panel_lines::form_pairs(rest.trim()).into_iter().collect();
            let text = collected.parts.take(&part(&format!("reply/{name}.msg")));
            let mut rule = MailRule {
                address: format!("{name}@{domain}"),
                kind: MailRuleKind::Autoresponder,
                keeps_copy: true,
                from: day(&facts, "start"),
                until: day(&facts, "end"),
                subject: facts.get("subject").cloned(),
                ..MailRule::default()
            };
            match text {
                Some(text) => {
                    let (subject, body) = mail_targets::answer(&text);
                    rule.subject = rule.subject.or(subject);
                    rule.text = Some(body);
                }
                None => {
                    let reason = "the text of an answer is not in the archive";
                    collected.parts.gap_of(GapKind::Dangling, &conf, Kind::MailRule, &rule.address, "text", reason);
                }
            }
            tell(file, rule, sink)?;
        }
    }
    for file in ["filter", "filter.conf"] {
        if let Some(text) = collected.parts.take(&part(file))
            && !text.trim().is_empty()
        {
            let rule = MailRule {
                address: format!("*@{domain}"),
                kind: MailRuleKind::Filter,
                text: Some(text),
                ..MailRule::default()
            };
            tell("filter", rule, sink)?;
        }
    }
    for reply in collected.parts.names(&part("reply/")) {
        collected.parts.take(&reply);
        collected.parts.gap(GapKind::Dangling, &part("reply"), "the text of an answer that nothing uses");
    }
    Ok(())
}

/// `startyear`, `startmonth`, `startday` of a vacation, in UTC.
fn day(facts: &BTreeMap<String, String>, end: &str) -> Option<Instant> {
    let part = |key: &str| facts.get(&format!("{end}{key}"))?.parse::<i16>().ok();
    let day = Day::new(part("year")?, i8::try_from(part("month")?).ok()?, i8::try_from(part("day")?).ok()?).ok()?;
    Some(day.start_in(&TimeZone::UTC))
}
