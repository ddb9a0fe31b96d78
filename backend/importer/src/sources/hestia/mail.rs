//! Mailboxes, aliases, forwards, answers and catch-alls.

use std::collections::BTreeSet;

use super::super::foreign_password;
use super::super::mail_targets;
use super::super::mail_tree::MailFound;
use super::account::{Account, MEGABYTE};
use super::collect::Collected;
use super::{Object, objects};
use crate::snapshot::values::Extra;
use crate::snapshot::{GapKind, Kind, MailRule, MailRuleKind, Mailbox, MailboxFormat};
use crate::{Refusal, Sink};

/// Tells the mail of all domains.
pub fn tell(account: &Account, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let folders: BTreeSet<String> =
        collected.parts.names("mail/").iter().filter_map(|name| name.split('/').nth(1)).map(str::to_owned).collect();
    for folder in folders {
        let part = format!("mail/{folder}/hestia/mail.conf");
        let text = collected.parts.take(&part).unwrap_or_default();
        for (_, mut one) in objects(&part, &text, Kind::MailRule, &mut collected.parts) {
            domain(account, &folder, &part, &mut one, collected, sink)?;
        }
        let part = format!("mail/{folder}/hestia/{folder}.conf");
        let text = collected.parts.take(&part).unwrap_or_default();
        let mut seen = BTreeSet::new();
        for (line, one) in objects(&part, &text, Kind::Mailbox, &mut collected.parts) {
            mailbox(account, &folder, &part, line, one, &mut seen, collected, sink)?;
        }
        for part in collected.parts.names(&format!("mail/{folder}/conf/autoreply.")) {
            collected.parts.take(&part);
            collected.parts.gap(GapKind::Dangling, &part, "the text of an answer that no mailbox gives");
        }
    }
    for ((domain, local), found) in collected.mail.rest() {
        let id = account.own(&format!("{local}@{domain}"));
        collected.parts.gap_of(
            GapKind::FactLost,
            &found.root,
            Kind::Mailbox,
            &id,
            "password",
            "a folder of mail without a login; a new password is needed",
        );
        sink.record(record(account, &local, &domain, Some(found), collected))?;
    }
    Ok(())
}

fn domain(
    account: &Account,
    folder: &str,
    part: &str,
    one: &mut Object,
    collected: &mut Collected,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    if let Some(target) = one.take("CATCHALL") {
        let address = format!("*@{}", folder.to_lowercase());
        // Targets of several kinds are several rules.
        for (number, rule) in (1_u32..).zip(mail_targets::rules(&address, &mail_targets::targets(&target), folder)) {
            let more = if number > 1 { format!("#{number}") } else { String::new() };
            sink.record(MailRule {
                id: account.own(&format!("catchall/{folder}{more}")),
                account: Some(account.id.clone()),
                ..rule
            })?;
        }
    }
    one.facts.remove("DOMAIN");
    for (key, _) in std::mem::take(&mut one.facts).into_iter().filter(|(_, value)| !value.is_empty()) {
        let place = collected.parts.place(part);
        collected.parts.tally.count(
            GapKind::FactLost,
            &place,
            Some(Kind::MailRule),
            "a setting of the mail of a domain has no place",
            &key,
        );
    }
    Ok(())
}

fn record(account: &Account, local: &str, domain: &str, found: Option<MailFound>, collected: &Collected) -> Mailbox {
    let address = format!("{local}@{domain}").to_lowercase();
    let compressed = found.as_ref().map_or(0, |found| found.compressed);
    let extra =
        (compressed > 0).then(|| Extra { name: "compressed_messages".to_owned(), value: compressed.to_string() });
    Mailbox {
        id: account.own(&address),
        account: Some(account.id.clone()),
        address,
        used_bytes: found.as_ref().map(|found| found.bytes),
        messages: found.as_ref().and_then(MailFound::message_count),
        format: found.as_ref().map_or(MailboxFormat::Maildir, MailFound::format),
        content: found.as_ref().map(|found| collected.content(&found.root)),
        extra: extra.into_iter().collect(),
        ..Mailbox::default()
    }
}

#[expect(clippy::too_many_arguments, reason = "one place, and all of it is one line of the source")]
fn mailbox(
    account: &Account,
    folder: &str,
    part: &str,
    line: u64,
    mut one: Object,
    seen: &mut BTreeSet<String>,
    collected: &mut Collected,
    sink: &mut dyn Sink,
) -> Result<(), Refusal> {
    let Some(local) = one.take("ACCOUNT").map(|name| name.to_lowercase()) else {
        collected.parts.bad_line(part, Kind::Mailbox, line, "a mailbox without a name");
        return Ok(());
    };
    if !seen.insert(local.clone()) {
        collected.parts.bad_line(part, Kind::Mailbox, line, "a mailbox stands twice; the first is taken");
        return Ok(());
    }
    let domain = folder.to_lowercase();
    let found = collected.mail.take(&domain, &local);
    let mut mailbox = record(account, &local, &domain, found, collected);
    let (address, id) = (mailbox.address.clone(), mailbox.id.clone());
    mailbox.password = one.take("MD5").as_deref().and_then(foreign_password::password);
    if mailbox.password.is_none() {
        collected.parts.gap_of(
            GapKind::FactLost,
            part,
            Kind::Mailbox,
            &id,
            "MD5",
            "no password hash; a new one is needed",
        );
    }
    mailbox.quota_bytes = match one.take("QUOTA").as_deref() {
        None | Some("unlimited" | "0") => None,
        Some(text) => {
            let bytes = text.parse::<u64>().ok().and_then(|number| number.checked_mul(MEGABYTE));
            if bytes.is_none() {
                collected.parts.gap_of(
                    GapKind::FactChanged,
                    part,
                    Kind::Mailbox,
                    &id,
                    "QUOTA",
                    "it is no number of megabytes; no limit is taken",
                );
            }
            bytes
        }
    };
    mailbox.is_suspended = one.is_on("SUSPENDED");
    let own = |kind: &str, rule: MailRule| MailRule {
        id: account.own(&format!("{kind}/{}", rule.address)),
        account: Some(account.id.clone()),
        ..rule
    };
    for alias in one.list("ALIAS") {
        let alias = alias.to_lowercase();
        let rule = MailRule {
            address: format!("{alias}@{domain}"),
            kind: MailRuleKind::Alias,
            targets: vec![address.clone()],
            ..MailRule::default()
        };
        sink.record(MailRule { id: account.own(&format!("alias/{alias}@{domain}/{local}")), ..own("alias", rule) })?;
    }
    let keeps_copy = !one.is_on("FWD_ONLY");
    let targets = one.list("FWD");
    if !targets.is_empty() {
        // `:fail:` and `:blackhole:` occur as targets as well.
        for rule in mail_targets::rules(&address, &mail_targets::targets(&targets.join(",")), "") {
            sink.record(own("forward", MailRule { keeps_copy, ..rule }))?;
        }
    }
    if one.is_on("AUTOREPLY") {
        let text = collected.parts.take(&format!("mail/{folder}/conf/autoreply.{local}.msg"));
        if text.is_none() {
            collected.parts.gap_of(
                GapKind::Dangling,
                part,
                Kind::MailRule,
                &address,
                "AUTOREPLY",
                "the text of an answer is not in the archive",
            );
        }
        let (subject, text) = text.map(|text| mail_targets::answer(&text)).unzip();
        let rule = MailRule {
            address: address.clone(),
            kind: MailRuleKind::Autoresponder,
            keeps_copy: true,
            subject: subject.flatten(),
            text,
            ..MailRule::default()
        };
        sink.record(own("autoreply", rule))?;
    }
    mailbox.extra.extend(one.rest());
    sink.record(mailbox)
}
