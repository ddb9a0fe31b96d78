//! Zones, records and serials, and the rules for changing them.

use hostwright_importer::formats::master_file::{self, FaultCode, Severity, ZoneFault};
use hostwright_importer::snapshot;
use hostwright_kernel::{Day, Instant, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::hosting::error::HostingRefusal;
use crate::hosting::model::{DomainId, DomainName};
use crate::hosting::ports::PublishedZone;
use crate::platform::secrets::sha256_hex;
use crate::platform::{Kind, Refusal};

id_type!(
    /// Identifies a zone.
    ZoneId, "zon"
);
id_type!(
    /// Identifies a record.
    RecordId, "rec"
);

/// Records of one zone.
pub const RECORDS_MAX: usize = 10_000;

text_enum! {
    /// What is wished for a zone.
    pub enum ZoneState {
        /// Served.
        Served = "served",
        /// Kept and not served yet: moved in, and still served elsewhere.
        Withheld = "withheld",
        /// Taken away.
        Removed = "removed",
    }
}

/// A zone without its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its id.
    pub id: ZoneId,
    /// The domain it belongs to.
    pub domain_id: DomainId,
    /// Its name: the domain's.
    pub name: DomainName,
    /// What is wished.
    pub state: ZoneState,
    /// The numbers and names of its SOA.
    pub authority: Authority,
    /// The serial that is wished.
    pub serial: u32,
    /// The serial that the name server answered last; none when it does not serve it.
    pub observed_serial: Option<u32>,
    /// When the name server was last asked.
    pub observed_at: Option<Instant>,
    /// Why it could not be asked or did not do it, the last time.
    pub fault: Option<String>,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Counts changes.
    pub version: i64,
}

/// What an SOA says, besides the serial; and the time to live of records without their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// Name of the first name server, without the dot at its end.
    pub primary_server: DomainName,
    /// Mail address of who looks after the zone.
    pub hostmaster: String,
    /// Seconds for which records are kept by others, where they say nothing else.
    pub default_ttl: u32,
    /// Seconds after which other servers look for a newer zone.
    pub refresh: u32,
    /// Seconds after which they look again when that failed.
    pub retry: u32,
    /// Seconds after which they no longer answer from a zone they could not refresh.
    pub expire: u32,
    /// Seconds for which others remember that a name is not there.
    pub minimum: u32,
}

impl Authority {
    /// The usual numbers.
    #[must_use]
    pub fn usual(primary_server: DomainName, hostmaster: String, default_ttl: u32) -> Self {
        Self {
            primary_server,
            hostmaster,
            default_ttl,
            refresh: 14_400,
            retry: 3_600,
            expire: 1_209_600,
            minimum: 3_600,
        }
    }

    /// The same with other seconds; what is left out stays.
    ///
    /// # Errors
    /// `hosting.seconds` for each number that is out of bounds.
    pub fn with_seconds(&self, typed: &Seconds) -> Result<Self, Vec<Refusal>> {
        let mut next = self.clone();
        let mut faults = Vec::new();
        for (field, value, least, most, place) in [
            ("default_ttl", typed.default_ttl, 30, 604_800, &mut next.default_ttl),
            ("refresh", typed.refresh, 300, 604_800, &mut next.refresh),
            ("retry", typed.retry, 60, 604_800, &mut next.retry),
            ("expire", typed.expire, 86_400, 4_838_400, &mut next.expire),
            ("minimum", typed.minimum, 30, 86_400, &mut next.minimum),
        ] {
            match value.map(|value| u32::try_from(value).ok().filter(|value| (least..=most).contains(value))) {
                None => {}
                Some(Some(value)) => *place = value,
                Some(None) => {
                    faults.push(HostingRefusal::Seconds.with("least", least).with("most", most).field(field));
                }
            }
        }
        if faults.is_empty() { Ok(next) } else { Err(faults) }
    }
}

/// Numbers of an SOA as a person typed them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seconds {
    /// Of records without their own.
    pub default_ttl: Option<i64>,
    /// Until others look for a newer zone.
    pub refresh: Option<i64>,
    /// Until they look again.
    pub retry: Option<i64>,
    /// Until they no longer answer.
    pub expire: Option<i64>,
    /// For which absence is remembered.
    pub minimum: Option<i64>,
}

/// The mail address of a zone as a name: `host.master@example.org` is
/// `host\.master.example.org.`
#[must_use]
pub fn mailbox_name(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or(("hostmaster", address));
    format!("{}.{domain}.", local.replace('\\', "\\\\").replace('.', "\\."))
}

impl Zone {
    /// The SOA as a record.
    #[must_use]
    pub fn soa(&self) -> snapshot::ZoneRecord {
        let Authority { primary_server, hostmaster, refresh, retry, expire, minimum, .. } = &self.authority;
        let (first, mailbox, serial) = (primary_server.absolute(), mailbox_name(hostmaster), self.serial);
        snapshot::ZoneRecord {
            owner: self.name.absolute(),
            ttl: None,
            kind: "SOA".to_owned(),
            data: format!("{first} {mailbox} {serial} {refresh} {retry} {expire} {minimum}"),
            line: None,
        }
    }

    /// The zone with these records as everybody writes it, in an order that people read.
    #[must_use]
    pub fn written(&self, records: &[Record]) -> snapshot::Zone {
        let mut sorted: Vec<&Record> = records.iter().collect();
        sorted.sort_by_cached_key(|record| record.content.place(&self.name));
        let records = sorted.into_iter().map(|record| record.content.as_snapshot());
        snapshot::Zone {
            id: self.id.to_string(),
            name: self.name.to_string(),
            default_ttl: Some(self.authority.default_ttl),
            records: std::iter::once(self.soa()).chain(records).collect(),
            ..snapshot::Zone::default()
        }
    }

    /// The zone as the name server gets it.
    #[must_use]
    pub fn published(&self, records: &[Record]) -> PublishedZone {
        PublishedZone { name: self.name.clone(), serial: self.serial, text: master_file::write(&self.written(records)) }
    }

    /// What is wrong with the zone if it had these records.
    #[must_use]
    pub fn faults<'a>(&self, records: impl IntoIterator<Item = &'a Content>) -> Vec<ZoneFault> {
        // Every record with its time to live, as it is served.
        let ttl = self.authority.default_ttl;
        let all: Vec<snapshot::ZoneRecord> = std::iter::once(self.soa())
            .chain(records.into_iter().map(Content::as_snapshot))
            .map(|record| snapshot::ZoneRecord { ttl: record.ttl.or(Some(ttl)), ..record })
            .collect();
        master_file::validate(&all, &self.name.absolute())
    }

    /// The zone with the next serial.
    #[must_use]
    pub fn advanced(&self, now: Instant) -> Self {
        let today = now.day_in(&jiff::tz::TimeZone::UTC);
        Self { serial: next_serial(self.serial, today), updated_at: now, ..self.clone() }
    }
}

/// Whether serial `a` is after `b` (RFC 1982).
#[must_use]
pub fn is_after(a: u32, b: u32) -> bool {
    let distance = a.wrapping_sub(b);
    distance != 0 && distance < 0x8000_0000
}

/// The serial after `current`: today's first as `2027013100`, or one more. It is always
/// after `current`, also at the end of the numbers.
#[must_use]
pub fn next_serial(current: u32, today: Day) -> u32 {
    let (year, month, day) = (i64::from(today.year()), i64::from(today.month()), i64::from(today.day()));
    let dated = year
        .saturating_mul(1_000_000)
        .saturating_add(month.saturating_mul(10_000))
        .saturating_add(day.saturating_mul(100));
    let dated = u32::try_from(dated).unwrap_or(current);
    if is_after(dated, current) { dated } else { plus_one(current) }
}

/// A serial after both `ours` and, where that is possible, `theirs`: for a zone that others
/// have seen elsewhere.
#[must_use]
pub fn serial_after_both(ours: u32, theirs: u32, today: Day) -> u32 {
    let later = if is_after(theirs, ours) { theirs } else { ours };
    [next_serial(later, today), plus_one(later)]
        .into_iter()
        .find(|candidate| is_after(*candidate, ours))
        .unwrap_or_else(|| plus_one(ours))
}

/// Some servers take 0 for "none", so it is left out.
fn plus_one(serial: u32) -> u32 {
    serial.wrapping_add(1).max(1)
}

/// What a record says, in its one form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Content {
    /// Absolute name in lower case, with the dot at its end.
    pub owner: String,
    /// The type, in upper case.
    pub kind: String,
    /// Absolute names, quoted strings.
    pub data: String,
    /// Seconds; none is the zone's default.
    pub ttl: Option<u32>,
}

/// A record as a person typed it.
#[derive(Debug, Clone)]
pub struct Typed<'a> {
    /// `@`, `www`, or an absolute name with the dot at its end.
    pub owner: &'a str,
    /// The type.
    pub kind: &'a str,
    /// The data, as in a master file.
    pub data: &'a str,
    /// Seconds.
    pub ttl: Option<i64>,
}

impl Content {
    /// Reads what a person typed.
    ///
    /// # Errors
    /// Names the field and, by a code `dns.*`, what is wrong with it;
    /// `hosting.soa_managed`, `hosting.signing_record`, `hosting.seconds`.
    pub fn read(typed: &Typed<'_>, zone: &DomainName) -> Result<Self, Refusal> {
        let kind = typed.kind.trim().to_ascii_uppercase();
        if kind == "SOA" {
            return Err(HostingRefusal::SoaManaged.into());
        }
        if is_made_by_signing(&kind) {
            return Err(HostingRefusal::SigningRecord.with("kind", kind));
        }
        let ttl = match typed.ttl {
            None => None,
            Some(seconds) => match u32::try_from(seconds) {
                Ok(seconds @ 0..=2_147_483_647) => Some(seconds),
                _ => return Err(HostingRefusal::Seconds.with("least", 0).with("most", 2_147_483_647).field("ttl")),
            },
        };
        let owner = match typed.owner.trim() {
            "" => "@",
            owner => owner,
        };
        let raw =
            snapshot::ZoneRecord { owner: owner.to_owned(), ttl, kind, data: typed.data.trim().to_owned(), line: None };
        let record = master_file::canonical(&raw, &zone.absolute()).map_err(|fault| refusal(&fault))?;
        Ok(Self { owner: record.owner, kind: record.kind, data: record.data, ttl: record.ttl })
    }

    /// The record as master files have it.
    #[must_use]
    pub fn as_snapshot(&self) -> snapshot::ZoneRecord {
        snapshot::ZoneRecord {
            owner: self.owner.clone(),
            ttl: self.ttl,
            kind: self.kind.clone(),
            data: self.data.clone(),
            line: None,
        }
    }

    /// By what two records are the same, whatever their time to live.
    #[must_use]
    pub fn digest(&self) -> String {
        sha256_hex(format!("{}\n{}\n{}", self.owner, self.kind, self.data).as_bytes())
    }

    /// Where it stands in a list: the zone's own name first, then name by name from the
    /// zone outwards, each with its name servers first.
    fn place(&self, zone: &DomainName) -> (Vec<String>, u8, String, String) {
        let inside = self.owner.strip_suffix(&zone.absolute()).unwrap_or(&self.owner);
        let labels = inside.split('.').rev().filter(|label| !label.is_empty()).map(str::to_owned).collect();
        let rank = match self.kind.as_str() {
            "NS" => 0,
            "A" | "AAAA" | "CNAME" => 1,
            "MX" => 2,
            _ => 3,
        };
        (labels, rank, self.kind.clone(), self.data.clone())
    }
}

/// Puts records in the order in which people read them.
pub fn sort(records: &mut [Record], zone: &DomainName) {
    records.sort_by_cached_key(|record| record.content.place(zone));
}

/// What only whoever signs a zone can make, and what goes stale with the next change.
#[must_use]
pub fn is_made_by_signing(kind: &str) -> bool {
    matches!(kind, "RRSIG" | "NSEC" | "NSEC3" | "NSEC3PARAM" | "SIG" | "NXT")
}

/// Types of records that people write, the usual ones first.
#[must_use]
pub fn kinds() -> Vec<&'static str> {
    let known = master_file::known_types().into_iter();
    known.filter(|kind| *kind != "SOA" && !is_made_by_signing(kind)).collect()
}

/// The errors that `after` has and `before` has not: what a change would break.
#[must_use]
pub fn broken_by(before: &[ZoneFault], after: Vec<ZoneFault>) -> Vec<ZoneFault> {
    let was = |fault: &ZoneFault| {
        before.iter().any(|old| old.code == fault.code && old.owner == fault.owner && old.kind == fault.kind)
    };
    after.into_iter().filter(|fault| fault.severity == Severity::Error && !was(fault)).collect()
}

/// A fault of a record as a refusal, at the field it is about.
#[must_use]
pub fn refusal(fault: &ZoneFault) -> Refusal {
    let field = match fault.code {
        FaultCode::UnknownType | FaultCode::MetaType | FaultCode::ObsoleteType => "kind",
        FaultCode::BadTtl | FaultCode::NoTtl | FaultCode::TtlTooLarge | FaultCode::TtlMismatch => "ttl",
        FaultCode::BadName
        | FaultCode::NoOwner
        | FaultCode::NoOrigin
        | FaultCode::InnerWildcard
        | FaultCode::OwnerNotHost
        | FaultCode::WrongPlace
        | FaultCode::OwnerNotHash
        | FaultCode::NotAscii
        | FaultCode::OutOfZone
        | FaultCode::CnameAndOther
        | FaultCode::DsAtApex
        | FaultCode::DsWithoutDelegation => "owner",
        _ => "data",
    };
    Refusal::new(fault.code.as_str(), Kind::Invalid)
        .with("owner", &fault.owner)
        .with("kind", fault.kind.as_deref().unwrap_or_default())
        .with("detail", &fault.detail)
        .field(field)
}

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub id: RecordId,
    /// What it says.
    pub content: Content,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Counts changes.
    pub version: i64,
}

impl Record {
    /// A new record.
    #[must_use]
    pub fn new(content: Content, now: Instant) -> Self {
        Self { id: RecordId::new(), content, updated_at: now, version: 1 }
    }
}

/// What is to be done at the name server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Give it the zone.
    Publish,
    /// Make it forget the zone.
    Remove,
}

/// What is to be done, from what is wished (none: not served) and what was seen. A zone
/// that is seen with a later serial is given anew all the same: ours is what is wished.
#[must_use]
pub fn plan(wished: Option<u32>, seen: Option<u32>) -> Option<Step> {
    match (wished, seen) {
        (Some(wished), Some(seen)) if wished == seen => None,
        (Some(_), _) => Some(Step::Publish),
        (None, Some(_)) => Some(Step::Remove),
        (None, None) => None,
    }
}

/// A zone as shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ZoneView {
    /// Its id.
    pub id: ZoneId,
    /// The domain it belongs to.
    pub domain_id: DomainId,
    /// Its name.
    pub name: DomainName,
    /// What is wished.
    pub state: ZoneState,
    /// Name of the first name server.
    pub primary_server: DomainName,
    /// Mail address of who looks after it.
    pub hostmaster: String,
    /// Seconds for which records are kept by others, where they say nothing else.
    pub default_ttl: i64,
    /// Seconds after which other servers look for a newer zone.
    pub refresh: i64,
    /// Seconds after which they look again when that failed.
    pub retry: i64,
    /// Seconds after which they no longer answer from what they could not refresh.
    pub expire: i64,
    /// Seconds for which others remember that a name is not there.
    pub minimum: i64,
    /// The serial that is wished.
    pub serial: i64,
    /// The serial that the name server answered last; none when it does not serve it.
    pub observed_serial: Option<i64>,
    /// When the name server was last asked.
    pub observed_at: Option<Instant>,
    /// Why it could not be asked or did not do it, the last time; for staff only.
    pub fault: Option<String>,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Name this in a change of the zone as a whole, so that nobody's is lost.
    pub version: i64,
}

impl ZoneView {
    /// A zone as shown to staff or to others.
    #[must_use]
    pub fn new(zone: Zone, is_staff: bool) -> Self {
        Self {
            id: zone.id,
            domain_id: zone.domain_id,
            name: zone.name,
            state: zone.state,
            primary_server: zone.authority.primary_server,
            hostmaster: zone.authority.hostmaster,
            default_ttl: zone.authority.default_ttl.into(),
            refresh: zone.authority.refresh.into(),
            retry: zone.authority.retry.into(),
            expire: zone.authority.expire.into(),
            minimum: zone.authority.minimum.into(),
            serial: zone.serial.into(),
            observed_serial: zone.observed_serial.map(i64::from),
            observed_at: zone.observed_at,
            fault: zone.fault.filter(|_| is_staff),
            updated_at: zone.updated_at,
            version: zone.version,
        }
    }
}

/// A record as shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RecordView {
    /// Its id.
    pub id: RecordId,
    /// Absolute name in lower case, with the dot at its end.
    pub owner: String,
    /// The type.
    pub kind: String,
    /// The data: absolute names, quoted strings.
    pub data: String,
    /// Seconds; none is the zone's default.
    pub ttl: Option<i64>,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Name this in a change of the record, so that nobody's is lost.
    pub version: i64,
}

impl From<Record> for RecordView {
    fn from(record: Record) -> Self {
        Self {
            id: record.id,
            owner: record.content.owner,
            kind: record.content.kind,
            data: record.content.data,
            ttl: record.content.ttl.map(i64::from),
            updated_at: record.updated_at,
            version: record.version,
        }
    }
}

/// Something about a zone that is wrong, or probably not meant so.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ZoneFaultView {
    /// A stable code such as `dns.cname.other_data`.
    pub code: String,
    /// Whether name servers refuse it; otherwise they serve it as it is.
    pub is_error: bool,
    /// The name it is about.
    pub owner: String,
    /// The type it is about.
    pub kind: Option<String>,
    /// The line of the file it was read from.
    pub line: Option<i64>,
    /// What exactly, in English.
    pub detail: String,
}

impl From<ZoneFault> for ZoneFaultView {
    fn from(fault: ZoneFault) -> Self {
        Self {
            code: fault.code.as_str().to_owned(),
            is_error: fault.severity == Severity::Error,
            owner: fault.owner,
            kind: fault.kind,
            line: fault.line.and_then(|line| i64::try_from(line).ok()),
            detail: fault.detail,
        }
    }
}

/// A zone with its records.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ZoneDetail {
    /// The zone.
    pub zone: ZoneView,
    /// Its records, the zone's own name first; the SOA is written from `zone`.
    pub records: Vec<RecordView>,
    /// What is wrong with it, or probably not meant so.
    pub faults: Vec<ZoneFaultView>,
}

/// A zone and the one of its records that was changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RecordChanged {
    /// The zone as it is now.
    pub zone: ZoneView,
    /// The record as it is now, or was.
    pub record: RecordView,
}
