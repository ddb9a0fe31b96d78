//! The checks. Each break is one sentence for staff.

use std::collections::BTreeMap;

use hostwright_kernel::Instant;

use crate::addresses;
use crate::addresses::model::Family;
use crate::nodes;
use crate::nodes::model::{Capacity, NodeId};
use crate::platform::error::Result;
use crate::platform::{Tx, settings};
use crate::servers::jobs::strangers_key;
use crate::servers::model::{Desired, DiskState, Observation, Seen, Server, ServerId};
use crate::servers::reconcile::model::effective;
use crate::servers::store;

/// Servers checked at a time.
const BATCH: i64 = 500;
/// Seconds for which what is seen may differ from what is wished.
const GRACE_SECONDS: i64 = 300;

/// Everything about servers that does not agree.
///
/// # Errors
/// When the database fails.
pub fn breaks_in(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut breaks = capacity(tx)?;
    let mut after = String::new();
    loop {
        let servers = store::all(tx, &after, BATCH)?;
        let Some(last) = servers.last() else { break };
        after = last.id.to_string();
        breaks.extend(records(tx, &servers)?);
    }
    for address in addresses::queries::assigned_in(tx)? {
        let is_known = match address.1.parse::<ServerId>() {
            Ok(id) => store::load(tx, &id)?.is_some(),
            Err(_not_ours) => false,
        };
        if !is_known {
            breaks.push(format!("address {} is assigned to {}, which is no server", address.0, address.1));
        }
    }
    for job in store::jobs_in_attention(tx)? {
        if job.reason.as_deref().unwrap_or_default().is_empty() || job.failures == 0 {
            breaks.push(format!("task {} needs attention and says no reason", job.id));
        }
    }
    Ok(breaks)
}

/// The room that is counted as taken on each node is what its servers take.
fn capacity(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut breaks = Vec::new();
    let taken: BTreeMap<NodeId, Capacity> = store::taken_by_node(tx)?.into_iter().collect();
    for id in nodes::queries::ids_in(tx)? {
        let node = nodes::queries::load_in(tx, &id)?;
        let sum = taken.get(&id).copied().unwrap_or(Capacity::NONE);
        if node.reserved != sum {
            breaks.push(format!("node {} counts {:?} as taken, its servers take {sum:?}", node.name, node.reserved));
        }
        let strange: Vec<String> = settings::get(tx, &strangers_key(&id))?.unwrap_or_default();
        breaks.extend(strange.into_iter().map(|what| format!("node {}: {what}", node.name)));
    }
    Ok(breaks)
}

fn records(tx: &mut Tx<'_>, servers: &[Server]) -> Result<Vec<String>> {
    let mut breaks = Vec::new();
    let ids: Vec<ServerId> = servers.iter().map(|server| server.id.clone()).collect();
    let seen: BTreeMap<ServerId, Observation> = store::observations(tx, &ids)?.into_iter().collect();
    let mut disks: BTreeMap<ServerId, Vec<DiskState>> = BTreeMap::new();
    for disk in store::disks(tx, &ids)? {
        disks.entry(disk.server_id).or_default().push(disk.state);
    }
    let busy = store::open_jobs(tx, &ids)?;
    for server in servers {
        let id = &server.id;
        let disk = match disks.get(id).map(Vec::as_slice) {
            Some([one]) => *one,
            other => {
                let count = other.map_or(0, <[DiskState]>::len);
                breaks.push(format!("server {id} has {count} disks instead of one"));
                continue;
            }
        };
        if addresses::queries::mac_of_in(tx, id.as_str())?.as_deref() != Some(server.mac.as_str()) {
            breaks.push(format!("server {id} does not have the hardware address {}", server.mac));
        }
        let held = addresses::queries::of_server_in(tx, id.as_str())?;
        let has_v4 = held.iter().any(|address| address.family == Family::V4);
        if server.desired != Desired::Deleted && !has_v4 {
            breaks.push(format!("server {id} has no address"));
        }
        let Some(seen) = seen.get(id) else {
            breaks.push(format!("nothing was ever recorded of server {id}"));
            continue;
        };
        let is_busy = busy.iter().any(|job| job.subject == id.as_str());
        if let Some(difference) = difference(server, seen, disk, !held.is_empty(), tx.now())
            && !is_busy
        {
            breaks.push(format!("server {id} ({}): {difference}", server.hostname));
        }
    }
    Ok(breaks)
}

/// How what is seen differs from what is wished, if it does for too long.
fn difference(server: &Server, seen: &Observation, disk: DiskState, held: bool, now: Instant) -> Option<String> {
    if seen.changed_at.seconds_until(now) < GRACE_SECONDS {
        return None;
    }
    let is_off = matches!(seen.state, Seen::Absent | Seen::ShutOff | Seen::Crashed);
    let agrees = match effective(server) {
        Desired::Running => seen.state == Seen::Running,
        Desired::Stopped => is_off || disk == DiskState::Planned,
        Desired::Deleted => {
            let aside = matches!(disk, DiskState::Quarantined | DiskState::Purging | DiskState::Deleted);
            aside && !held
        }
    };
    (!agrees).then(|| {
        format!(
            "wished {}, seen {} since {}, disk {disk}, and no task is open",
            effective(server),
            seen.state,
            seen.changed_at
        )
    })
}
