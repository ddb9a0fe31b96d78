//! Counters of a running guest. A counter that a driver lacks is left out, never invented.

use virt::domain::Domain;
use virt::sys;

use crate::observed::{BlockCounters, Counters, NetCounters};
use crate::session::Turn;
use crate::xml::DomainFacts;

/// Reads all counters. A guest may stop meanwhile: what can be read is kept.
pub(super) fn of_domain(turn: &Turn, domain: &Domain, facts: &DomainFacts) -> Counters {
    let info = turn.ask("read processor counters", |_| domain.get_info()).ok();
    let memory = turn.ask("read memory counters", |_| domain.memory_stats(0)).unwrap_or_default();
    let memory_of = |tag: sys::virDomainMemoryStatTags| {
        memory.iter().find(|stat| stat.tag == tag).map(|stat| stat.val.saturating_mul(1024))
    };
    Counters {
        cpu_nanoseconds: info.as_ref().map(|info| info.cpu_time),
        memory_bytes: info.as_ref().map(|info| info.memory.saturating_mul(1024)),
        memory_unused_bytes: memory_of(sys::VIR_DOMAIN_MEMORY_STAT_UNUSED),
        memory_resident_bytes: memory_of(sys::VIR_DOMAIN_MEMORY_STAT_RSS),
        net: facts
            .interfaces
            .iter()
            .filter_map(|interface| net(turn, domain, interface.host_device.as_deref()?))
            .collect(),
        block: facts.disks.iter().filter_map(|disk| block(turn, domain, disk.target.as_deref()?)).collect(),
    }
}

fn net(turn: &Turn, domain: &Domain, interface: &str) -> Option<NetCounters> {
    let stats = turn.ask("read network counters", |_| domain.interface_stats(interface)).ok()?;
    Some(NetCounters {
        interface: interface.to_owned(),
        received_bytes: counted(stats.rx_bytes),
        received_packets: counted(stats.rx_packets),
        sent_bytes: counted(stats.tx_bytes),
        sent_packets: counted(stats.tx_packets),
    })
}

fn block(turn: &Turn, domain: &Domain, disk: &str) -> Option<BlockCounters> {
    let stats = turn.ask("read disk counters", |_| domain.get_block_stats(disk)).ok()?;
    Some(BlockCounters {
        disk: disk.to_owned(),
        read_bytes: counted(stats.rd_bytes),
        read_requests: counted(stats.rd_req),
        written_bytes: counted(stats.wr_bytes),
        write_requests: counted(stats.wr_req),
    })
}

/// libvirt reports a counter that it lacks as -1.
fn counted(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
