//! The volumes of one guest.

use std::io::Cursor;

use virt::storage_vol::StorageVol;

use super::{observe, storage};
use crate::capability::{Capability, Hypervisor};
use crate::command::{DiskSource, Outcome, Report, SeedSpec};
use crate::error::NodeError;
use crate::fence::Journal;
use crate::seed;
use crate::session::{Fence, Turn};
use crate::xml::volume_xml;

/// Sizes are rounded up to this many bytes.
const GRAIN: u64 = 1 << 20;

/// Makes a disk, or grows it. Content once whole is never replaced.
pub(super) fn ensure_volume(
    turn: &Turn,
    journal: &Journal,
    fence: &Fence,
    pool_name: &str,
    name: &str,
    source: &DiskSource,
    bytes: u64,
) -> Outcome {
    let wanted = bytes
        .checked_next_multiple_of(GRAIN)
        .ok_or_else(|| NodeError::Invalid { reason: "the disk's size is out of range".to_owned() })?;
    let pool = storage::pool(turn, pool_name)?;
    let mut changed = false;
    let mut found = storage::find_volume(turn, &pool, name)?;
    if journal.is_unfinished(pool_name, name)
        && let Some(half) = found.take()
    {
        turn.change(fence, "remove a half-filled disk", |_| half.delete(0))?;
    }
    let volume = match found {
        Some(volume) => volume,
        None => {
            changed = true;
            turn.allow_change(fence, "make the disk")?;
            journal.begin_building(pool_name, name)?;
            let made = match source {
                DiskSource::Empty => {
                    let document = volume_xml(name, wanted, format_here(turn));
                    turn.change(fence, "make an empty disk", |_| StorageVol::create_xml(&pool, &document, 0))?
                }
                DiskSource::Image { image } => {
                    if storage::find_volume(turn, &pool, &image.ready_volume())?.is_none() {
                        journal.end_building(pool_name, name)?;
                        return Err(NodeError::NotFound {
                            what: "image".to_owned(),
                            name: format!("{} {}", image.name, image.version),
                        });
                    }
                    let base = storage::volume(turn, &pool, &image.disk_volume())?;
                    let base_bytes = storage::volume_facts(turn, &base)?.capacity_bytes;
                    // Where a disk cannot be grown it is made in its final size.
                    let bytes = if turn.can(Capability::VolumeResize) { base_bytes } else { base_bytes.max(wanted) };
                    let document = volume_xml(name, bytes, format_here(turn));
                    turn.change(fence, "copy the image", |_| StorageVol::create_xml_from(&pool, &document, &base, 0))?
                }
            };
            journal.end_building(pool_name, name)?;
            made
        }
    };
    let before = storage::volume_facts(turn, &volume)?;
    if before.capacity_bytes < wanted {
        turn.need(Capability::VolumeResize)?;
        changed = true;
        grow(turn, fence, pool_name, &volume, &before.path, wanted)?;
    }
    let mut facts = storage::volume_facts(turn, &volume)?;
    facts.changed = changed;
    Ok(Report::Volume(facts))
}

/// QEMU's own format where QEMU runs the guests; elsewhere bytes as they are.
fn format_here(turn: &Turn) -> &'static str {
    match turn.session.hypervisor {
        Hypervisor::Qemu => "qcow2",
        Hypervisor::Xen | Hypervisor::Test | Hypervisor::Other => "raw",
    }
}

/// Grows a disk: through the running guest if there is one, since its process holds the file.
fn grow(turn: &Turn, fence: &Fence, pool: &str, volume: &StorageVol, path: &str, wanted: u64) -> Result<(), NodeError> {
    for domain in turn.ask("list running guests", |connection| {
        connection.list_all_domains(virt::sys::VIR_CONNECT_LIST_DOMAINS_ACTIVE)
    })? {
        let facts = observe::facts_of(turn, &domain, false)?;
        let target = facts
            .disks
            .iter()
            .find(|disk| disk.source.as_deref() == Some(path))
            .and_then(|disk| disk.target.as_deref());
        if let Some(target) = target {
            turn.change(fence, "grow the running guest's disk", |_| {
                domain.block_resize(target, wanted, virt::sys::VIR_DOMAIN_BLOCK_RESIZE_BYTES)
            })?;
            let pool = storage::pool(turn, pool)?;
            return turn.ask("refresh the pool", |_| pool.refresh(0)).map(|_| ());
        }
    }
    turn.change(fence, "grow the disk", |_| volume.resize(wanted, 0)).map(|_| ())
}

/// Writes the seed if its content differs.
pub(super) fn ensure_seed(turn: &Turn, fence: &Fence, pool_name: &str, name: &str, spec: &SeedSpec) -> Outcome {
    let content = seed::disk_image(spec)?;
    let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
    let pool = storage::pool(turn, pool_name)?;
    let can_upload = turn.can(Capability::VolumeUpload);
    let mut found = storage::find_volume(turn, &pool, name)?;
    if let Some(present) = &found {
        let before = storage::volume_facts(turn, present)?;
        if before.capacity_bytes == bytes {
            let same = !can_upload || storage::download(turn, present, bytes)? == content;
            if same {
                return Ok(Report::Volume(before));
            }
        } else {
            turn.change(fence, "remove a seed of another size", |_| present.delete(0))?;
            found = None;
        }
    }
    let volume = match found {
        Some(volume) => volume,
        None => {
            let document = volume_xml(name, bytes, "raw");
            turn.change(fence, "make the seed", |_| StorageVol::create_xml(&pool, &document, 0))?
        }
    };
    if can_upload {
        turn.allow_change(fence, "write the seed")?;
        storage::upload(turn, &volume, bytes, &mut Cursor::new(&content))?;
        if storage::download(turn, &volume, bytes)? != content {
            return Err(NodeError::Failed {
                libvirt_code: 0,
                during: "write the seed".to_owned(),
                detail: "what was written reads back differently".to_owned(),
            });
        }
    }
    let mut facts = storage::volume_facts(turn, &volume)?;
    facts.changed = true;
    Ok(Report::Volume(facts))
}

/// Deletes a volume that no domain uses.
pub(super) fn delete(turn: &Turn, journal: &Journal, fence: &Fence, pool_name: &str, name: &str) -> Outcome {
    let pool = storage::pool(turn, pool_name)?;
    let Some(volume) = storage::find_volume(turn, &pool, name)? else {
        journal.end_building(pool_name, name)?;
        return Ok(Report::Ensured { changed: false });
    };
    let path = turn.ask("read the volume", |_| volume.get_path())?;
    refuse_if_used(turn, &path, name, false)?;
    turn.change(fence, "delete the volume", |_| volume.delete(0))?;
    if storage::find_volume(turn, &pool, name)?.is_some() {
        return Err(NodeError::Failed {
            libvirt_code: 0,
            during: "delete the volume".to_owned(),
            detail: "it was deleted and is still there".to_owned(),
        });
    }
    journal.end_building(pool_name, name)?;
    Ok(Report::Ensured { changed: true })
}

/// Refuses if a domain uses the path; with `running_only`, only if it runs.
pub(super) fn refuse_if_used(turn: &Turn, path: &str, volume: &str, running_only: bool) -> Result<(), NodeError> {
    let which = if running_only { virt::sys::VIR_CONNECT_LIST_DOMAINS_ACTIVE } else { 0 };
    for domain in turn.ask("list guests", |connection| connection.list_all_domains(which))? {
        let facts = observe::facts_of(turn, &domain, false)?;
        let uses = facts.disks.iter().any(|disk| disk.source.as_deref() == Some(path))
            || facts.kernel.as_deref() == Some(path);
        if uses {
            return Err(NodeError::Conflict {
                name: volume.to_owned(),
                reason: format!("domain {} uses it", facts.name.unwrap_or_default()),
            });
        }
    }
    Ok(())
}
