//! One answer, told by its keys.

use serde_json::Value;

use super::super::guests::emit::Emitter;
use super::super::guests::files::Found;
use super::super::guests::json::{self, Object};
use super::super::guests::leftovers::{Leftovers, short};
use super::super::guests::values::{CONTAINER, address, mac, size};
use super::{Draft, Estate, SPARED};
use crate::snapshot::values::{Extra, Password, PasswordScheme, Secret};
use crate::snapshot::{
    Disk, GuestState, Hypervisor, Login, LoginGrant, Nic, Party, PartyStatus, Product, ProductClass, Server,
};
use crate::{GapKind, Refusal, RefusalCode};

/// Keys of a server's figures that are gone the next moment.
const MEASURED: &[&str] = &[
    "freememory",
    "allocatedmemory",
    "allocatedbandwidth",
    "freedisk",
    "virtualservers",
    "freeips",
    "freehdd",
    "trafficgraph",
    "loadgraph",
    "memorygraph",
];

/// Reads an answer into the estate.
pub(super) fn read(text: &str, file: &Found, estate: &mut Estate, out: &mut Emitter<'_>) -> Result<(), Refusal> {
    let Value::Object(mut object) = json::parse(text, &file.place)? else {
        return Err(Refusal::new(RefusalCode::NotThisFormat, &file.place, "the answer is no object"));
    };
    let status = json::take_text(&mut object, "status").unwrap_or_default();
    let message = json::take_text(&mut object, "statusmsg");
    match status.as_str() {
        "success" => {}
        "" => return Err(Refusal::new(RefusalCode::NotThisFormat, &file.place, "the answer has no status")),
        other => {
            let message = message.unwrap_or_default();
            let reason = format!("the answer is '{}': {}", short(other), short(&message));
            return Err(Refusal::new(RefusalCode::Invalid, &file.place, reason));
        }
    }
    let mut left = Leftovers::default();
    told(object, file, estate, &mut left);
    for fact in left.take_extra() {
        out.fact(&fact.name, &fact.value)?;
    }
    for gap in left.into_gaps(&file.place, None, SPARED) {
        out.gap(gap)?;
    }
    Ok(())
}

fn told(mut object: Object, file: &Found, estate: &mut Estate, left: &mut Leftovers) {
    if object.is_empty() {
        return left.note(GapKind::PartUnread, "", "the answer only says that something was done");
    }
    // In the figures of a server this is a number.
    if object.get("virtualservers").is_some_and(|value| value.is_array() || value.as_str() == Some("")) {
        let rows = rows(&mut object, "virtualservers", left);
        for row in rows {
            guest(row, None, file, estate, left);
        }
    } else if object.contains_key("clients") {
        for row in rows(&mut object, "clients", left) {
            person(row, false, file, estate, left);
        }
    } else if object.contains_key("plans") {
        plans(&mut object, file, estate, left);
    } else if object.contains_key("nodes") {
        nodes(&mut object, file, estate, left);
    } else if object.contains_key("usernames") {
        for name in words(&mut object, "usernames", left) {
            let party = Party { id: name.clone(), name: name.clone(), is_reseller: true, ..Party::default() };
            estate.parties.entry(name).or_insert((file.place.clone(), party));
        }
    } else if object.contains_key("virt") || (object.contains_key("memorylimit") && object.contains_key("disklimit")) {
        server(&mut object, file, estate, left);
    } else if ["vserverid", "ctid-xid"].iter().any(|key| object.contains_key(*key))
        || (object.contains_key("state") && object.contains_key("mainipaddress"))
    {
        let number = number_in(file.stem());
        guest(std::mem::take(&mut object), number, file, estate, left);
    } else if object.contains_key("username") && object.contains_key("email") {
        let is_reseller = object.contains_key("maxvps") || object.contains_key("usernameprefix");
        person(std::mem::take(&mut object), is_reseller, file, estate, left);
    } else if object.contains_key("consolepassword") || object.contains_key("consoleip") {
        let count = u64::try_from(object.len()).unwrap_or(u64::MAX);
        object.clear();
        let reason = "a console's address and password are of one session";
        (0..count).for_each(|_| left.note(GapKind::PartUnread, "console", reason));
    } else {
        let mut is_known = false;
        for (key, what) in [
            ("ips", "free addresses are not taken over: what is in use is read from guests"),
            ("templates", "templates of operating systems are named only"),
            ("iso", "images for installing are named only"),
        ] {
            if object.contains_key(key) {
                left.note(GapKind::PartUnread, key, what);
                is_known = true;
            }
        }
        if !is_known {
            left.note(GapKind::PartUnread, "", "the answer has no key that is known");
        }
    }
    for (key, value) in object {
        if MEASURED.contains(&key.as_str()) {
            left.spare(&key);
        } else if let Some(text) = json::text_of(&value) {
            left.keep(&key, &text);
        } else if !matches!(value, Value::String(_) | Value::Null) {
            left.keep(&key, &value.to_string());
        }
    }
}

/// A list of objects; an empty one may be an empty text.
fn rows(object: &mut Object, key: &str, left: &mut Leftovers) -> Vec<Object> {
    let rows = match object.remove(key) {
        Some(Value::Array(rows)) => rows,
        Some(Value::Object(keyed)) => keyed.into_iter().map(|(_, value)| value).collect(),
        Some(Value::String(text)) if text.trim().is_empty() => Vec::new(),
        Some(other) => {
            left.change(key, "it is no list");
            left.keep(key, &other.to_string());
            Vec::new()
        }
        None => Vec::new(),
    };
    if rows.is_empty() {
        left.note(GapKind::PartUnread, key, "the list is empty");
    }
    let mut objects = Vec::new();
    for row in rows {
        match row {
            Value::Object(row) => objects.push(row),
            _ => left.note(GapKind::Skipped, key, "a row that is no object"),
        }
    }
    objects
}

/// Words separated by commas, or a list of them.
fn words(object: &mut Object, key: &str, left: &mut Leftovers) -> Vec<String> {
    let words: Vec<String> = match object.remove(key) {
        Some(Value::String(text)) => {
            text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        }
        Some(Value::Array(list)) => list.iter().filter_map(json::text_of).collect(),
        _ => Vec::new(),
    };
    if words.is_empty() {
        left.note(GapKind::PartUnread, key, "the list is empty");
    }
    words
}

/// The number of a guest at the end of a file's name, for answers that do not hold it.
fn number_in(stem: &str) -> Option<String> {
    let digits = stem.rsplit(|c: char| !c.is_ascii_digit()).next()?;
    Some(digits.to_owned()).filter(|digits| !digits.is_empty())
}

fn guest(mut row: Object, number: Option<String>, file: &Found, estate: &mut Estate, left: &mut Leftovers) {
    let main = json::take_text(&mut row, "mainipaddress").or_else(|| json::take_text(&mut row, "ipaddress"));
    let main = main.and_then(|text| addresses(&text, left).into_iter().next());
    let id = json::take_text(&mut row, "vserverid").or(number);
    // An answer without a number is about the guest that has its main address.
    let same = main.as_ref().and_then(|main| {
        let has = |draft: &Draft| draft.guest.nics.iter().any(|nic| nic.addresses.contains(main));
        estate.guests.iter().find(|(_, draft)| has(draft)).map(|(id, _)| id.clone())
    });
    let Some(id) = id.or(same).or_else(|| main.clone()) else {
        left.note(
            GapKind::Skipped,
            "vserverid",
            "an answer about a guest that names neither its number nor its address",
        );
        for (key, value) in row {
            left.keep(&key, &json::text_of(&value).unwrap_or_default());
        }
        return;
    };
    let draft = estate.guests.entry(id.clone()).or_default();
    if draft.place.is_empty() {
        file.place.clone_into(&mut draft.place);
        draft.guest.id = id;
    }
    let Draft { guest, left, .. } = draft;
    guest.hostname = json::take_text(&mut row, "hostname").or_else(|| guest.hostname.take());
    if let Some(name) = json::take_text(&mut row, "ctid-xid") {
        guest.name = name;
    } else if guest.name.is_empty() {
        guest.name = guest.hostname.clone().unwrap_or_else(|| guest.id.clone());
    }
    guest.party = json::take_text(&mut row, "clientid").or_else(|| guest.party.take());
    guest.os = json::take_text(&mut row, "template").or_else(|| guest.os.take());
    guest.server = json::take_text(&mut row, "node")
        .or_else(|| json::take_text(&mut row, "nodeid"))
        .or_else(|| guest.server.take());
    kind(&mut row, guest, left);
    state(&mut row, guest, left);
    if let Some(bytes) = figure(&mut row, "hdd", left) {
        let disk = Disk { target: Some("main".to_owned()), size_bytes: Some(bytes), ..Disk::default() };
        if guest.disks.is_empty() {
            guest.disks.push(disk);
        }
    }
    guest.memory_bytes = figure(&mut row, "memory", left).or(guest.memory_bytes);
    guest.swap_bytes =
        figure(&mut row, "swap-burst", left).or_else(|| figure(&mut row, "swap", left)).or(guest.swap_bytes);
    network(&mut row, main, guest, left);
    for (key, value) in row {
        if MEASURED.contains(&key.as_str()) {
            left.spare(&key);
        } else if let Some(text) = json::text_of(&value) {
            left.keep(&key, &text);
        } else if !matches!(value, Value::String(_) | Value::Null) {
            left.keep(&key, &value.to_string());
        }
    }
}

fn kind(row: &mut Object, guest: &mut crate::snapshot::Guest, left: &mut Leftovers) {
    let Some(kind) = json::take_text(row, "type") else { return };
    guest.hypervisor = match kind.to_ascii_lowercase().as_str() {
        "kvm" => Hypervisor::Kvm,
        "xen" | "xenpv" => Hypervisor::XenPv,
        "xenhvm" | "xen hvm" => Hypervisor::XenHvm,
        "openvz" => Hypervisor::Openvz,
        _ => {
            left.change("type", "the kind of guest is not known");
            left.keep("type", &kind);
            Hypervisor::Other
        }
    };
    if guest.hypervisor == Hypervisor::Openvz {
        guest.cannot_run = Some(CONTAINER.to_owned());
    }
}

fn state(row: &mut Object, guest: &mut crate::snapshot::Guest, left: &mut Leftovers) {
    let Some(state) = json::take_text(row, "state") else { return };
    guest.state = match state.as_str() {
        "online" => GuestState::Running,
        "offline" => GuestState::Stopped,
        "disabled" => {
            guest.is_locked = true;
            left.keep("state", "disabled");
            GuestState::Unknown
        }
        _ => {
            left.change("state", "the state is not known");
            left.keep("state", &state);
            GuestState::Unknown
        }
    };
}

/// Bytes; in a list `total,used,free,percent` the first.
fn figure(row: &mut Object, key: &str, left: &mut Leftovers) -> Option<u64> {
    let written = json::take_text(row, key)?;
    let total = written.split(',').next().unwrap_or_default();
    let bytes = size(total, 1);
    if bytes.is_none() {
        left.change(key, "it is no number of bytes and is left out");
    }
    if bytes.is_none() || written.contains(',') {
        left.keep(key, &written);
    }
    bytes
}

fn addresses(text: &str, left: &mut Leftovers) -> Vec<String> {
    let mut found = Vec::new();
    for word in text.split([',', ' ']).filter(|word| !word.trim().is_empty()) {
        match address(word) {
            Some(address) => found.push(address),
            None => {
                left.change("address", "it is no address and is left out");
                left.keep("address", word.trim());
            }
        }
    }
    found
}

fn network(row: &mut Object, main: Option<String>, guest: &mut crate::snapshot::Guest, left: &mut Leftovers) {
    let mut all: Vec<String> = main.into_iter().collect();
    for key in ["ipaddresses", "ipv6", "internalips"] {
        let Some(text) = json::take_text(row, key) else { continue };
        if key == "internalips" {
            left.keep(key, &text);
            continue;
        }
        all.extend(addresses(&text, left));
    }
    let hardware = json::take_text(row, "mac").map(|text| (mac(&text), text));
    if let Some((None, text)) = &hardware {
        left.change("mac", "it is no MAC address and is left out");
        left.keep("mac", text);
    }
    let hardware = hardware.and_then(|(known, _)| known);
    if all.is_empty() && hardware.is_none() {
        return;
    }
    if guest.nics.is_empty() {
        guest.nics.push(Nic::default());
    }
    if let Some(nic) = guest.nics.first_mut() {
        nic.mac = hardware.or_else(|| nic.mac.take());
        for address in all {
            if !nic.addresses.contains(&address) {
                nic.addresses.push(address);
            }
        }
    }
}

fn person(mut row: Object, is_reseller: bool, file: &Found, estate: &mut Estate, left: &mut Leftovers) {
    let user = json::take_text(&mut row, "username");
    let id = json::take_text(&mut row, "id").or_else(|| json::take_text(&mut row, "clientid")).or_else(|| user.clone());
    let Some(id) = id else {
        return left.note(GapKind::Skipped, "clients", "a client without a number or name");
    };
    let mut party = Party { id: id.clone(), is_reseller, ..Party::default() };
    party.company = json::take_text(&mut row, "company");
    party.first_name = json::take_text(&mut row, "firstname");
    party.last_name = json::take_text(&mut row, "lastname");
    party.email = json::take_text(&mut row, "email");
    let person: Vec<&str> = [&party.first_name, &party.last_name].into_iter().flatten().map(String::as_str).collect();
    let person = Some(person.join(" ")).filter(|name| !name.is_empty());
    party.name = [&party.company, &person, &user, &party.email]
        .into_iter()
        .flatten()
        .next()
        .cloned()
        .unwrap_or_else(|| id.clone());
    if party.company.is_some() {
        party.kind = crate::snapshot::PartyKind::Company;
    }
    if let Some(status) = json::take_text(&mut row, "status") {
        party.status = match status.to_ascii_lowercase().as_str() {
            "active" => PartyStatus::Active,
            "suspended" => PartyStatus::Suspended,
            "terminated" | "closed" => PartyStatus::Closed,
            _ => {
                left.change("clients/status", "the state of a client is not known; it is taken as active");
                party.extra.push(Extra { name: "status".to_owned(), value: status });
                PartyStatus::Active
            }
        };
    }
    let password = json::take_text(&mut row, "password");
    let password =
        password.map(|text| Password { scheme: PasswordScheme::Plain, value: Secret(text), is_locked: false });
    let login = Login {
        id: id.clone(),
        user_name: user,
        email: party.email.clone(),
        name: person,
        password,
        grants: vec![LoginGrant { party: id.clone(), is_owner: true, permissions: Vec::new() }],
        ..Login::default()
    };
    for (key, value) in row {
        if let Some(value) = json::text_of(&value) {
            party.extra.push(Extra { name: key, value });
        } else if !matches!(value, Value::Null | Value::String(_)) {
            party.extra.push(Extra { name: key, value: value.to_string() });
        }
    }
    if estate.parties.contains_key(&id) {
        return left.note(
            GapKind::Duplicate,
            "clients",
            "a client of this number was read before; the first was taken",
        );
    }
    estate.logins.insert(id.clone(), (file.place.clone(), login));
    estate.parties.insert(id, (file.place.clone(), party));
}

fn plans(object: &mut Object, file: &Found, estate: &mut Estate, left: &mut Leftovers) {
    let product = |id: String, name: String| Product { id, name, class: ProductClass::Server, ..Product::default() };
    if object.get("plans").is_some_and(|value| value.as_array().is_some_and(|list| list.iter().any(Value::is_object))) {
        for mut row in rows(object, "plans", left) {
            let name = json::take_text(&mut row, "name");
            let Some(id) = json::take_text(&mut row, "id").or_else(|| name.clone()) else {
                left.note(GapKind::Skipped, "plans", "a plan without a number or name");
                continue;
            };
            let mut product = product(id.clone(), name.unwrap_or(id));
            for (key, value) in row {
                if let Some(value) = json::text_of(&value) {
                    product.limits.push(Extra { name: key, value });
                }
            }
            estate.products.push((file.place.clone(), product));
        }
    } else {
        for name in words(object, "plans", left) {
            estate.products.push((file.place.clone(), product(name.clone(), name)));
        }
    }
}

fn nodes(object: &mut Object, file: &Found, estate: &mut Estate, left: &mut Leftovers) {
    if object.get("nodes").is_some_and(|value| value.as_array().is_some_and(|list| list.iter().any(Value::is_object))) {
        for mut row in rows(object, "nodes", left) {
            server(&mut row, file, estate, left);
            row.keys().for_each(|key| left.spare(key));
        }
        return;
    }
    for name in words(object, "nodes", left) {
        let server = Server { id: name.clone(), name: name.clone(), is_active: true, ..Server::default() };
        estate.servers.entry(name).or_insert((file.place.clone(), server));
    }
}

fn server(row: &mut Object, file: &Found, estate: &mut Estate, left: &mut Leftovers) {
    let name = json::take_text(row, "name").or_else(|| json::take_text(row, "nodename"));
    let number = json::take_text(row, "id").or_else(|| json::take_text(row, "nodeid"));
    let Some(id) = name.clone().or_else(|| number.clone()) else {
        return left.note(GapKind::Skipped, "nodes", "a server without a number or name");
    };
    let mut server = Server {
        id: id.clone(),
        name: id.clone(),
        hostname: json::take_text(row, "hostname"),
        address: json::take_text(row, "ip"),
        kind: json::take_text(row, "virt"),
        is_active: true,
        ..Server::default()
    };
    if let Some(number) = number.filter(|number| *number != id) {
        server.extra.push(Extra { name: "id".to_owned(), value: number });
    }
    let rest: Vec<String> = row.keys().filter(|key| !MEASURED.contains(&key.as_str())).cloned().collect();
    for key in rest {
        if let Some(value) = json::take_text(row, &key) {
            server.extra.push(Extra { name: key, value });
        }
    }
    // Figures say more than a name in a list.
    let is_new = estate.servers.get(&id).is_none_or(|(_, known)| known.kind.is_none());
    if is_new {
        estate.servers.insert(id, (file.place.clone(), server));
    } else {
        left.note(GapKind::Duplicate, "nodes", "a server of this name was read before; the first was taken");
    }
}
