//! Databases: dumps as content, `DB.conf` with users, hosts and collation.

use std::collections::BTreeMap;

use super::super::foreign_password;
use super::account::Account;
use super::collect::Collected;
use crate::formats::panel_lines;
use crate::snapshot::{Database, DatabaseUser, GapKind, Kind};
use crate::{Refusal, Sink};

/// Tells databases and their users.
pub fn tell(account: &Account, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut users: BTreeMap<String, DatabaseUser> = BTreeMap::new();
    let dumps = std::mem::take(&mut collected.dumps);
    for (name, (path, bytes)) in dumps {
        let part = format!("backup/{name}.conf");
        let mut database = Database {
            id: account.own(&format!("mysql/{name}")),
            account: Some(account.id.clone()),
            name: name.clone(),
            engine: "mysql".to_owned(),
            size_bytes: Some(bytes),
            content: Some(collected.content(&path)),
            ..Database::default()
        };
        match collected.parts.take(&part) {
            Some(text) => settings(account, &part, &text, &mut database, &mut users, collected),
            None => collected.parts.gap_of(
                GapKind::FactLost,
                &part,
                Kind::Database,
                &database.id,
                "users",
                "a database without its settings",
            ),
        }
        sink.record(database)?;
    }
    for user in users.into_values() {
        if user.password.is_none() {
            collected.parts.gap_of(
                GapKind::FactLost,
                "backup",
                Kind::DatabaseUser,
                &user.id,
                "password",
                "no password hash; a new one is needed",
            );
        }
        sink.record(user)?;
    }
    Ok(())
}

/// `accesshosts=0=localhost&...`, `db_collation=...&SCHEMA_NAME=...`, and `USER=passwd=...&select_priv=Y`.
fn settings(
    account: &Account,
    part: &str,
    text: &str,
    database: &mut Database,
    users: &mut BTreeMap<String, DatabaseUser>,
    collected: &mut Collected,
) {
    let mut hosts: Vec<String> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for pair in panel_lines::key_values(text) {
        let (key, value) = match pair {
            Ok(pair) => pair,
            Err(line) => {
                collected.parts.bad_line(part, Kind::Database, line.number, "a line is no KEY=value");
                continue;
            }
        };
        let pairs = panel_lines::form_pairs(value);
        let of =
            |name: &str| pairs.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone());
        match key {
            "accesshosts" => hosts = pairs.into_iter().map(|(_, host)| host).filter(|host| !host.is_empty()).collect(),
            "db_collation" => {
                database.charset = of("DEFAULT_CHARACTER_SET_NAME");
                database.collation = of("DEFAULT_COLLATION_NAME");
                if of("SCHEMA_NAME").is_some_and(|name| name != database.name) {
                    collected.parts.gap_of(
                        GapKind::FactChanged,
                        part,
                        Kind::Database,
                        &database.id,
                        "SCHEMA_NAME",
                        "it names another database than the file",
                    );
                }
            }
            _ => {
                let user = users.entry(key.to_owned()).or_insert_with(|| DatabaseUser {
                    id: account.own(&format!("mysql/{key}")),
                    account: Some(account.id.clone()),
                    name: key.to_owned(),
                    engine: "mysql".to_owned(),
                    ..DatabaseUser::default()
                });
                let password = of("passwd").and_then(|hash| foreign_password::password(&hash));
                match (&user.password, password) {
                    (None, password) => user.password = password,
                    (Some(known), Some(other)) if *known != other => {
                        let id = user.id.clone();
                        collected.parts.gap_of(
                            GapKind::FactChanged,
                            part,
                            Kind::DatabaseUser,
                            &id,
                            "passwd",
                            "the user has different passwords; the first is taken",
                        );
                    }
                    _ => {}
                }
                if !user.databases.contains(&database.name) {
                    user.databases.push(database.name.clone());
                }
                let rights: Vec<&str> = pairs
                    .iter()
                    .filter(|(_, value)| value.eq_ignore_ascii_case("y"))
                    .filter_map(|(key, _)| key.strip_suffix("_priv"))
                    .collect();
                if !rights.is_empty() {
                    user.grants.push(format!("{} ON {}.*", rights.join(", ").to_uppercase(), database.name));
                }
                names.push(key.to_owned());
            }
        }
    }
    for name in names {
        if let Some(user) = users.get_mut(&name) {
            for host in hosts.iter().filter(|host| !host.is_empty()) {
                if !user.hosts.contains(host) {
                    user.hosts.push(host.clone());
                }
            }
        }
    }
}
