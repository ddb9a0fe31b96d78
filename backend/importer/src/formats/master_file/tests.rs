use proptest::prelude::*;

use super::{
    FaultCode, Parsed, Severity, Verdict, canonical, data, generate, known_types, name, parse, types, validate, write,
};
use crate::Limits;
use crate::snapshot::{Zone, ZoneRecord};

const HEAD: &str = "$TTL 600\n@ SOA ns hostmaster 1 3600 1200 604800 1200\n NS ns\nns A 192.0.2.1\n";

fn read(text: &str) -> Parsed {
    parse(text.as_bytes(), Some("example"), &Limits::default())
}

/// What follows a good beginning of a zone.
fn after(text: &str) -> Parsed {
    read(&format!("{HEAD}{text}\n"))
}

fn data_of(text: &str) -> String {
    let parsed = after(text);
    assert_eq!(parsed.records.len(), 4, "{text}: {:?}", parsed.faults);
    parsed.records.last().unwrap().data.clone()
}

fn codes(parsed: &Parsed) -> Vec<&'static str> {
    parsed.faults.iter().map(|fault| fault.code.as_str()).collect()
}

fn zone(parsed: &Parsed) -> Zone {
    Zone {
        id: "z".to_owned(),
        name: parsed.zone.clone().unwrap_or_default().trim_end_matches('.').to_owned(),
        default_ttl: parsed.default_ttl,
        records: parsed.records.clone(),
        ..Zone::default()
    }
}

fn without_lines(records: &[ZoneRecord]) -> Vec<ZoneRecord> {
    let mut records: Vec<_> = records.iter().map(|record| ZoneRecord { line: None, ..record.clone() }).collect();
    records.sort_by(|a, b| (&a.owner, &a.kind, &a.data).cmp(&(&b.owner, &b.kind, &b.data)));
    records
}

fn assert_round_trip(parsed: &Parsed) {
    let text = write(&zone(parsed));
    let again = parse(text.as_bytes(), parsed.zone.as_deref(), &Limits::default());
    assert_eq!(without_lines(&again.records), without_lines(&parsed.records), "{text}");
    assert!(again.gaps.is_empty(), "{:?}\n{text}", again.gaps);
}

#[test]
fn owners_classes_and_times_are_found_in_any_order() {
    let parsed = after("a 300 IN A 1.1.1.1\na IN 300 A 1.1.1.2\na 5m A 1.1.1.3\na IN A 1.1.1.4\na A 1.1.1.5\n\tTXT x");
    assert_eq!(parsed.verdict, Verdict::Warned, "{:?}", parsed.faults);
    let ttls: Vec<_> = parsed.records.iter().filter(|record| record.kind == "A").map(|record| record.ttl).collect();
    assert_eq!(ttls, [Some(600), Some(300), Some(300), Some(300), Some(600), Some(600)]);
    let last = parsed.records.last().unwrap();
    assert_eq!((last.owner.as_str(), last.data.as_str(), last.line), ("a.example.", "\"x\"", Some(10)));
}

#[test]
fn parentheses_quotes_comments_and_line_ends_of_dos_are_read() {
    let text = "$TTL 1W2D\r\n@ ( SOA ns hostmaster ; one\r\n 1 1H 20M ; (\r\n 1w\r\n 1200 ) ; done\r\n\tNS ns\r\nns A 192.0.2.1\r\nt TXT ( \"a;b\" \"c(d\"\r\n e\\;f g\\\"h )";
    let parsed = read(text);
    assert_eq!(parsed.verdict, Verdict::Good, "{:?}", parsed.faults);
    assert_eq!(parsed.default_ttl, Some(777_600));
    assert_eq!(parsed.records[0].data, "ns.example. hostmaster.example. 1 3600 1200 604800 1200");
    assert_eq!(parsed.records[3].data, r#""a;b" "c(d" "e;f" "g\"h""#);
    assert_round_trip(&parsed);
}

#[test]
fn data_has_one_form_for_each_type() {
    for (text, form) in [
        ("a AAAA 2001:DB8:0:0::1", "2001:db8::1"),
        ("a MX 10 Mail", "10 mail.example."),
        ("a TXT one \"two three\" \\065", "\"one\" \"two three\" \"A\""),
        ("a SRV 0 1 9 Srv.Example.COM.", "0 1 9 srv.example.com."),
        ("a CAA 0 ISSUE letsencrypt.org", "0 issue \"letsencrypt.org\""),
        ("a NAPTR 1 2 s E2U \"!^.*$!x!\" .", "1 2 \"s\" \"E2U\" \"!^.*$!x!\" ."),
        ("a TLSA 3 1 1 ab cd", "3 1 1 ABCD"),
        ("a SSHFP 4 9 ab", "4 9 AB"),
        ("a LOC 42 21 54 N 71 06 18 W -24m 30m", "42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m"),
        ("a LOC 40 S 105 E 1208.64m 0.34m 5.68m", "40 0 0.000 S 105 0 0.000 E 1208.64m 0.30m 5m 10m"),
        (
            "a SVCB 16 foo.example.org. (alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1)",
            "16 foo.example.org. mandatory=alpn,ipv4hint alpn=\"h2,h3-19\" ipv4hint=192.0.2.1",
        ),
        (r#"a SVCB 16 foo alpn="f\\\\oo\\,bar,h2""#, r#"16 foo.example. alpn="f\\\\oo\\,bar,h2""#),
        (r"a SVCB 16 foo alpn=f\\\092oo\092,bar,h2", r#"16 foo.example. alpn="f\\\\oo\\,bar,h2""#),
        ("a HTTPS 1 . key667=\"hello\\210qoo\" port=53", "1 . port=53 key667=\"hello\\210qoo\""),
        ("a A \\# 4 c0000201", "192.0.2.1"),
        ("a TYPE1 \\# 4 c0 000201", "192.0.2.1"),
        ("a TYPE731 \\# 6 ABCDEF123456", "\\# 6 ABCDEF123456"),
        ("a TYPE62347 \\# 0", "\\# 0"),
        (
            "a DS 1 RSASHA256 SHA-1 310D27F4D82C1FC2400704EA9939FE6E1CEAA3B9",
            "1 8 1 310D27F4D82C1FC2400704EA9939FE6E1CEAA3B9",
        ),
        ("a NSEC b A MX TYPE1234", "b.example. A MX TYPE1234"),
        (
            "a RRSIG A 8 2 600 20210331231559 20210310192537 45150 example.com. AAAA",
            "A 8 2 600 20210331231559 20210310192537 45150 example.com. AAAA",
        ),
        ("a APL 1:192.168.32.0/21 !1:192.168.38.0/28 2:FF00::/8", "1:192.168.32.0/21 !1:192.168.38.0/28 2:ff00::/8"),
        ("a IPSECKEY 10 1 2 192.0.2.38 AQNR", "10 1 2 192.0.2.38 AQNR"),
        ("a WKS 1.2.3.4 tcp smtp 80", "1.2.3.4 6 25 80"),
        ("a EUI64 1-2-3-4-5-6-7-8", ""),
        ("a URI 10 1 \"ftp://x y\"", "10 1 \"ftp://x y\""),
        ("a HINFO \"\" \\ab", "\"\" \"ab\""),
        ("a CERT PKIX 1 RSASHA1 AAAA", "1 1 5 AAAA"),
        ("a L64 10 2001:0DB8:1140:1000", "10 2001:db8:1140:1000"),
        ("a CSYNC 66 3 A NS AAAA", "66 3 A NS AAAA"),
        ("a TXT abc=\"d e\"", "\"abc=\" \"d e\""),
    ] {
        if form.is_empty() {
            assert_eq!(codes(&after(text)), ["dns.data.syntax"], "{text}");
        } else {
            assert_eq!(data_of(text), form, "{text}");
        }
    }
}

#[test]
fn names_with_odd_bytes_are_kept_exactly() {
    let parsed =
        after("exis\\000ing A 1.2.3.4\nb\u{fc}cher TXT b\u{fc}cher\nx\\.y TXT a\nxn--bcher-kva TXT a\n*.w TXT a");
    let owners: Vec<_> = parsed.records.iter().skip(3).map(|record| record.owner.as_str()).collect();
    assert_eq!(
        owners,
        [
            "exis\\000ing.example.",
            "b\\195\\188cher.example.",
            "x\\.y.example.",
            "xn--bcher-kva.example.",
            "*.w.example."
        ]
    );
    assert_round_trip(&parsed);
}

#[test]
fn a_generated_range_makes_each_record_and_bounds_hold() {
    let parsed = after(
        "$GENERATE 1-3 host$ A 10.0.0.$\n$GENERATE 0-31/16 ${0,3,n} CNAME x${-1,4,d}.y\n$GENERATE 1-2 a$$ MX \"10 m$\"",
    );
    assert!(parsed.gaps.is_empty(), "{:?}", parsed.gaps);
    let owners: Vec<_> =
        parsed.records.iter().skip(3).map(|record| format!("{} {}", record.owner, record.data)).collect();
    assert_eq!(
        owners,
        [
            "host1.example. 10.0.0.1",
            "host2.example. 10.0.0.2",
            "host3.example. 10.0.0.3",
            "0.0.example. x-001.y.example.",
            "0.1.example. x0015.y.example.",
            "a\\$.example. 10 m1.example.",
            "a\\$.example. 10 m2.example.",
        ]
    );
    for bad in [
        "9--10 host$ A 1.2.3.$",
        "1-3/ $ A 1.2.3.$",
        "1-3/0 $ A 1.2.3.$",
        "1-1 h$ TXT foo${2147483647}",
        "3-1 a A 1.2.3.4",
        "0-9999999 h$ A 1.2.3.4",
        "1-2 a${0,3 A 1.2.3.4",
        "1-2 a${0,3,q} A 1.2.3.4",
        "1-3 a$ MX 10 b",
        "1-2",
        "",
    ] {
        let parsed = after(&format!("$GENERATE {bad}"));
        assert_eq!((parsed.records.len(), parsed.gaps.len(), parsed.verdict), (3, 1, Verdict::Bad), "{bad}");
    }
    assert_eq!(after("$GENERATE 19-28/2147483645 $ CNAME x").records.len(), 4);
}

#[test]
fn another_file_is_never_opened_and_that_is_said() {
    let parsed = after("$INCLUDE /etc/passwd\nb A 1.2.3.4");
    assert_eq!(codes(&parsed), ["dns.syntax.include"]);
    assert_eq!(parsed.records.len(), 4);
    assert_eq!(parsed.gaps.len(), 1);
}

#[test]
fn one_bad_line_loses_itself_only() {
    let parsed = after("x A 1.2.3.4 extra\ny A 999.1.1.1\nz FOO bar\na..b A 1.2.3.4\n  TXT lost\ngood A 1.2.3.4");
    assert_eq!(parsed.records.len(), 4);
    assert_eq!(parsed.gaps.iter().map(|gap| gap.count).sum::<u64>(), 5, "{:?}", parsed.gaps);
    assert_eq!(parsed.verdict, Verdict::Bad);
    // A line without an owner after one that could be placed follows that one.
    let parsed = after("x A 999.1.1.1\n  TXT kept");
    assert_eq!(parsed.records.last().unwrap().owner, "x.example.");
}

#[test]
fn a_parenthesis_that_nothing_closes_does_not_cost_the_rest_of_the_file() {
    let parsed = after("x A ( 1.2.3.4\ny A 1.2.3.5\nz A 1.2.3.6");
    let owners: Vec<_> = parsed.records.iter().skip(3).map(|record| record.owner.as_str()).collect();
    assert_eq!(owners, ["y.example.", "z.example."]);
    assert_eq!(codes(&parsed), ["dns.syntax.parentheses"]);
    assert_eq!(codes(&after("x A 1.2.3.4 )")), ["dns.syntax.parentheses"]);
    assert_eq!(codes(&after("x TXT \"a\ny A 1.2.3.4")), ["dns.syntax.quotes"]);
    let many = format!("{HEAD}{}", "x A ( 1.2.3.4\n".repeat(20_000));
    assert_eq!(read(&many).verdict, Verdict::Bad);
}

#[test]
fn a_string_that_is_too_long_is_taken_in_parts_and_said() {
    let parsed = after(&format!("x TXT {}", "k".repeat(300)));
    assert_eq!(parsed.records.last().unwrap().data, format!("\"{}\" \"{}\"", "k".repeat(255), "k".repeat(45)));
    assert_eq!(codes(&parsed), ["dns.data.long_string"]);
    assert_eq!(parsed.gaps.len(), 1);
}

#[test]
fn times_to_live_come_from_where_servers_take_them() {
    let parsed = read("@ SOA ns h 1 2 3 4 900\n@ NS ns\nns 60 A 1.2.3.4\nx A 1.2.3.5\n");
    let ttls: Vec<_> = parsed.records.iter().map(|record| record.ttl).collect();
    assert_eq!(ttls, [Some(900), Some(900), Some(60), Some(900)]);
    assert_eq!(codes(&parsed), ["dns.ttl.from_soa"]);
    let parsed = read("@ 300 SOA ns h 1 2 3 4 900\n@ NS ns\nns 60 A 1.2.3.4\nx A 1.2.3.5\n");
    let ttls: Vec<_> = parsed.records.iter().map(|record| record.ttl).collect();
    assert_eq!(ttls, [Some(300), Some(300), Some(60), Some(60)]);
    assert_eq!(codes(&parsed), ["dns.ttl.from_previous"]);
    let parsed = after("x 3000000000 A 1.2.3.4");
    assert_eq!((parsed.records[3].ttl, codes(&parsed)), (Some(0), vec!["dns.ttl.too_large"]));
    assert_eq!(codes(&after("x 4294967296 A 1.2.3.4")), ["dns.syntax.ttl"]);
}

#[test]
fn what_is_not_text_is_refused() {
    assert!(parse(b"NSDdbV07\x00\x00\x00\x01\x02\x03\x04", Some("a"), &Limits::default()).refusal.is_some());
    let utf16: Vec<u8> = HEAD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(parse(&utf16, Some("a"), &Limits::default()).refusal.is_some());
}

#[test]
fn the_zone_is_named_by_the_first_soa_where_no_name_is_given() {
    let parsed = parse(
        b"$ORIGIN a.test.\n$TTL 1\n@ SOA b c 1 2 3 4 5\n@ NS ns.b.test.\nx.b.test. A 1.2.3.4\n",
        None,
        &Limits::default(),
    );
    assert_eq!(parsed.zone.as_deref(), Some("a.test."));
    assert_eq!(parsed.records.len(), 2);
    assert_eq!(codes(&parsed), ["dns.zone.out_of_zone"]);
    assert_eq!(parsed.gaps.len(), 1);
}

/// Each line is what follows a good beginning, the code it must lead to, and whether the zone is refused.
const RULES: &[(&str, &str)] = &[
    ("a CNAME ns\na A 1.2.3.4", "dns.cname.other_data"),
    ("a CNAME ns\na KEY 512 3 8 AQAB", "dns.cname.other_data"),
    ("a CNAME ns\na CNAME ns2", "dns.cname.several"),
    ("@ CNAME ns", "dns.cname.other_data"),
    ("a DNAME b.test.\na DNAME c.test.", "dns.cname.several"),
    ("a CNAME b\nb CNAME a", "dns.cname.loop"),
    ("@ SOA ns h 2 2 3 4 5", "dns.zone.several_soa"),
    ("a SOA ns h 2 2 3 4 5", "dns.owner.wrong_place"),
    ("b.test. A 1.2.3.4", "dns.zone.out_of_zone"),
    ("a MX 10 nothing", "dns.target.no_address"),
    ("a MX 10 c\nc CNAME ns", "dns.target.cname"),
    ("a MX 10 x.d\nd DNAME b.test.", "dns.target.cname"),
    ("a MX 10 192.0.2.1", "dns.mx.address"),
    ("a SRV 0 0 1 nothing", "dns.target.no_address"),
    ("a MX 10 n_s\nn_s A 1.2.3.4", "dns.target.not_a_host"),
    ("@ NS nothing", "dns.ns.no_address"),
    ("@ NS c\nc CNAME ns", "dns.ns.cname"),
    ("@ NS x.d\nd DNAME b.test.", "dns.ns.below_dname"),
    ("@ NS 192.0.2.1.", "dns.ns.address"),
    ("sub NS nothing", "dns.delegation.server"),
    ("sub NS ns.sub", "dns.delegation.no_glue"),
    ("sub NS ns\na.sub TXT x", "dns.delegation.occluded"),
    ("d DNAME b.test.\nx.d A 1.2.3.4", "dns.dname.below"),
    ("*.a NS ns", "dns.owner.wrong_place"),
    ("a.*.b TXT x", "dns.owner.inner_wildcard"),
    ("a_b A 1.2.3.4", "dns.owner.not_a_host"),
    ("CPNMU=== NSEC3 2 1 12 aabbccdd CPNMU MX", "dns.owner.not_a_hash"),
    ("a 60 A 1.2.3.4\na 70 A 1.2.3.5", "dns.ttl.mismatch"),
    ("a SPF \"v=spf1 -all\"", "dns.spf.no_txt"),
    ("a TXT \"v=spf1 -all\"\na TXT \"v=spf1 +all\"", "dns.spf.several"),
    ("@ DS 1 8 2 FD03B2312C8F0FE72C1751EFA1007D743C94EC91594FF0047C23C37CE119BA0C", "dns.ds.at_apex"),
    ("a DS 1 8 2 FD03B2312C8F0FE72C1751EFA1007D743C94EC91594FF0047C23C37CE119BA0C", "dns.ds.no_delegation"),
    ("sub NS ns\nsub DS 1 8 1 310D27F4D82C1FC2400704EA9939FE6E1CEAA3B9", "dns.dnssec.deprecated"),
    ("@ DNSKEY 257 3 5 AQAB", "dns.dnssec.deprecated"),
    ("@ CDS 0 0 0 00\n@ CDS 1 8 1 310D27F4D82C1FC2400704EA9939FE6E1CEAA3B9", "dns.dnssec.delete_signal"),
    ("@ CDNSKEY 257 3 8 AQAB", "dns.dnssec.no_such_key"),
    ("_dns SVCB 1 ns alpn=h3", "dns.svcb.no_dohpath"),
    ("_853._dns SVCB 1 ns port=853", "dns.svcb.no_alpn"),
    ("a SVCB 0 ns port=5", "dns.svcb.alias_parameters"),
    ("a HTTPS 0 ns\na HTTPS 1 .", "dns.svcb.alias_mixed"),
    ("x AAAA ::1", "dns.ns.no_ipv6"),
    ("128.2.0.0.0.0.3.2.2001.rpz-ip CNAME .", "dns.owner.policy_trigger"),
    (
        "24.0.2.0.192.rpz-client-ip CNAME .\n32.1.2.0.192.rpz-ip CNAME .\n24.1.2.0.192.rpz-ip CNAME .",
        "dns.owner.policy_trigger",
    ),
    ("a SVCB 1 . alpn=a\\,\\,abc", "dns.data.syntax"),
    ("a SVCB 1 . alpn=abc,", "dns.data.syntax"),
    ("a SVCB 0 . mandatory=alpn", "dns.data.syntax"),
    ("a SVCB 1 . no-default-alpn", "dns.data.syntax"),
    ("a SVCB 1 . port=1 port=2", "dns.data.syntax"),
    ("a DS 1 8 2 abcd", "dns.data.syntax"),
    ("a CH A 1.2.3.4", "dns.syntax.class"),
    ("a ANY x", "dns.syntax.class"),
    ("a TKEY x", "dns.syntax.meta_type"),
    ("a", "dns.syntax.incomplete"),
    ("$FOO x", "dns.syntax.directive"),
    ("$TTL x", "dns.syntax.ttl"),
    ("$ORIGIN a..b", "dns.syntax.name"),
    ("x TXT a\n$ORIGIN sub\n A 1.2.3.4", "dns.owner.inherited"),
];

#[test]
fn each_rule_speaks_where_it_should() {
    for (text, code) in RULES {
        let parsed = after(text);
        assert!(codes(&parsed).contains(code), "{text} -> {:?}", parsed.faults);
        let fault = parsed.faults.iter().find(|fault| fault.code.as_str() == *code).unwrap();
        if fault.severity == Severity::Error {
            assert_eq!(parsed.verdict, Verdict::Bad, "{text}");
        } else {
            assert_ne!(parsed.verdict, Verdict::Good, "{text}");
        }
    }
}

#[test]
fn no_rule_speaks_where_nothing_is_wrong() {
    for text in [
        "a CNAME b.test.\na RRSIG CNAME 13 2 600 20300101000000 20200101000000 1 example. AAAA\na NSEC b CNAME",
        "a MX 0 .",
        "a MX 10 x.w\n*.w A 1.2.3.4",
        "a MX 10 m.b.test.",
        "sub NS ns.sub\nns.sub A 1.2.3.4",
        "sub NS ns.b.test.\nsub DS 1 8 2 FD03B2312C8F0FE72C1751EFA1007D743C94EC91594FF0047C23C37CE119BA0C",
        "gc._msdcs A 1.2.3.4",
        "@ CDS 0 0 0 00\n@ CDNSKEY 0 3 0 AA==",
        "_sip._tcp SRV 0 0 5060 ns",
        "_dmarc TXT \"v=DMARC1; p=none\"",
        "* A 1.2.3.4",
        "_dns SVCB 1 ns alpn=h2 dohpath=/q{?dns}",
        "_dns SVCB 1 ns alpn=dot",
        "a HTTPS 0 ns",
        "128.2.zz.3.2.2001.rpz-ip CNAME .",
        "a TXT \"v=spf1 -all\"\na SPF \"v=spf1 -all\"",
    ] {
        let parsed = after(text);
        assert_eq!(parsed.verdict, Verdict::Good, "{text} -> {:?}", parsed.faults);
    }
}

#[test]
fn pointers_in_reverse_zones_are_host_names_but_for_service_discovery() {
    let text = |owner: &str| format!("$TTL 60\n@ SOA . . 0 0 0 0 0\n@ NS .\n{owner} PTR !@#3.\n");
    let read = |owner: &str| parse(text(owner).as_bytes(), Some("0.0.0.0.in-addr.arpa"), &Limits::default());
    for owner in ["b._fail._udp", "db._wrong._udp", "lb._dns-sd._tcp", "1"] {
        assert_eq!(codes(&read(owner)), ["dns.ptr.not_a_host"], "{owner}");
    }
    for owner in ["b._dns-sd._udp", "db._dns-sd._udp", "r._dns-sd._udp", "dr._dns-sd._udp", "lb._dns-sd._udp"] {
        assert!(read(owner).faults.is_empty(), "{owner}");
    }
}

#[test]
fn records_that_people_type_are_completed_or_refused() {
    let typed = |owner: &str, kind: &str, data: &str| {
        let record = ZoneRecord { owner: owner.into(), ttl: None, kind: kind.into(), data: data.into(), line: None };
        canonical(&record, "example.com")
    };
    let good = typed("WWW", "mx", "10 mail").unwrap();
    assert_eq!(
        (good.owner.as_str(), good.kind.as_str(), good.data.as_str()),
        ("www.example.com.", "MX", "10 mail.example.com.")
    );
    assert_eq!(typed("@", "TXT", "\"a b\" c").unwrap().data, "\"a b\" \"c\"");
    for (owner, kind, data, code) in [
        ("a", "A", "1.2.3", FaultCode::BadData),
        ("a", "A", "1.2.3.4\nb A 1.2.3.5", FaultCode::BadData),
        ("a", "NOPE", "x", FaultCode::UnknownType),
        ("a", "TSIG", "x", FaultCode::MetaType),
        ("a..b", "A", "1.2.3.4", FaultCode::BadName),
        ("a.test.", "A", "1.2.3.4", FaultCode::OutOfZone),
        ("a", "TXT", "\"x", FaultCode::Quotes),
        ("a", "MX", "(10 b", FaultCode::Parentheses),
    ] {
        assert_eq!(typed(owner, kind, data).unwrap_err().code, code, "{owner} {kind} {data}");
    }
}

#[test]
fn checking_tells_which_of_the_records_it_means() {
    let record = |owner: &str, kind: &str, data: &str| ZoneRecord {
        owner: owner.into(),
        ttl: Some(60),
        kind: kind.into(),
        data: data.into(),
        line: None,
    };
    let records = [
        record("example.", "SOA", "ns.b.test. h.b.test. 1 2 3 4 5"),
        record("example.", "NS", "ns.b.test."),
        record("a.example.", "CNAME", "b.test."),
        record("a.example.", "A", "1.2.3.4"),
        record("b.example.", "A", "nonsense"),
    ];
    let faults = validate(&records, "example");
    let told: Vec<_> = faults.iter().map(|fault| (fault.code, fault.index)).collect();
    assert_eq!(told, [(FaultCode::BadData, Some(4)), (FaultCode::CnameAndOther, Some(2))]);
}

#[test]
fn a_hundred_thousand_equal_faults_are_told_once_with_a_count() {
    let parsed = read(&format!("{HEAD}{}", "x A bad\n".repeat(100_000)));
    assert_eq!(parsed.gaps.len(), 1);
    assert_eq!(parsed.gaps[0].count, 100_000);
    assert!(parsed.faults.len() <= 200);
    assert_eq!(parsed.faults.iter().map(|fault| fault.count).sum::<u64>(), 100_000);
}

#[test]
fn codes_are_unique() {
    let all: std::collections::BTreeSet<_> = FaultCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(all.len(), FaultCode::ALL.len());
}

fn number(kind: &str) -> u16 {
    types::number(kind.as_bytes()).unwrap()
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes, Some("example"), &Limits::default());
        let _ = parse(&bytes, None, &Limits::default());
    }

    #[test]
    fn no_text_of_a_zone_makes_reading_panic(text in "([@a\\*] ?|\\$ORIGIN |\\$TTL |\\$GENERATE |1-3/2 |\\$\\{0,2,n\\}|SOA |MX |SVCB |TXT |[0-9]{1,3}[ .]|\"|\\(|\\)|\n|;|\\\\|alpn=|[a-z]{1,3}){0,60}") {
        let parsed = parse(text.as_bytes(), Some("example"), &Limits::default());
        assert_round_trip(&parsed);
    }

    #[test]
    fn wire_data_has_one_form_that_reads_back(kind in prop::sample::select(known_types()), wire in prop::collection::vec(any::<u8>(), 0..60)) {
        let kind = number(kind);
        if let Some(text) = data::write(kind, &wire) {
            let again = read_data(kind, &text);
            prop_assert_eq!(data::write(kind, &again), Some(text));
        }
    }

    #[test]
    fn names_are_written_as_they_are_read(labels in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 0..8)) {
        let mut wire = Vec::new();
        for label in &labels {
            wire.push(u8::try_from(label.len()).unwrap());
            wire.extend_from_slice(label);
        }
        wire.push(0);
        let (name, rest) = name::Name::from_wire(&wire).unwrap();
        prop_assert!(rest.is_empty());
        prop_assert_eq!(name::Name::read(name.text().as_bytes(), None), Ok(name));
    }

    #[test]
    fn strings_of_any_bytes_come_back(string in prop::collection::vec(any::<u8>(), 0..255)) {
        let mut wire = vec![u8::try_from(string.len()).unwrap()];
        wire.extend_from_slice(&string);
        let text = data::write(16, &wire).unwrap();
        prop_assert_eq!(read_data(16, &text), wire);
    }

    #[test]
    fn generated_texts_never_panic(text in "[$\\\\{}0-9,a-z-]{0,20}", value in any::<u32>()) {
        let _ = generate::fill(text.as_bytes(), value);
        let _ = generate::Range::read(text.as_bytes());
    }
}

fn read_data(kind: u16, text: &str) -> Vec<u8> {
    let mut lines = super::lines::Lines::new(text.as_bytes(), 1 << 20);
    let words = lines.entry().map(|entry| entry.words).unwrap_or_default();
    let mut words = data::Words::new(&words, None, matches!(kind, 64 | 65));
    data::read(kind, &mut words).unwrap_or_else(|bad| panic!("{kind} {text}: {bad:?}"))
}
