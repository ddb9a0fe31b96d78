//! Two mail servers in memory, and what copies between them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use hostwright_panel::migration::ports::{
    CopyProgress, Delivered, Gentleness, MailAccount, MailCopier, MailFault, MailboxSize,
};
use hostwright_panel::platform::Error;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::worker::BoxFuture;

/// Bytes of every message.
pub const BYTES: i64 = 1_000;
/// Whose password opens every mailbox of the old server.
pub const MASTER: &str = "master";

/// The servers: `old.example` with mail, `new.example` without.
#[derive(Default)]
pub struct Postman {
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    /// Mail at the old server, with its password.
    old: BTreeMap<String, (String, Vec<u32>)>,
    /// Mail at the new server, where every password is good that is not empty.
    new: BTreeMap<String, Vec<u32>>,
    free_bytes: Option<i64>,
    die_after: Option<usize>,
    fault: Option<MailFault>,
}

impl Postman {
    /// Puts a mailbox with so many messages on the old server.
    pub fn fill(&self, address: &str, password: &str, messages: u32) {
        let mut inside = self.inside.lock().unwrap();
        inside.old.insert(address.to_owned(), (password.to_owned(), (1..=messages).collect()));
    }

    /// Messages at the new server.
    pub fn arrived(&self, address: &str) -> Vec<u32> {
        self.inside.lock().unwrap().new.get(address).cloned().unwrap_or_default()
    }

    /// The next copy ends like a process that was killed, after so many messages.
    pub fn die_once_after(&self, messages: usize) {
        self.inside.lock().unwrap().die_after = Some(messages);
    }

    /// The next copy ends with a fault.
    pub fn fail_once(&self, code: &str, may_pass: bool) {
        let fault =
            MailFault { code: code.to_owned(), reason: "as the test asked".to_owned(), may_pass, is_login: false };
        self.inside.lock().unwrap().fault = Some(fault);
    }

    /// Bytes that are free in every new mailbox.
    pub fn set_free_bytes(&self, bytes: i64) {
        self.inside.lock().unwrap().free_bytes = Some(bytes);
    }
}

fn is_old(account: &MailAccount) -> bool {
    account.host == "old.example"
}

fn address(account: &MailAccount) -> &str {
    account.on_behalf_of.as_deref().unwrap_or(&account.user)
}

fn let_in(inside: &Inside, account: &MailAccount) -> std::result::Result<(), MailFault> {
    let is_master = account.user == MASTER && account.password.as_str() == "master secret";
    let own = inside.old.get(address(account)).map(|(password, _)| password.as_str());
    let is_in = match is_old(account) {
        true => is_master && own.is_some() || own == Some(account.password.as_str()),
        false => !account.password.is_empty() && account.password.as_str() != "wrong",
    };
    let refused = || MailFault {
        code: "mailboxes.login_refused".to_owned(),
        reason: "no".to_owned(),
        may_pass: false,
        is_login: true,
    };
    if is_in { Ok(()) } else { Err(refused()) }
}

impl MailCopier for Postman {
    fn enter<'a>(&'a self, account: &'a MailAccount) -> BoxFuture<'a, std::result::Result<(), MailFault>> {
        Box::pin(async move { let_in(&self.inside.lock().unwrap(), account) })
    }

    fn measure<'a>(
        &'a self,
        account: &'a MailAccount,
        _gentleness: Gentleness,
    ) -> BoxFuture<'a, std::result::Result<MailboxSize, MailFault>> {
        Box::pin(async move {
            let inside = self.inside.lock().unwrap();
            let_in(&inside, account)?;
            let own = address(account);
            let mail = if is_old(account) { inside.old.get(own).map(|(_, mail)| mail) } else { inside.new.get(own) };
            let messages = mail.map_or(0, |mail| i64::try_from(mail.len()).unwrap());
            let bytes = messages * BYTES;
            let largest = (messages > 0).then(|| ("INBOX".to_owned(), bytes));
            let free_bytes = inside.free_bytes.filter(|_| !is_old(account));
            Ok(MailboxSize { messages, bytes, largest, free_bytes })
        })
    }

    fn copy<'a>(
        &'a self,
        from: &'a MailAccount,
        to: &'a MailAccount,
        _gentleness: Gentleness,
        is_dry: bool,
        mut progress: Box<dyn CopyProgress>,
    ) -> BoxFuture<'a, Result<Delivered>> {
        Box::pin(async move {
            let (mail, die_after, fault) = {
                let mut inside = self.inside.lock().unwrap();
                let refused = let_in(&inside, from).and_then(|()| let_in(&inside, to)).err();
                let mail = inside.old.get(address(from)).map(|(_, mail)| mail.clone()).unwrap_or_default();
                let fault = refused.or_else(|| inside.fault.take());
                (mail, inside.die_after.take(), fault)
            };
            self.carry(&mail, to, is_dry, die_after, fault, progress.as_mut())
        })
    }
}

impl Postman {
    fn carry(
        &self,
        mail: &[u32],
        to: &MailAccount,
        is_dry: bool,
        die_after: Option<usize>,
        fault: Option<MailFault>,
        progress: &mut dyn CopyProgress,
    ) -> Result<Delivered> {
        if fault.is_some() {
            return Ok(Delivered { fault, ..Delivered::default() });
        }
        let kept = progress.folder("INBOX").unwrap_or_default();
        let mut done: BTreeSet<u32> = serde_json::from_str(&kept).unwrap_or_default();
        let mut told = Delivered { found: i64::try_from(mail.len()).unwrap(), ..Delivered::default() };
        for message in mail {
            if done.contains(message) {
                told.already += 1;
            } else if is_dry {
                told.planned += 1;
                told.planned_bytes += BYTES;
            } else {
                if die_after == Some(usize::try_from(told.copied).unwrap()) {
                    return Err(Error::internal("the copy was killed, as the test asked"));
                }
                self.inside.lock().unwrap().new.entry(address(to).to_owned()).or_default().push(*message);
                done.insert(*message);
                let (kept, count) = (serde_json::to_string(&done).unwrap(), i64::try_from(done.len()).unwrap());
                progress.keep("INBOX", &kept, count).map_err(Error::Internal)?;
                told.copied += 1;
                told.copied_bytes += BYTES;
            }
        }
        Ok(told)
    }
}
