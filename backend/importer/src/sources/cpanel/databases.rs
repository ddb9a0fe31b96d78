//! Databases, their dumps as content, and their users from grants that are read as text.

use std::collections::BTreeMap;

use super::super::foreign_password;
use super::account::Account;
use super::collect::{Collected, Dump};
use crate::formats::grants::{self, Grant};
use crate::snapshot::values::{Password, PasswordScheme, Secret};
use crate::snapshot::{Database, DatabaseUser, GapKind, Kind};
use crate::{Refusal, Sink};

/// What a `.create` file says of a database.
#[derive(Debug, Default)]
struct Created {
    charset: Option<String>,
    collation: Option<String>,
}

/// Tells databases and their users.
pub fn tell(account: &Account, collected: &mut Collected, sink: &mut dyn Sink) -> Result<(), Refusal> {
    let mut created: BTreeMap<String, Created> = BTreeMap::new();
    for (file, text) in collected.parts.take_below("mysql/") {
        let name = file.strip_suffix(".create").unwrap_or(&file).to_owned();
        let next_word = |word: &str| {
            let mut words = text
                .split(|letter: char| letter.is_whitespace() || "=;*/`'\"".contains(letter))
                .filter(|text| !text.is_empty());
            words.find(|one| one.eq_ignore_ascii_case(word)).and(words.next()).map(str::to_owned)
        };
        created.insert(
            name,
            Created { charset: next_word("SET").or_else(|| next_word("CHARSET")), collation: next_word("COLLATE") },
        );
    }
    let users = mysql_users(account, collected);
    let mut dumps = std::mem::take(&mut collected.dumps);
    for name in created.keys() {
        dumps.entry(("mysql", name.clone())).or_default();
    }
    for (user, _) in users.values().zip(0u32..) {
        for database in &user.databases {
            if !dumps.contains_key(&("mysql", database.clone())) && !database.contains('%') {
                let reason = format!(
                    "a grant is for the database '{}', which is not in the archive",
                    crate::gap_counts::clipped(database, 100)
                );
                collected.parts.gap_of(
                    GapKind::Dangling,
                    "mysql.sql",
                    Kind::DatabaseUser,
                    &user.id,
                    "databases",
                    &reason,
                );
            }
        }
    }
    for ((engine, name), dump) in dumps {
        let created = created.remove(&name).filter(|_| engine == "mysql").unwrap_or_default();
        sink.record(database(account, engine, name, dump, created, collected))?;
    }
    for user in users.into_values() {
        sink.record(user)?;
    }
    for user in postgres_users(account, collected) {
        sink.record(user)?;
    }
    Ok(())
}

fn database(
    account: &Account,
    engine: &str,
    name: String,
    dump: Dump,
    created: Created,
    collected: &mut Collected,
) -> Database {
    let id = account.own(&format!("{engine}/{name}"));
    let part = if engine == "mysql" { "mysql" } else { "psql" };
    if dump.path.is_empty() {
        collected.parts.gap_of(GapKind::FactLost, part, Kind::Database, &id, "content", "no dump is in the archive");
    } else if dump.is_raw {
        collected.parts.gap_of(
            GapKind::FactChanged,
            part,
            Kind::Database,
            &id,
            "content",
            "table files of the server instead of a dump",
        );
    }
    Database {
        id,
        account: Some(account.id.clone()),
        name,
        engine: engine.to_owned(),
        charset: created.charset,
        collation: created.collation,
        size_bytes: (!dump.path.is_empty()).then_some(dump.bytes),
        content: (!dump.path.is_empty()).then(|| collected.content(&dump.path)),
    }
}

fn mysql_users(account: &Account, collected: &mut Collected) -> BTreeMap<String, DatabaseUser> {
    let mut users: BTreeMap<String, DatabaseUser> = BTreeMap::new();
    let Some(text) = collected.parts.take("mysql.sql") else { return users };
    for (line, statement) in grants::statements(&text) {
        let Some(grant) = grants::grant(&statement) else {
            collected.parts.bad_line(
                "mysql.sql",
                Kind::DatabaseUser,
                line,
                "a statement is no grant; it is not executed",
            );
            continue;
        };
        let fresh = || DatabaseUser {
            id: account.own(&format!("mysql/{}", grant.user)),
            account: Some(account.id.clone()),
            name: grant.user.clone(),
            engine: "mysql".to_owned(),
            ..DatabaseUser::default()
        };
        let user = users.entry(grant.user.clone()).or_insert_with(fresh);
        if add(user, &grant) {
            let id = user.id.clone();
            collected.parts.gap_of(
                GapKind::FactChanged,
                "mysql.sql",
                Kind::DatabaseUser,
                &id,
                "password",
                "the user has different passwords for different hosts; the first is taken",
            );
        }
    }
    for user in users.values().filter(|user| user.password.is_none()) {
        collected.parts.gap_of(
            GapKind::FactLost,
            "mysql.sql",
            Kind::DatabaseUser,
            &user.id,
            "password",
            "no password hash; a new one is needed",
        );
    }
    users
}

/// Adds what a grant says; true where it tells another password than one before.
fn add(user: &mut DatabaseUser, grant: &Grant) -> bool {
    if !user.hosts.contains(&grant.host) {
        user.hosts.push(grant.host.clone());
    }
    if let Some(database) = &grant.database
        && !user.databases.contains(database)
    {
        user.databases.push(database.clone());
    }
    let is_usage = grant.privileges.as_ref().is_none_or(|text| text.eq_ignore_ascii_case("USAGE"));
    if let (Some(privileges), false) = (&grant.privileges, is_usage) {
        let on = format!("{}.{}", grant.database.as_deref().unwrap_or("*"), grant.table.as_deref().unwrap_or("*"));
        let text = format!("{privileges} ON {on} FROM {}", grant.host);
        if !user.grants.contains(&text) {
            user.grants.push(text);
        }
    }
    let password = grant.hash.as_deref().and_then(|hash| password(hash, grant.plugin.as_deref()));
    match (&user.password, password) {
        (None, password) => {
            user.password = password;
            false
        }
        (Some(known), Some(other)) => *known != other,
        (Some(_), None) => false,
    }
}

fn password(hash: &str, plugin: Option<&str>) -> Option<Password> {
    match plugin {
        Some("plain") => {
            Some(Password { scheme: PasswordScheme::Plain, value: Secret(hash.to_owned()), is_locked: false })
        }
        _ => foreign_password::password(hash),
    }
}

/// `CREATE USER name WITH PASSWORD '...'` of PostgreSQL; grants are kept nowhere and told.
fn postgres_users(account: &Account, collected: &mut Collected) -> Vec<DatabaseUser> {
    let mut users: BTreeMap<String, DatabaseUser> = BTreeMap::new();
    for (line, statement) in collected.parts.take("psql_users.sql").iter().flat_map(|text| grants::statements(text)) {
        let Some(grant) = grants::grant(&statement).filter(|grant| grant.privileges.is_none()) else {
            collected.parts.bad_line(
                "psql_users.sql",
                Kind::DatabaseUser,
                line,
                "a statement makes no user; it is not executed",
            );
            continue;
        };
        let hash = statement.split_once('\'').and_then(|(_, rest)| rest.split_once('\'')).map(|(hash, _)| hash);
        users.entry(grant.user.clone()).or_insert_with(|| DatabaseUser {
            id: account.own(&format!("postgresql/{}", grant.user)),
            account: Some(account.id.clone()),
            name: grant.user.clone(),
            engine: "postgresql".to_owned(),
            password: hash.and_then(foreign_password::password),
            ..DatabaseUser::default()
        });
    }
    for (line, _) in collected.parts.take("psql_grants.sql").iter().flat_map(|text| grants::statements(text)) {
        collected.parts.bad_line(
            "psql_grants.sql",
            Kind::DatabaseUser,
            line,
            "grants of PostgreSQL are not read; none is executed",
        );
    }
    users.into_values().collect()
}
