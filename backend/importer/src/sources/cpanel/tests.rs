use std::path::Path;

use super::super::Input;
use super::*;
use crate::snapshot::values::PasswordScheme;
use crate::snapshot::{
    DatabaseUser, HostingAccount, MailRule, MailRuleKind, Mailbox, MailboxFormat, Record, Site, SiteKind, Zone,
};
use crate::{Entry, Limits};

/// An unpacked account of these files, read.
fn read_files(files: &[(&str, &str)]) -> Vec<Entry> {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path().join("cpmove-bob");
    for (path, text) in files {
        let path = top.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    read_path(&top).unwrap()
}

fn read_path(path: &Path) -> Result<Vec<Entry>, Refusal> {
    let mut entries: Vec<Entry> = Vec::new();
    read(&Input::of(vec![path.to_owned()]), &mut entries)?;
    Ok(entries)
}

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

fn gaps(entries: &[Entry]) -> Vec<&Gap> {
    entries.iter().filter_map(|entry| if let Entry::Gap(gap) = entry { Some(gap) } else { None }).collect()
}

fn has_gap(entries: &[Entry], part: &str) -> bool {
    gaps(entries).iter().any(|gap| gap.reason.contains(part))
}

const BOB: (&str, &str) = ("cp/bob", "USER=bob\nDNS=main.example\nPLAN=gold\nOWNER=reseller\nMAXPOP=5\nODD=x\n");

#[test]
fn the_account_is_told_with_its_limits_and_what_is_not_known_is_kept() {
    let entries = read_files(&[
        BOB,
        ("shadow", "!$6$s$h"),
        ("quota", "250\n"),
        ("meta/hostname", "Web1.Example\n"),
        ("suspended/bob", "Nonpayment"),
        ("version", "pkgacct version: 12\narchive version: 9\n"),
        ("homedir/public_html/x", "12345"),
    ]);
    let accounts = of!(entries, HostingAccount);
    let account: &HostingAccount = accounts[0];
    assert_eq!(
        (account.id.as_str(), account.plan.as_deref(), account.owner.as_deref()),
        ("bob", Some("gold"), Some("reseller"))
    );
    assert_eq!((account.quota_bytes, account.disk_bytes), (Some(250 << 20), Some(5)));
    assert!(account.is_suspended && account.password.as_ref().unwrap().is_locked);
    assert_eq!(account.suspended_reason.as_deref(), Some("Nonpayment"));
    assert_eq!(account.server.as_deref(), Some("web1.example"));
    assert_eq!(account.limits[0].name, "MAXPOP");
    assert!(account.extra.iter().any(|one| one.name == "ODD" && one.value == "x"));
    assert!(account.content.as_ref().unwrap().path.ends_with("homedir"));
    assert!(has_gap(&entries, "version that is not known"));
}

#[test]
fn quotas_of_nothing_zero_and_unlimited_are_no_limit() {
    for text in ["0", "unlimited", "\n"] {
        let entries = read_files(&[BOB, ("quota", text)]);
        assert_eq!(of!(entries, HostingAccount)[0].quota_bytes, None);
        assert!(!has_gap(&entries, "megabytes"));
    }
    assert!(has_gap(&read_files(&[BOB, ("quota", "much")]), "megabytes"));
    assert!(has_gap(&read_files(&[BOB, ("quota", &u64::MAX.to_string())]), "megabytes"));
}

#[test]
fn kind_parent_and_document_root_of_a_site_are_three_facts() {
    let entries = read_files(&[
        BOB,
        (
            "userdata/main",
            "main_domain: main.example\naddon_domains:\n  addon.example: addon.main.example\nparked_domains:\n  - parked.example\nsub_domains:\n  - addon.main.example\n  - one.main.example\n  - two.addon.example\n",
        ),
        (
            "userdata/main.example",
            "documentroot: /home/bob/public_html\nserveralias: www.main.example mail.main.example\nphpversion: ea-php82\ncustomlog: x\n",
        ),
        ("userdata/main.example_SSL", "documentroot: /home/bob/public_html\n"),
        (
            "userdata/addon.main.example",
            "documentroot: /home/bob/elsewhere\nserveralias: addon.example www.addon.example\n",
        ),
        ("userdata/one.main.example", "documentroot: /home/bob/public_html/one\n"),
        ("userdata/two.addon.example", "documentroot: /srv/other\n"),
        ("userdata/gone.example", "documentroot: /home/bob/gone\n"),
        ("homedir/etc/parked.example/passwd", "info:x:1:1::/h:/h\n"),
        ("homedir/public_html/index.html", "x"),
    ]);
    let sites = of!(entries, Site);
    let by = |domain: &str| *sites.iter().find(|site: &&&Site| site.domain == domain).unwrap();
    assert_eq!(sites.len(), 5);
    let main = by("main.example");
    assert_eq!((main.kind, main.php.as_deref(), main.has_tls), (SiteKind::Main, Some("ea-php82"), true));
    assert_eq!(main.aliases, ["www.main.example", "mail.main.example"]);
    assert!(main.content.as_ref().unwrap().path.ends_with("homedir/public_html"));
    let addon = by("addon.example");
    assert_eq!((addon.kind, addon.parent.as_deref()), (SiteKind::Addon, Some("bob/main.example")));
    assert_eq!(addon.document_root.as_deref(), Some("/home/bob/elsewhere"));
    assert_eq!(by("two.addon.example").parent.as_deref(), Some("bob/addon.example"));
    assert!(by("two.addon.example").content.is_none() && has_gap(&entries, "not in the home"));
    assert_eq!(by("parked.example").kind, SiteKind::Alias);
    assert!(has_gap(&entries, "must become a domain"));
    assert!(has_gap(&entries, "no domain of the account"));
    assert!(has_gap(&entries, "settings of the web server beyond"));
}

#[test]
fn old_versions_without_userdata_give_the_same_kinds() {
    let entries = read_files(&[
        ("cp/bob", "IP=192.0.2.1\nDNS=main.example\nDNS2=lost.example\n"),
        ("addons", "addon.example=some_main.example\n"),
        ("pds", "www.parked.example parked.example\n"),
        ("sds2", "some_main.example=public_html/some\nblog_main.example=public_html/blog\n"),
        ("homedir/etc/passwd", "bob:x:1:1::/h:/h\n"),
        ("homedir/etc/shadow", "bob:$1$a$b\n"),
        ("homedir/mail/bob/inbox", "From a@b Mon\n\nx\n"),
    ]);
    let sites = of!(entries, Site);
    let kinds: Vec<(&str, SiteKind)> = sites.iter().map(|site| (site.domain.as_str(), site.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("main.example", SiteKind::Main),
            ("addon.example", SiteKind::Addon),
            ("blog.main.example", SiteKind::Subdomain),
            ("parked.example", SiteKind::Alias)
        ]
    );
    assert_eq!(sites[1].document_root.as_deref(), Some("/home/bob/public_html/some"));
    assert!(has_gap(&entries, "'lost.example' is named"));
    let mailboxes = of!(entries, Mailbox);
    assert_eq!((mailboxes[0].address.as_str(), mailboxes[0].format), ("bob@main.example", MailboxFormat::Mbox));
    assert_eq!(mailboxes[0].password.as_ref().unwrap().scheme, PasswordScheme::Crypt);
}

#[test]
fn hashes_of_mailboxes_are_found_by_columns_and_never_by_the_beginning_of_a_name() {
    let entries = read_files(&[
        BOB,
        ("homedir/etc/main.example/passwd", "bobby:x:1:1::/h:/h\nbob:x:1:1::/h:/h\nno:x\n"),
        ("homedir/etc/main.example/shadow", "bobby:$6$s$bobby:1::::::\nbob:*LOCKED*$6$s$bob:1::::::\nghost:$6$s$g\n"),
        ("homedir/etc/main.example/quota", "bob:262144000\nbobby:0\nodd\n"),
        ("homedir/mail/main.example/bob/cur/1.x,S=100:2,S", "\u{1f}x"),
        ("homedir/mail/main.example/bob/.Sent/new/2.x", "12345"),
        ("homedir/mail/main.example/gone/cur/1.x", "123"),
        ("homedir/mail/cur/1.y", "1"),
    ]);
    let mailboxes = of!(entries, Mailbox);
    let by =
        |local: &str| *mailboxes.iter().find(|one: &&&Mailbox| one.address == format!("{local}@main.example")).unwrap();
    assert_eq!(by("bob").password.as_ref().unwrap().value.0, "$6$s$bob");
    assert!(by("bob").is_suspended && !by("bobby").is_suspended);
    assert_eq!(by("bobby").password.as_ref().unwrap().value.0, "$6$s$bobby");
    assert_eq!((by("bob").quota_bytes, by("bobby").quota_bytes), (Some(262_144_000), None));
    assert_eq!(by("bob").messages, Some(2));
    assert_eq!(by("bob").used_bytes, Some(105));
    assert!(by("bob").content.as_ref().unwrap().path.ends_with("homedir/mail/main.example/bob"));
    assert_eq!(by("bobby").messages, None);
    assert!(by("gone").password.is_none() && has_gap(&entries, "without a login"));
    assert!(has_gap(&entries, "not in passwd") && has_gap(&entries, "no name:bytes"));
    // The account's own mailbox has the name of another one.
    assert_eq!(mailboxes.iter().filter(|one| one.address == "bob@localhost").count(), 1);
    assert!(has_gap(&entries, "gets the server's name"));
    assert_eq!(mailboxes.len(), 5);
}

#[test]
fn what_lies_beside_the_accounts_folder_is_not_of_the_account() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cpmove-bob.tar");
    let mut builder = tar::Builder::new(std::fs::File::create(&path).unwrap());
    for (name, text) in [
        ("top/cp/bob", "USER=bob\n"),
        ("evil/shadow", "$6$evil"),
        ("evil/cp/eve", "USER=eve\n"),
        ("top/shadow", "$6$own$h"),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(text.len()).unwrap());
        builder.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap();
    let entries = read_path(&path).unwrap();
    assert_eq!(of!(entries, HostingAccount)[0].password.as_ref().unwrap().value.0, "$6$own$h");
    assert!(has_gap(&entries, "beside the account's folder"));
}

#[test]
fn aliases_catch_alls_answers_pipes_and_lists_are_rules() {
    let entries = read_files(&[
        BOB,
        (
            "va/main.example",
            "info@main.example: bob@main.example,x@y.example\n*: bob\nout@main.example: \"|/usr/local/cpanel/bin/autorespond out@main.example /home/bob/.autorespond\"\nprog@main.example: |/home/bob/run.sh\nbroken\n",
        ),
        ("vad/other.example", "other.example: main.example\n"),
        ("vf/main.example", "# Exim filter\nif $h_subject: contains x then finish endif\n"),
        ("homedir/.autorespond/out@main.example", "From: x\nSubject: Away\n\nBack soon"),
        ("homedir/.autorespond/out@main.example.json", "{\"interval\":8,\"start\":1719792000,\"stop\":null}"),
        ("homedir/.autorespond/unused@main.example", "x"),
        ("mm/news_main.example/config.pck", "pickle"),
    ]);
    let rules = of!(entries, MailRule);
    let kinds: Vec<(&str, MailRuleKind)> = rules.iter().map(|rule| (rule.address.as_str(), rule.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("info@main.example", MailRuleKind::Forward),
            ("*@main.example", MailRuleKind::CatchAll),
            ("out@main.example", MailRuleKind::Autoresponder),
            ("prog@main.example", MailRuleKind::Pipe),
            ("*@other.example", MailRuleKind::Forward),
            ("*@main.example", MailRuleKind::Filter),
            ("news@main.example", MailRuleKind::List),
        ]
    );
    assert_eq!(rules[1].targets, ["bob@main.example"]);
    assert_eq!((rules[2].subject.as_deref(), rules[2].text.as_deref()), (Some("Away"), Some("Back soon")));
    assert!(rules[2].from.is_some() && rules[2].until.is_none());
    assert!(has_gap(&entries, "no alias of the account uses") && has_gap(&entries, "handed to a program"));
    assert!(has_gap(&entries, "no address: target") && has_gap(&entries, "Mailman's own files"));
}

#[test]
fn grants_are_read_as_text_and_statements_of_a_stranger_are_only_told() {
    let entries = read_files(&[
        BOB,
        (
            "mysql.sql",
            "GRANT USAGE ON *.* TO 'bob_w'@'localhost' IDENTIFIED BY PASSWORD '*0123456789ABCDEF0123456789ABCDEF01234567';\nGRANT ALL PRIVILEGES ON `bob\\_a.b`.* TO 'bob_w'@'localhost';\nGRANT SELECT ON `gone`.* TO 'bob_w'@'%';\nDROP DATABASE mysql;\n",
        ),
        ("mysql/bob_a.b.sql", "-- dump"),
        ("mysql/bob_a.b.create", "CREATE DATABASE `bob_a.b` /*!40100 DEFAULT CHARACTER SET utf8 COLLATE utf8_bin */;"),
        ("mysql/old/t.MYD", "raw"),
        ("psql_users.sql", "CREATE USER \"bob_p\" WITH PASSWORD 'md5abc';\n"),
    ]);
    let users = of!(entries, DatabaseUser);
    let user: &DatabaseUser = users[0];
    assert_eq!(user.password.as_ref().unwrap().scheme, PasswordScheme::MysqlNative);
    assert_eq!(user.databases, ["bob_a.b", "gone"]);
    assert_eq!(user.grants, ["ALL PRIVILEGES ON bob_a.b.* FROM localhost", "SELECT ON gone.* FROM %"]);
    assert_eq!(users[1].engine, "postgresql");
    let databases = of!(entries, Database);
    assert_eq!(databases.len(), 2);
    assert_eq!(
        (databases[0].name.as_str(), databases[0].charset.as_deref(), databases[0].collation.as_deref()),
        ("bob_a.b", Some("utf8"), Some("utf8_bin"))
    );
    assert!(databases[0].content.as_ref().unwrap().path.ends_with("mysql/bob_a.b.sql"));
    for part in ["not executed", "'gone', which is not", "table files"] {
        assert!(has_gap(&entries, part), "{part}");
    }
}

use crate::snapshot::Database;

#[test]
fn zones_keep_their_file() {
    let entries = read_files(&[
        BOB,
        ("dnszones/Main.Example.db", "; cPanel\n$TTL 1\n@ IN SOA a. b. 1 2 3 4 5\n"),
        ("dnszones/x.txt", ""),
    ]);
    let zones = of!(entries, Zone);
    assert_eq!((zones.len(), zones[0].name.as_str()), (1, "main.example"));
    assert!(has_gap(&entries, "no zone file"));
}

#[test]
fn what_has_no_place_is_counted_by_part() {
    let entries = read_files(&[BOB, ("logs/a", "1"), ("logs/b", "2"), ("bandwidth/x.rrd", "3"), ("odd.part", "4")]);
    let unread: Vec<(&str, u64)> = gaps(&entries)
        .into_iter()
        .filter(|gap| gap.kind == GapKind::PartUnread)
        .map(|gap| (gap.place.rsplit(": ").next().unwrap(), gap.count))
        .collect();
    assert_eq!(unread, [("bandwidth", 1), ("logs", 2), ("odd.part", 1)]);
}

#[test]
fn a_text_that_is_no_archive_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let note = folder.path().join("note.txt");
    std::fs::write(&note, "cp - cpanel user file").unwrap();
    assert_eq!(read_path(&note).unwrap_err().code, RefusalCode::NotThisFormat);
    assert_eq!(read_path(folder.path()).unwrap_err().code, RefusalCode::NotThisFormat);
}

#[test]
fn synthetic_archives_are_read_with_every_planted_oddity_told() {
    let folder = tempfile::tempdir().unwrap();
    let planted = synthetic::write(folder.path(), 40, 7).unwrap();
    let entries = read_path(folder.path()).unwrap();
    let accounts = of!(entries, HostingAccount);
    assert_eq!(accounts.len(), 41);
    let mailboxes = of!(entries, Mailbox);
    for account in &planted.accounts {
        let own: Vec<_> = mailboxes.iter().filter(|one| one.account.as_ref() == Some(&account.user)).collect();
        assert_eq!(own.len(), usize::try_from(account.mailboxes).unwrap(), "{}", account.user);
        let messages: u64 = own.iter().filter_map(|one| one.messages).sum();
        assert_eq!(messages, account.messages, "{}", account.user);
        let databases = of!(entries, Database).iter().filter(|one| one.account.as_ref() == Some(&account.user)).count();
        assert_eq!(databases, usize::try_from(account.databases).unwrap());
        let own = mailboxes.iter().find(|one| one.address == format!("bobby@{}", account.domain)).unwrap();
        assert_eq!(own.password.as_ref().unwrap().value.0, "$6$a$bobby");
    }
    let told = |part: &str| -> u64 {
        gaps(&entries).iter().filter(|gap| gap.reason.contains(part)).map(|gap| gap.count).sum()
    };
    let count = |list: &[String]| u64::try_from(list.len()).unwrap();
    assert_eq!(told("named for another user"), count(&planted.renamed));
    assert_eq!(told("must become a domain"), count(&planted.parked_with_mail));
    assert_eq!(told("'..'"), count(&planted.hostile));
    assert_eq!(told("absolute"), count(&planted.hostile));
    assert_eq!(told("device"), count(&planted.hostile));
    assert_eq!(told("hard link leads out"), count(&planted.hostile));
    let suspended = accounts.iter().filter(|one| one.is_suspended).count();
    assert_eq!(u64::try_from(suspended).unwrap(), count(&planted.suspended));
    let outside = of!(entries, Site)
        .iter()
        .filter(|one| one.kind == SiteKind::Addon && !one.document_root.as_ref().unwrap().contains("public_html"))
        .count();
    assert_eq!(u64::try_from(outside).unwrap(), count(&planted.addon_outside));
    assert!(planted.compressed_mail.len() == 2 && planted.nested.len() == 2 && planted.old_layout.len() == 2);
    let compressed: Vec<_> =
        mailboxes.iter().filter(|one| one.extra.iter().any(|extra| extra.name == "compressed_messages")).collect();
    assert!(compressed.iter().all(|one| planted.compressed_mail.contains(one.account.as_ref().unwrap())));
    assert!(!compressed.is_empty());
    // Billing knows all but the orphans.
    let mut joining = crate::sources::join::Joining::default();
    accounts.iter().for_each(|one| joining.account(crate::sources::join::of_account(one)));
    for account in planted.accounts.iter().filter(|one| !planted.without_billing.contains(&one.user)) {
        joining.billing(crate::sources::join::Key {
            id: account.user.clone(),
            servers: vec![synthetic::SERVER.into()],
            user_name: Some(account.user.clone()),
            domain: Some(account.domain.clone()),
        });
    }
    let joined = joining.finish();
    assert_eq!((joined.pairs.len(), joined.unmatched_accounts), (40, planted.without_billing));
    assert!(joined.unmatched_billing.is_empty() && joined.ambiguous.is_empty());
}

#[test]
fn very_many_empty_files_are_counted_and_not_held() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cpmove-bob.tar.gz");
    let file = flate2::write::GzEncoder::new(std::fs::File::create(&path).unwrap(), flate2::Compression::fast());
    let mut builder = tar::Builder::new(file);
    for number in 0..30_000 {
        let mut header = tar::Header::new_gnu();
        header.set_size(0);
        let name = if number == 20_000 { "b/cp/bob".to_owned() } else { format!("b/logs/{number}") };
        builder.append_data(&mut header, name, std::io::empty()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap();
    let entries = read_path(&path).unwrap();
    assert!(entries.len() < 20, "{}", entries.len());
    assert!(gaps(&entries).iter().any(|gap| gap.kind == GapKind::PartUnread && gap.count == 29_999));
}

#[test]
fn reading_twice_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    synthetic::write(folder.path(), 20, 1).unwrap();
    assert_eq!(read_path(folder.path()).unwrap(), read_path(folder.path()).unwrap());
}

#[test]
fn a_cut_archive_is_read_as_far_as_it_goes_and_the_others_wholly() {
    let folder = tempfile::tempdir().unwrap();
    let planted = synthetic::write(folder.path(), 2, 3).unwrap();
    let first = &planted.accounts[0].archive;
    let bytes = std::fs::read(first).unwrap();
    std::fs::write(first, &bytes[..bytes.len() * 3 / 4]).unwrap();
    let entries = read_path(folder.path()).unwrap();
    assert_eq!(of!(entries, HostingAccount).len(), 3);
    assert!(has_gap(&entries, "cut or damaged (import.truncated)"));
    std::fs::write(first, &bytes[..40]).unwrap();
    let entries = read_path(folder.path()).unwrap();
    assert_eq!(of!(entries, HostingAccount).len(), 2);
    assert!(has_gap(&entries, "refused (import.truncated)"));
    assert_eq!(read_path(first).unwrap_err().code, RefusalCode::Truncated);
}

#[test]
fn one_account_in_two_archives_is_taken_once_and_on_two_servers_twice() {
    let folder = tempfile::tempdir().unwrap();
    for (name, server) in [("a", "one.example"), ("b", "one.example"), ("c", "two.example")] {
        let top = folder.path().join(name).join("bob");
        std::fs::create_dir_all(top.join("cp")).unwrap();
        std::fs::create_dir_all(top.join("meta")).unwrap();
        std::fs::write(top.join("cp/bob"), "USER=bob\nDNS=a.example\n").unwrap();
        std::fs::write(top.join("meta/hostname"), server).unwrap();
    }
    let entries = read_path(folder.path()).unwrap();
    let ids: Vec<&str> = of!(entries, HostingAccount).iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["bob", "bob@two.example"]);
    assert!(has_gap(&entries, "another archive before"));
}

#[test]
fn limits_end_the_reading_of_one_archive_and_not_of_the_others() {
    let folder = tempfile::tempdir().unwrap();
    synthetic::write(folder.path(), 1, 3).unwrap();
    let mut input = Input::of(vec![folder.path().to_owned()]);
    input.limits = Limits { members: 5, ..Limits::default() };
    let mut entries: Vec<Entry> = Vec::new();
    assert_eq!(read(&input, &mut entries).unwrap_err().code, RefusalCode::TooLarge);
}

#[test]
fn what_two_answers_list_is_one_record_and_a_named_gap() {
    let folder = tempfile::tempdir().unwrap();
    let answer = r#"{"status":1,"data":[{"email":"info@main.example","login":"info@main.example"}]}"#;
    for name in ["a.json", "b.json"] {
        std::fs::write(folder.path().join(name), answer).unwrap();
    }
    let entries = read_path(folder.path()).unwrap();
    assert_eq!(of!(entries, Mailbox).len(), 1);
    let again: Vec<&Gap> = gaps(&entries).into_iter().filter(|gap| gap.kind == GapKind::Duplicate).collect();
    let [gap] = again[..] else { panic!("{again:?}") };
    assert_eq!((gap.record, gap.id.as_deref(), gap.count), (Some(Kind::Mailbox), Some("info@main.example"), 1));
    assert!(gap.place.ends_with("b.json"));
}

#[test]
fn what_a_row_of_a_zone_s_answer_has_besides_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.example.json");
    let answer = r#"{"status":1,"data":[{"line_index":0,"type":"record","dname_b64":"YS5leGFtcGxlLg==","record_type":"A",
        "data_b64":["MTkyLjAuMi4x"],"ttl":"99999999999","odd":"x"}]}"#;
    std::fs::write(&path, answer).unwrap();
    let entries = read_path(&path).unwrap();
    assert_eq!(of!(entries, Zone)[0].records[0].ttl, None);
    assert!(has_gap(&entries, "time to live cannot be read") && has_gap(&entries, "the key 'odd' has no place"));
}
