//! Pools, images, and moving content into volumes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use virt::storage_pool::StoragePool;
use virt::storage_vol::StorageVol;
use virt::stream::Stream;

use super::unreadable;
use crate::capability::Capability;
use crate::command::{ImageParts, ImageRef, Outcome, Report, VolumeFormat};
use crate::error::NodeError;
use crate::observed::{ImageFacts, VolumeFacts};
use crate::session::Turn;
use crate::xml::{VolumeDescription, folder_pool_xml, volume_description, volume_xml};

/// Bytes handed to libvirt at a time while content is moved.
const CHUNK: usize = 256 * 1024;

/// Finds a pool by name.
pub(super) fn find_pool(turn: &Turn, pool: &str) -> Result<Option<StoragePool>, NodeError> {
    turn.find("find the pool", |connection| StoragePool::lookup_by_name(connection, pool))
}

/// The pool, running, with a fresh list of volumes.
pub(super) fn pool(turn: &Turn, name: &str) -> Result<StoragePool, NodeError> {
    let pool =
        find_pool(turn, name)?.ok_or_else(|| NodeError::NotFound { what: "pool".to_owned(), name: name.to_owned() })?;
    if !turn.ask("look at the pool", |_| pool.is_active())? {
        turn.ask("start the pool", |_| pool.create(0))?;
    }
    Ok(pool)
}

/// Makes the pool.
pub(super) fn ensure_pool(turn: &Turn, name: &str, path: &Path) -> Outcome {
    let path =
        path.to_str().ok_or_else(|| NodeError::Invalid { reason: "the pool's folder is not text".to_owned() })?;
    let mut changed = false;
    let pool = match find_pool(turn, name)? {
        Some(pool) => {
            let document = turn.ask("read the pool", |_| pool.get_xml_desc(0))?;
            let described = volume_description(&document).map_err(|fault| unreadable("read the pool", &fault))?;
            if described.path.as_deref() != Some(path.trim_end_matches('/')) {
                return Err(NodeError::Conflict {
                    name: name.to_owned(),
                    reason: format!("the pool is elsewhere: {}", described.path.unwrap_or_default()),
                });
            }
            pool
        }
        None => {
            changed = true;
            let document = folder_pool_xml(name, path.trim_end_matches('/'));
            turn.ask("define the pool", |connection| StoragePool::define_xml(connection, &document, 0))?
        }
    };
    if !turn.ask("look at the pool", |_| pool.is_active())? {
        changed = true;
        turn.ask("make the pool's folder", |_| pool.build(0))?;
        turn.ask("start the pool", |_| pool.create(0))?;
    }
    if !turn.ask("look at the pool", |_| pool.get_autostart())? {
        changed = true;
        turn.ask("start the pool with the host", |_| pool.set_autostart(true))?;
    }
    if turn.ask("look at the pool", |_| pool.is_active())? {
        Ok(Report::Ensured { changed })
    } else {
        Err(NodeError::Failed {
            libvirt_code: 0,
            during: "start the pool".to_owned(),
            detail: "it was started and does not run".to_owned(),
        })
    }
}

/// Finds a volume by name.
pub(super) fn find_volume(turn: &Turn, pool: &StoragePool, volume: &str) -> Result<Option<StorageVol>, NodeError> {
    turn.find("find the volume", |_| StorageVol::lookup_by_name(pool, volume))
}

/// The volume, or a refusal.
pub(super) fn volume(turn: &Turn, pool: &StoragePool, name: &str) -> Result<StorageVol, NodeError> {
    find_volume(turn, pool, name)?
        .ok_or_else(|| NodeError::NotFound { what: "volume".to_owned(), name: name.to_owned() })
}

/// What a volume's document says.
pub(super) fn describe(turn: &Turn, volume: &StorageVol) -> Result<VolumeDescription, NodeError> {
    let document = turn.ask("read the volume", |_| volume.get_xml_desc(0))?;
    volume_description(&document).map_err(|fault| unreadable("read the volume", &fault))
}

/// What a volume is now.
pub(super) fn volume_facts(turn: &Turn, volume: &StorageVol) -> Result<VolumeFacts, NodeError> {
    let described = describe(turn, volume)?;
    let (name, path) = turn.ask("read the volume", |_| Ok((volume.get_name()?, volume.get_path()?)))?;
    Ok(VolumeFacts {
        name,
        path,
        format: match described.format.as_deref() {
            Some("raw") => Some(VolumeFormat::Raw),
            Some("qcow2") => Some(VolumeFormat::Qcow2),
            _ => None,
        },
        capacity_bytes: described.capacity_bytes.unwrap_or(0),
        allocated_bytes: described.allocated_bytes.unwrap_or(0),
        changed: false,
    })
}

/// Brings an image. The empty `.ready` volume comes last: without it the parts are not trusted.
pub(super) fn ensure_image(turn: &Turn, pool_name: &str, image: &ImageRef, parts: &ImageParts) -> Outcome {
    let pool = pool(turn, pool_name)?;
    let has_content = turn.can(Capability::VolumeUpload);
    let mut files = vec![(image.disk_volume(), parts.disk.as_path())];
    let kernel = parts.kernel.as_deref().map(|file| (image.kernel_volume(), file));
    let initrd = parts.initrd.as_deref().map(|file| (image.initrd_volume(), file));
    files.extend(kernel.clone());
    files.extend(initrd.clone());
    let facts = |changed| {
        Report::Image(ImageFacts {
            disk_volume: image.disk_volume(),
            kernel_volume: kernel.as_ref().map(|(name, _)| name.clone()),
            initrd_volume: initrd.as_ref().map(|(name, _)| name.clone()),
            has_content,
            changed,
        })
    };
    let is_complete = || -> Result<bool, NodeError> {
        if find_volume(turn, &pool, &image.ready_volume())?.is_none() {
            return Ok(false);
        }
        for (name, _) in &files {
            if find_volume(turn, &pool, name)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    };
    if is_complete()? {
        return Ok(facts(false));
    }
    for (name, file) in &files {
        bring(turn, &pool, name, file, has_content)?;
    }
    turn.ask("refresh the pool", |_| pool.refresh(0))?;
    if find_volume(turn, &pool, &image.ready_volume())?.is_none() {
        let document = volume_xml(&image.ready_volume(), 1024, "raw");
        turn.ask("note that the image is complete", |_| StorageVol::create_xml(&pool, &document, 0))?;
    }
    let disk = volume_facts(turn, &volume(turn, &pool, &image.disk_volume())?)?;
    if has_content && disk.format != Some(parts.format) {
        return Err(NodeError::Conflict {
            name: disk.name,
            reason: format!("the image's disk is not {}", parts.format.as_str()),
        });
    }
    if is_complete()? {
        Ok(facts(true))
    } else {
        Err(NodeError::Failed {
            libvirt_code: 0,
            during: "bring the image".to_owned(),
            detail: "its volumes were made and are not there".to_owned(),
        })
    }
}

fn bring(turn: &Turn, pool: &StoragePool, name: &str, file: &Path, has_content: bool) -> Result<(), NodeError> {
    let unusable = |fault: std::io::Error| NodeError::Failed {
        libvirt_code: 0,
        during: format!("read {}", file.display()),
        detail: fault.to_string(),
    };
    let mut open = File::open(file).map_err(|fault| {
        if fault.kind() == std::io::ErrorKind::NotFound {
            NodeError::NotFound { what: "file".to_owned(), name: file.display().to_string() }
        } else {
            unusable(fault)
        }
    })?;
    let bytes = open.seek(SeekFrom::End(0)).map_err(unusable)?;
    open.rewind().map_err(unusable)?;
    // Without the mark that the image is complete, a volume of this name is a broken-off attempt.
    if let Some(left) = find_volume(turn, pool, name)? {
        turn.ask("remove a broken-off copy", |_| left.delete(0))?;
    }
    // Bytes are stored as they are; the pool recognises the format afterwards.
    let document = volume_xml(name, bytes, "raw");
    let volume = turn.ask("make a volume for the image", |_| StorageVol::create_xml(pool, &document, 0))?;
    if has_content {
        upload(turn, &volume, bytes, &mut open)?;
    }
    Ok(())
}

/// Writes content to the beginning of a volume.
pub(super) fn upload(turn: &Turn, volume: &StorageVol, bytes: u64, content: &mut dyn Read) -> Result<(), NodeError> {
    let stream = turn.ask("begin to copy", |connection| {
        let stream = Stream::new(connection, 0)?;
        volume.upload(&stream, 0, bytes, 0)?;
        Ok(stream)
    })?;
    let copied = (|| {
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = content.read(&mut chunk).map_err(|fault| NodeError::Failed {
                libvirt_code: 0,
                during: "read what is copied".to_owned(),
                detail: fault.to_string(),
            })?;
            let mut left = chunk.get(..read).unwrap_or_default();
            if left.is_empty() {
                return Ok(());
            }
            while !left.is_empty() {
                let sent = turn.ask("copy", |_| stream.send(left))?;
                left = left.get(sent..).unwrap_or_default();
            }
        }
    })();
    match copied {
        Ok(()) => turn.ask("finish copying", |_| stream.finish()),
        Err(refusal) => {
            // The first fault is the one that matters.
            let _ = stream.abort();
            Err(refusal)
        }
    }
}

/// Reads the beginning of a volume.
pub(super) fn download(turn: &Turn, volume: &StorageVol, bytes: u64) -> Result<Vec<u8>, NodeError> {
    let stream = turn.ask("begin to read", |connection| {
        let stream = Stream::new(connection, 0)?;
        volume.download(&stream, 0, bytes, 0)?;
        Ok(stream)
    })?;
    let mut content = Vec::new();
    let mut chunk = vec![0; CHUNK];
    let read_all = loop {
        match turn.ask("read the volume's content", |_| stream.recv(&mut chunk)) {
            Ok(0) => break Ok(()),
            Ok(read) => content.extend_from_slice(chunk.get(..read).unwrap_or_default()),
            Err(refusal) => break Err(refusal),
        }
    };
    match read_all {
        Ok(()) => turn.ask("finish reading", |_| stream.finish()).map(|()| content),
        Err(refusal) => {
            let _ = stream.abort();
            Err(refusal)
        }
    }
}
