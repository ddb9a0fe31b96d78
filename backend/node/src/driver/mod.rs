//! How each command is carried out with libvirt. Runs on a worker thread and may block.

mod bulk;
mod console;
mod counters;
mod guest;
mod network;
mod observe;
mod quarantine;
mod storage;
mod survey;
mod volumes;

use crate::capability::Capability;
use crate::command::{Boot, Command, GuestRef, GuestStep, Outcome, Report, Uplink};
use crate::error::NodeError;
use crate::fence::Journal;
use crate::names;
use crate::session::{Fence, Turn};

pub(crate) use observe::Memory;

/// Refuses a malformed command before anything is sent.
pub(crate) fn check(command: &Command) -> Result<(), NodeError> {
    match command {
        Command::Probe { pool } | Command::ObserveAll { pool } => match pool {
            Some(pool) => names::check("pool", pool),
            None => Ok(()),
        },
        Command::ObserveGuest { guest } | Command::ConsoleTail { guest, .. } => names::check_guest(guest),
        Command::Survey { .. } => Ok(()),
        Command::EnsurePool { pool, path } => {
            names::check("pool", pool)?;
            if path.is_absolute() && path.to_str().is_some_and(|path| !path.contains("..")) {
                Ok(())
            } else {
                Err(NodeError::Invalid { reason: format!("{} cannot be the folder of a pool", path.display()) })
            }
        }
        Command::EnsureImage { pool, image, .. } => {
            names::check("pool", pool)?;
            names::check("image", &image.name)?;
            names::check("image version", &image.version)
        }
        Command::EnsureNetwork { network, kind } => {
            names::check("network", network)?;
            network::check_kind(kind)
        }
        Command::Guest { guest, step, .. } => {
            names::check_guest(guest)?;
            check_taken_over(guest, step)?;
            match step {
                GuestStep::EnsureVolume { pool, volume, .. } | GuestStep::DeleteVolume { pool, volume } => {
                    names::check("pool", pool)?;
                    names::check_volume_of(guest, volume)
                }
                GuestStep::EnsureSeed { pool, volume, seed } => {
                    names::check("pool", pool)?;
                    names::check_volume_of(guest, volume)?;
                    crate::seed::check(seed)
                }
                GuestStep::EnsureFilter { filter, mac, .. } => {
                    names::check("filter", filter)?;
                    names::check_mac(mac)
                }
                GuestStep::EnsureNoFilter { filter } => names::check("filter", filter),
                GuestStep::EnsureDomain { spec } => {
                    names::check("pool", &spec.pool)?;
                    names::check_volume_of(guest, &spec.disk)?;
                    names::check_mac(&spec.mac)?;
                    if let Some(seed) = &spec.seed {
                        names::check_volume_of(guest, seed)?;
                    }
                    if let Boot::Direct { cmdline, .. } = &spec.boot {
                        names::check_line("the kernel's command line", cmdline)?;
                    }
                    match &spec.uplink {
                        Uplink::Network { network } => names::check("network", network),
                        Uplink::Bridge { bridge } => names::check("bridge", bridge),
                    }?;
                    if spec.vcpus == 0 || spec.memory_mib == 0 {
                        return Err(NodeError::Invalid { reason: "a guest needs a processor and memory".to_owned() });
                    }
                    spec.filter.as_deref().map_or(Ok(()), |filter| names::check("filter", filter))
                }
                GuestStep::QuarantineVolume { pool, volume, quarantine }
                | GuestStep::RestoreVolume { pool, volume, quarantine } => {
                    names::check("pool", pool)?;
                    names::check_volume_of(guest, volume)?;
                    names::check_volume_of(guest, quarantine)?;
                    if volume == quarantine {
                        return Err(NodeError::Invalid {
                            reason: "a disk cannot be put aside under its own name".to_owned(),
                        });
                    }
                    Ok(())
                }
                GuestStep::EnsureAsFound { .. }
                | GuestStep::Start
                | GuestStep::Shutdown
                | GuestStep::PowerOff
                | GuestStep::Reboot { .. }
                | GuestStep::EnsureUndefined => Ok(()),
            }
        }
    }
}

/// A guest that was taken over keeps its definition, and of its volumes only one that was put
/// aside is deleted; no other guest is defined from a document.
fn check_taken_over(guest: &GuestRef, step: &GuestStep) -> Result<(), NodeError> {
    let refused = match step {
        GuestStep::EnsureAsFound { .. } => !guest.adopted,
        GuestStep::EnsureVolume { .. }
        | GuestStep::EnsureSeed { .. }
        | GuestStep::EnsureFilter { .. }
        | GuestStep::EnsureNoFilter { .. }
        | GuestStep::EnsureDomain { .. } => guest.adopted,
        GuestStep::DeleteVolume { volume, .. } => guest.adopted && !volume.starts_with("quarantine-"),
        GuestStep::Start
        | GuestStep::Shutdown
        | GuestStep::PowerOff
        | GuestStep::Reboot { .. }
        | GuestStep::EnsureUndefined
        | GuestStep::QuarantineVolume { .. }
        | GuestStep::RestoreVolume { .. } => false,
    };
    if refused {
        let reason = "a step for a guest of our own and one that was taken over are mixed up".to_owned();
        return Err(NodeError::Invalid { reason });
    }
    Ok(())
}

/// Carries out a checked command. `fence` is present for every change to a guest.
pub(crate) fn perform(
    turn: &Turn,
    journal: &Journal,
    memory: &Memory,
    fence: Option<&Fence>,
    command: Command,
) -> Outcome {
    match command {
        Command::Probe { pool } => observe::probe(turn, pool.as_deref()),
        Command::ObserveGuest { guest } => {
            observe::guest(turn, memory, &guest).map(|seen| Report::Guest(Box::new(seen)))
        }
        Command::ObserveAll { pool } => observe::all(turn, memory, pool.as_deref()),
        Command::Survey { only } => survey::survey(turn, only.as_deref()),
        Command::EnsurePool { pool, path } => storage::ensure_pool(turn, &pool, &path),
        Command::EnsureImage { pool, image, parts } => storage::ensure_image(turn, &pool, &image, &parts),
        Command::EnsureNetwork { network, kind } => {
            if !turn.can(Capability::Networks) {
                return Ok(Report::Skipped { needs: Capability::Networks });
            }
            network::ensure_network(turn, &network, &kind)
        }
        Command::ConsoleTail { guest, bytes } => console::tail(turn, &guest, bytes),
        Command::Guest { guest, step, .. } => {
            let fence = fence.ok_or_else(|| NodeError::Invalid {
                reason: "a change to a guest without a fencing number".to_owned(),
            })?;
            match step {
                GuestStep::EnsureVolume { pool, volume, source, bytes } => {
                    volumes::ensure_volume(turn, journal, fence, &pool, &volume, &source, bytes)
                }
                GuestStep::EnsureSeed { pool, volume, seed } => {
                    volumes::ensure_seed(turn, fence, &pool, &volume, &seed)
                }
                GuestStep::DeleteVolume { pool, volume } => volumes::delete(turn, journal, fence, &pool, &volume),
                GuestStep::QuarantineVolume { pool, volume, quarantine } => {
                    quarantine::rename(turn, journal, fence, &pool, &volume, &quarantine)
                }
                GuestStep::RestoreVolume { pool, volume, quarantine } => {
                    quarantine::rename(turn, journal, fence, &pool, &quarantine, &volume)
                }
                GuestStep::EnsureFilter { filter, mac, addresses } => {
                    network::ensure_filter(turn, fence, &filter, &mac, &addresses)
                }
                GuestStep::EnsureNoFilter { filter } => network::ensure_no_filter(turn, fence, &filter),
                GuestStep::EnsureDomain { spec } => guest::ensure_domain(turn, memory, fence, &guest, &spec),
                GuestStep::EnsureAsFound { document } => guest::ensure_as_found(turn, memory, fence, &guest, &document),
                GuestStep::Start => guest::start(turn, memory, fence, &guest),
                GuestStep::Shutdown => guest::shutdown(turn, memory, fence, &guest),
                GuestStep::PowerOff => guest::power_off(turn, memory, fence, &guest),
                GuestStep::Reboot { force } => guest::reboot(turn, memory, fence, &guest, force),
                GuestStep::EnsureUndefined => guest::ensure_undefined(turn, fence, &guest),
            }
        }
    }
}

/// The refusal when libvirt hands over a document that cannot be read.
pub(crate) fn unreadable(during: &str, fault: &crate::xml::XmlFault) -> NodeError {
    NodeError::Failed { libvirt_code: 0, during: during.to_owned(), detail: fault.to_string() }
}
