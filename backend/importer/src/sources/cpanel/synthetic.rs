//! Writes synthetic account archives with planted oddities: for tests of the reader and of
//! the join with billing. Nothing in them is anybody's.
//!
//! Names can be those of a synthetic billing source ([`Naming`]), so that both can be joined.
//! By default accounts are `user00001` and so on, account `userN`'s main domain is
//! `userN.example`, and all live on [`SERVER`]. Accounts without billing are `orphan0001` and
//! so on with `orphanN.example`.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

/// The host name of the server that all synthetic accounts live on.
pub const SERVER: &str = "web1.hosting.example";

/// How accounts are called.
#[derive(Debug, Clone, Copy)]
pub struct Naming {
    /// The user name of an account, by its number from 1.
    pub user: fn(u32) -> String,
    /// Its main domain, lower case.
    pub domain: fn(u32) -> String,
    /// The host name of the server.
    pub server: &'static str,
}

impl Default for Naming {
    fn default() -> Self {
        Self {
            user: |number| format!("user{number:05}"),
            domain: |number| format!("user{number:05}.example"),
            server: SERVER,
        }
    }
}

/// What was written, and which accounts are odd in which way. Lists hold user names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Planted {
    /// All accounts, those without billing last.
    pub accounts: Vec<PlantedAccount>,
    /// Not in billing.
    pub without_billing: Vec<String>,
    /// The archive is named for nobody.
    pub renamed: Vec<String>,
    /// An addon's document root is outside `public_html`.
    pub addon_outside: Vec<String>,
    /// A parked domain has mailboxes.
    pub parked_with_mail: Vec<String>,
    /// Messages are compressed.
    pub compressed_mail: Vec<String>,
    /// Members lead out of the archive, are devices, or stand twice.
    pub hostile: Vec<String>,
    /// Suspended, the password locked.
    pub suspended: Vec<String>,
    /// The home is an archive inside the archive.
    pub nested: Vec<String>,
    /// Of an old version: no userdata, an uncompressed archive.
    pub old_layout: Vec<String>,
}

/// One account that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedAccount {
    /// Its user name.
    pub user: String,
    /// Its main domain.
    pub domain: String,
    /// Its archive.
    pub archive: PathBuf,
    /// Mailboxes in it.
    pub mailboxes: u64,
    /// Messages in them.
    pub messages: u64,
    /// Databases in it.
    pub databases: u64,
}

/// Writes so many archives of accounts with billing into a folder, and one without for each
/// fifty. The same seed writes the same content.
///
/// # Errors
/// As the file system.
pub fn write(folder: &Path, accounts: u32, seed: u64) -> io::Result<Planted> {
    write_named(folder, accounts, seed, Naming::default())
}

/// As [`write`], with names of somebody's choice.
///
/// # Errors
/// As the file system.
pub fn write_named(folder: &Path, accounts: u32, seed: u64, naming: Naming) -> io::Result<Planted> {
    std::fs::create_dir_all(folder)?;
    let mut planted = Planted::default();
    for number in 1..=accounts {
        let who = Who { user: (naming.user)(number), domain: (naming.domain)(number), server: naming.server };
        one(folder, &who, number, seed, &mut planted)?;
    }
    for number in 1..=accounts.div_ceil(50) {
        let user = format!("orphan{number:04}");
        planted.without_billing.push(user.clone());
        let who = Who { domain: format!("{user}.example"), user, server: naming.server };
        // Without further oddities.
        one(folder, &who, 0, seed ^ u64::from(number), &mut planted)?;
    }
    Ok(planted)
}

/// Whose archive is written.
struct Who {
    user: String,
    domain: String,
    server: &'static str,
}

/// A small deterministic sequence; quality does not matter here.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).checked_rem(bound).unwrap_or(0)
    }
}

type Files = Vec<(String, Vec<u8>)>;

fn one(folder: &Path, who: &Who, number: u32, seed: u64, planted: &mut Planted) -> io::Result<()> {
    let (user, domain) = (who.user.as_str(), who.domain.clone());
    let mut dice = Dice(seed.wrapping_mul(31).wrapping_add(u64::from(number)));
    let odd = number % 20;
    let mut account = PlantedAccount {
        user: user.to_owned(),
        domain: domain.clone(),
        archive: PathBuf::new(),
        mailboxes: 0,
        messages: 0,
        databases: 0,
    };
    let is_old = odd == 17;
    let mut root: Files = Vec::new();
    let mut home: Files = Vec::new();
    let mut put = |path: &str, text: String| root.push((path.to_owned(), text.into_bytes()));
    let is_suspended = odd == 13;
    let hash = format!("$6$salt{number}$hash{}", dice.below(1_000_000));
    put("version", "pkgacct version: 10\narchive version: 4\n".to_owned());
    put("meta/hostname", format!("{}\n", who.server));
    put("meta/homedir_paths", format!("/home/{user}\n"));
    put("shadow", if is_suspended { format!("!{hash}") } else { hash.clone() });
    put("quota", if dice.below(3) == 0 { "unlimited\n".to_owned() } else { format!("{}\n", 500 + dice.below(2_000)) });
    put("shell", "/bin/bash\n".to_owned());
    put(&format!("cron/{user}"), format!("SHELL=\"/bin/bash\"\n*/15 * * * * /usr/bin/php -q /home/{user}/cron.php\n"));
    put(
        "proftpdpasswd",
        format!(
            "{user}:{hash}:1001:1001:{user}:/home/{user}:/bin/ftpsh\nweb@{domain}:{hash}:1001:1001:{user}:/home/{user}/public_html:/bin/ftpsh\n"
        ),
    );
    put(&format!("dnszones/{domain}.db"), zone(&domain));
    put("logs/access", "left out\n".to_owned());
    if is_suspended {
        planted.suspended.push(user.to_owned());
        put(&format!("suspended/{user}"), "Nonpayment\n".to_owned());
    }
    mailboxes(&domain, 1 + dice.below(3), odd == 9, &mut dice, &mut home, &mut account);
    if odd == 9 {
        planted.compressed_mail.push(user.to_owned());
    }
    let (addon, parked) = (format!("shop-{domain}"), format!("alias-{domain}"));
    let mut names = vec![format!("DNS1={addon}")];
    let addon_root = if odd == 5 {
        planted.addon_outside.push(user.to_owned());
        format!("/home/{user}/{addon}")
    } else {
        format!("/home/{user}/public_html/{addon}")
    };
    let has_parked = odd == 7;
    if has_parked {
        planted.parked_with_mail.push(user.to_owned());
        names.push(format!("DNS2={parked}"));
        mailboxes(&parked, 1, false, &mut dice, &mut home, &mut account);
    }
    put(
        &format!("cp/{user}"),
        format!(
            "# cPanel user file\nUSER={user}\nDNS={domain}\n{}\nIP=192.0.2.{}\nOWNER=root\nPLAN=plan{}\nCONTACTEMAIL=owner@{domain}\nSTARTDATE={}\nMAXPOP=50\nMAXSQL=10\nBWLIMIT=1073741824\nSUSPENDED={}\nLOCALE=en\n",
            names.join("\n"),
            dice.below(250),
            dice.below(3),
            1_400_000_000u64.saturating_add(dice.below(300_000_000)),
            u8::from(is_suspended),
        ),
    );
    if is_old {
        planted.old_layout.push(user.to_owned());
        put("addons", format!("{addon}=shop_{domain}\n"));
        put("sds2", format!("shop_{domain}=public_html/{addon}\n"));
    } else {
        let parked_list = if has_parked { format!(" \n  - {parked}\n") } else { " []\n".to_owned() };
        put(
            "userdata/main",
            format!(
                "--- \nmain_domain: {domain}\naddon_domains: \n  {addon}: shop.{domain}\nparked_domains:{parked_list}sub_domains: \n  - shop.{domain}\n"
            ),
        );
        let vhost = |root: &str, alias: &str| {
            format!(
                "--- \ndocumentroot: {root}\nserveralias: {alias}\nphpversion: ea-php8{}\nip: 192.0.2.1\n",
                number % 4
            )
        };
        put(&format!("userdata/{domain}"), vhost(&format!("/home/{user}/public_html"), &format!("www.{domain}")));
        put(&format!("userdata/shop.{domain}"), vhost(&addon_root, &addon));
        put("userdata/cache.json", "{}".to_owned());
    }
    databases(user, &mut dice, &mut put, &mut account);
    put(
        &format!("va/{domain}"),
        format!(
            "info@{domain}: owner@elsewhere.example\n*: :fail: No Such User Here\naway@{domain}: \"|/usr/local/cpanel/bin/autorespond away@{domain} /home/{user}/.autorespond\"\n"
        ),
    );
    home.push((
        format!(".autorespond/away@{domain}"),
        b"From: \"Away\" <x@y>\nSubject: Away\n\nBack on Monday.\n".to_vec(),
    ));
    home.push(("public_html/index.html".to_owned(), b"<p>hello</p>\n".to_vec()));

    let name = if odd == 3 {
        planted.renamed.push(user.to_owned());
        format!("restored-{}.tar.gz", dice.below(u64::MAX))
    } else if is_old {
        format!("cpmove-{user}.tar")
    } else {
        format!("cpmove-{user}.tar.gz")
    };
    account.archive = folder.join(name);
    let file = File::create(&account.archive)?;
    let top = format!("cpmove-{user}");
    if odd == 15 {
        planted.nested.push(user.to_owned());
    }
    let mut packed = packed(&top, root, home, odd == 15)?;
    if odd == 11 {
        planted.hostile.push(user.to_owned());
        // The good members come last: reading has to go on.
        let mut hostile = hostile_members(&top, &domain);
        hostile.append(&mut packed);
        packed = hostile;
    }
    if is_old {
        let mut file = file;
        file.write_all(&packed)?;
    } else {
        let mut encoder = GzEncoder::new(file, Compression::fast());
        encoder.write_all(&packed)?;
        encoder.finish()?;
    }
    planted.accounts.push(account);
    Ok(())
}

fn zone(domain: &str) -> String {
    format!(
        "; cPanel first:11.25.0-STABLE\n; Zone file for {domain}\n$TTL 14400\n{domain}.\t86400\tIN\tSOA\tns1.hosting.example.\troot.hosting.example.\t(\n\t2024010101\n\t3600\n\t1800\n\t1209600\n\t86400 )\n{domain}.\t86400\tIN\tNS\tns1.hosting.example.\n{domain}.\t14400\tIN\tA\t192.0.2.1\nwww\t14400\tIN\tCNAME\t{domain}.\n{domain}.\t14400\tIN\tMX\t0\t{domain}.\n{domain}.\t14400\tIN\tTXT\t\"v=spf1 a mx ~all\"\n"
    )
}

fn mailboxes(
    domain: &str,
    count: u64,
    is_compressed: bool,
    dice: &mut Dice,
    home: &mut Files,
    account: &mut PlantedAccount,
) {
    let (mut passwd, mut shadow, mut quota) = (String::new(), String::new(), String::new());
    // `bob` is where `bobby` begins: only whole columns tell them apart.
    for (local, hash) in ["bobby", "bob", "info"]
        .iter()
        .zip(["$6$a$bobby", "$6$a$bob", "$6$a$info"])
        .take(usize::try_from(count).unwrap_or(1))
    {
        account.mailboxes = account.mailboxes.saturating_add(1);
        let user = account.user.as_str();
        passwd.push_str(&format!("{local}:x:1001:1001::/home/{user}/mail/{domain}/{local}:/home/{user}\n"));
        shadow.push_str(&format!("{local}:{hash}:16000::::::\n"));
        quota.push_str(&format!("{local}:{}\n", if dice.below(2) == 0 { 0 } else { 262_144_000 }));
        for number in 0..dice.below(4) {
            account.messages = account.messages.saturating_add(1);
            let text = format!("From: a@b.example\nSubject: {number}\n\nHello\n").into_bytes();
            let size = text.len();
            let content = if is_compressed { gzipped(&text) } else { text };
            let folder = if number == 0 { "cur" } else { ".Sent/cur" };
            home.push((format!("mail/{domain}/{local}/{folder}/17000000{number}.M1P2.web1,S={size}:2,S"), content));
        }
    }
    home.push((format!("etc/{domain}/passwd"), passwd.into_bytes()));
    home.push((format!("etc/{domain}/passwd,v"), b"head 1.1;\n".to_vec()));
    home.push((format!("etc/{domain}/shadow"), shadow.into_bytes()));
    home.push((format!("etc/{domain}/quota"), quota.into_bytes()));
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    match encoder.write_all(bytes) {
        Ok(()) => encoder.finish().unwrap_or_default(),
        Err(_) => Vec::new(),
    }
}

fn databases(user: &str, dice: &mut Dice, put: &mut dyn FnMut(&str, String), account: &mut PlantedAccount) {
    let mut grants = format!(
        "GRANT USAGE ON *.* TO '{user}_web'@'localhost' IDENTIFIED BY PASSWORD '*0123456789ABCDEF0123456789ABCDEF01234567';\n"
    );
    for number in 0..dice.below(3) {
        account.databases = account.databases.saturating_add(1);
        let name = format!("{user}_db{number}");
        put(&format!("mysql/{name}.sql"), format!("-- MySQL dump\nCREATE TABLE `t{number}` (a int);\n"));
        put(
            &format!("mysql/{name}.create"),
            format!(
                "CREATE DATABASE /*!32312 IF NOT EXISTS*/ `{name}` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci */;\n"
            ),
        );
        grants.push_str(&format!(
            "GRANT ALL PRIVILEGES ON `{}`.* TO '{user}_web'@'localhost';\n",
            name.replace('_', "\\_")
        ));
    }
    put("mysql.sql", grants);
}

/// The members, and the end of the archive.
fn packed(top: &str, root: Files, home: Files, is_nested: bool) -> io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in root {
        add(&mut builder, &format!("{top}/{path}"), &content)?;
    }
    if is_nested {
        let mut inner = tar::Builder::new(Vec::new());
        for (path, content) in home {
            add(&mut inner, &format!("./{path}"), &content)?;
        }
        add(&mut builder, &format!("{top}/homedir.tar"), &inner.into_inner()?)?;
    } else {
        for (path, content) in home {
            add(&mut builder, &format!("{top}/homedir/{path}"), &content)?;
        }
    }
    builder.into_inner()
}

fn add(builder: &mut tar::Builder<Vec<u8>>, path: &str, content: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(u64::try_from(content.len()).unwrap_or_default());
    header.set_mode(0o600);
    if path.ends_with('/') {
        header.set_entry_type(tar::EntryType::Directory);
    }
    builder.append_data(&mut header, path, content)
}

/// Members that no reader may follow, as raw headers: the builder refuses to write them.
fn hostile_members(top: &str, domain: &str) -> Vec<u8> {
    let mut bytes = raw("../../../etc/cron.d/evil", "", tar::EntryType::Regular, b"* * * * * root evil\n");
    bytes.append(&mut raw("/etc/passwd", "", tar::EntryType::Regular, b"root::0:0::/:\n"));
    bytes.append(&mut raw(&format!("{top}/homedir/link"), "/etc", tar::EntryType::Symlink, b""));
    bytes.append(&mut raw(&format!("{top}/homedir/hard"), "/etc/shadow", tar::EntryType::Link, b""));
    bytes.append(&mut raw(&format!("{top}/homedir/dev"), "", tar::EntryType::Block, b""));
    bytes.append(&mut raw(&format!("{top}/va/{domain}"), "", tar::EntryType::Symlink, b""));
    bytes
}

fn raw(name: &str, link: &str, kind: tar::EntryType, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    for (at, text) in [(0usize, name), (157, link)] {
        for (to, from) in header.as_mut_bytes().iter_mut().skip(at).take(100).zip(text.bytes()) {
            *to = from;
        }
    }
    header.set_entry_type(kind);
    header.set_size(u64::try_from(content.len()).unwrap_or_default());
    header.set_mode(0o644);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}
