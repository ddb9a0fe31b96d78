//! `cargo xtask test`: everything, from packages to the last line of the test runner.

use std::process::{Command, ExitCode};

use anyhow::bail;

use super::cargo::{build_panel, build_with_tests, cargo, code, has};
use super::check;
use super::options::Options;
use crate::fuzz::schemathesis;
use crate::images;
use crate::lab::{self, Folder, Libvirt, Postgres, WebDriver};
use crate::packages::{self, Consent, Group};
use crate::signals;

/// Package and binary of the black-box tests.
const ACCEPTANCE: [&str; 4] = ["--package", "hostwright-tests", "--test", "acceptance"];

/// A part of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tier {
    All,
    /// Tests beside the code they test.
    Unit,
    /// A module of the acceptance tests.
    Module(&'static str, &'static [Server]),
}

/// A server that many tests share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    Postgres,
    Libvirt,
    WebDriver,
}

const MODULES: [Tier; 11] = [
    Tier::Module("slices", &[Server::Postgres]),
    Tier::Module("surfaces", &[Server::Postgres]),
    Tier::Module("authorization", &[]),
    Tier::Module("races", &[Server::Postgres]),
    Tier::Module("crashes", &[Server::Postgres, Server::Libvirt]),
    Tier::Module("nodes", &[Server::Libvirt]),
    Tier::Module("importer", &[Server::Postgres]),
    Tier::Module("input", &[Server::Postgres]),
    Tier::Module("security", &[Server::Postgres]),
    Tier::Module("browser", &[Server::Libvirt, Server::WebDriver]),
    Tier::Module("architecture", &[]),
];

impl Tier {
    fn named(name: &str) -> anyhow::Result<Self> {
        if name == "unit" {
            return Ok(Self::Unit);
        }
        if let Some(tier) = MODULES.into_iter().find(|tier| tier.name() == name) {
            return Ok(tier);
        }
        let names: Vec<&str> = MODULES.iter().map(|tier| tier.name()).collect();
        bail!("unknown tier `{name}` after `--only`; there are unit, {}", names.join(", "))
    }

    fn name(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Unit => "unit",
            Self::Module(name, _) => name,
        }
    }

    fn uses(self, server: Server) -> bool {
        match self {
            Self::All => true,
            Self::Unit => false,
            Self::Module(_, servers) => servers.contains(&server),
        }
    }

    /// Whether a test of it sends schemathesis against the panel.
    fn fuzzes(self) -> bool {
        matches!(self, Self::All | Self::Module("input", _))
    }

    fn groups(self) -> Vec<Group> {
        let mut groups = vec![Group::Build];
        if self.fuzzes() {
            groups.push(Group::Fuzz);
        }
        if self == Self::All {
            groups.push(Group::Imap);
        }
        match self {
            // The laboratory's own tests start one of each.
            Self::All | Self::Unit => groups.extend([
                Group::Postgres,
                Group::Libvirt,
                Group::Mail,
                Group::Names,
                Group::Browser,
                Group::Images,
                Group::Agents,
            ]),
            Self::Module(_, servers) => {
                groups.push(Group::Mail);
                groups.extend(servers.iter().flat_map(|server| match server {
                    Server::Postgres => &[Group::Postgres][..],
                    Server::Libvirt => &[Group::Libvirt, Group::Images],
                    Server::WebDriver => &[Group::Browser],
                }));
            }
        }
        groups
    }
}

pub(super) fn run(words: &[&str]) -> anyhow::Result<ExitCode> {
    let options = Options::read("test", words, &["--yes", "--no-check"], &["--only"])?;
    options.at_most("test", 1)?;
    let filter = options.arguments.first().map(String::as_str);
    let tier = match options.value("--only") {
        Some(name) => Tier::named(name)?,
        None => Tier::All,
    };

    packages::ensure(&tier.groups(), Consent::new(options.has("--yes")))?;
    if !options.has("--no-check") {
        check::all()?;
    }
    let mut runner = runner(tier, filter, has("nextest"));
    if tier.fuzzes() {
        schemathesis::program()?;
    }
    match tier {
        Tier::All => {
            runner.env(lab::BINARY, build_with_tests()?);
        }
        Tier::Unit => {}
        Tier::Module(..) => {
            runner.env(lab::BINARY, build_panel()?);
        }
    }
    // Dropped when this function ends, after the runner has printed its last line.
    let _servers = Servers::start(tier, &mut runner)?;
    Ok(code(signals::run(&mut runner)?))
}

/// The test runner, told which tests to run.
fn runner(tier: Tier, filter: Option<&str>, nextest: bool) -> Command {
    let mut command = if nextest { cargo(&["nextest", "run", "--no-tests=fail"]) } else { cargo(&["test"]) };
    match tier {
        Tier::All => command.arg("--workspace"),
        Tier::Unit => command.args(["--workspace", "--lib", "--bins"]),
        Tier::Module(..) => command.args(ACCEPTANCE),
    };
    match (tier, nextest) {
        (Tier::Module(name, _), true) => {
            let filter = filter.map_or_else(String::new, |part| format!(" & test(~{part})"));
            command.args(["-E", &format!("test(/^{name}::/){filter}")]);
        }
        // Its filters widen each other, so only one can be given; the narrower serves better.
        (Tier::Module(name, _), false) => {
            let module = format!("{name}::");
            command.args(["--", filter.unwrap_or(&module)]);
        }
        (Tier::All | Tier::Unit, _) => {
            command.args(filter);
        }
    }
    command
}

/// The shared servers. The mail server is not among them, because every test wants an empty
/// mailbox and some want it to refuse.
struct Servers {
    postgres: Option<Postgres>,
    libvirt: Option<(Libvirt, Folder)>,
    webdriver: Option<WebDriver>,
}

impl Servers {
    fn start(tier: Tier, runner: &mut Command) -> anyhow::Result<Self> {
        let mut servers = Self { postgres: None, libvirt: None, webdriver: None };
        if tier.uses(Server::Postgres) {
            println!("starting PostgreSQL");
            let postgres = Postgres::start()?;
            runner.env(lab::POSTGRES, postgres.url());
            servers.postgres = Some(postgres);
        }
        if tier.uses(Server::Libvirt) {
            println!("making the tiny guest image, unless it is there");
            let folder = super::images()?;
            images::tiny(&folder)?;
            runner.env(lab::IMAGES, folder);
            println!("starting libvirt");
            let folder = Folder::new("libvirt")?;
            let libvirt = Libvirt::start(folder.path())?;
            runner.env(lab::LIBVIRT_URI, libvirt.uri());
            servers.libvirt = Some((libvirt, folder));
        }
        if tier.uses(Server::WebDriver) {
            println!("starting chromedriver");
            let webdriver = WebDriver::start()?;
            runner.env(lab::WEBDRIVER, webdriver.url());
            servers.webdriver = Some(webdriver);
        }
        Ok(servers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &Command) -> String {
        let words: Vec<String> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        words.join(" ")
    }

    #[test]
    fn a_tier_and_a_filter_narrow_each_other() {
        let slices = Tier::named("slices").unwrap();
        assert_eq!(
            words(&runner(slices, Some("renewal"), true)),
            "nextest run --no-tests=fail --package hostwright-tests --test acceptance \
-E test(/^slices::/) & test(~renewal)"
        );
        assert_eq!(words(&runner(Tier::All, Some("renewal"), false)), "test --workspace renewal");
        assert_eq!(words(&runner(Tier::Unit, None, true)), "nextest run --no-tests=fail --workspace --lib --bins");
    }

    #[test]
    fn an_unknown_tier_is_named_with_those_there_are() {
        let error = Tier::named("slice").unwrap_err().to_string();
        assert!(error.contains("`slice`") && error.contains("unit, slices"), "{error}");
    }

    #[test]
    fn the_usage_names_every_tier() {
        for tier in MODULES.into_iter().chain([Tier::Unit]) {
            assert!(super::super::USAGE.contains(tier.name()), "{}", tier.name());
        }
    }
}
