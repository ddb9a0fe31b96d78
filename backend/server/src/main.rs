//! `hostwright`: serves the panel, and speaks to it from the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use hostwright_server::compose::{self, Ports};
use hostwright_server::config::{Config, KEYS};
use hostwright_server::{agent, cli, http, joining, maintenance, openapi, reading, routes, telemetry};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("hostwright: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn command() -> Command {
    let keys: String = KEYS
        .iter()
        .map(|(key, default, about)| format!("  HOSTWRIGHT_{} [{default}]: {about}\n", key.to_uppercase()))
        .collect();
    Command::new("hostwright")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Hosting control panel with billing")
        .after_help(format!("Configuration (environment, or hostwright.toml in lower case without prefix):\n{keys}"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(global("config", "FILE", "Configuration file").default_value("hostwright.toml"))
        .arg(global("url", "URL", "The panel to speak to").env("HOSTWRIGHT_URL").default_value("http://127.0.0.1:8080"))
        .arg(
            global("api-key", "KEY", "API key, or the token of a session")
                .env("HOSTWRIGHT_API_KEY")
                .hide_env_values(true)
                // The token of a session is any of its letters, a hyphen first too.
                .allow_hyphen_values(true),
        )
        .arg(Arg::new("json").long("json").global(true).action(ArgAction::SetTrue).help("Print JSON"))
        .subcommand(Command::new("serve").about("Serve the panel and run its jobs"))
        .subcommand(Command::new("setup").about("Print the one-time set-up link of a new installation"))
        .subcommand(maintenance::database_command())
        .subcommand(maintenance::backup_command())
        .subcommand(maintenance::restore_command())
        .subcommand(maintenance::export_command())
        .subcommand(
            Command::new("verify").about("Check ledger, numbering, charges, addresses and servers against each other"),
        )
        .subcommand(
            Command::new("migration")
                .about("migration: move in from other systems")
                .subcommand_required(true)
                .arg_required_else_help(true)
                .subcommand(reading::command())
                .subcommand(joining::command())
                .subcommand(agent::command()),
        )
        .subcommand(Command::new("actions").about("List every action with its surfaces"))
        .subcommand(Command::new("openapi").about("Print the OpenAPI document"))
        .subcommand(
            Command::new("completions")
                .about("Print shell completions")
                .arg(Arg::new("shell").required(true).value_parser(clap::value_parser!(clap_complete::Shell))),
        )
}

fn global(name: &'static str, value: &'static str, about: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).global(true).help(about)
}

async fn run() -> Result<bool> {
    let endpoints = routes::all(&Ports::none());
    let command = cli::commands(command(), &endpoints);
    let matches = command.clone().get_matches();
    if let Some(("serve", chosen)) = matches.subcommand() {
        let config = config(chosen)?;
        // A panel serves for months, and has no use for its own command line.
        drop((command, matches, endpoints));
        return http::serve(&config).await.map(|()| true);
    }
    let (name, chosen) = matches.subcommand().context("no command")?;
    match name {
        "setup" => set_up_link(&config(chosen)?).await,
        "database" | "backup" | "restore" | "export" => {
            maintenance::run(name, chosen, &config(deepest(chosen))?).map(|()| true)
        }
        "verify" => verify(&config(chosen)?, chosen.get_flag("json")).await,
        "actions" => {
            cli::say(&routes::actions_table(&endpoints));
            Ok(true)
        }
        "openapi" => {
            cli::say(&serde_json::to_string_pretty(&openapi::document(&endpoints))?);
            Ok(true)
        }
        "completions" => {
            let shell = chosen.get_one::<clap_complete::Shell>("shell").copied().context("no shell")?;
            let mut command = command;
            clap_complete::generate(shell, &mut command, "hostwright", &mut std::io::stdout());
            Ok(true)
        }
        slice => {
            let (action, chosen) = chosen.subcommand().context("no action")?;
            match (slice, action) {
                ("migration", "read") => return reading::run(chosen, chosen.get_flag("json")),
                ("migration", "join") => return joining::run(chosen, chosen.get_flag("json")),
                // Its connection has a runtime of its own.
                ("migration", "agent") => {
                    return tokio::task::block_in_place(|| agent::run(chosen, deepest(chosen).get_flag("json")));
                }
                _ => {}
            }
            let found = endpoints.iter().find(|endpoint| {
                let (own_slice, own_action) = cli::names(endpoint);
                own_slice == slice && own_action.replace('_', "-") == action
            });
            let Some(endpoint) = found else { bail!("no such action: {slice} {action}") };
            let url = chosen.get_one::<String>("url").context("no url")?;
            let token = chosen.get_one::<String>("api-key").map(String::as_str);
            cli::run(endpoint, chosen, url, token, chosen.get_flag("json")).await
        }
    }
}

/// The options of the innermost command, where global ones are found too.
fn deepest(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| inner)
}

fn config(matches: &ArgMatches) -> Result<Config> {
    let file = matches.get_one::<String>("config").map(PathBuf::from);
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    let config = Config::read(file.as_deref(), |name| std::env::var(name).ok())?;
    telemetry::start(&config);
    Ok(config)
}

async fn set_up_link(config: &Config) -> Result<bool> {
    let (db, _) = compose::open_database(config)?;
    db.migrate()?;
    match compose::set_up_link(config, &db).await? {
        Some(link) => println!("{link}"),
        None => println!("the panel has an owner; sign in at {}", compose::public_url(config)),
    }
    Ok(true)
}

async fn verify(config: &Config, json: bool) -> Result<bool> {
    let (db, _) = compose::open_database(config)?;
    let report = hostwright_panel::reports::queries::verify_all(&db).await?;
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        for check in &report.checks {
            println!("{:<28} {:>4} breaks", check.name, check.breaks.len());
            for found in &check.breaks {
                println!("  - {found}");
            }
        }
        println!("{} breaks", report.breaks);
    }
    Ok(report.breaks == 0)
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn a_token_that_begins_with_a_hyphen_is_a_token() {
        let words = ["hostwright", "--api-key", "-_k9-Zq", "verify", "--json"];
        let matches = command().try_get_matches_from(words).unwrap();
        assert_eq!(matches.get_one::<String>("api-key").map(String::as_str), Some("-_k9-Zq"));
    }
}
