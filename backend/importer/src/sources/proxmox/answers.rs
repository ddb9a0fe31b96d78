//! Recorded answers of the API, told apart by their shape: a list of rows by the keys of
//! a row, a single object by its own. Which guest an object is about may only be told by
//! the path that was asked, so it is looked for in the names of files and folders too.

use serde_json::Value;

use super::super::guests::emit::Emitter;
use super::super::guests::files::Found;
use super::super::guests::json::{self, Object};
use super::super::guests::leftovers::Leftovers;
use super::config::{Keys, Sort};
use super::estate::{Draft, Estate, SPARED};
use crate::snapshot::values::Extra;
use crate::snapshot::{GuestState, Login, Server, Staff};
use crate::{Gap, GapKind, Kind, Refusal, RefusalCode};

/// Keys of lists and states that are measured and gone the next moment, or said elsewhere.
const MEASURED: &[&str] = &[
    "cpu",
    "mem",
    "disk",
    "diskread",
    "diskwrite",
    "netin",
    "netout",
    "uptime",
    "pid",
    "ha",
    "blockstat",
    "nics",
    "ballooninfo",
    "freemem",
    "swap",
    "level",
    "id",
    "proxmox-support",
    "running-machine",
    "running-qemu",
    "memhost",
    "pressurecpufull",
    "pressurecpusome",
    "pressureiofull",
    "pressureiosome",
    "pressurememoryfull",
    "pressurememorysome",
    "balloon_min",
    "shares",
    "agent",
    "serial",
    "spice",
    "clipboard",
    "maxdisk",
    "maxswap",
    "balloon",
    "qmpstatus",
    "template",
    "lock",
    "hastate",
];

/// What the path of an answer tells.
#[derive(Debug, Default)]
pub(super) struct Asked {
    node: Option<String>,
    sort: Option<Sort>,
    id: Option<String>,
    pool: Option<String>,
}

/// Reads `nodes/NODE/qemu/100/config` out of folders or of a name with `_` for `/`.
pub(super) fn asked(file: &Found) -> Asked {
    let mut asked = Asked::default();
    let path = file.path.to_string_lossy();
    let path = path.strip_suffix(".json").unwrap_or(&path);
    let words: Vec<&str> = path.split(['/', '_']).filter(|word| !word.is_empty()).collect();
    let mut after_nodes: Option<Vec<&str>> = None;
    for (index, word) in words.iter().enumerate() {
        let next = words.get(index.saturating_add(1));
        match *word {
            "nodes" => after_nodes = Some(Vec::new()),
            kind @ ("qemu" | "lxc") => {
                asked.sort = Some(if kind == "lxc" { Sort::Container } else { Sort::Machine });
                asked.id = next.map(|id| bare_number(id)).filter(|id| !id.is_empty());
                asked.node = after_nodes.take().filter(|name| !name.is_empty()).map(|name| name.join("_"));
            }
            "pools" => asked.pool = next.map(|name| name.split("--").next().unwrap_or(name).to_owned()),
            "storage" | "network" | "tasks" | "status" if after_nodes.is_some() => {
                asked.node = after_nodes.take().filter(|name| !name.is_empty()).map(|name| name.join("_"));
            }
            other => {
                if let Some(name) = &mut after_nodes {
                    name.push(other);
                }
            }
        }
    }
    asked
}

fn bare_number(word: &str) -> String {
    let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
    let rest = word.get(digits.len()..).unwrap_or_default();
    if rest.is_empty() || rest.starts_with("--") || rest.starts_with('.') { digits } else { String::new() }
}

/// Reads one answer into the estate.
pub(super) fn read(text: &str, file: &Found, estate: &mut Estate, out: &mut Emitter<'_>) -> Result<(), Refusal> {
    let asked = asked(file);
    let mut left = Leftovers::default();
    let mut data = json::parse(text, &file.place)?;
    if let Value::Object(outer) = &mut data
        && outer.contains_key("data")
    {
        let inner = outer.remove("data").unwrap_or_default();
        let faults: Vec<String> =
            ["errors", "message"].iter().filter_map(|key| outer.remove(*key)).map(|fault| fault.to_string()).collect();
        if inner.is_null() {
            let reason =
                format!("the answer is an error: {}", super::super::guests::leftovers::short(&faults.join(" ")));
            return Err(Refusal::new(RefusalCode::Invalid, &file.place, reason));
        }
        outer.remove("total");
        json::keep_rest(&mut left, "", std::mem::take(outer), &["changes"]);
        data = inner;
    }
    match data {
        Value::Array(rows) => list(rows, &asked, file, estate, &mut left),
        Value::Object(object) => one(object, &asked, file, estate, &mut left, out)?,
        _ => {
            return Err(Refusal::new(
                RefusalCode::NotThisFormat,
                &file.place,
                "the answer holds no object and no list",
            ));
        }
    }
    for fact in left.take_extra() {
        out.fact(&fact.name, &fact.value)?;
    }
    for gap in left.into_gaps(&file.place, None, SPARED) {
        out.gap(gap)?;
    }
    Ok(())
}

fn list(rows: Vec<Value>, asked: &Asked, file: &Found, estate: &mut Estate, left: &mut Leftovers) {
    if rows.is_empty() {
        left.note(GapKind::PartUnread, "", "the answer is an empty list");
    }
    for row in rows {
        let Value::Object(mut row) = row else {
            left.note(GapKind::Skipped, "", "a row that is no object");
            continue;
        };
        let has = |key: &str| row.contains_key(key);
        if has("upid") {
            left.note(GapKind::PartUnread, "tasks", "finished and running tasks are not taken over");
        } else if has("iface") {
            left.note(GapKind::PartUnread, "network", "interfaces of the host are not guests");
        } else if has("volid") {
            volume(row, estate, left);
        } else if has("userid") {
            user(row, file, estate);
        } else if has("vmid") {
            guest_row(row, asked, file, estate, left);
        } else if has("poolid") {
            let pool = json::take_text(&mut row, "poolid").unwrap_or_default();
            let comment = json::take_text(&mut row, "comment").unwrap_or_default();
            estate.facts.push((format!("pool {pool}"), comment));
            json::keep_rest(left, &format!("pool {pool}"), row, &[]);
        } else if has("storage") {
            let storage = json::take_text(&mut row, "storage").unwrap_or_default();
            let node = json::take_text(&mut row, "node").or_else(|| asked.node.clone());
            let name = node.map_or(storage.clone(), |node| format!("{node}/{storage}"));
            for key in ["used", "avail", "used_fraction", "active", "disk"] {
                if row.remove(key).is_some() {
                    left.spare(&format!("storage {key}"));
                }
            }
            json::keep_rest(left, &format!("storage {name}"), row, &[]);
        } else if has("node") {
            node(row, file, estate, left);
        } else if has("snaptime") || row.get("name").and_then(Value::as_str) == Some("current") {
            snapshot(row, asked, file, estate, left);
        } else if has("key") && (has("pending") || has("value") || has("delete")) && asked.id.is_some() {
            pending(&mut row, asked, file, estate);
        } else if has("groupid") || has("roleid") || has("realm") || has("tokenid") {
            left.note(GapKind::PartUnread, "access", "groups, roles, realms and tokens are not taken over");
        } else {
            let keys: Vec<&str> = row.keys().map(String::as_str).collect();
            let reason = format!("rows of an unknown kind, with: {}", keys.join(", "));
            left.note(GapKind::PartUnread, "", &reason);
        }
    }
}

fn one(
    mut object: Object,
    asked: &Asked,
    file: &Found,
    estate: &mut Estate,
    left: &mut Leftovers,
    out: &mut Emitter<'_>,
) -> Result<(), Refusal> {
    if let Some(members) = json::take_list(&mut object, "members") {
        let pool = json::take_text(&mut object, "poolid").or_else(|| asked.pool.clone()).unwrap_or_default();
        let comment = json::take_text(&mut object, "comment").unwrap_or_default();
        estate.facts.push((format!("pool {pool}"), comment));
        for member in members {
            let Value::Object(mut member) = member else {
                left.note(GapKind::Skipped, "members", "a member that is no object");
                continue;
            };
            if member.contains_key("vmid") {
                member.insert("pool".to_owned(), Value::String(pool.clone()));
                guest_row(member, asked, file, estate, left);
            } else {
                left.note(GapKind::PartUnread, "members", "a storage in a pool is not a guest");
            }
        }
        json::keep_rest(left, &format!("pool {pool}"), object, &[]);
        return Ok(());
    }
    if object.contains_key("release") && object.contains_key("version") {
        json::keep_rest(left, "", object, &["keyboard", "repoid"]);
        return Ok(());
    }
    let is_state = object.contains_key("status") && (object.contains_key("vmid") || object.contains_key("cpus"));
    if is_state {
        if !object.contains_key("vmid")
            && let Some(id) = &asked.id
        {
            object.insert("vmid".to_owned(), Value::String(id.clone()));
        }
        guest_row(object, asked, file, estate, left);
        return Ok(());
    }
    if asked.id.is_none() && !super::is_configuration(object.keys().map(String::as_str)) {
        return Err(Refusal::new(RefusalCode::NotThisFormat, &file.place, "the object is no known answer"));
    }
    let id = match &asked.id {
        Some(id) => id.clone(),
        None => {
            let reason = "neither the answer nor its path tells the number of the guest; it is called after the file";
            left.note(GapKind::FactChanged, "vmid", reason);
            file.stem().to_owned()
        }
    };
    let mut keys = Keys::new();
    for (key, value) in object {
        match json::text_of(&value) {
            Some(text) => {
                keys.insert(key, text);
            }
            None if matches!(value, Value::String(_) | Value::Null) => {}
            None => left.keep(&format!("config/{key}"), &value.to_string()),
        }
    }
    let about = estate.guest(&id, &file.place, asked.sort);
    if let Some(node) = &asked.node {
        about.guest.server.get_or_insert_with(|| node.clone());
    }
    if let Err(gap) = estate.configure(&id, &file.place, asked.sort, keys) {
        out.gap(gap)?;
    }
    Ok(())
}

/// A row of a list of guests, or the current state of one.
fn guest_row(mut row: Object, asked: &Asked, file: &Found, estate: &mut Estate, left: &mut Leftovers) {
    let Some(id) = json::take_text(&mut row, "vmid") else {
        return left.note(GapKind::Skipped, "vmid", "a row without the number of its guest");
    };
    let sort = match json::take_text(&mut row, "type").as_deref() {
        Some("lxc" | "openvz") => Some(Sort::Container),
        Some("qemu") => Some(Sort::Machine),
        _ => asked.sort,
    };
    let draft = estate.guest(&id, &file.place, sort);
    let state =
        match (row.remove("status").as_ref().and_then(Value::as_str), row.get("qmpstatus").and_then(Value::as_str)) {
            (Some("running"), Some("paused" | "suspended" | "prelaunch")) => GuestState::Paused,
            (Some("paused" | "suspended"), _) => GuestState::Paused,
            (Some("running"), _) => GuestState::Running,
            (Some("stopped"), _) => GuestState::Stopped,
            _ => GuestState::Unknown,
        };
    if draft.has_status && draft.guest.state != state {
        draft.left.change("status", "two answers tell different states; the first was taken");
    } else if state != GuestState::Unknown {
        draft.guest.state = state;
        draft.has_status = true;
    }
    if let Some(name) = json::take_text(&mut row, "name")
        && draft.guest.name.is_empty()
    {
        draft.guest.name = name;
    }
    draft.guest.is_template |= row.get("template").is_some_and(json::is_yes);
    draft.guest.is_locked |= row.get("lock").and_then(json::text_of).is_some();
    let node = json::take_text(&mut row, "node").or_else(|| asked.node.clone());
    draft.guest.server = draft.guest.server.take().or(node);
    draft.guest.owner = json::take_text(&mut row, "pool").or_else(|| draft.guest.owner.take());
    draft.told_memory = json::take_number(&mut row, "maxmem").or(draft.told_memory);
    let vcpus = json::take_number(&mut row, "cpus").or_else(|| json::take_number(&mut row, "maxcpu"));
    draft.told_vcpus = vcpus.and_then(|vcpus| u32::try_from(vcpus).ok()).or(draft.told_vcpus);
    keep_facts(draft, row);
}

fn keep_facts(draft: &mut Draft, row: Object) {
    for (key, value) in row {
        if MEASURED.contains(&key.as_str()) {
            draft.left.spare(&key);
        } else if let Some(text) = json::text_of(&value) {
            draft.left.keep(&key, &text);
        } else if !matches!(value, Value::Null | Value::String(_)) {
            draft.left.keep(&key, &value.to_string());
        }
    }
}

fn volume(mut row: Object, estate: &mut Estate, left: &mut Leftovers) {
    let Some(name) = json::take_text(&mut row, "volid") else { return };
    match row.get("content").and_then(Value::as_str) {
        Some("images" | "rootdir") => {
            if let Some(bytes) = json::take_number(&mut row, "size") {
                let format = json::take_text(&mut row, "format").filter(|format| format != "subvol");
                estate.volumes.insert(name, (bytes, format));
            }
        }
        Some(kind) => {
            let kind = kind.to_owned();
            left.note(
                GapKind::PartUnread,
                &kind,
                "backups, images for installing and templates of a storage are not taken over",
            );
        }
        None => left.note(GapKind::PartUnread, "content", "a volume without a kind"),
    }
}

fn snapshot(mut row: Object, asked: &Asked, file: &Found, estate: &mut Estate, left: &mut Leftovers) {
    let Some(id) = &asked.id else {
        return left.note(GapKind::Dangling, "snapshot", "a list of snapshots whose path names no guest");
    };
    let draft = estate.guest(id, &file.place, asked.sort);
    match json::take_text(&mut row, "name") {
        // The place where the guest is now, not a snapshot.
        Some(name) if name == "current" => {
            let parent = json::take_text(&mut row, "parent");
            draft.left.keep("parent", parent.as_deref().unwrap_or_default());
            draft.left.spare("snapshot current");
        }
        Some(name) => {
            json::keep_rest(&mut draft.left, &format!("snapshot {name}"), row, &[]);
            if !draft.guest.snapshots.contains(&name) {
                draft.guest.snapshots.push(name);
            }
        }
        None => draft.left.lose("snapshot", "a snapshot without a name"),
    }
}

fn pending(row: &mut Object, asked: &Asked, file: &Found, estate: &mut Estate) {
    let Some(id) = &asked.id else { return };
    let key = json::take_text(row, "key").unwrap_or_default();
    let Some(value) = row.get("pending").or_else(|| row.get("delete")).and_then(json::text_of) else { return };
    let draft = estate.guest(id, &file.place, asked.sort);
    draft.left.lose(&key, "a change waits for the next start and is not taken over");
    draft.left.keep(&format!("pending {key}"), &value);
}

fn node(mut row: Object, file: &Found, estate: &mut Estate, left: &mut Leftovers) {
    let Some(name) = json::take_text(&mut row, "node") else { return };
    let is_active = row.get("status").and_then(Value::as_str) == Some("online");
    let mut server = Server {
        id: name.clone(),
        name: name.clone(),
        address: json::take_text(&mut row, "ip"),
        kind: Some("proxmox".to_owned()),
        is_active,
        ..Server::default()
    };
    for (key, value) in row {
        if matches!(key.as_str(), "mem" | "disk" | "cpu" | "uptime" | "level" | "id" | "type") {
            left.spare(&format!("node {key}"));
        } else if let Some(value) = json::text_of(&value) {
            server.extra.push(Extra { name: key, value });
        }
    }
    estate.servers.entry(name).or_insert((file.place.clone(), server));
}

/// Users of the realm `pam` are accounts of the host itself: the provider's people.
fn user(mut row: Object, file: &Found, estate: &mut Estate) {
    let Some(id) = json::take_text(&mut row, "userid") else { return };
    let words: Vec<String> =
        ["firstname", "lastname"].iter().filter_map(|key| json::take_text(&mut row, key)).collect();
    let name = Some(words.join(" ")).filter(|name| !name.is_empty());
    let email = json::take_text(&mut row, "email");
    let is_disabled = row.remove("enable").is_some_and(|value| !json::is_yes(&value));
    let expires = json::take_number(&mut row, "expire").filter(|seconds| *seconds > 0);
    let has_second_factor = json::take_text(&mut row, "keys").is_some() | row.contains_key("totp-locked");
    let mut extra: Vec<Extra> = Vec::new();
    if let Some(seconds) = expires {
        extra.push(Extra { name: "expire (seconds since 1970)".to_owned(), value: seconds.to_string() });
    }
    for (key, value) in row {
        if let Some(value) = json::text_of(&value) {
            extra.push(Extra { name: key, value });
        } else if let Value::Array(list) = value {
            let words: Vec<String> =
                list.iter().map(|one| json::text_of(one).unwrap_or_else(|| one.to_string())).collect();
            extra.push(Extra { name: key, value: words.join(" ") });
        }
    }
    let place = file.place.clone();
    if id.ends_with("@pam") {
        let name = name.unwrap_or_else(|| id.clone());
        let user_name = Some(id.clone());
        estate.staff.push((place, Staff { id, user_name, email, name, is_disabled, extra, ..Staff::default() }));
    } else {
        let user_name = Some(id.clone());
        let is_locked = is_disabled;
        estate.logins.push((
            place,
            Login { id, user_name, email, name, is_locked, has_second_factor, extra, ..Login::default() },
        ));
    }
}

/// The source has no way to hand out passwords.
pub(super) fn gap_of_passwords(place: &str, count: u64) -> Gap {
    let reason = "the source does not hand out passwords: these users need new ones";
    let mut gap = Gap::new(GapKind::FactLost, place, reason).field("password").times(count);
    gap.record = Some(Kind::Login);
    gap
}
