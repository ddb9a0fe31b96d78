//! How large mailboxes are, before they are copied.

use std::path::Path;
use std::sync::Arc;

use hostwright_importer::Limits as ReadLimits;
use hostwright_importer::sources::mailboxes;
use serde::Serialize;

use crate::account::{Server, Source};
use crate::copying::Limits;
use crate::fault::{Fault, FaultCode};
use crate::folders::shown;
use crate::options::{Gate, Options};
use crate::wire::{Answer, Broken, Session};

/// One folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FolderSize {
    /// As people read it, with `/` between levels.
    pub folder: String,
    /// Messages.
    pub messages: u64,
    /// Bytes of messages.
    pub bytes: u64,
}

/// How sizes were learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SizedBy {
    /// The server sums up each folder (`STATUS=SIZE`, RFC 8438).
    Status,
    /// The size of every message was asked for and summed up.
    Messages,
    /// Files on disk.
    Files,
}

/// Use and limit of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Allowance {
    /// In use.
    pub used: u64,
    /// Allowed.
    pub limit: u64,
}

/// How large a mailbox is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Survey {
    /// Where it is.
    pub place: String,
    /// Its folders, the largest first. For mail on disk the largest alone.
    pub folders: Vec<FolderSize>,
    /// Messages of all folders.
    pub messages: u64,
    /// Bytes of all folders.
    pub bytes: u64,
    /// Bytes in use and allowed (RFC 9208 `STORAGE`), where the server or the mailbox tells.
    pub storage_quota: Option<Allowance>,
    /// Messages in use and allowed.
    pub message_quota: Option<Allowance>,
    /// How sizes were learnt.
    pub sized_by: SizedBy,
    /// Folders that could not be looked at.
    pub faults: Vec<Fault>,
}

impl Survey {
    /// Bytes that this mailbox as a target lacks to take all of `source`; 0 where it has room or no limit.
    #[must_use]
    pub fn lacks_bytes_for(&self, source: &Self) -> u64 {
        let Some(quota) = self.storage_quota else { return 0 };
        source.bytes.saturating_sub(quota.limit.saturating_sub(quota.used))
    }
}

/// Measures a mailbox. Nothing is changed.
///
/// # Errors
/// It cannot be reached, logged in to, or read at all.
pub async fn survey(source: &Source, options: &Options) -> Result<Survey, Fault> {
    match source {
        Source::Server(server) => of_server(server, options).await,
        Source::Disk(path) => {
            let path = path.clone();
            let place = source.place();
            let counted = tokio::task::spawn_blocking(move || of_disk(&path)).await;
            counted.map_err(|error| Fault::new(FaultCode::Internal, place, error))?
        }
    }
}

/// Whether a mailbox lets this login in. Nothing is changed.
///
/// # Errors
/// It cannot be reached, or does not.
pub async fn enter(server: &Server, options: &Options) -> Result<(), Fault> {
    let session = Session::open(server, options, &options.source_gate).await?;
    session.close().await;
    Ok(())
}

/// Measures many mailboxes beside each other, the largest first; those that cannot be measured at the end.
pub async fn survey_many(
    sources: Vec<(String, Source)>,
    options: &Options,
    limits: &Limits,
) -> Vec<(String, Result<Survey, Fault>)> {
    let gate = Arc::new(Gate::new(limits.source_connections, limits.source_bytes_per_second));
    let mut running = tokio::task::JoinSet::new();
    for (name, source) in sources {
        let options = Options { source_gate: Arc::clone(&gate), ..options.clone() };
        running.spawn(async move { (name, survey(&source, &options).await) });
    }
    let mut all = Vec::new();
    while let Some(ended) = running.join_next().await {
        match ended {
            Ok(measured) => all.push(measured),
            Err(error) => all.push((String::new(), Err(Fault::new(FaultCode::Internal, "", error)))),
        }
    }
    let rank = |measured: &Result<Survey, Fault>| measured.as_ref().map_or(0, |survey| survey.bytes.saturating_add(1));
    all.sort_by(|a, b| rank(&b.1).cmp(&rank(&a.1)).then_with(|| a.0.cmp(&b.0)));
    all
}

fn of_disk(path: &Path) -> Result<Survey, Fault> {
    let place = path.display().to_string();
    let (counted, gaps) = mailboxes::survey(path, &ReadLimits::default()).map_err(|refusal| {
        let code = match refusal.code {
            hostwright_importer::RefusalCode::NotThisFormat => FaultCode::NotAMailbox,
            _ => FaultCode::Unreadable,
        };
        Fault::new(code, refusal.place, refusal.reason)
    })?;
    let largest = FolderSize { folder: counted.largest_folder, messages: 0, bytes: counted.largest_folder_bytes };
    let used = |limit: Option<u64>, used| limit.map(|limit| Allowance { used, limit });
    Ok(Survey {
        place,
        folders: if counted.folders == 0 { Vec::new() } else { vec![largest] },
        messages: counted.messages,
        bytes: counted.bytes,
        storage_quota: used(counted.quota_bytes, counted.bytes),
        message_quota: used(counted.quota_messages, counted.messages),
        sized_by: SizedBy::Files,
        faults: gaps.into_iter().map(|gap| Fault::new(FaultCode::Unreadable, gap.place, gap.reason)).collect(),
    })
}

async fn of_server(server: &Server, options: &Options) -> Result<Survey, Fault> {
    let mut session = Session::open(server, options, &options.source_gate).await?;
    let measured = measure(&mut session).await.map_err(|broken| broken.fault(&server.place()));
    session.close().await;
    measured
}

async fn measure(session: &mut Session) -> Result<Survey, Broken> {
    let (folders, unread) = session.list().await?;
    let bad = |text| Fault::new(FaultCode::BadResponse, session.place(), text);
    let mut faults: Vec<Fault> = unread.into_iter().map(bad).collect();
    let by_status = session.offers("STATUS=SIZE");
    let mut sizes = Vec::new();
    for folder in folders.into_iter().filter(|folder| folder.is_personal) {
        let name = shown(&folder.levels);
        let counted = if by_status {
            session.counts(&folder.name, "MESSAGES SIZE").await?.map(|counts| (counts.messages, counts.size))
        } else {
            summed(session, &folder.name).await?.map(|(messages, bytes)| (Some(messages), Some(bytes)))
        };
        match counted {
            Ok((messages, bytes)) => {
                sizes.push(FolderSize { folder: name, messages: messages.unwrap_or(0), bytes: bytes.unwrap_or(0) });
            }
            Err(done) => faults.push(Fault::new(FaultCode::FolderUnreadable, name, done.text)),
        }
    }
    let (mut storage, mut count) = (None, None);
    if session.offers("QUOTA") {
        let allowance = |(used, limit)| Allowance { used, limit };
        session
            .ask("GETQUOTAROOT INBOX", |answer| {
                if let Answer::Quota { storage: bytes, messages } = answer {
                    storage = storage.or(bytes.map(allowance));
                    count = count.or(messages.map(allowance));
                }
            })
            .await?;
    }
    sizes.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.folder.cmp(&b.folder)));
    Ok(Survey {
        place: session.place().to_owned(),
        messages: sizes.iter().map(|size| size.messages).sum(),
        bytes: sizes.iter().fold(0, |sum: u64, size| sum.saturating_add(size.bytes)),
        folders: sizes,
        storage_quota: storage,
        message_quota: count,
        sized_by: if by_status { SizedBy::Status } else { SizedBy::Messages },
        faults,
    })
}

/// Messages and bytes of a folder, by the size of every message.
async fn summed(session: &mut Session, name: &str) -> Result<Result<(u64, u64), crate::wire::Done>, Broken> {
    let examined = match session.examine(name).await? {
        Ok(examined) => examined,
        Err(done) => return Ok(Err(done)),
    };
    let mut bytes = 0u64;
    if examined.messages > 0 {
        session
            .ask("UID FETCH 1:* (RFC822.SIZE)", |answer| {
                if let Answer::Fetched(fetched) = answer {
                    bytes = bytes.saturating_add(fetched.size.unwrap_or(0));
                }
            })
            .await?;
    }
    Ok(Ok((examined.messages, bytes)))
}
