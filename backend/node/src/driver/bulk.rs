//! Counters of all running guests in one call.
#![expect(unsafe_code, reason = "the binding's own call leaks the whole answer; this one frees it")]

use std::collections::HashMap;
use std::ffi::{CStr, c_char};
use std::{ptr, slice};

use virt::connect::Connect;
use virt::error::Error;
use virt::sys;

use crate::error::NodeError;
use crate::observed::{BlockCounters, Counters, NetCounters};
use crate::session::Turn;

/// One answer of libvirt, freed when dropped.
struct Records {
    first: *mut sys::virDomainStatsRecordPtr,
    count: usize,
}

impl Drop for Records {
    fn drop(&mut self) {
        // SAFETY: the list came from libvirt, is freed only here, and nothing borrowed from it
        // outlives this value.
        unsafe { sys::virDomainStatsRecordListFree(self.first) }
    }
}

/// Counters by the UUID of the guest. A guest that is busy is left out rather than waited for.
pub(super) fn all(turn: &Turn) -> Result<HashMap<String, Counters>, NodeError> {
    let records = turn.ask("read all counters", ask)?;
    let mut by_guest = HashMap::new();
    if records.count == 0 {
        return Ok(by_guest);
    }
    // SAFETY: libvirt says that this many pointers begin here, each to a record that lives until
    // the list is freed.
    let list = unsafe { slice::from_raw_parts(records.first, records.count) };
    for record in list {
        // SAFETY: as above; no entry before the count is null.
        let Some(record) = (unsafe { record.as_ref() }) else {
            continue;
        };
        if let Some(uuid) = uuid_of(record) {
            by_guest.insert(uuid, counters(&numbers_and_names(record)));
        }
    }
    Ok(by_guest)
}

fn ask(connection: &Connect) -> Result<Records, Error> {
    let wanted = sys::VIR_DOMAIN_STATS_CPU_TOTAL
        | sys::VIR_DOMAIN_STATS_BALLOON
        | sys::VIR_DOMAIN_STATS_INTERFACE
        | sys::VIR_DOMAIN_STATS_BLOCK;
    let flags = sys::VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE | sys::VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT;
    let mut first: *mut sys::virDomainStatsRecordPtr = ptr::null_mut();
    // SAFETY: the connection is open for as long as it is borrowed, and the list is written to a
    // place of the right type.
    let count = unsafe { sys::virConnectGetAllDomainStats(connection.as_ptr(), wanted, &raw mut first, flags) };
    match usize::try_from(count) {
        Ok(count) => Ok(Records { first, count }),
        Err(_negative) => Err(Error::last_error()),
    }
}

fn uuid_of(record: &sys::virDomainStatsRecord) -> Option<String> {
    let mut text: [c_char; 37] = [0; 37];
    // SAFETY: the record's domain lives as long as the record, and libvirt writes at most
    // VIR_UUID_STRING_BUFLEN bytes, which is 37.
    let done = unsafe { sys::virDomainGetUUIDString(record.dom, text.as_mut_ptr()) };
    if done != 0 {
        return None;
    }
    // SAFETY: libvirt has ended the text with a zero inside the array.
    let text = unsafe { CStr::from_ptr(text.as_ptr()) };
    text.to_str().ok().map(str::to_owned)
}

#[derive(Default)]
struct Values {
    numbers: HashMap<String, u64>,
    names: HashMap<String, String>,
}

fn numbers_and_names(record: &sys::virDomainStatsRecord) -> Values {
    let mut values = Values::default();
    let count = usize::try_from(record.nparams).unwrap_or(0);
    if count == 0 || record.params.is_null() {
        return values;
    }
    // SAFETY: libvirt says that this many parameters begin here; they live as long as the record.
    let parameters = unsafe { slice::from_raw_parts(record.params, count) };
    for parameter in parameters {
        // SAFETY: libvirt ends every field's name with a zero inside its 80 bytes.
        let field = unsafe { CStr::from_ptr(parameter.field.as_ptr()) };
        let field = field.to_string_lossy().into_owned();
        let kind = u32::try_from(parameter.type_).unwrap_or(0);
        // SAFETY: the kind says which member of the union was written; a text is zero-ended and
        // lives as long as the record.
        unsafe {
            match kind {
                sys::VIR_TYPED_PARAM_UINT => {
                    values.numbers.insert(field, u64::from(parameter.value.ui));
                }
                sys::VIR_TYPED_PARAM_ULLONG => {
                    values.numbers.insert(field, parameter.value.ul);
                }
                sys::VIR_TYPED_PARAM_INT => {
                    let number = u64::try_from(parameter.value.i).unwrap_or(0);
                    values.numbers.insert(field, number);
                }
                sys::VIR_TYPED_PARAM_LLONG => {
                    let number = u64::try_from(parameter.value.l).unwrap_or(0);
                    values.numbers.insert(field, number);
                }
                sys::VIR_TYPED_PARAM_STRING if !parameter.value.s.is_null() => {
                    let text = CStr::from_ptr(parameter.value.s);
                    values.names.insert(field, text.to_string_lossy().into_owned());
                }
                _ => {}
            }
        }
    }
    values
}

fn counters(values: &Values) -> Counters {
    let number = |field: &str| values.numbers.get(field).copied();
    let kibibytes = |field: &str| number(field).map(|kib| kib.saturating_mul(1024));
    let of = |kind: &str, place: u64, field: &str| number(&format!("{kind}.{place}.{field}")).unwrap_or(0);
    let name = |kind: &str, place: u64| values.names.get(&format!("{kind}.{place}.name")).cloned().unwrap_or_default();
    Counters {
        cpu_nanoseconds: number("cpu.time"),
        memory_bytes: kibibytes("balloon.current"),
        memory_unused_bytes: kibibytes("balloon.unused"),
        memory_resident_bytes: kibibytes("balloon.rss"),
        net: (0..number("net.count").unwrap_or(0))
            .map(|place| NetCounters {
                interface: name("net", place),
                received_bytes: of("net", place, "rx.bytes"),
                received_packets: of("net", place, "rx.pkts"),
                sent_bytes: of("net", place, "tx.bytes"),
                sent_packets: of("net", place, "tx.pkts"),
            })
            .collect(),
        block: (0..number("block.count").unwrap_or(0))
            .map(|place| BlockCounters {
                disk: name("block", place),
                read_bytes: of("block", place, "rd.bytes"),
                read_requests: of("block", place, "rd.reqs"),
                written_bytes: of("block", place, "wr.bytes"),
                write_requests: of("block", place, "wr.reqs"),
            })
            .collect(),
    }
}
