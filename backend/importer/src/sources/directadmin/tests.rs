use std::io::Write;

use super::super::Input;
use super::*;
use crate::Entry;
use crate::snapshot::values::PasswordScheme;
use crate::snapshot::{
    Certificate, CronLine, Database, DatabaseUser, FileUser, HostingAccount, MailRule, MailRuleKind, Mailbox, Record,
    Site, SiteKind, Zone,
};

macro_rules! of {
    ($entries:expr, $kind:ident) => {
        $entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Record(Record::$kind(one)) => Some(one.as_ref()),
                _ => None,
            })
            .collect::<Vec<&$kind>>()
    };
}

fn has_gap(entries: &[Entry], part: &str) -> bool {
    entries.iter().any(|entry| matches!(entry, Entry::Gap(gap) if gap.reason.contains(part)))
}

const USER: (&str, &str) = (
    "backup/user.conf",
    "username=bob\nemail=bob@x.example\ndomain=main.example\ncreator=admin\npackage=gold\nquota=500\nbandwidth=unlimited\nsuspended=no\ndate_created=Mon Jan 02 15:04:05 2006\nns1=ns1.x.example\n",
);

/// A generated backup, packed as `.tar.zst` or `.tar.gz`.
fn backup(files: &[(&str, &str)], is_zstd: bool) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(text.len()).unwrap());
        builder.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    let plain = builder.into_inner().unwrap();
    if is_zstd {
        return zstd::encode_all(plain.as_slice(), 1).unwrap();
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&plain).unwrap();
    encoder.finish().unwrap()
}

fn read_bytes(bytes: &[u8]) -> Result<Vec<Entry>, Refusal> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("user.admin.other.tar.gz");
    std::fs::write(&path, bytes).unwrap();
    let mut entries: Vec<Entry> = Vec::new();
    read(&Input::of(vec![path]), &mut entries)?;
    Ok(entries)
}

fn read_files(files: &[(&str, &str)]) -> Vec<Entry> {
    let (gzip, zstd) = (read_bytes(&backup(files, false)).unwrap(), read_bytes(&backup(files, true)).unwrap());
    assert_eq!(gzip.len(), zstd.len());
    gzip
}

#[test]
fn the_account_is_told_by_its_content() {
    let entries = read_files(&[
        USER,
        ("backup/.shadow", "$6$s$h"),
        ("backup/crontab.conf", "MAILTO=x@y\n1=*/5 * * * * /usr/bin/php x.php\n2=odd\n"),
        ("backup/home.tar.gz", "packed"),
        ("backup/bandwidth.tally", "1"),
        ("domains/main.example/public_html/index.html", "12345"),
    ]);
    let accounts = of!(entries, HostingAccount);
    let account: &HostingAccount = accounts[0];
    assert_eq!(
        (account.user_name.as_str(), account.domain.as_deref(), account.quota_bytes),
        ("bob", Some("main.example"), Some(500 << 20))
    );
    assert_eq!(account.created.unwrap().to_string().get(..10), Some("2006-01-02"));
    assert_eq!(account.disk_bytes, Some(11));
    assert!(account.content.as_ref().unwrap().path.ends_with("home.tar.gz"));
    assert!(account.extra.iter().any(|one| one.name == "ns1"));
    let cron = of!(entries, CronLine);
    assert_eq!((cron.len(), cron[0].command.as_str(), cron[0].environment.len()), (1, "/usr/bin/php x.php", 1));
    assert!(has_gap(&entries, "no schedule") && has_gap(&entries, "no place in the snapshot"));
}

#[test]
fn domains_have_their_kinds_zones_pointers_and_ftp_users() {
    let entries = read_files(&[
        USER,
        ("backup/main.example/domain.conf", "active=yes\ndefaultdomain=no\nssl=ON\nphp1_select=2\n"),
        ("backup/first.example/domain.conf", "defaultdomain=yes\nsuspended=yes\n"),
        ("backup/first.example/first.example.db", "$TTL 1\n"),
        ("backup/first.example/subdomain.list", "blog\nshop\nbad name\n"),
        (
            "backup/first.example/domain.subdomains.docroot.override",
            "shop=public_html=%2Fhome%2Fbob%2Fdomains%2Ffirst.example%2Fs\n",
        ),
        ("backup/first.example/domain.pointers", "a.example=alias\nb.example=type=pointer\nc.example=odd\n"),
        (
            "backup/first.example/ftp.passwd",
            "web@first.example=passwd=$6$a$b&path=%2Fhome%2Fbob&type=domain\nold@first.example=$1$c$d\n",
        ),
        ("backup/first.example/domain.cert", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ("domains/first.example/public_html/x", "1"),
    ]);
    assert_eq!(of!(entries, HostingAccount)[0].domain.as_deref(), Some("first.example"));
    let sites = of!(entries, Site);
    let by = |domain: &str| *sites.iter().find(|site: &&&Site| site.domain == domain).unwrap();
    assert_eq!((by("first.example").kind, by("first.example").is_suspended), (SiteKind::Main, true));
    let main = by("main.example");
    assert_eq!((main.kind, main.has_tls, main.php.as_deref()), (SiteKind::Addon, true, Some("2")));
    assert_eq!(main.parent.as_deref(), Some("bob/first.example"));
    assert_eq!(by("shop.first.example").content.as_ref().unwrap().path, "domains/first.example/s");
    assert!(by("blog.first.example").document_root.as_ref().unwrap().ends_with("public_html/blog"));
    assert_eq!((by("a.example").kind, by("b.example").kind), (SiteKind::Alias, SiteKind::Redirect));
    assert_eq!(sites.len(), 6);
    let ftp = of!(entries, FileUser);
    assert_eq!((ftp.len(), ftp[0].home.as_deref()), (2, Some("/home/bob")));
    assert!(ftp.iter().all(|one| one.password.as_ref().unwrap().scheme == PasswordScheme::Crypt));
    assert_eq!((of!(entries, Zone).len(), of!(entries, Certificate).len()), (1, 1));
    assert!(has_gap(&entries, "type that is not known") && has_gap(&entries, "last day could not be read"));
}

#[test]
fn mail_is_told_with_its_quotas_in_either_unit() {
    let entries = read_files(&[
        USER,
        ("backup/main.example/domain.conf", "defaultdomain=yes\n"),
        ("backup/main.example/email/passwd", "info:$6$a$b\nold:$1$a$b:1:1::/h:/bin/false\nbroken\n"),
        ("backup/main.example/email/quota", "info:52428800\nold:50\nghost:1\n"),
        ("backup/main.example/email/aliases", "bob:bob\nsales:info,x@y.example\nno: :blackhole:\n"),
        ("backup/main.example/email/email.conf", "catchall=:fail:\nodd=1\n"),
        ("backup/main.example/email/autoresponder.conf", "info:\n"),
        (
            "backup/main.example/email/vacation.conf",
            "old=startyear=2024&startmonth=5&startday=6&endyear=2024&endmonth=6&endday=1&subject=Away%21\n",
        ),
        ("backup/main.example/email/reply/info.msg", "Subject: Hi\n\nBack soon"),
        ("backup/main.example/email/filter", "if x then\n"),
        ("imap/main.example/info/Maildir/cur/1.x,S=10:2,S", "0123456789"),
        ("backup/main.example/email/data/imap/old/Maildir/.Sent/cur/2.y", "12"),
        ("imap/main.example/gone/Maildir/new/3.z", "1"),
    ]);
    let mailboxes = of!(entries, Mailbox);
    let by =
        |local: &str| *mailboxes.iter().find(|one: &&&Mailbox| one.address == format!("{local}@main.example")).unwrap();
    assert_eq!(
        (by("info").quota_bytes, by("info").messages, by("info").used_bytes),
        (Some(52_428_800), Some(1), Some(10))
    );
    assert_eq!((by("old").quota_bytes, by("old").messages), (Some(50 << 20), Some(1)));
    assert_eq!(by("info").content.as_ref().unwrap().path, "imap/main.example/info/Maildir");
    assert!(by("gone").password.is_none());
    let rules: Vec<(MailRuleKind, &str)> =
        of!(entries, MailRule).iter().map(|rule| (rule.kind, rule.address.as_str())).collect();
    assert_eq!(
        rules,
        [
            (MailRuleKind::Forward, "sales@main.example"),
            (MailRuleKind::Discard, "no@main.example"),
            (MailRuleKind::Reject, "*@main.example"),
            (MailRuleKind::Autoresponder, "info@main.example"),
            (MailRuleKind::Autoresponder, "old@main.example"),
            (MailRuleKind::Filter, "*@main.example"),
        ]
    );
    let answers = of!(entries, MailRule);
    assert_eq!((answers[3].subject.as_deref(), answers[3].text.as_deref()), (Some("Hi"), Some("Back soon")));
    assert!(answers[4].from.is_some() && answers[4].subject.as_deref() == Some("Away!"));
    for part in
        ["taken as megabytes", "without a login", "not in passwd", "too few columns", "text of an answer is not"]
    {
        assert!(has_gap(&entries, part), "{part}");
    }
}

#[test]
fn databases_have_their_users_with_decoded_hashes() {
    let entries = read_files(&[
        USER,
        ("backup/bob_a.sql.gz", "packed"),
        (
            "backup/bob_a.conf",
            "accesshosts=0=localhost&1=10.0.0.1\ndb_collation=CATALOG_NAME=def&DEFAULT_CHARACTER_SET_NAME=utf8&DEFAULT_COLLATION_NAME=utf8_bin&SCHEMA_NAME=bob_a\nbob_u=passwd=%2A0123456789ABCDEF0123456789ABCDEF01234567&select_priv=Y&drop_priv=N&insert_priv=Y\n",
        ),
        ("backup/bob_b.sql", "-- dump"),
        ("backup/bob_b.conf", "bob_u=passwd=%2A0123456789ABCDEF0123456789ABCDEF01234567&select_priv=Y\n"),
        ("backup/bob_c.sql", ""),
    ]);
    let databases = of!(entries, Database);
    assert_eq!((databases.len(), databases[0].collation.as_deref()), (3, Some("utf8_bin")));
    let users = of!(entries, DatabaseUser);
    assert_eq!(users.len(), 1);
    assert_eq!(users[0].password.as_ref().unwrap().scheme, PasswordScheme::MysqlNative);
    assert_eq!(users[0].databases, ["bob_a", "bob_b"]);
    assert_eq!(users[0].hosts, ["localhost", "10.0.0.1"]);
    assert_eq!(users[0].grants[0], "SELECT, INSERT ON bob_a.*");
    assert!(has_gap(&entries, "without its settings"));
}

#[test]
fn what_is_no_backup_is_refused_and_what_is_cut_is_told() {
    assert_eq!(read_bytes(b"text").unwrap_err().code, RefusalCode::NotThisFormat);
    assert_eq!(read_bytes(&backup(&[("x/y", "1")], false)).unwrap_err().code, RefusalCode::NotThisFormat);
    // What does not compress, so that the cut falls behind the account.
    let mut state = 1u64;
    let noise: String = (0..20_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'!' + u8::try_from(state >> 58).unwrap())
        })
        .collect();
    let whole = backup(&[USER, ("domains/main.example/public_html/x", &noise)], false);
    let entries = read_bytes(&whole[..whole.len() - 2_000]).unwrap();
    assert!(has_gap(&entries, "import.truncated"));
    assert_eq!(of!(entries, HostingAccount).len(), 1);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    #[test]
    fn no_text_in_any_part_makes_it_panic(text in "(?s)[a-z0-9=&:%@.$/ \n-]{0,120}", part in 0usize..14) {
        let part = [
            "backup/user.conf", "backup/.shadow", "backup/crontab.conf", "backup/d.example/domain.conf",
            "backup/d.example/domain.pointers", "backup/d.example/subdomain.list", "backup/d.example/ftp.passwd",
            "backup/d.example/email/passwd", "backup/d.example/email/quota", "backup/d.example/email/aliases",
            "backup/d.example/email/vacation.conf", "backup/d.example/email/email.conf", "backup/b.conf",
            "backup/d.example/domain.subdomains.docroot.override",
        ][part];
        let mut files = vec![(part, text.as_str()), ("backup/b.sql", "")];
        if part != USER.0 {
            files.push(USER);
        }
        let _ = read_bytes(&backup(&files, false));
    }
}
