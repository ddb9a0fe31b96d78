//! `hostwright migration agent`: agents tried and run from a terminal, without a database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use hostwright_importer::Limits;
use hostwright_importer::agents::collect::What;
use hostwright_importer::agents::place::Bounds;
use hostwright_importer::agents::{
    Access, Checks, Level, LocalTransport, Package, Place, SshTarget, SshTransport, Transport, check, collect, disable,
    host_key,
};
use hostwright_importer::snapshot::values::Secret;
use serde_json::json;

use crate::cli::say;

/// How long connecting and signing in may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// `hostwright migration agent`.
#[must_use]
pub fn command() -> Command {
    let check = Command::new("check").about("Run every command of an agent and tell what breaks the contract").arg(
        Arg::new("disable")
            .long("disable")
            .value_name("COUNT")
            .default_value("0")
            .value_parser(clap::value_parser!(u16))
            .help("Also switch so many subscriptions off: only on a source made for the check"),
    );
    let collect = Command::new("collect")
        .about("Collect what an agent gives into a folder, which `migration read --source hostwright` reads")
        .arg(Arg::new("into").long("into").value_name("FOLDER").required(true).help("Where it goes"))
        .arg(switch("content", "Also the content of domains: mailboxes, sites, dumps"));
    let disable = Command::new("disable")
        .about("Switch off at the source what moved: after the switch, never before")
        .arg(option("list", "FILE", "Identifiers, one a line: what `migration disable-list` gives").required(true));
    Command::new("agent")
        .about("Try and run migration agents")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(reached(check))
        .subcommand(reached(collect))
        .subcommand(reached(disable))
        .subcommand(
            Command::new("host-key")
                .about("Show the key of a server, to be compared and pinned")
                .arg(Arg::new("server").value_name("HOST[:PORT]").required(true)),
        )
}

fn option(name: &'static str, value: &'static str, about: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(about)
}

fn switch(name: &'static str, about: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(about)
}

/// Where the agent is, and where it runs.
fn reached(command: Command) -> Command {
    command
        .arg(option("package", "FOLDER", "The folder with agent.tar and agent.manifest").required(true))
        .arg(option("local", "FOLDER", "Run it here, below this folder").conflicts_with("ssh"))
        .arg(option("ssh", "USER@HOST[:PORT]", "Run it on this server").requires("host-key"))
        .arg(option("host-key", "SHA256:...", "The key that the server must show"))
        .arg(option("key-file", "FILE", "A private key to sign in with"))
        .arg(option("password-file", "FILE", "A file with the password to sign in with"))
}

/// Does what was asked; true when nothing was found wrong.
///
/// # Errors
/// An option is wrong, or the server cannot be reached.
pub fn run(matches: &ArgMatches, is_json: bool) -> Result<bool> {
    let (name, chosen) = matches.subcommand().context("no command")?;
    if name == "host-key" {
        let (host, port) = address(chosen.get_one::<String>("server").context("no server")?)?;
        say(&host_key(&host, port, PATIENCE)?);
        return Ok(true);
    }
    let limits = Limits::default();
    let package = Package::open(&path(chosen, "package")?, &limits)?;
    let mut transport = transport(chosen)?;
    let mut place =
        Place::deliver(transport.as_mut(), &package, &format!("cli-{}", std::process::id()), Bounds::default())?;
    let done = match name {
        "check" => checked(&mut place, &package, chosen, is_json),
        "disable" => disabled(&mut place, chosen, is_json),
        _ => collected(&mut place, chosen, is_json),
    };
    place.leave()?;
    done
}

fn checked(place: &mut Place<'_>, package: &Package, chosen: &ArgMatches, is_json: bool) -> Result<bool> {
    let folder = tempfile::tempdir()?;
    let disable = usize::from(chosen.get_one::<u16>("disable").copied().unwrap_or(0));
    let checks = Checks { disable, ..Checks::default() };
    let findings = check(place, package, folder.path(), &Limits::default(), &checks)?;
    if is_json {
        say(&serde_json::to_string_pretty(&findings)?);
    } else {
        for finding in &findings {
            say(&format!("{:?} {} ({}): {}", finding.level, finding.code, finding.command, finding.reason)
                .to_lowercase());
        }
        say(&format!("{} findings", findings.len()));
    }
    Ok(findings.iter().all(|finding| finding.level != Level::Fault))
}

fn collected(place: &mut Place<'_>, chosen: &ArgMatches, is_json: bool) -> Result<bool> {
    let what = What { services: true, content: chosen.get_flag("content"), domains: None };
    let into = path(chosen, "into")?;
    let mut step = |command: &hostwright_importer::agents::Command| {
        tracing::info!(command = command.name(), "asking the agent");
        true
    };
    let done = collect(place, &into, &Limits::default(), &what, &mut step)?;
    let faults: Vec<String> = done.faults.iter().map(ToString::to_string).collect();
    if is_json {
        let (documents, bundles) = (done.documents.len(), done.bundles.len());
        say(&serde_json::to_string_pretty(&json!({ "documents": documents, "bundles": bundles, "faults": faults }))?);
    } else {
        say(&format!("{} documents and {} bundles", done.documents.len(), done.bundles.len()));
        faults.iter().for_each(|fault| say(fault));
    }
    Ok(faults.is_empty())
}

fn disabled(place: &mut Place<'_>, chosen: &ArgMatches, is_json: bool) -> Result<bool> {
    let list = path(chosen, "list")?;
    let text = std::fs::read_to_string(&list).with_context(|| format!("--list: cannot read {}", list.display()))?;
    let ids: Vec<String> = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let outcome = disable(place, &ids)?;
    if is_json {
        let failed: Vec<_> =
            outcome.failed.iter().map(|(id, said)| json!({ "subscription": id, "reason": said })).collect();
        say(&serde_json::to_string_pretty(&json!({ "disabled": outcome.done, "failed": failed }))?);
    } else {
        say(&format!("{} of {} subscriptions are off", outcome.done, ids.len()));
        outcome.failed.iter().for_each(|(id, said)| say(&format!("{id}: {said}")));
    }
    Ok(outcome.failed.is_empty())
}

fn path(chosen: &ArgMatches, name: &str) -> Result<PathBuf> {
    chosen.get_one::<String>(name).map(PathBuf::from).with_context(|| format!("no --{name}"))
}

fn address(text: &str) -> Result<(String, u16)> {
    match text.rsplit_once(':') {
        Some((host, port)) => Ok((host.to_owned(), port.parse().with_context(|| format!("'{port}' is no port"))?)),
        None => Ok((text.to_owned(), 22)),
    }
}

fn transport(chosen: &ArgMatches) -> Result<Box<dyn Transport>> {
    if let Some(folder) = chosen.get_one::<String>("local") {
        return Ok(Box::new(LocalTransport::new(Path::new(folder))));
    }
    let Some(server) = chosen.get_one::<String>("ssh") else { bail!("say where it runs: --local or --ssh") };
    let (user, server) = server.split_once('@').context("--ssh is USER@HOST[:PORT]")?;
    let (host, port) = address(server)?;
    let read = |name: &str| -> Result<Option<Secret>> {
        let Some(file) = chosen.get_one::<String>(name) else { return Ok(None) };
        let text = std::fs::read_to_string(file).with_context(|| format!("--{name}: cannot read {file}"))?;
        Ok(Some(Secret(text.trim_end_matches(['\r', '\n']).to_owned())))
    };
    let access = match (read("key-file")?, read("password-file")?) {
        (Some(text), passphrase) => Access::Key { text, passphrase },
        (None, Some(password)) => Access::Password(password),
        (None, None) => bail!("say how to sign in: --key-file or --password-file"),
    };
    let host_key = chosen.get_one::<String>("host-key").cloned().context("no --host-key")?;
    let target = SshTarget { host, port, user: user.to_owned(), access, host_key, patience: PATIENCE };
    Ok(Box::new(SshTransport::connect(&target)?))
}
