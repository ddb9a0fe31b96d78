//! What is wrong with a zone: stable codes, each with its weight.

use serde::Serialize;

/// How much a fault weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Served as it is, and probably not what was meant.
    Warning,
    /// Name servers refuse the zone, or answer wrongly from it.
    Error,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $severity:ident;)+) => {
        /// Why a zone, or a record of it, is not as it should be. The codes are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FaultCode { $($(#[$doc])* $variant,)+ }

        impl FaultCode {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable code, for example `dns.cname.other_data`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// How much it weighs.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }
        }
    };
}

codes! {
    /// A parenthesis without its other half.
    Parentheses = "dns.syntax.parentheses", Error;
    /// A quotation mark without its other half on the line.
    Quotes = "dns.syntax.quotes", Error;
    /// A `$` directive that does not exist or lacks its argument.
    Directive = "dns.syntax.directive", Error;
    /// `$INCLUDE`: other files are never read.
    Include = "dns.syntax.include", Error;
    /// `$GENERATE` with a bad range, modifier or type, or too many steps.
    Generate = "dns.syntax.generate", Error;
    /// A record without an owner before any record with one.
    NoOwner = "dns.syntax.no_owner", Error;
    /// A relative name where no origin is known.
    NoOrigin = "dns.syntax.no_origin", Error;
    /// A name that is no domain name.
    BadName = "dns.syntax.name", Error;
    /// A class that is not IN.
    BadClass = "dns.syntax.class", Error;
    /// A type that is not known by this name.
    UnknownType = "dns.syntax.type", Error;
    /// A type that only exists in questions and messages.
    MetaType = "dns.syntax.meta_type", Error;
    /// A type that servers no longer load (MD, MF).
    ObsoleteType = "dns.syntax.obsolete_type", Error;
    /// A line with an owner and nothing that follows from it.
    Incomplete = "dns.syntax.incomplete", Error;
    /// A time to live that is no number of seconds or units.
    BadTtl = "dns.syntax.ttl", Error;
    /// More lines or records than are read.
    TooMany = "dns.syntax.too_many", Error;
    /// A mark of the byte order before the first line.
    ByteOrderMark = "dns.syntax.byte_order_mark", Warning;
    /// The data of a record does not have the form of its type.
    BadData = "dns.data.syntax", Error;
    /// A string of more than 255 bytes; it is taken in parts.
    LongString = "dns.data.long_string", Error;
    /// An owner taken from a line before the last `$ORIGIN`.
    InheritedOwner = "dns.owner.inherited", Warning;
    /// A `*` that is not the first label.
    InnerWildcard = "dns.owner.inner_wildcard", Warning;
    /// An owner of addresses or mail exchangers that is no host name.
    OwnerNotHost = "dns.owner.not_a_host", Warning;
    /// A record of a type that belongs to another place of the zone.
    WrongPlace = "dns.owner.wrong_place", Error;
    /// An NSEC3 record whose first label is no hash.
    OwnerNotHash = "dns.owner.not_a_hash", Error;
    /// A response policy trigger that is not written as its address must be.
    PolicyTrigger = "dns.owner.policy_trigger", Error;
    /// A name with bytes outside ASCII; write it as `xn--`.
    NotAscii = "dns.owner.not_ascii", Warning;
    /// No time to live is known.
    NoTtl = "dns.ttl.missing", Error;
    /// Taken from the record before, as before RFC 2308.
    TtlFromPrevious = "dns.ttl.from_previous", Warning;
    /// Taken from the SOA's last number.
    TtlFromSoa = "dns.ttl.from_soa", Warning;
    /// Above 2147483647 seconds, which servers take as 0.
    TtlTooLarge = "dns.ttl.too_large", Warning;
    /// Records of one name and type have different times to live.
    TtlMismatch = "dns.ttl.mismatch", Warning;
    /// Outside the zone: servers ignore it.
    OutOfZone = "dns.zone.out_of_zone", Warning;
    /// No SOA at the zone's name.
    NoSoa = "dns.zone.no_soa", Error;
    /// More than one SOA.
    SeveralSoa = "dns.zone.several_soa", Error;
    /// No NS at the zone's name.
    NoNs = "dns.zone.no_ns", Error;
    /// The same record twice.
    Duplicate = "dns.zone.duplicate", Warning;
    /// Several CNAME or DNAME records at one name.
    Several = "dns.cname.several", Error;
    /// A CNAME beside other data.
    CnameAndOther = "dns.cname.other_data", Error;
    /// A CNAME that leads to itself, over others or not.
    CnameLoop = "dns.cname.loop", Warning;
    /// Data below a DNAME is never seen.
    BelowDname = "dns.dname.below", Warning;
    /// A name server of the zone has no address in it.
    NsWithoutAddress = "dns.ns.no_address", Error;
    /// A name server of the zone is a CNAME.
    NsIsCname = "dns.ns.cname", Error;
    /// A name server of the zone is below a DNAME.
    NsBelowDname = "dns.ns.below_dname", Error;
    /// An address where a name of a name server belongs.
    NsIsAddress = "dns.ns.address", Warning;
    /// A delegation whose name server has no address, or is a CNAME or below a DNAME.
    DelegationServer = "dns.delegation.server", Warning;
    /// A delegation whose name server is inside it and has no address here.
    MissingGlue = "dns.delegation.no_glue", Warning;
    /// Data below a delegation that is no address of a name server.
    Occluded = "dns.delegation.occluded", Warning;
    /// The zone has IPv6 addresses, and none of its name servers has one.
    NotServedByIpv6 = "dns.ns.no_ipv6", Warning;
    /// The zone has IPv4 addresses, and none of its name servers has one.
    NotServedByIpv4 = "dns.ns.no_ipv4", Warning;
    /// An address where a name of a mail exchanger belongs.
    MxIsAddress = "dns.mx.address", Warning;
    /// A mail exchanger or service is a CNAME or below a DNAME.
    TargetIsCname = "dns.target.cname", Warning;
    /// A mail exchanger or service of this zone has no address in it.
    TargetWithoutAddress = "dns.target.no_address", Warning;
    /// A target that is no host name.
    TargetNotHost = "dns.target.not_a_host", Warning;
    /// The name of a host in a reverse zone is no host name.
    PointerNotHost = "dns.ptr.not_a_host", Warning;
    /// SPF in the retired type and not in TXT.
    SpfWithoutTxt = "dns.spf.no_txt", Warning;
    /// More than one SPF policy at one name.
    SeveralSpf = "dns.spf.several", Warning;
    /// DS at the zone's own name.
    DsAtApex = "dns.ds.at_apex", Error;
    /// DS where nothing is delegated.
    DsWithoutDelegation = "dns.ds.no_delegation", Error;
    /// A retired digest or algorithm.
    Deprecated = "dns.dnssec.deprecated", Warning;
    /// CDS or CDNSKEY that asks to delete beside one that does not, or in a form that is not the only one for that.
    DeleteSignal = "dns.dnssec.delete_signal", Error;
    /// CDS or CDNSKEY that is not of a key of the zone.
    SignalWithoutKey = "dns.dnssec.no_such_key", Error;
    /// A resolver's SVCB record without `alpn`.
    SvcbWithoutAlpn = "dns.svcb.no_alpn", Error;
    /// A resolver's SVCB record over HTTP without `dohpath`.
    SvcbWithoutDohpath = "dns.svcb.no_dohpath", Error;
    /// An alias with parameters, which are ignored.
    SvcbAliasParameters = "dns.svcb.alias_parameters", Warning;
    /// Several aliases, or aliases beside services.
    SvcbAliasMixed = "dns.svcb.alias_mixed", Warning;
}

/// One fault of a zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ZoneFault {
    /// What is wrong.
    #[serde(serialize_with = "code_text")]
    pub code: FaultCode,
    /// How much it weighs.
    pub severity: Severity,
    /// The name it is about.
    pub owner: String,
    /// The type it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The line of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Which of the records that were checked, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// What exactly, in a few words.
    pub detail: String,
    /// How many times, where many of the same are told as one.
    pub count: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references")]
fn code_text<S: serde::Serializer>(code: &FaultCode, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(code.as_str())
}

/// Faults as they are found. Of one code the first [`Faults::EACH`] are kept one by one, the rest is counted.
#[derive(Debug, Default)]
pub(super) struct Faults {
    list: Vec<ZoneFault>,
    counts: std::collections::BTreeMap<FaultCode, u64>,
}

/// Where a fault is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place<'a> {
    pub owner: &'a str,
    pub kind: Option<&'a str>,
    pub line: Option<u64>,
    pub index: Option<usize>,
}

impl Faults {
    const EACH: u64 = 200;

    pub(super) fn push(&mut self, code: FaultCode, at: Place<'_>, detail: impl std::fmt::Display) {
        let count = self.counts.entry(code).or_default();
        *count = count.saturating_add(1);
        if *count > Self::EACH {
            return;
        }
        self.list.push(ZoneFault {
            code,
            severity: code.severity(),
            owner: at.owner.to_owned(),
            kind: at.kind.map(str::to_owned),
            line: at.line,
            index: at.index,
            detail: detail.to_string(),
            count: 1,
        });
    }

    pub(super) fn finish(mut self) -> Vec<ZoneFault> {
        for (code, count) in self.counts {
            let more = count.saturating_sub(Self::EACH);
            if let Some(last) = self.list.iter_mut().rev().find(|fault| fault.code == code) {
                last.count = last.count.saturating_add(more);
            }
        }
        self.list
    }
}
