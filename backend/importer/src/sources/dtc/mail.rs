//! Mailboxes, what happens to mail besides delivery, lists.

use super::parties::password;
use super::{Dtc, is_inherited};
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::{GapKind, Kind, MailRule, MailRuleKind, Mailbox};
use crate::sources::tables::{Fate, Fields, Out};

impl Dtc {
    fn account_of(&self, f: &mut Fields<'_>, column: &str, domain: &str) -> Option<String> {
        let account = self.look.domain_owners.get(domain).cloned();
        if account.is_none() {
            f.gap(GapKind::Dangling, column, "there is no such domain");
        }
        account
    }

    pub(super) fn mailbox(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::of(row, Kind::Mailbox);
        let (local, domain) = (f.string("id").trim().to_lowercase(), f.string("mbox_host").trim().to_lowercase());
        if local.is_empty() || domain.is_empty() {
            return Ok(out.skip(&f, "a mailbox without an address"));
        }
        let address = format!("{local}@{domain}");
        f.set_id(&address);
        let account = self.account_of(&mut f, "mbox_host", &domain);
        let (hash, clear) = (f.text("crypt"), f.text("passwd"));
        if hash.is_some() && clear.is_some() {
            f.gap(GapKind::FactChanged, "passwd", "kept as a hash and in clear; the hash was taken");
        }
        let delivers = f.string("localdeliver").is_empty() || f.flag("localdeliver");
        let targets: Vec<String> = ["redirect1", "redirect2"]
            .iter()
            .filter_map(|column| f.text(column))
            .filter(|target| !is_inherited(target))
            .collect();
        if !targets.is_empty() {
            let rule = MailRule {
                id: format!("redirect-{address}"),
                account: account.clone(),
                address: address.clone(),
                kind: MailRuleKind::Forward,
                targets,
                keeps_copy: delivers,
                ..MailRule::default()
            };
            out.made(rule)?;
        }
        let answer = f.text("vacation_text");
        if f.flag("vacation_flag") {
            let rule = MailRule {
                id: format!("vacation-{address}"),
                account: account.clone(),
                address: address.clone(),
                kind: MailRuleKind::Autoresponder,
                text: answer,
                keeps_copy: true,
                ..MailRule::default()
            };
            out.made(rule)?;
        } else if let Some(answer) = answer {
            f.keep("vacation_text", answer);
        }
        // Counters, and what the mail server of the source needs of its own.
        f.known(&[
            "autoinc",
            "uid",
            "gid",
            "shell",
            "fullemail",
            "pass_next_req",
            "pass_expire",
            "pop3_login_count",
            "pop3_transfered_bytes",
            "imap_login_count",
            "imap_transfered_bytes",
            "last_login",
        ]);
        let is_active = !f.has("active") || f.flag("active");
        let mailbox = Mailbox {
            id: address.clone(),
            account,
            address,
            password: hash.or(clear).map(|text| password(&text)),
            used_bytes: f.count("du").filter(|bytes| *bytes > 0),
            is_suspended: !is_active,
            extra: f.rest(),
            ..Mailbox::default()
        };
        out.record(f, mailbox)
    }

    pub(super) fn alias(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::MailRule, "autoinc").prefixed("alias-");
        let (local, domain) = (f.string("id").trim().to_lowercase(), f.string("domain_parent").trim().to_lowercase());
        if local.is_empty() || domain.is_empty() {
            return Ok(out.skip(&f, "an alias without an address"));
        }
        if f.has("active") && !f.flag("active") {
            f.gap(GapKind::FactLost, "active", "the alias is switched off, and is taken as if it were on");
        }
        let account = self.account_of(&mut f, "domain_parent", &domain);
        let targets = f.string("delivery_group");
        let targets = targets.split(['\n', '\r', ',']).map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned);
        let rule = MailRule {
            id: f.id().to_owned(),
            account,
            address: format!("{local}@{domain}"),
            kind: MailRuleKind::Alias,
            targets: targets.collect(),
            ..MailRule::default()
        };
        out.record(f, rule)
    }

    pub(super) fn list(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::MailRule, "id").prefixed("list-");
        let (name, domain) = (f.string("name").trim().to_lowercase(), f.string("domain").trim().to_lowercase());
        if name.is_empty() || domain.is_empty() {
            return Ok(out.skip(&f, "a list without an address"));
        }
        let account = self.account_of(&mut f, "domain", &domain);
        f.gap(GapKind::FactLost, "", "the members of a list are files of the source and not in the dump");
        let rule = MailRule {
            id: f.id().to_owned(),
            account,
            address: format!("{name}@{domain}"),
            kind: MailRuleKind::List,
            text: f.text("owner").map(|owner| format!("owner: {owner}")),
            ..MailRule::default()
        };
        out.record(f, rule)
    }
}
