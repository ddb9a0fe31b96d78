//! Putting a disk aside under another name, and bringing it back.
//!
//! libvirt cannot rename a volume. Where this process sees the same folder as the node, the file is
//! renamed, which is instant and cannot be half done. Elsewhere the disk is copied in full and the
//! first one deleted only when the copy is whole.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use virt::storage_pool::StoragePool;
use virt::storage_vol::StorageVol;

use super::{storage, volumes};
use crate::capability::Capability;
use crate::command::{Outcome, Report};
use crate::error::NodeError;
use crate::fence::Journal;
use crate::session::{Fence, Turn};
use crate::xml::volume_xml;

/// Renames a volume. Done already if only the new name is there.
pub(super) fn rename(turn: &Turn, journal: &Journal, fence: &Fence, pool_name: &str, from: &str, to: &str) -> Outcome {
    let pool = storage::pool(turn, pool_name)?;
    let Some(source) = storage::find_volume(turn, &pool, from)? else {
        let moved = storage::volume(turn, &pool, to).map_err(|refusal| match refusal {
            NodeError::NotFound { what, .. } => NodeError::NotFound { what, name: from.to_owned() },
            other => other,
        })?;
        if journal.is_unfinished(pool_name, to) {
            return Err(NodeError::Conflict {
                name: to.to_owned(),
                reason: "the copy is not whole and the disk it was made from is gone".to_owned(),
            });
        }
        return Ok(Report::Volume(storage::volume_facts(turn, &moved)?));
    };
    let path = turn.ask("read the volume", |_| source.get_path())?;
    volumes::refuse_if_used(turn, &path, from, true)?;
    if let Some(present) = storage::find_volume(turn, &pool, to)? {
        if !journal.is_unfinished(pool_name, to) {
            return Err(NodeError::Conflict { name: to.to_owned(), reason: format!("both it and {from} are there") });
        }
        turn.change(fence, "remove a half-made copy", |_| present.delete(0))?;
        journal.end_building(pool_name, to)?;
    }
    if sees_the_same_files(turn, &pool, from, &path)? {
        turn.allow_change(fence, "rename the disk")?;
        let target = Path::new(&path).with_file_name(to);
        fs::rename(&path, &target).map_err(|fault| NodeError::Failed {
            libvirt_code: 0,
            during: "rename the disk".to_owned(),
            detail: fault.to_string(),
        })?;
        turn.ask("refresh the pool", |_| pool.refresh(0))?;
    } else {
        copy(turn, journal, fence, &pool, pool_name, &source, to)?;
        turn.change(fence, "delete the disk that was copied", |_| source.delete(0))?;
    }
    if storage::find_volume(turn, &pool, from)?.is_some() {
        return Err(NodeError::Failed {
            libvirt_code: 0,
            during: "put the disk aside".to_owned(),
            detail: "it was moved and is still there".to_owned(),
        });
    }
    let mut facts = storage::volume_facts(turn, &storage::volume(turn, &pool, to)?)?;
    facts.changed = true;
    Ok(Report::Volume(facts))
}

fn copy(
    turn: &Turn,
    journal: &Journal,
    fence: &Fence,
    pool: &StoragePool,
    pool_name: &str,
    source: &StorageVol,
    to: &str,
) -> Result<(), NodeError> {
    let described = storage::describe(turn, source)?;
    let document = volume_xml(to, described.capacity_bytes.unwrap_or(0), described.format.as_deref().unwrap_or("raw"));
    turn.allow_change(fence, "copy the disk")?;
    journal.begin_building(pool_name, to)?;
    let made = turn.change(fence, "copy the disk", |_| StorageVol::create_xml_from(pool, &document, source, 0))?;
    let whole = storage::volume_facts(turn, &made)?;
    if whole.capacity_bytes < described.capacity_bytes.unwrap_or(0) {
        return Err(NodeError::Failed {
            libvirt_code: 0,
            during: "copy the disk".to_owned(),
            detail: "the copy is smaller than the disk".to_owned(),
        });
    }
    journal.end_building(pool_name, to)
}

/// True if a token written through libvirt can be read from the folder directly.
///
/// A path alone proves nothing: the node may be another machine with the same layout.
fn sees_the_same_files(turn: &Turn, pool: &StoragePool, from: &str, path: &str) -> Result<bool, NodeError> {
    let path = Path::new(path);
    let is_file = fs::metadata(path).is_ok_and(|found| found.is_file());
    if !is_file || !turn.can(Capability::VolumeUpload) {
        return Ok(false);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let token = format!("{from} {} {}", now.as_nanos(), std::process::id()).into_bytes();
    let bytes = u64::try_from(token.len()).unwrap_or(0);
    let name = format!("{from}.token");
    let document = volume_xml(&name, bytes, "raw");
    if let Some(left) = storage::find_volume(turn, pool, &name)? {
        turn.ask("remove an old token", |_| left.delete(0))?;
    }
    let volume = turn.ask("write a token", |_| StorageVol::create_xml(pool, &document, 0))?;
    let written = storage::upload(turn, &volume, bytes, &mut Cursor::new(&token));
    let seen = fs::read(path.with_file_name(&name));
    turn.ask("remove the token", |_| volume.delete(0))?;
    written?;
    Ok(seen.is_ok_and(|seen| seen == token))
}
