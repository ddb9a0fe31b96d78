//! One mailbox, and many beside each other.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::account::{Server, Source};
use crate::fault::{Fault, FaultCode};
use crate::options::{Gate, Options};
use crate::parcel::way;
use crate::progress::Progress;
use crate::pull::Pull;
use crate::push::Push;
use crate::report::{Ledger, Report};

/// Copies one mailbox.
///
/// Never fails as a whole without saying so: what went wrong stands in the report, by message, by folder, and for
/// the mailbox. A second call with the same `progress` copies what the first one did not.
///
/// Needs a tokio runtime with time and I/O.
pub async fn copy(source: &Source, target: &Server, progress: &mut dyn Progress, options: &Options) -> Report {
    let ledger = Arc::new(Ledger::new(source.place(), target.place(), options.is_dry));
    let (outlet, inlet) = way(options.held_bytes);
    let push = Push::new(target, options, &ledger, progress, inlet).run();
    match source {
        Source::Server(server) => {
            tokio::join!(Pull::new(server, options, &ledger, outlet).run(), push);
        }
        Source::Disk(path) => {
            let (path, options, ledger) = (path.clone(), options.clone(), Arc::clone(&ledger));
            let runtime = tokio::runtime::Handle::current();
            let reading = {
                let ledger = Arc::clone(&ledger);
                tokio::task::spawn_blocking(move || crate::disk::read(&path, &options, &ledger, outlet, runtime))
            };
            let (read, ()) = tokio::join!(reading, push);
            if let Err(error) = read {
                ledger.fault(Fault::new(FaultCode::Internal, source.place(), error));
            }
        }
    }
    ledger.report()
}

/// One of many mailboxes to copy.
pub struct Job {
    /// What the caller calls it.
    pub name: String,
    /// Where from.
    pub source: Source,
    /// Where to.
    pub target: Server,
    /// Its state.
    pub progress: Box<dyn Progress>,
    /// How; the gates in it are replaced by those that all jobs with the same hosts share.
    pub options: Options,
}

/// What came of a [`Job`].
pub struct Outcome {
    /// What the caller calls it.
    pub name: String,
    /// What was done.
    pub report: Report,
    /// Its state; `None` where the copy ended by an error of this program.
    pub progress: Option<Box<dyn Progress>>,
}

/// Bounds of many copies together.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Mailboxes at a time.
    pub mailboxes: usize,
    /// Connections at a time to one source host.
    pub source_connections: usize,
    /// Connections at a time to one target host.
    pub target_connections: usize,
    /// Bytes a second read from one source host, over all its connections.
    pub source_bytes_per_second: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { mailboxes: 8, source_connections: 4, target_connections: 16, source_bytes_per_second: None }
    }
}

/// Copies many mailboxes beside each other, and tells of each when it is done. One that fails is told and does not
/// hold up the others.
pub async fn copy_many(jobs: Vec<Job>, limits: &Limits, mut on_done: impl FnMut(Outcome)) {
    let places = Arc::new(Semaphore::new(limits.mailboxes.max(1)));
    let mut sources: HashMap<String, Arc<Gate>> = HashMap::new();
    let mut targets: HashMap<String, Arc<Gate>> = HashMap::new();
    let mut running = JoinSet::new();
    let mut names: HashMap<tokio::task::Id, (String, String, String)> = HashMap::new();
    for job in jobs {
        let Job { name, source, target, mut progress, mut options } = job;
        if let Source::Server(server) = &source {
            let gate = sources.entry(server.host.to_lowercase());
            let fresh = || Arc::new(Gate::new(limits.source_connections, limits.source_bytes_per_second));
            options.source_gate = Arc::clone(gate.or_insert_with(fresh));
        }
        let fresh = || Arc::new(Gate::new(limits.target_connections, None));
        options.target_gate = Arc::clone(targets.entry(target.host.to_lowercase()).or_insert_with(fresh));
        let places = Arc::clone(&places);
        let told = (name.clone(), source.place(), target.place());
        let task = running.spawn(async move {
            // The semaphore is never closed.
            let _place = places.acquire_owned().await;
            let report = copy(&source, &target, progress.as_mut(), &options).await;
            Outcome { name, report, progress: Some(progress) }
        });
        names.insert(task.id(), told);
    }
    while let Some(ended) = running.join_next_with_id().await {
        match ended {
            Ok((_, outcome)) => on_done(outcome),
            Err(error) => {
                let (name, source, target) = names.remove(&error.id()).unwrap_or_default();
                let fault = Fault::new(FaultCode::Internal, &source, "the copy ended by an error of this program");
                let report = Report { source, target, fault: Some(fault), ..Report::default() };
                on_done(Outcome { name, report, progress: None });
            }
        }
    }
}
