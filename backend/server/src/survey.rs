//! Guests that are not ours, in the panel's words. Nothing is decided here.

use hostwright_node::{FoundDisk, FoundGuest, FoundInterface};
use hostwright_panel::servers::adoption::model::{
    AddressFacts, DiskFacts, FileFacts, GuestFacts, GuestFound, InterfaceFacts, ProcessFacts, mebibytes,
};

use crate::hypervisor::state;

/// A guest that was found, as the panel keeps it.
#[must_use]
pub fn found(guest: FoundGuest) -> GuestFound {
    GuestFound {
        facts: GuestFacts {
            uuid: guest.guest.uuid,
            name: guest.guest.name,
            title: guest.title,
            state: state(guest.state),
            is_persistent: guest.is_persistent,
            kind: guest.kind,
            vcpus: guest.vcpus.map(i64::from),
            memory_mib: guest.memory_bytes.and_then(mebibytes),
            disks: guest.disks.into_iter().map(disk).collect(),
            interfaces: guest.interfaces.into_iter().map(interface).collect(),
            boot_files: guest
                .boot_files
                .into_iter()
                .map(|file| FileFacts { path: file.path, is_there: file.is_there })
                .collect(),
            host_devices: guest.host_devices,
            run: guest.domain_id.map(i64::from),
            process: guest.process.and_then(|process| {
                Some(ProcessFacts { id: process.id.into(), started: process.started.try_into().ok()? })
            }),
        },
        document: guest.stored.unwrap_or(guest.document),
    }
}

fn disk(disk: FoundDisk) -> DiskFacts {
    let (pool, volume) = disk.volume.map(|volume| (volume.pool, volume.name)).unzip();
    DiskFacts {
        device: disk.device,
        target: disk.target,
        kind: disk.kind,
        source: disk.source,
        format: disk.format,
        read_only: disk.read_only,
        is_shared: disk.is_shared,
        bytes: disk.capacity_bytes,
        is_there: disk.is_there,
        pool,
        volume,
        backing: disk.backing,
    }
}

fn interface(interface: FoundInterface) -> InterfaceFacts {
    InterfaceFacts {
        kind: interface.kind,
        mac: interface.mac,
        source: interface.source,
        filter: interface.filter,
        addresses: interface
            .addresses
            .into_iter()
            .map(|one| AddressFacts { address: one.address, from: one.from.as_str().to_owned() })
            .collect(),
    }
}
