//! The copying of mailboxes by IMAP behind the panel's port.
//!
//! Invariants: the bounds of a source's host hold for all copies of this process together; what a
//! server says is passed on as a code with words, never as a fault of ours; the copy runs where
//! keeping its state may block.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hostwright_mailboxes::{
    Fault, FaultCode, FolderState, Gate, Login, Options, Progress, Report, Security, Server, Source, Survey, Trust,
    copy, enter, survey,
};
use hostwright_panel::migration::content::model::MailSecurity;
use hostwright_panel::migration::ports::{
    CopyProgress, Delivered, Gentleness, MailAccount, MailCopier, MailFault, MailboxSize,
};
use hostwright_panel::platform::Error;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::worker::BoxFuture;

/// Copies by IMAP.
#[derive(Debug, Default)]
pub struct ImapCopier {
    gates: Mutex<HashMap<String, (Gentleness, Arc<Gate>)>>,
}

impl ImapCopier {
    /// The bounds of a host; made anew where somebody set others.
    fn gate(&self, host: &str, gentleness: Gentleness) -> Arc<Gate> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((set, gate)) = gates.get(host)
            && *set == gentleness
        {
            return Arc::clone(gate);
        }
        let gate = Arc::new(Gate::new(gentleness.connections, gentleness.bytes_per_second));
        gates.insert(host.to_owned(), (gentleness, Arc::clone(&gate)));
        gate
    }

    fn options(&self, host: &str, gentleness: Gentleness) -> Options {
        Options { source_gate: self.gate(host, gentleness), ..Options::default() }
    }
}

impl MailCopier for ImapCopier {
    fn enter<'a>(&'a self, account: &'a MailAccount) -> BoxFuture<'a, std::result::Result<(), MailFault>> {
        Box::pin(async move { enter(&server(account), &Options::default()).await.map_err(|fault| told(&fault)) })
    }

    fn measure<'a>(
        &'a self,
        account: &'a MailAccount,
        gentleness: Gentleness,
    ) -> BoxFuture<'a, std::result::Result<MailboxSize, MailFault>> {
        Box::pin(async move {
            let options = self.options(&account.host, gentleness);
            let found = survey(&Source::Server(server(account)), &options).await;
            found.map(|found| size(&found)).map_err(|fault| told(&fault))
        })
    }

    fn copy<'a>(
        &'a self,
        from: &'a MailAccount,
        to: &'a MailAccount,
        gentleness: Gentleness,
        is_dry: bool,
        progress: Box<dyn CopyProgress>,
    ) -> BoxFuture<'a, Result<Delivered>> {
        let options = Options { is_dry, ..self.options(&from.host, gentleness) };
        let (source, target) = (Source::Server(server(from)), server(to));
        Box::pin(async move {
            let runtime = tokio::runtime::Handle::current();
            let copying = tokio::task::spawn_blocking(move || {
                let mut kept = Kept(progress);
                runtime.block_on(copy(&source, &target, &mut kept, &options))
            });
            let report = copying.await.map_err(|error| Error::internal(format!("the copy ended: {error}")))?;
            Ok(delivered(&report))
        })
    }
}

/// The panel's memory of a copy, as the copier asks for it.
struct Kept(Box<dyn CopyProgress>);

impl Progress for Kept {
    fn folder(&mut self, folder: &str) -> Option<FolderState> {
        let kept = self.0.folder(folder)?;
        // What cannot be read costs time: mail that is there is recognised by its headers.
        serde_json::from_str(&kept).ok()
    }

    fn keep(&mut self, folder: &str, state: &FolderState) -> std::result::Result<(), String> {
        let text = serde_json::to_string(state).map_err(|error| error.to_string())?;
        self.0.keep(folder, &text, number(state.len()))
    }
}

fn server(account: &MailAccount) -> Server {
    Server {
        host: account.host.clone(),
        port: account.port,
        security: match account.security {
            MailSecurity::Tls => Security::Tls,
            MailSecurity::StartTls => Security::StartTls,
            MailSecurity::Plain => Security::Plain,
        },
        trust: account.fingerprint.map_or(Trust::System, Trust::Fingerprint),
        login: Login::Password {
            user: account.user.clone(),
            password: account.password.clone(),
            mailbox: account.on_behalf_of.clone(),
        },
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn told(fault: &Fault) -> MailFault {
    MailFault {
        code: fault.code.as_str().to_owned(),
        reason: format!("{}: {}", fault.place, fault.reason),
        may_pass: fault.code.may_pass(),
        is_login: fault.code == FaultCode::LoginRefused,
    }
}

fn size(found: &Survey) -> MailboxSize {
    let free = found.storage_quota.map(|quota| number(quota.limit.saturating_sub(quota.used)));
    MailboxSize {
        messages: number(found.messages),
        bytes: number(found.bytes),
        largest: found.folders.first().map(|folder| (folder.folder.clone(), number(folder.bytes))),
        free_bytes: free,
    }
}

fn delivered(report: &Report) -> Delivered {
    let planned_bytes = report.folders.iter().map(|folder| folder.planned_bytes).sum();
    // What is not its owner's, or was left out on purpose, is nothing to look at.
    let of_folder = |fault: &&Fault| !matches!(fault.code, FaultCode::NotPersonal | FaultCode::LeftOut);
    let left_out = report.folders.iter().find_map(|folder| {
        let fault = folder.fault.as_ref().filter(of_folder).map(told);
        fault.or_else(|| {
            let skipped = folder.skipped.first()?;
            let place = format!("{} {}", folder.folder, skipped.messages);
            Some(told(&Fault::new(skipped.code, place, &skipped.reason)))
        })
    });
    Delivered {
        found: number(report.found()),
        copied: number(report.copied()),
        copied_bytes: number(report.copied_bytes()),
        already: number(report.already()),
        planned: number(report.planned()),
        planned_bytes: number(planned_bytes),
        skipped: number(report.skipped()),
        fault: report.fault.as_ref().map(told),
        left_out,
    }
}
