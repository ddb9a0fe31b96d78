use std::io::Write;

use super::super::Input;
use super::*;
use crate::Entry as Said;
use crate::snapshot::values::PasswordScheme;
use crate::snapshot::{
    Certificate, CronLine, Database, DatabaseUser, FileUser, HostingAccount, MailRule, MailRuleKind, Mailbox, Product,
    Record, Site, SiteKind, Zone,
};

macro_rules! of {
    ($entries:expr, $kind:ident) => {
        $entries
            .iter()
            .filter_map(|entry| match entry {
                Said::Record(Record::$kind(one)) => Some(one.as_ref()),
                _ => None,
            })
            .collect::<Vec<&$kind>>()
    };
}

fn gaps(entries: &[Said]) -> Vec<&Gap> {
    entries.iter().filter_map(|entry| if let Said::Gap(gap) = entry { Some(gap) } else { None }).collect()
}

fn has_gap(entries: &[Said], part: &str) -> bool {
    gaps(entries).iter().any(|gap| gap.reason.contains(part))
}

fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(content.len()).unwrap());
        builder.append_data(&mut header, path, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read_named(name: &str, bytes: &[u8]) -> Result<Vec<Said>, Refusal> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut entries: Vec<Said> = Vec::new();
    read(&Input::of(vec![path]), &mut entries)?;
    Ok(entries)
}

/// A generated backup of either panel.
fn backup(panel: &str) -> Vec<u8> {
    let accounts = tarred(&[
        ("info/cur/1.x,S=900:2,S", &gzipped(b"From: a\n\nhello")),
        ("info/.Sent/cur/2.y:2,", b"12345"),
        ("gone/new/3.z", b"1"),
    ]);
    let accounts =
        if panel == "hestia" { zstd::encode_all(accounts.as_slice(), 1).unwrap() } else { gzipped(&accounts) };
    let accounts_name =
        if panel == "hestia" { "./mail/a.example/accounts.tar.zst" } else { "./mail/a.example/accounts.tar.gz" };
    let path = |path: &str| format!("./{}", path.replace("PANEL", panel));
    let files: Vec<(String, &[u8])> = vec![
        (path("PANEL/user.conf"), b"NAME='Bob O'Brien'\nPACKAGE='gold'\nCONTACT='bob@x.example'\nMD5='$6$s$h'\nDISK_QUOTA='500'\nWEB_DOMAINS='5'\nSUSPENDED='no'\nRKEY='secret'\nU_DISK='12'\nTIME='10:11:12'\nDATE='2020-02-03'\n"),
        (path("pam/passwd"), b"bob:x:1001:1001:bob@x.example:/home/bob:/bin/bash\n"),
        (path("pam/shadow"), b"bob:$6$s$h:18000:0:99999:7:::\n"),
        (path("web/a.example/PANEL/web.conf"), b"DOMAIN='a.example' IP='192.0.2.1' IP6='' ALIAS='www.a.example,b.example' TPL='default' SSL='yes' FTP_USER='bob_web:bob_two' FTP_MD5='$6$a$b:$6$c$d' FTP_PATH=':/sub' BACKEND='PHP-8_2' SUSPENDED='no' TIME='1' DATE='2'\n"),
        (path("web/a.example/domain_data.tar.gz"), b"packed"),
        (path("web/a.example/conf/nginx.conf"), b"server {}"),
        (path("dns/a.example/PANEL/dns.conf"), b"DOMAIN='a.example' IP='192.0.2.1' TPL='default' TTL='14400' SOA='ns1.x.example'\n"),
        (path("dns/a.example/PANEL/a.example.conf"), b"ID='1' RECORD='@' TYPE='NS' PRIORITY='' VALUE='ns1.x.example.' SUSPENDED='no'\nID='2' RECORD='@' TYPE='MX' PRIORITY='10' VALUE='mail.a.example' SUSPENDED='no'\nID='3' RECORD='www' TYPE='A' PRIORITY='' VALUE='192.0.2.1' SUSPENDED='yes'\nID='4' RECORD='t' TYPE='TXT' PRIORITY='' VALUE='say \"x\"' SUSPENDED='no'\nbroken\n"),
        (path("dns/a.example/conf/a.example.db"), b"$TTL 14400\n"),
        (path("mail/a.example/PANEL/mail.conf"), b"DOMAIN='a.example' ANTIVIRUS='no' CATCHALL='info@a.example'\n"),
        (path("mail/a.example/PANEL/a.example.conf"), b"ACCOUNT='info' ALIAS='sales,hello' AUTOREPLY='yes' FWD='x@y.example' FWD_ONLY='yes' MD5='{BLF-CRYPT}$2y$05$x' QUOTA='100' U_DISK='1' SUSPENDED='no'\nACCOUNT='info' MD5='x'\n"),
        (path("mail/a.example/conf/autoreply.info.msg"), b"Back soon"),
        (path("mail/a.example/PANEL/a.example.pem"), b"key"),
        (path("db/bob_db/PANEL/db.conf"), b"DB='bob_db' DBUSER='bob_u' MD5='*0123456789ABCDEF0123456789ABCDEF01234567' HOST='localhost' TYPE='mysql' CHARSET='UTF8' SUSPENDED='no'\n"),
        (path("db/bob_db/conf/bob_db.mysql.bob_u"), b"GRANT ALL PRIVILEGES ON `bob\\_db`.* TO 'bob_u'@'%';\nDROP TABLE x;\n"),
        (path("db/bob_db/bob_db.mysql.sql.gz"), b"packed"),
        (path("cron/cron.conf"), b"JOB='1' MIN='*/5' HOUR='*' DAY='*' MONTH='*' WDAY='*' CMD='echo %quote%it's%quote%' SUSPENDED='yes' TIME='1' DATE='2'\nJOB='2' MIN='1'\n"),
        (path("user_dir/stuff.tar.gz"), b"packed"),
        (accounts_name.to_owned(), &accounts),
    ];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, content)| (path.as_str(), *content)).collect();
    tarred(&files)
}

#[test]
fn a_backup_of_either_panel_gives_the_same_records() {
    let records = |panel: &str| -> Vec<String> {
        let entries = read_named("bob.2020-02-03_10-11-12.tar", &backup(panel)).unwrap();
        entries
            .iter()
            .filter_map(|entry| {
                if let Said::Record(one) = entry { Some(format!("{:?} {}", one.kind(), one.id())) } else { None }
            })
            .collect()
    };
    assert_eq!(records("hestia"), records("vesta"));
    assert_eq!(records("hestia").len(), 15);
}

#[test]
fn a_backup_is_read_with_what_it_has() {
    let entries = read_named("renamed.tar", &backup("hestia")).unwrap();
    let accounts = of!(entries, HostingAccount);
    let account: &HostingAccount = accounts[0];
    assert_eq!(
        (account.user_name.as_str(), account.plan.as_deref(), account.quota_bytes),
        ("bob", Some("gold"), Some(500 << 20))
    );
    assert!(account.created.is_some() && account.limits.iter().any(|one| one.name == "WEB_DOMAINS"));
    assert!(
        account.extra.iter().any(|one| one.value == "Bob O'Brien")
            && !account.extra.iter().any(|one| one.name == "RKEY")
    );
    let site: &Site = of!(entries, Site)[0];
    assert_eq!((site.kind, site.aliases.len(), site.has_tls), (SiteKind::Main, 2, true));
    assert!(site.content.as_ref().unwrap().path.ends_with("domain_data.tar.gz"));
    let ftp = of!(entries, FileUser);
    assert_eq!((ftp.len(), ftp[1].home.as_deref()), (2, Some("/home/bob/web/a.example/sub")));
    let zone: &Zone = of!(entries, Zone)[0];
    let data: Vec<&str> = zone.records.iter().map(|record| record.data.as_str()).collect();
    assert_eq!(data, ["ns1.x.example.", "10 mail.a.example.", "\"say \\\"x\\\"\""]);
    assert_eq!((zone.default_ttl, zone.records[2].owner.as_str()), (Some(14_400), "t.a.example."));
    let mailboxes = of!(entries, Mailbox);
    assert_eq!(
        (mailboxes[0].messages, mailboxes[0].used_bytes, mailboxes[0].quota_bytes),
        (Some(2), Some(905), Some(100 << 20))
    );
    assert_eq!(mailboxes[0].password.as_ref().unwrap().scheme, PasswordScheme::Dovecot);
    assert!(mailboxes[0].content.as_ref().unwrap().path.ends_with("accounts.tar.zst!/info"));
    assert_eq!(mailboxes[0].extra[0].name, "compressed_messages");
    assert_eq!(mailboxes[1].address, "gone@a.example");
    let kinds: Vec<MailRuleKind> = of!(entries, MailRule).iter().map(|rule| rule.kind).collect();
    assert_eq!(
        kinds,
        [
            MailRuleKind::CatchAll,
            MailRuleKind::Alias,
            MailRuleKind::Alias,
            MailRuleKind::Forward,
            MailRuleKind::Autoresponder
        ]
    );
    assert!(!of!(entries, MailRule)[3].keeps_copy);
    let user: &DatabaseUser = of!(entries, DatabaseUser)[0];
    assert_eq!((user.hosts.len(), user.grants.len()), (2, 1));
    assert_eq!(of!(entries, Database)[0].size_bytes, Some(6));
    let cron: &CronLine = of!(entries, CronLine)[0];
    assert_eq!((cron.command.as_str(), cron.is_suspended), ("echo 'it's'", true));
    assert!(of!(entries, Certificate).is_empty());
    for part in [
        "own sign-in",
        "suspended record",
        "KEY='value'",
        "not executed",
        "without schedule",
        "stands twice",
        "without a login",
        "generated settings",
    ] {
        assert!(has_gap(&entries, part), "{part}");
    }
}

#[test]
fn templates_and_packages_name_what_only_a_server_knows() {
    let entries = read_named("x.tpl", b"ID='1' RECORD='@' TYPE='A' VALUE='%ip%' SUSPENDED='no' TIME='%time%'\nID='2' RECORD='www' TYPE='CNAME' VALUE='%domain%.' SUSPENDED='no'\nID='3' RECORD='@' TYPE='TXT' VALUE='\"v=spf1 ip4:%ip% 100%\"'\n").unwrap();
    let zone: &Zone = of!(entries, Zone)[0];
    assert_eq!((zone.name.as_str(), zone.records.len(), zone.records[0].data.as_str()), ("x.invalid", 1, "x.invalid."));
    let [gap] = gaps(&entries)[..] else { panic!("{entries:?}") };
    assert_eq!((gap.field.as_deref(), gap.count), (Some("%ip%"), 2));
    let entries = read_named("gold.pkg", b"WEB_TEMPLATE='default'\nDISK_QUOTA='100'\nodd\n").unwrap();
    let product: &Product = of!(entries, Product)[0];
    assert_eq!((product.name.as_str(), product.limits.len(), product.extra.len()), ("gold", 1, 1));
    assert_eq!(gaps(&entries).len(), 1);
    assert_eq!(read_named("note", b"hello").unwrap_err().code, RefusalCode::NotThisFormat);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    #[test]
    fn no_text_in_any_part_makes_it_panic(text in "(?s)[A-Z0-9='% \"a-z.@:/\n-]{0,120}", part in 0usize..8) {
        let part = [
            "hestia/user.conf", "web/d.example/hestia/web.conf", "dns/d.example/hestia/d.example.conf",
            "dns/d.example/hestia/dns.conf", "mail/d.example/hestia/mail.conf", "mail/d.example/hestia/d.example.conf",
            "db/x/hestia/db.conf", "cron/cron.conf",
        ][part];
        let mut files: Vec<(&str, &[u8])> = vec![(part, text.as_bytes())];
        if part != "hestia/user.conf" {
            files.push(("hestia/user.conf", b"MD5='x'\n"));
        }
        let _ = read_named("bob.tar", &tarred(&files));
        let _ = read_named("x.tpl", text.as_bytes());
    }
}

#[test]
fn an_object_that_stands_twice_is_one_record_and_a_named_gap() {
    let database = b"DB='bob_db' DBUSER='bob_u' TYPE='mysql'\nDB='bob_db' DBUSER='bob_v' TYPE='mysql'\n";
    let files: [(&str, &[u8]); 2] =
        [("./hestia/user.conf", b"NAME='Bob'\nCONTACT='b@x.example'\n"), ("./db/bob_db/hestia/db.conf", database)];
    let entries = read_named("bob.2020-02-03_10-11-12.tar", &tarred(&files)).unwrap();
    assert_eq!(of!(entries, Database).len(), 1);
    assert!(gaps(&entries).iter().any(|gap| gap.kind == GapKind::Duplicate && gap.record == Some(Kind::Database)));
}

#[test]
fn keys_without_a_place_and_catch_alls_of_several_kinds_are_told() {
    let files: [(&str, &[u8]); 4] = [
        ("./hestia/user.conf", b"NAME='Bob'\nCONTACT='b@x.example'\n"),
        (
            "./dns/a.example/hestia/a.example.conf",
            b"ID='1' RECORD='@' TYPE='A' VALUE='192.0.2.1' ODD1='x' SUSPENDED='no' TIME='1' DATE='2'\n",
        ),
        ("./db/bob_db/hestia/db.conf", b"DB='bob_db' DBUSER='bob_u' MD5='x' TYPE='mysql' ODD2='x' U_DISK='1'\n"),
        ("./mail/a.example/hestia/mail.conf", b"DOMAIN='a.example' CATCHALL=':blackhole:,info@b.example'\n"),
    ];
    let entries = read_named("bob.2020-02-03_10-11-12.tar", &tarred(&files)).unwrap();
    for odd in ["ODD1", "ODD2"] {
        assert!(has_gap(&entries, &format!("a key has no place in the record; the first is {odd}")), "{odd}");
    }
    assert!(!has_gap(&entries, "U_DISK") && !has_gap(&entries, "the first is ID"));
    let rules = of!(entries, MailRule);
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!((rules.len(), ids.len()), (2, 2), "{rules:?}");
}
