//! The guest itself: its definition and its running.

use virt::domain::Domain;
use virt::storage_pool::StoragePool;
use virt::sys;

use super::observe::{self, Memory};
use super::storage;
use crate::capability::{Capability, Hypervisor};
use crate::command::{Artifact, Boot, GuestRef, GuestSpec, Outcome, Report};
use crate::error::NodeError;
use crate::observed::{GuestState, Observed};
use crate::session::{Fence, Turn};
use crate::xml::{DomainFacts, Placement, VolumePlace, domain_facts, domain_xml, without_screens};

/// Defines the guest, or redefines it if it differs.
pub(super) fn ensure_domain(
    turn: &Turn,
    memory: &Memory,
    fence: &Fence,
    guest: &GuestRef,
    spec: &GuestSpec,
) -> Outcome {
    if matches!(spec.boot, Boot::Direct { .. }) {
        turn.need(Capability::DirectBoot)?;
    }
    let (place, left_out) = placement(turn, guest, spec)?;
    let document = domain_xml(guest, spec, &place);
    let wanted = domain_facts(&document).map_err(|fault| super::unreadable("read the definition to be", &fault))?;
    let present = match observe::find(turn, guest)? {
        Some(domain) => Some(observe::facts_of(turn, &domain, true)?),
        None => {
            refuse_namesake(turn, guest)?;
            None
        }
    };
    if let Some(present) = &present {
        refuse_stranger(guest, present)?;
    }
    let changed = !present.is_some_and(|present| is_as_wanted(&present, &wanted));
    if changed {
        turn.change(fence, "define the guest", |connection| Domain::define_xml(connection, &document))?;
    }
    let mut seen = observe::guest(turn, memory, guest)?;
    seen.changed = changed;
    seen.left_out = left_out;
    Ok(Report::Guest(Box::new(seen)))
}

/// The digest tells what we wrote; the facts tell whether somebody has edited it since.
fn is_as_wanted(present: &DomainFacts, wanted: &DomainFacts) -> bool {
    let disks = |facts: &DomainFacts| -> Vec<(Option<String>, Option<String>)> {
        facts.disks.iter().map(|disk| (disk.source.clone(), disk.target.clone())).collect()
    };
    let interfaces = |facts: &DomainFacts| -> Vec<(Option<String>, Option<String>, Option<String>)> {
        facts.interfaces.iter().map(|one| (one.mac.clone(), one.source.clone(), one.filter.clone())).collect()
    };
    present.mark == wanted.mark
        && present.vcpus == wanted.vcpus
        && present.memory_bytes == wanted.memory_bytes
        && present.kernel == wanted.kernel
        && disks(present) == disks(wanted)
        && interfaces(present) == interfaces(wanted)
}

/// Defines a guest that was taken over as it was found, if it is gone.
pub(super) fn ensure_as_found(
    turn: &Turn,
    memory: &Memory,
    fence: &Fence,
    guest: &GuestRef,
    document: &str,
) -> Outcome {
    if observe::find(turn, guest)?.is_some() {
        return unchanged(turn, memory, guest);
    }
    refuse_namesake(turn, guest)?;
    let during = "read the definition as it was found";
    let document = without_screens(document).map_err(|fault| super::unreadable(during, &fault))?;
    let facts = domain_facts(&document).map_err(|fault| super::unreadable(during, &fault))?;
    let is_its_own = facts.name.as_deref() == Some(guest.name.as_str())
        && facts.uuid.is_some_and(|uuid| uuid.eq_ignore_ascii_case(&guest.uuid));
    if !is_its_own {
        return Err(NodeError::Invalid { reason: "the document is that of another guest".to_owned() });
    }
    turn.change(fence, "define the guest as it was found", |connection| Domain::define_xml(connection, &document))?;
    let mut seen = observe::guest(turn, memory, guest)?;
    seen.changed = true;
    Ok(Report::Guest(Box::new(seen)))
}

fn refuse_stranger(guest: &GuestRef, facts: &DomainFacts) -> Result<(), NodeError> {
    if facts.mark.is_some() || guest.adopted {
        return Ok(());
    }
    Err(NodeError::Conflict { name: guest.name.clone(), reason: "the domain was not made by us".to_owned() })
}

fn refuse_namesake(turn: &Turn, guest: &GuestRef) -> Result<(), NodeError> {
    let namesake =
        turn.find("find a domain of this name", |connection| Domain::lookup_by_name(connection, &guest.name))?;
    match namesake {
        None => Ok(()),
        Some(_) => Err(NodeError::Conflict {
            name: guest.name.clone(),
            reason: "a domain of this name has another UUID".to_owned(),
        }),
    }
}

fn placement(turn: &Turn, guest: &GuestRef, spec: &GuestSpec) -> Result<(Placement, Vec<Capability>), NodeError> {
    let pool = storage::pool(turn, &spec.pool)?;
    let disk = place_of(turn, &pool, &spec.disk)?;
    let seed = match &spec.seed {
        Some(seed) => Some(place_of(turn, &pool, seed)?),
        None => None,
    };
    let (kernel, initrd) = match &spec.boot {
        Boot::Disk => (None, None),
        Boot::Direct { kernel, initrd, .. } => (
            Some(file_of(turn, &pool, kernel)?),
            match initrd {
                Some(initrd) => Some(file_of(turn, &pool, initrd)?),
                None => None,
            },
        ),
    };
    let with_filter = turn.can(Capability::Filters);
    let mut left_out = Vec::new();
    if spec.filter.is_some() && !with_filter {
        left_out.push(Capability::Filters);
    }
    if !turn.can(Capability::Console) {
        left_out.push(Capability::Console);
    }
    let console_log = turn
        .config
        .console_dir
        .as_ref()
        .filter(|_| turn.session.hypervisor == Hypervisor::Qemu)
        .and_then(|folder| folder.join(format!("{}.log", guest.name)).to_str().map(str::to_owned));
    let place = Placement {
        hypervisor: turn.session.hypervisor,
        acceleration: turn.config.acceleration,
        disk,
        seed,
        kernel,
        initrd,
        console_log,
        with_filter,
    };
    Ok((place, left_out))
}

fn place_of(turn: &Turn, pool: &StoragePool, name: &str) -> Result<VolumePlace, NodeError> {
    let volume = storage::volume(turn, pool, name)?;
    let described = storage::describe(turn, &volume)?;
    Ok(VolumePlace {
        path: turn.ask("read the volume", |_| volume.get_path())?,
        // An image is recognised by its content; anything else is bytes as they are.
        format: match described.format.as_deref() {
            Some("qcow2") => "qcow2".to_owned(),
            _ => "raw".to_owned(),
        },
        is_block_device: described.kind == "block",
    })
}

fn file_of(turn: &Turn, pool: &StoragePool, artifact: &Artifact) -> Result<String, NodeError> {
    match artifact {
        Artifact::Volume { volume } => {
            let volume = storage::volume(turn, pool, volume)?;
            turn.ask("read the volume", |_| volume.get_path())
        }
        Artifact::File { path } => path
            .to_str()
            .map(str::to_owned)
            .ok_or_else(|| NodeError::Invalid { reason: "the path of a kernel is not text".to_owned() }),
    }
}

/// Our own guest, or a refusal.
fn own(turn: &Turn, guest: &GuestRef) -> Result<Domain, NodeError> {
    let domain = observe::find(turn, guest)?
        .ok_or_else(|| NodeError::NotFound { what: "domain".to_owned(), name: guest.name.clone() })?;
    refuse_stranger(guest, &observe::facts_of(turn, &domain, true)?)?;
    Ok(domain)
}

/// Looks again. What the call answered counts only if the guest is not seen as asked.
fn confirm(
    turn: &Turn,
    memory: &Memory,
    guest: &GuestRef,
    act: Result<(), NodeError>,
    as_asked: impl FnOnce(&Observed) -> bool,
) -> Outcome {
    if let Err(refusal) = &act
        && refusal.leaves_state_unknown()
    {
        return Err(refusal.clone());
    }
    let mut seen = observe::guest(turn, memory, guest)?;
    if as_asked(&seen) {
        seen.changed = true;
        return Ok(Report::Guest(Box::new(seen)));
    }
    act?;
    Err(NodeError::Failed {
        libvirt_code: 0,
        during: "look again".to_owned(),
        detail: format!("libvirt agreed, but the guest was seen {:?}", seen.state),
    })
}

/// Makes the guest run.
pub(super) fn start(turn: &Turn, memory: &Memory, fence: &Fence, guest: &GuestRef) -> Outcome {
    let domain = own(turn, guest)?;
    let act = match observe::state_of(turn, &domain)?.0 {
        GuestState::Running => return unchanged(turn, memory, guest),
        GuestState::Paused => turn.change(fence, "resume the guest", |_| domain.resume()),
        _ => turn.change(fence, "start the guest", |_| domain.create()),
    };
    confirm(turn, memory, guest, act.map(|_| ()), |seen| seen.state == GuestState::Running)
}

/// Presses the power button. Whether the guest follows shows later.
pub(super) fn shutdown(turn: &Turn, memory: &Memory, fence: &Fence, guest: &GuestRef) -> Outcome {
    let domain = own(turn, guest)?;
    if !matches!(observe::state_of(turn, &domain)?.0, GuestState::Running | GuestState::Paused) {
        return unchanged(turn, memory, guest);
    }
    turn.need(Capability::AcpiShutdown)?;
    let act = turn.change(fence, "press the guest's power button", |_| {
        if turn.session.hypervisor == Hypervisor::Qemu {
            domain.shutdown_flags(sys::VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN)
        } else {
            domain.shutdown()
        }
    });
    let is_asked = act.is_ok();
    confirm(turn, memory, guest, act.map(|_| ()), |seen| {
        is_asked || matches!(seen.state, GuestState::ShutOff | GuestState::Absent)
    })
}

/// Pulls the plug.
pub(super) fn power_off(turn: &Turn, memory: &Memory, fence: &Fence, guest: &GuestRef) -> Outcome {
    let Some(domain) = observe::find(turn, guest)? else {
        return unchanged(turn, memory, guest);
    };
    refuse_stranger(guest, &observe::facts_of(turn, &domain, true)?)?;
    if observe::state_of(turn, &domain)?.0 == GuestState::ShutOff {
        return unchanged(turn, memory, guest);
    }
    let act = turn.change(fence, "power the guest off", |_| domain.destroy());
    confirm(turn, memory, guest, act, |seen| matches!(seen.state, GuestState::ShutOff | GuestState::Absent))
}

/// Restarts the guest.
pub(super) fn reboot(turn: &Turn, memory: &Memory, fence: &Fence, guest: &GuestRef, force: bool) -> Outcome {
    let domain = own(turn, guest)?;
    if observe::state_of(turn, &domain)?.0 != GuestState::Running {
        return Err(NodeError::Conflict {
            name: guest.name.clone(),
            reason: "a guest that does not run cannot be restarted".to_owned(),
        });
    }
    let act = if !force {
        turn.change(fence, "ask the guest to restart", |_| {
            if turn.session.hypervisor == Hypervisor::Qemu {
                domain.reboot(sys::VIR_DOMAIN_REBOOT_ACPI_POWER_BTN)
            } else {
                domain.reboot(0)
            }
        })
    } else if turn.can(Capability::Reset) {
        turn.change(fence, "reset the guest", |_| domain.reset()).map(|_| ())
    } else {
        turn.change(fence, "power the guest off", |_| domain.destroy())?;
        turn.change(fence, "start the guest", |_| domain.create()).map(|_| ())
    };
    confirm(turn, memory, guest, act, |seen| seen.state == GuestState::Running)
}

/// Removes the definition of a stopped guest. Its disks stay.
pub(super) fn ensure_undefined(turn: &Turn, fence: &Fence, guest: &GuestRef) -> Outcome {
    let Some(domain) = observe::find(turn, guest)? else {
        return Ok(Report::Ensured { changed: false });
    };
    refuse_stranger(guest, &observe::facts_of(turn, &domain, true)?)?;
    if observe::state_of(turn, &domain)?.0 != GuestState::ShutOff {
        return Err(NodeError::Conflict {
            name: guest.name.clone(),
            reason: "a guest must be seen stopped before its definition is removed".to_owned(),
        });
    }
    let act = turn.change(fence, "remove the guest's definition", |_| {
        if turn.session.hypervisor == Hypervisor::Qemu {
            // Of a guest that was taken over, nothing is thrown away that it could need again.
            let firmware =
                if guest.adopted { sys::VIR_DOMAIN_UNDEFINE_KEEP_NVRAM } else { sys::VIR_DOMAIN_UNDEFINE_NVRAM };
            let with_leftovers =
                sys::VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | sys::VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA | firmware;
            domain.undefine_flags(with_leftovers)
        } else {
            domain.undefine()
        }
    });
    if observe::find(turn, guest)?.is_none() {
        return Ok(Report::Ensured { changed: true });
    }
    act?;
    Err(NodeError::Failed {
        libvirt_code: 0,
        during: "remove the guest's definition".to_owned(),
        detail: "it was removed and is still there".to_owned(),
    })
}

fn unchanged(turn: &Turn, memory: &Memory, guest: &GuestRef) -> Outcome {
    observe::guest(turn, memory, guest).map(|seen| Report::Guest(Box::new(seen)))
}
