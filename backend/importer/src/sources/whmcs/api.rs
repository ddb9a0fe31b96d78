//! Answers of the JSON API, made into rows of the tables that they were made from.
//!
//! What they do to a reader: numbers are strings in one call and numbers in the next; an empty
//! list is `""`; a list stands under a singular key (`clients.client[]`) or under none
//! (`users[]`); some answers are flat, with keys such as `packages[package][0][id]`.

use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::words;
use crate::formats::sql_dump::{Column, Event, Header, Row, Skipped, Value, Visit};
use crate::{Refusal, RefusalCode};

/// Keys that tell of the answer itself, not of the source.
const ABOUT: &[&str] = &[
    "result",
    "totalresults",
    "startnumber",
    "numreturned",
    "fetchStatus",
    "clientid",
    "serviceid",
    "pid",
    "domain",
    "limitstart",
    "limitnum",
];

/// Names of an answer, and the columns that they are in the table.
type Renames = &'static [(&'static str, &'static str)];

/// Lists whose members are rows of one table, the table, and columns that have another name there.
const LISTS: &[(&str, &str, Renames)] = &[
    ("clients", "tblclients", &[]),
    ("contacts", "tblcontacts", &[]),
    ("currencies", "tblcurrencies", &[]),
    ("groups", "tblclientgroups", &[]),
    ("invoices", "tblinvoices", &[]),
    ("orders", "tblorders", &[]),
    ("paymentmethods", "tblpaymentgateways", &[]),
    ("promotions", "tblpromotions", &[]),
    ("servers", "tblservers", &[("module", "type")]),
    ("tickets", "tbltickets", &[("ticketid", "id"), ("deptid", "did"), ("subject", "title"), ("priority", "urgency")]),
    ("transactions", "tblaccounts", &[]),
    ("packages", "tblcancelrequests", &[]),
    ("users", "tblusers", &[("firstname", "first_name"), ("lastname", "last_name"), ("datecreated", "created_at")]),
    ("admin_users", "tbladmins", &[]),
    ("departments", "tblticketdepartments", &[]),
    ("credits", "tblcredit", &[]),
    (
        "domains",
        "tbldomains",
        &[
            ("domainname", "domain"),
            ("regtype", "type"),
            ("regdate", "registrationdate"),
            ("regperiod", "registrationperiod"),
        ],
    ),
];

/// A service among the products of a client.
const SERVICE: &[(&str, &str)] = &[
    ("clientid", "userid"),
    ("pid", "packageid"),
    ("serverid", "server"),
    ("recurringamount", "amount"),
    ("status", "domainstatus"),
    ("suspensionreason", "suspendreason"),
    ("password", "clear_password"),
];

const PRODUCT: &[(&str, &str)] = &[("pid", "id"), ("module", "servertype")];

/// Makes rows of one answer.
pub(super) fn rows(answer: &Json, name: &str, visit: &mut Visit<'_>) -> Result<(), Refusal> {
    let refusal = |code, reason: String| Refusal::new(code, name, reason);
    let Json::Object(answer) = answer else {
        return Err(refusal(RefusalCode::NotThisFormat, "the answer is no object".to_owned()));
    };
    let answer = unflattened(answer);
    match answer.get("result").and_then(Json::as_str) {
        Some("success") => {}
        Some(word) => {
            let message = answer.get("message").and_then(Json::as_str).unwrap_or(word);
            let message: String = message.chars().take(80).collect();
            return Err(refusal(RefusalCode::Invalid, format!("the API answered with an error: {message}")));
        }
        None => return Err(refusal(RefusalCode::NotThisFormat, "the answer has no result".to_owned())),
    }
    let mut rows = Rows { visit };
    (rows.visit)(Event::Table("tblconfiguration".to_owned()))?;
    if answer.contains_key("invoiceid") && answer.contains_key("items") {
        return rows.one_invoice(&answer);
    }
    if answer.contains_key("ticketid") && answer.contains_key("replies") {
        return rows.one_ticket(&answer);
    }
    for (key, value) in &answer {
        match key.as_str() {
            "client" => rows.details(value)?,
            "products" => rows.products(value)?,
            "pricing" => rows.domain_prices(value, answer.get("currency"))?,
            "currency" if answer.contains_key("pricing") => {}
            key if LISTS.iter().any(|(list, _, _)| *list == key) => {
                for (_, table, renames) in LISTS.iter().filter(|(list, _, _)| *list == key) {
                    rows.list(table, renames, value)?;
                }
            }
            key if ABOUT.contains(&key) => {}
            key => {
                let reason = "a part of the answer that has no place in the snapshot";
                let what: String = key.chars().take(60).collect();
                (rows.visit)(Event::Skipped(Skipped { what, line: 1, reason, is_row: false }))?;
            }
        }
    }
    Ok(())
}

/// `a[b][0][c]` becomes members of members. Lists come out in their order.
fn unflattened(answer: &Map<String, Json>) -> Map<String, Json> {
    if !answer.keys().any(|key| key.contains('[')) {
        return answer.clone();
    }
    let mut whole = Map::new();
    for (key, value) in answer {
        let mut parts = key.split('[').map(|part| part.trim_end_matches(']'));
        let first = parts.next().unwrap_or_default().to_owned();
        let rest: Vec<&str> = parts.take(8).collect();
        put(whole.entry(first).or_insert(Json::Null), &rest, value);
    }
    whole
}

fn put(into: &mut Json, path: &[&str], value: &Json) {
    let Some((part, rest)) = path.split_first() else {
        *into = value.clone();
        return;
    };
    // Numbers stand in order in an answer; a gap between them is none worth keeping.
    if let Ok(place) = part.parse::<usize>() {
        if !into.is_array() {
            *into = Json::Array(Vec::new());
        }
        if let Json::Array(list) = into {
            if place >= list.len() {
                list.push(Json::Null);
            }
            let last = list.len().saturating_sub(1);
            if let Some(member) = list.get_mut(place.min(last)) {
                put(member, rest, value);
            }
        }
        return;
    }
    if !into.is_object() {
        *into = Json::Object(Map::new());
    }
    if let Json::Object(map) = into {
        put(map.entry((*part).to_owned()).or_insert(Json::Null), rest, value);
    }
}

/// The members of a list: under a singular key, under none, or one alone.
fn members(list: &Json) -> Vec<&Json> {
    match list {
        Json::Array(members) => members.iter().collect(),
        Json::Object(map) => {
            let lists: Vec<&Json> = map.values().filter_map(Json::as_array).flatten().collect();
            let objects = || map.values().filter(|value| value.is_object()).collect();
            if lists.is_empty() { objects() } else { lists }
        }
        _ => Vec::new(),
    }
}

/// Whether a list that gave no members holds something else.
fn is_empty(list: &Json) -> bool {
    match list {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(list) => list.is_empty(),
        Json::Object(map) => map.values().all(is_empty),
        _ => false,
    }
}

fn text(value: Option<&Json>) -> String {
    match value {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Number(number)) => number.to_string(),
        Some(Json::Bool(is)) => if *is { "1" } else { "0" }.to_owned(),
        _ => String::new(),
    }
}

fn scalar(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Number(number) => Value::Number(number.to_string()),
        value => Value::Text(text(Some(value)).into_bytes()),
    }
}

/// Members as columns; those of members as `outer.inner`.
fn flatten(prefix: &str, value: &Json, columns: &mut Vec<(String, Value)>) {
    let named = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
    match value {
        Json::Object(map) => map.iter().for_each(|(name, value)| flatten(&named(name), value, columns)),
        Json::Array(list) => {
            list.iter().enumerate().for_each(|(place, value)| flatten(&named(&place.to_string()), value, columns));
        }
        value => columns.push((prefix.to_owned(), scalar(value))),
    }
}

struct Rows<'a, 'v> {
    visit: &'a mut Visit<'v>,
}

impl Rows<'_, '_> {
    fn row(&mut self, table: &str, columns: Vec<(String, Value)>) -> Result<(), Refusal> {
        let (names, values): (Vec<Column>, Vec<Value>) =
            columns.into_iter().map(|(name, value)| (Column::named(&name), value)).unzip();
        let header = Rc::new(Header { table: table.to_owned(), columns: names, absent: Vec::new() });
        match Row::new(header, values, 1) {
            Some(row) => (self.visit)(Event::Row(row)),
            None => Ok(()),
        }
    }

    fn texts(&mut self, table: &str, columns: &[(&str, String)]) -> Result<(), Refusal> {
        let columns = columns.iter().map(|(name, text)| ((*name).to_owned(), Value::Text(text.clone().into_bytes())));
        self.row(table, columns.collect())
    }

    /// One member as a row, without the parts that become rows of their own.
    fn member(&mut self, table: &str, renames: &[(&str, &str)], member: &Json, apart: &[&str]) -> Result<(), Refusal> {
        let Json::Object(map) = member else {
            let (what, reason) = (table.to_owned(), "a member of a list that is no object");
            return (self.visit)(Event::Skipped(Skipped { what, line: 1, reason, is_row: true }));
        };
        let mut columns = Vec::new();
        for (name, value) in map.iter().filter(|(name, _)| !apart.contains(&name.as_str())) {
            let renamed = renames.iter().find(|(from, _)| from == name).map_or(name.as_str(), |(_, to)| *to);
            flatten(renamed, value, &mut columns);
        }
        self.row(table, columns)
    }

    /// Tells the keys of an object inside a member of which nothing becomes part of a row.
    fn tell_rest(&mut self, list: &str, inner: &Json, known: &[&str]) -> Result<(), Refusal> {
        let Json::Object(map) = inner else {
            let (what, reason) = (list.to_owned(), "a member of a list that is no object");
            return (self.visit)(Event::Skipped(Skipped { what, line: 1, reason, is_row: false }));
        };
        let is_left = |(name, value): &(&String, &Json)| !known.contains(&name.as_str()) && !is_empty(value);
        for (name, _) in map.iter().filter(is_left) {
            let (what, reason) = (format!("{list}.{name}"), "a part of the answer that has no place in the snapshot");
            (self.visit)(Event::Skipped(Skipped { what, line: 1, reason, is_row: false }))?;
        }
        Ok(())
    }

    fn list(&mut self, table: &str, renames: &[(&str, &str)], list: &Json) -> Result<(), Refusal> {
        if members(list).is_empty() && !is_empty(list) {
            let (what, reason) = (table.to_owned(), "a list in a shape that is not known");
            (self.visit)(Event::Skipped(Skipped { what, line: 1, reason, is_row: false }))?;
        }
        for member in members(list) {
            match table {
                "tblusers" => {
                    let id = text(member.get("id"));
                    for client in member.get("clients").map(members).unwrap_or_default() {
                        self.tell_rest("users.clients", client, &["id", "isOwner"])?;
                        self.grant(&id, &text(client.get("id")), client.get("isOwner"))?;
                    }
                    self.member(table, renames, member, &["clients"])?;
                }
                "tblcurrencies" => {
                    // An answer does not say which is the source's own; its rate is one.
                    let rate = text(member.get("rate"));
                    let is_own = rate.trim_end_matches('0').trim_end_matches('.') == "1";
                    let mut columns = Vec::new();
                    flatten("", member, &mut columns);
                    columns.push(("default".to_owned(), Value::Number(if is_own { "1" } else { "0" }.to_owned())));
                    self.row(table, columns)?;
                }
                _ => self.member(table, renames, member, &[])?,
            }
        }
        Ok(())
    }

    fn grant(&mut self, user: &str, client: &str, is_owner: Option<&Json>) -> Result<(), Refusal> {
        let columns = [("auth_user_id", user.to_owned()), ("client_id", client.to_owned()), ("owner", text(is_owner))];
        self.texts("tblusers_clients", &columns)
    }

    fn currency(&mut self, id: &str, code: &str) -> Result<(), Refusal> {
        self.texts("tblcurrencies", &[("id", id.to_owned()), ("code", code.to_owned())])
    }

    fn custom_values(&mut self, kind: &str, owner: &str, list: Option<&Json>) -> Result<(), Refusal> {
        for field in list.map(members).unwrap_or_default() {
            self.tell_rest("customfields", field, &["id", "name", "value"])?;
            let id = text(field.get("id"));
            let name = text(field.get("name"));
            let name = if name.is_empty() { format!("field {id}") } else { name };
            self.texts("tblcustomfields", &[("id", id.clone()), ("type", kind.to_owned()), ("fieldname", name)])?;
            let columns = [("fieldid", id), ("relid", owner.to_owned()), ("value", text(field.get("value")))];
            self.texts("tblcustomfieldsvalues", &columns)?;
        }
        Ok(())
    }

    /// A client with all that is known of it.
    fn details(&mut self, client: &Json) -> Result<(), Refusal> {
        let id = text(client.get("id").or_else(|| client.get("userid")));
        let (currency, code) = (text(client.get("currency")), text(client.get("currency_code")));
        if !currency.is_empty() && !code.is_empty() {
            self.currency(&currency, &code)?;
        }
        self.custom_values("client", &id, client.get("customfields"))?;
        for user in client.get("users").map(members).unwrap_or_default() {
            self.tell_rest("client.users", user, &["id", "name", "email", "is_owner"])?;
            let user_id = text(user.get("id"));
            self.grant(&user_id, &id, user.get("is_owner"))?;
            let columns = [("id", user_id), ("first_name", text(user.get("name"))), ("email", text(user.get("email")))];
            self.texts("tblusers", &columns)?;
        }
        self.member("tblclients", &[("userid", "api.userid")], client, &["customfields", "users"])
    }

    /// Products on sale, or those of a client: the second name the client.
    fn products(&mut self, list: &Json) -> Result<(), Refusal> {
        for product in members(list) {
            if product.get("clientid").is_some() {
                self.service(product)?;
                continue;
            }
            let id = text(product.get("pid"));
            self.prices("product", &id, product.get("pricing"))?;
            for field in product.get("customfields").map(members).unwrap_or_default() {
                self.tell_rest("customfields", field, &["id", "name", "description"])?;
                let columns = [
                    ("id", text(field.get("id"))),
                    ("type", "product".to_owned()),
                    ("fieldname", text(field.get("name"))),
                    ("description", text(field.get("description"))),
                ];
                self.texts("tblcustomfields", &columns)?;
            }
            for option in product.get("configoptions").map(members).unwrap_or_default() {
                self.tell_rest("configoptions", option, &["id", "name", "options"])?;
                let option_id = text(option.get("id"));
                self.texts(
                    "tblproductconfigoptions",
                    &[("id", option_id.clone()), ("optionname", text(option.get("name")))],
                )?;
                for choice in option.get("options").map(members).unwrap_or_default() {
                    self.tell_rest("configoptions.options", choice, &["id", "name", "pricing"])?;
                    let choice_id = text(choice.get("id"));
                    self.prices("configoptions", &choice_id, choice.get("pricing"))?;
                    let columns =
                        [("id", choice_id), ("configid", option_id.clone()), ("optionname", text(choice.get("name")))];
                    self.texts("tblproductconfigoptionssub", &columns)?;
                }
            }
            self.member("tblproducts", PRODUCT, product, &["pricing", "customfields", "configoptions"])?;
        }
        Ok(())
    }

    /// Prices by currency code.
    fn prices(&mut self, kind: &str, owner: &str, pricing: Option<&Json>) -> Result<(), Refusal> {
        let Some(Json::Object(currencies)) = pricing else { return Ok(()) };
        let known: Vec<&str> = words::CYCLES.iter().flat_map(|(each, setup, _)| [*each, *setup]).collect();
        for (code, numbers) in currencies {
            self.tell_rest("pricing", numbers, &known)?;
            self.currency(code, code)?;
            let mut columns = vec![("type", kind.to_owned()), ("currency", code.clone()), ("relid", owner.to_owned())];
            for (each, setup, _) in words::CYCLES {
                columns.extend([(each, text(numbers.get(each))), (setup, text(numbers.get(setup)))]);
            }
            self.texts("tblpricing", &columns)?;
        }
        Ok(())
    }

    fn service(&mut self, service: &Json) -> Result<(), Refusal> {
        let id = text(service.get("id"));
        self.custom_values("product", &id, service.get("customfields"))?;
        for option in service.get("configoptions").map(members).unwrap_or_default() {
            self.tell_rest("configoptions", option, &["id", "option", "value"])?;
            let option_id = text(option.get("id"));
            self.texts(
                "tblproductconfigoptions",
                &[("id", option_id.clone()), ("optionname", text(option.get("option")))],
            )?;
            let columns = [("relid", id.clone()), ("configid", option_id), ("value", text(option.get("value")))];
            self.texts("tblhostingconfigoptions", &columns)?;
        }
        self.member("tblhosting", SERVICE, service, &["customfields", "configoptions"])
    }

    /// Top level domains; prices by number of years.
    fn domain_prices(&mut self, pricing: &Json, currency: Option<&Json>) -> Result<(), Refusal> {
        let Json::Object(names) = pricing else { return Ok(()) };
        let code = text(currency.and_then(|currency| currency.get("code")));
        self.currency(&code, &code)?;
        for (name, facts) in names {
            for (kind, table_kind) in
                [("register", "domainregister"), ("transfer", "domaintransfer"), ("renew", "domainrenew")]
            {
                let Some(Json::Object(years)) = facts.get(kind) else { continue };
                let mut columns =
                    vec![("type", table_kind.to_owned()), ("currency", code.clone()), ("relid", name.clone())];
                for (year, column) in (1u32..).zip(words::YEARS) {
                    columns.push((
                        column,
                        years.get(&year.to_string()).map_or_else(|| "-1.00".to_owned(), |price| text(Some(price))),
                    ));
                }
                self.texts("tblpricing", &columns)?;
            }
            let mut columns = vec![
                ("id".to_owned(), Value::Text(name.clone().into_bytes())),
                ("extension".to_owned(), Value::Text(name.clone().into_bytes())),
            ];
            if let Json::Object(map) = facts {
                for (key, value) in
                    map.iter().filter(|(key, _)| !["register", "transfer", "renew", "tld"].contains(&key.as_str()))
                {
                    flatten(key, value, &mut columns);
                }
            }
            self.row("tbldomainpricing", columns)?;
        }
        Ok(())
    }

    fn one_invoice(&mut self, answer: &Map<String, Json>) -> Result<(), Refusal> {
        let id = text(answer.get("invoiceid"));
        let client = text(answer.get("userid"));
        for (key, table) in [("items", "tblinvoiceitems"), ("transactions", "tblaccounts")] {
            for member in answer.get(key).map(members).unwrap_or_default() {
                let mut columns = vec![("invoiceid".to_owned(), Value::Text(id.clone().into_bytes()))];
                if member.get("userid").is_none() {
                    columns.push(("userid".to_owned(), Value::Text(client.clone().into_bytes())));
                }
                let mut own = Vec::new();
                flatten("", member, &mut own);
                columns.extend(own.into_iter().filter(|(name, _)| name != "invoiceid"));
                self.row(table, columns)?;
            }
        }
        let apart = ["items", "transactions", "result"];
        self.member("tblinvoices", &[("invoiceid", "id")], &Json::Object(answer.clone()), &apart)
    }

    /// The first of the replies, of number 0, is the ticket's own message.
    fn one_ticket(&mut self, answer: &Map<String, Json>) -> Result<(), Refusal> {
        let id = text(answer.get("ticketid"));
        let mut first = None;
        for reply in answer.get("replies").map(members).unwrap_or_default() {
            if first.is_none() && text(reply.get("replyid")) == "0" {
                // The other facts of it are the ticket's own.
                let own = ["replyid", "message", "userid", "contactid", "name", "email", "date", "admin"];
                self.tell_rest("replies", reply, &own)?;
                first = reply.get("message").cloned();
                continue;
            }
            let mut columns = vec![("tid".to_owned(), Value::Text(id.clone().into_bytes()))];
            let mut own = Vec::new();
            flatten("", reply, &mut own);
            columns.extend(
                own.into_iter().map(|(name, value)| (if name == "replyid" { "id".to_owned() } else { name }, value)),
            );
            self.row("tblticketreplies", columns)?;
        }
        for note in answer.get("notes").map(members).unwrap_or_default() {
            let mut columns = vec![("ticketid".to_owned(), Value::Text(id.clone().into_bytes()))];
            let mut own = Vec::new();
            flatten("", note, &mut own);
            columns.extend(
                own.into_iter().map(|(name, value)| (if name == "noteid" { "id".to_owned() } else { name }, value)),
            );
            self.row("tblticketnotes", columns)?;
        }
        let mut ticket = answer.clone();
        ticket.extend(first.map(|message| ("message".to_owned(), message)));
        let renames = [("ticketid", "id"), ("deptid", "did"), ("subject", "title"), ("priority", "urgency")];
        self.member("tbltickets", &renames, &Json::Object(ticket), &["replies", "notes", "result"])
    }
}
