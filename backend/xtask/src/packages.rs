//! The system packages that Debian 12 has to add to cargo, and why.
//!
//! Nothing is installed unseen: what is missing is printed with its reason, and a person is asked
//! unless they are root, said `--yes`, or it is a CI run.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::lab::variable;

/// What a set of packages is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Compiling the workspace.
    Build,
    /// A PostgreSQL server of our own.
    Postgres,
    /// libvirt and QEMU: the nodes.
    Libvirt,
    /// The SMTP server that catches mail.
    Mail,
    /// The name server that serves zones.
    Names,
    /// IMAP servers that mailboxes are copied between.
    Imap,
    /// What the copy of mailboxes is measured against.
    MailRivals,
    /// Headless Chromium.
    Browser,
    /// Making the tiny guest image.
    Images,
    /// Making the Debian guest image.
    DebianImage,
    /// The fuzzer of the REST surface.
    Fuzz,
    /// What migration agents are reached and checked with.
    Agents,
}

/// A Debian package and the reason for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: &'static str,
    /// Completes "needed: ...".
    pub why: &'static str,
}

const fn package(name: &'static str, why: &'static str) -> Package {
    Package { name, why }
}

impl Group {
    /// Its packages.
    #[must_use]
    pub fn packages(self) -> &'static [Package] {
        match self {
            Self::Build => {
                const {
                    &[
                        package("gcc", "links the programs and compiles SQLite into them"),
                        package("libc6-dev", "headers for that"),
                        package("pkg-config", "finds the C libraries"),
                        package("libpq-dev", "PostgreSQL client library"),
                        package("libvirt-dev", "libvirt client library"),
                    ]
                }
            }
            Self::Postgres => const { &[package("postgresql-15", "database server of the tests")] },
            Self::Libvirt => {
                const {
                    &[
                        package("libvirt-daemon-system", "the daemon every node runs"),
                        package("libvirt-clients", "virsh, to look at a node from outside"),
                        package("qemu-system-x86", "runs the guests"),
                        package("qemu-utils", "makes and inspects disk images"),
                        package("dnsmasq-base", "addresses for guests on NAT networks"),
                        package("nftables", "NAT rules of guest networks"),
                        package("iptables", "libvirt's network and anti-spoof rules"),
                        package("iproute2", "bridges and addresses of nodes"),
                        package("kmod", "libvirt looks for kernel modules with it"),
                    ]
                }
            }
            Self::Mail => const { &[package("python3-aiosmtpd", "mail server of the tests")] },
            Self::Names => const { &[package("nsd", "name server of the tests; theirs runs on a port of its own")] },
            Self::Imap => {
                const {
                    &[
                        package("dovecot-imapd", "IMAP servers that mailboxes are copied between"),
                        package("openssl", "makes the certificate of one of them"),
                    ]
                }
            }
            Self::MailRivals => const { &[package("isync", "mbsync, which the copy is measured against")] },
            Self::Browser => {
                const {
                    &[
                        package("chromium", "browser of the page tests"),
                        package("chromium-driver", "drives that browser"),
                        package("fonts-dejavu-core", "letters in the screenshots"),
                        package("curl", "fetches the accessibility checker of the page tests"),
                        package("ca-certificates", "trusts the registry it comes from"),
                    ]
                }
            }
            Self::Images => {
                const {
                    &[
                        package("cpio", "packs the tiny guest"),
                        package("kmod", "orders the kernel modules of the tiny guest"),
                        package("e2fsprogs", "makes the file systems of the guests"),
                        package("qemu-utils", "makes the disks of the guests"),
                    ]
                }
            }
            Self::Fuzz => const { &[package("python3-venv", "schemathesis in an environment of its own")] },
            Self::Agents => {
                const {
                    &[
                        package("openssh-server", "the other end of migration agents in tests"),
                        package("openssh-client", "makes the keys of that"),
                        package("libxml2-utils", "holds documents against the published schema"),
                    ]
                }
            }
            Self::DebianImage => const { &[package("debootstrap", "unpacks Debian into the guest's disk")] },
        }
    }
}

/// Whether packages may be installed without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Yes.
    Given,
    /// Ask the person at the terminal.
    Ask,
}

impl Consent {
    /// Given with `--yes`, with `CI=true`, or to root.
    #[must_use]
    pub fn new(yes: bool) -> Self {
        let ci = variable("CI").is_some_and(|value| value == "true");
        if yes || ci || is_root() { Self::Given } else { Self::Ask }
    }
}

/// Installs what is missing of these groups.
///
/// # Errors
/// The system is not Debian, the person says no, or apt-get fails.
pub fn ensure(groups: &[Group], consent: Consent) -> anyhow::Result<()> {
    let wanted = wanted(groups);
    let installed = installed(wanted.keys().copied().chain(QEMU_PARTS))?;
    let absent = missing(&wanted, &installed);
    if absent.is_empty() {
        return Ok(());
    }

    println!("Missing system packages:");
    for gap in &absent {
        println!("  {:<24} {}", gap.request, gap.why);
    }
    if consent == Consent::Ask && !agreed()? {
        bail!("not installed. By hand: apt-get install --no-install-recommends {}", requests(&absent).join(" "));
    }
    install(&requests(&absent))
}

/// A package to install: what to ask apt-get for, and the reason.
#[derive(Debug, PartialEq, Eq)]
struct Gap {
    request: String,
    why: &'static str,
}

fn wanted(groups: &[Group]) -> BTreeMap<&'static str, &'static str> {
    groups.iter().flat_map(|group| group.packages()).map(|package| (package.name, package.why)).collect()
}

/// Versions of the installed packages among `names`.
fn installed(names: impl Iterator<Item = &'static str>) -> anyhow::Result<BTreeMap<String, String>> {
    let output = Command::new("dpkg-query")
        .args(["-W", "-f=${db:Status-Status} ${Package} ${Version}\\n", "--"])
        .args(names)
        .stderr(Stdio::null())
        .output()
        .context("dpkg-query is missing: the commands that install packages need Debian 12")?;
    // It fails when any name is unknown, and still lists the others.
    Ok(parse_status(&String::from_utf8_lossy(&output.stdout)))
}

fn parse_status(listing: &str) -> BTreeMap<String, String> {
    listing
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (status, name, version) = (words.next()?, words.next()?, words.next()?);
            (status == "installed").then(|| (name.to_owned(), version.to_owned()))
        })
        .collect()
}

/// Parts of QEMU that must be of one version.
const QEMU_PARTS: [&str; 4] = ["qemu-utils", "qemu-system-common", "qemu-system-data", "qemu-block-extra"];
const QEMU_VERSION: &str = "1:7.2";

fn missing(wanted: &BTreeMap<&'static str, &'static str>, installed: &BTreeMap<String, String>) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = wanted
        .iter()
        .filter(|(name, _)| !installed.contains_key(**name))
        .map(|(name, why)| Gap { request: (*name).to_owned(), why })
        .collect();
    // Parts of QEMU from backports break the QEMU of Debian 12, and apt-get refuses to install it
    // beside them. Where QEMU is there or not wanted, they are left alone.
    if gaps.iter().any(|gap| gap.request == "qemu-system-x86") {
        for part in QEMU_PARTS {
            if installed.get(part).is_some_and(|version| !version.starts_with(QEMU_VERSION)) {
                gaps.push(Gap {
                    request: format!("{part}={QEMU_VERSION}*"),
                    why: "the newer one breaks the QEMU of Debian 12",
                });
            }
        }
    }
    gaps
}

fn requests(gaps: &[Gap]) -> Vec<&str> {
    gaps.iter().map(|gap| gap.request.as_str()).collect()
}

fn agreed() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        println!("Nobody to ask: say --yes to install them.");
        return Ok(false);
    }
    print!("Install them with apt-get now? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn install(requests: &[&str]) -> anyhow::Result<()> {
    apt_get(&["update", "-qq"])?;
    let _no_cluster = NoDefaultCluster::new(requests)?;
    let _no_server = NoServerStart::new(requests)?;
    let mut arguments = vec!["install", "-qq", "-y", "--no-install-recommends", "--allow-downgrades"];
    arguments.extend(requests);
    apt_get(&arguments)
}

/// While this lives, installing PostgreSQL makes no cluster and so starts no server: the tests
/// have their own, and a machine without systemd could not stop the other one.
struct NoDefaultCluster {
    made: bool,
}

const CLUSTER_FOLDERS: [&str; 2] = ["/etc/postgresql-common", "/etc/postgresql-common/createcluster.d"];
const CLUSTER_SETTING: &str = "/etc/postgresql-common/createcluster.d/hostwright.conf";

impl NoDefaultCluster {
    fn new(requests: &[&str]) -> anyhow::Result<Self> {
        let made = requests.iter().any(|name| name.starts_with("postgresql"));
        if made {
            for folder in CLUSTER_FOLDERS {
                as_root("mkdir", &["-p", folder])?;
            }
            let setting = std::env::temp_dir().join(format!("hostwright-{}", std::process::id()));
            fs::write(&setting, "create_main_cluster = false\n")?;
            let copied = as_root("install", &["-m", "644", &setting.to_string_lossy(), CLUSTER_SETTING]);
            fs::remove_file(&setting)?;
            copied?;
        }
        Ok(Self { made })
    }
}

impl Drop for NoDefaultCluster {
    fn drop(&mut self) {
        if self.made
            && Path::new(CLUSTER_SETTING).exists()
            && let Err(error) = as_root("rm", &["-f", CLUSTER_SETTING])
        {
            eprintln!("{CLUSTER_SETTING} is left over: {error:#}");
        }
    }
}

/// While this lives, installing Dovecot or NSD starts no server: the tests have their own. A policy that is there already,
/// as in containers, is left alone.
struct NoServerStart {
    made: bool,
}

/// Asked by Debian before a package starts a server; 101 forbids it.
const START_POLICY: &str = "/usr/sbin/policy-rc.d";

impl NoServerStart {
    fn new(requests: &[&str]) -> anyhow::Result<Self> {
        let is_server = |name: &&str| name.starts_with("dovecot") || name.starts_with("nsd");
        let made = requests.iter().any(is_server) && !Path::new(START_POLICY).exists();
        if made {
            let policy = std::env::temp_dir().join(format!("hostwright-policy-{}", std::process::id()));
            fs::write(&policy, "#!/bin/sh\nexit 101\n")?;
            let copied = as_root("install", &["-m", "755", &policy.to_string_lossy(), START_POLICY]);
            fs::remove_file(&policy)?;
            copied?;
        }
        Ok(Self { made })
    }
}

impl Drop for NoServerStart {
    fn drop(&mut self) {
        if self.made
            && let Err(error) = as_root("rm", &["-f", START_POLICY])
        {
            eprintln!("{START_POLICY} is left over: {error:#}");
        }
    }
}

fn apt_get(arguments: &[&str]) -> anyhow::Result<()> {
    println!("apt-get {}", arguments.join(" "));
    let mut all = vec![
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        // Another apt-get may be running, such as the machine's own nightly one.
        "-o",
        "DPkg::Lock::Timeout=600",
        "-o",
        "APT::Get::List-Cleanup=0",
    ];
    all.extend(arguments);
    as_root("env", &all)
}

fn as_root(program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let mut command = if is_root() {
        Command::new(program)
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg(program);
        sudo
    };
    let output = command
        .args(arguments)
        .output()
        .with_context(|| format!("starting {}", command.get_program().to_string_lossy()))?;
    if !output.status.success() {
        bail!(
            "{program} {} failed ({}):\n{}{}",
            arguments.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Group; 12] = [
        Group::Imap,
        Group::MailRivals,
        Group::Agents,
        Group::Build,
        Group::Postgres,
        Group::Libvirt,
        Group::Mail,
        Group::Names,
        Group::Browser,
        Group::Images,
        Group::DebianImage,
        Group::Fuzz,
    ];

    fn versions(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
    }

    #[test]
    fn a_half_installed_or_removed_package_counts_as_missing() {
        let listing = "installed gcc 4:12.2\nunpacked cpio 2.13\nconfig-files kmod 30\n";
        assert_eq!(parse_status(listing), versions(&[("gcc", "4:12.2")]));
    }

    #[test]
    fn parts_of_qemu_from_backports_are_replaced_only_where_qemu_is_missing() {
        let newer = versions(&[("qemu-utils", "1:10.0.2+ds-2"), ("qemu-system-common", "1:10.0.2+ds-2")]);
        let asked = missing(&wanted(&[Group::Libvirt]), &newer);
        for part in ["qemu-system-x86", "qemu-utils=1:7.2*", "qemu-system-common=1:7.2*"] {
            assert!(requests(&asked).contains(&part), "{part}: {asked:?}");
        }
        let fine = versions(&[("qemu-utils", "1:7.2+dfsg-7")]);
        let asked = missing(&wanted(&[Group::Libvirt]), &fine);
        assert!(!requests(&asked).iter().any(|name| name.starts_with("qemu-utils")));
        let other = missing(&wanted(&[Group::Mail]), &newer);
        assert_eq!(requests(&other), ["python3-aiosmtpd"]);
    }

    #[test]
    fn nothing_is_asked_for_when_all_is_there() {
        let wanted = wanted(&ALL);
        let all: BTreeMap<String, String> =
            wanted.keys().map(|name| ((*name).to_owned(), "1:7.2".to_owned())).collect();
        assert_eq!(missing(&wanted, &all), []);
    }

    #[test]
    fn the_groups_hold_what_the_laboratory_says_it_needs() {
        let covers = |group: Group, names: &[&str]| {
            let wanted = wanted(&[group]);
            names.iter().all(|name| wanted.contains_key(name))
        };
        assert!(covers(Group::Libvirt, crate::lab::libvirt::PACKAGES));
        assert!(covers(Group::Images, crate::images::TINY_PACKAGES));
        assert!(covers(Group::DebianImage, crate::images::DEBIAN_PACKAGES));
    }

    #[test]
    fn every_package_says_why_in_few_words() {
        for package in ALL.iter().flat_map(|group| group.packages()) {
            assert!(package.why.len() > 8 && package.why.len() < 60, "{}", package.name);
        }
    }
}
