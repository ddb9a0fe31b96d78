use std::collections::BTreeMap;
use std::path::PathBuf;

use super::synthetic::{self, Planted};
use super::*;
use crate::formats::sql_dump::live;
use crate::snapshot::values::{Cycle, PasswordScheme};
use crate::snapshot::{
    Author, Counts, Entry, Gap, GapKind, Invoice, Kind, Login, Payment, PaymentKind, Product, Record, Subscription,
    SubscriptionStatus, Ticket,
};
use crate::{RefusalCode, snapshot::values::Secret};

struct Read {
    records: BTreeMap<(Kind, String), Record>,
    gaps: Vec<Gap>,
    facts: BTreeMap<String, String>,
    result: Result<(), Refusal>,
}

fn read_all(input: &Input) -> Read {
    let mut entries: Vec<Entry> = Vec::new();
    let result = read(input, &mut entries);
    let mut all = Read { records: BTreeMap::new(), gaps: Vec::new(), facts: BTreeMap::new(), result };
    for entry in entries {
        match entry {
            Entry::Record(record) => {
                let key = (record.kind(), record.id().to_owned());
                assert!(all.records.insert(key.clone(), record).is_none(), "{key:?} came twice");
            }
            Entry::Gap(gap) => all.gaps.push(gap),
            Entry::Fact(fact) => drop(all.facts.insert(fact.name, fact.value)),
        }
    }
    all
}

fn written(clients: u32, seed: u64) -> (tempfile::TempDir, PathBuf, Planted) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("whmcs.sql");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let planted = synthetic::write(&mut out, clients, seed).unwrap();
    drop(out);
    (folder, path, planted)
}

fn with_key(path: PathBuf) -> Input {
    Input { key: Some(Secret(synthetic::KEY.to_owned())), ..Input::of(vec![path]) }
}

fn subscription<'r>(read: &'r Read, id: &str) -> &'r Subscription {
    match &read.records[&(Kind::Subscription, id.to_owned())] {
        Record::Subscription(one) => one,
        other => panic!("{other:?}"),
    }
}

fn product<'r>(read: &'r Read, id: &str) -> &'r Product {
    match &read.records[&(Kind::Product, id.to_owned())] {
        Record::Product(one) => one,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_planted_oddity_is_told_and_every_row_is_a_record_or_a_gap() {
    let (_folder, path, planted) = written(10_000, 7);
    let read = read_all(&with_key(path));
    read.result.unwrap();
    let mut kinds: BTreeMap<Kind, u64> = BTreeMap::new();
    for (kind, _) in read.records.keys() {
        *kinds.entry(*kind).or_default() += 1;
    }
    assert_eq!(kinds, planted.records);
    for ((kind, table, reason), count) in &planted.gaps {
        let found: u64 = read
            .gaps
            .iter()
            .filter(|gap| gap.kind == *kind && gap.place.ends_with(table) && gap.reason.contains(reason))
            .map(|gap| gap.count)
            .sum();
        assert_eq!(found, *count, "{kind:?} {table} {reason}: {:#?}", read.gaps);
    }
    for (table, rows) in &planted.rows {
        let fact = &read.facts[&format!("rows.{table}")];
        assert!(fact.starts_with(&format!("{rows}:")), "{table}: {fact} is not {rows}");
    }
    for (id, name) in &planted.names {
        match &read.records[&(Kind::Party, id.clone())] {
            Record::Party(party) => assert_eq!(party.first_name.as_ref(), Some(name)),
            other => panic!("{other:?}"),
        }
    }
    // Nothing was told that was not planted, but for columns of joined tables that have no place.
    let other: Vec<&Gap> = read
        .gaps
        .iter()
        .filter(|gap| {
            !planted.gaps.keys().any(|(kind, table, reason)| {
                gap.kind == *kind && gap.place.ends_with(table) && gap.reason.contains(reason)
            })
        })
        .filter(|gap| gap.kind != GapKind::FactLost)
        .collect();
    assert!(other.is_empty(), "{other:#?}");
}

#[test]
fn due_dates_amounts_and_credit_are_those_of_the_dump_on_every_row() {
    let (_folder, path, planted) = written(10_000, 99);
    let read = read_all(&with_key(path));
    assert!(planted.due.len() > 15_000);
    for due in &planted.due {
        let (next_due, amount) = match &read.records[&(due.kind, due.id.clone())] {
            Record::Subscription(one) => (one.next_due, one.price),
            Record::Domain(one) => (one.next_due, one.price),
            other => panic!("{other:?}"),
        };
        assert_eq!(next_due.map(|day| day.to_string()), due.next_due, "{due:?}");
        assert_eq!(amount.map(|amount| amount.to_string()), Some(due.amount.clone()), "{due:?}");
    }
    let mut credit: BTreeMap<String, rust_decimal::Decimal> = BTreeMap::new();
    for record in read.records.values() {
        if let Record::Party(party) = record {
            let balance = party.balance.unwrap();
            *credit.entry(balance.currency.to_string()).or_default() += balance.value;
        }
    }
    for (currency, cents) in planted.credit_cents {
        assert_eq!(credit[&currency], rust_decimal::Decimal::new(cents, 2), "{currency}");
    }
}

#[test]
fn rows_live_one_at_a_time_however_many_there_are() {
    let mut counts = Vec::new();
    for clients in [50, 1_500] {
        let (_folder, path, _) = written(clients, 3);
        live::most();
        read(&with_key(path), &mut Counts::default()).unwrap();
        counts.push(live::most());
    }
    assert_eq!(counts, [1, 1]);
}

#[test]
fn facts_of_other_tables_come_to_the_record_that_they_belong_to() {
    let (_folder, path, _) = written(60, 5);
    let read = read_all(&with_key(path));
    let service = subscription(&read, "42");
    assert_eq!(service.password, Some(Secret(synthetic::PASSWORD.to_owned())));
    assert_eq!(service.addresses, ["192.0.2.7", "192.0.2.8"]);
    assert_eq!((service.options[0].name.as_str(), service.options[0].value.as_str()), ("Memory|RAM", "8 GB"));
    assert_eq!(service.domains, ["site42.example.org"]);
    assert!(service.extra.iter().any(|one| one.name == "custom.vpsid" && one.value == "5042"));
    assert!(subscription(&read, "11").cancel_at_period_end);
    assert_eq!(subscription(&read, "21").cancel_at.unwrap().to_string(), "2026-03-04");
    assert_eq!(subscription(&read, "addon-3").parent.as_deref(), Some("15"));
    assert_eq!(subscription(&read, "35").status, SubscriptionStatus::Pending);
    assert_eq!(subscription(&read, "40").cycle, None, "a cycle that is not known does not become a month");
    let login: &Login = match &read.records[&(Kind::Login, "42".to_owned())] {
        Record::Login(one) => one,
        other => panic!("{other:?}"),
    };
    assert_eq!(login.grants.len(), 2);
    assert_eq!(login.password.as_ref().unwrap().scheme, PasswordScheme::Md5Salted);
}

#[test]
fn prices_mean_cycles_for_products_and_years_for_domains() {
    let (_folder, path, _) = written(1, 5);
    let read = read_all(&with_key(path));
    let prices: Vec<String> = product(&read, "1").prices.iter().map(|p| format!("{} {}", p.cycle, p.amount)).collect();
    assert_eq!(prices, ["P1M EUR 0.00", "P1Y EUR 99.90"]);
    assert_eq!(product(&read, "1").prices[1].setup.unwrap().to_string(), "EUR 5.00");
    assert_eq!(product(&read, "3").prices, []);
    let years: Vec<String> = product(&read, "tld.com")
        .prices
        .iter()
        .map(|p| format!("{} {} {:?}", p.cycle, p.amount, p.renewal.map(|renewal| renewal.to_string())))
        .collect();
    assert_eq!(years[0], "P1Y EUR 12.00 Some(\"EUR 14.00\")");
    assert_eq!(product(&read, "tld.com").prices[2].cycle, Cycle::Months(120));
    assert_eq!(years.len(), 3);
}

#[test]
fn refunds_mass_payments_and_added_funds_are_told_apart() {
    let (_folder, path, _) = written(60, 5);
    let read = read_all(&with_key(path));
    let payment: &Payment = match &read.records[&(Kind::Payment, "67".to_owned())] {
        Record::Payment(one) => one,
        other => panic!("{other:?}"),
    };
    assert_eq!((payment.kind, payment.refund_of.as_deref()), (PaymentKind::Refund, Some("7")));
    let extra = |id: u64, name: &str| {
        let invoice: &Invoice = match &read.records[&(Kind::Invoice, id.to_string())] {
            Record::Invoice(one) => one,
            other => panic!("{other:?}"),
        };
        invoice.extra.iter().any(|one| one.name == name)
    };
    assert!(extra(17, "settles_other_invoices") && extra(19, "adds_credit") && !extra(18, "adds_credit"));
    let ticket: &Ticket = match &read.records[&(Kind::Ticket, "17".to_owned())] {
        Record::Ticket(one) => one,
        other => panic!("{other:?}"),
    };
    assert_eq!((ticket.merged_into.as_deref(), ticket.subscription.as_deref()), (Some("16"), Some("17")));
    match &read.records[&(Kind::TicketMessage, "reply-3".to_owned())] {
        Record::TicketMessage(message) => assert_eq!(message.author, Author::Staff),
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_the_key_secrets_stay_sealed_and_that_is_told_once() {
    let (_folder, path, _) = written(30, 5);
    for (key, reason) in [(None, "was not given"), (Some("wrong"), "does not open it")] {
        let input = Input { key: key.map(|key| Secret(key.to_owned())), ..Input::of(vec![path.clone()]) };
        let read = read_all(&input);
        let gap =
            read.gaps.iter().find(|gap| gap.place.ends_with("tblhosting") && gap.reason.contains(reason)).unwrap();
        assert_eq!(gap.count, 30);
        assert_ne!(subscription(&read, "3").password, Some(Secret(synthetic::PASSWORD.to_owned())));
    }
}

#[test]
fn a_dump_cut_in_the_middle_gives_what_came_before_and_is_refused() {
    let (_folder, path, _) = written(50, 5);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let read = read_all(&with_key(path));
    assert_eq!(read.result.unwrap_err().code, RefusalCode::Truncated);
    assert!(read.records.len() > 100);
}

#[test]
fn attachments_are_found_in_their_folder_and_nowhere_else() {
    let (folder, path, _) = written(40, 5);
    let files = folder.path().join("attachments");
    std::fs::create_dir(&files).unwrap();
    std::fs::write(files.join("12345_log file.txt"), b"twelve bytes").unwrap();
    let dump = std::fs::read_to_string(&path).err().map(|_| std::fs::read(&path).unwrap()).unwrap();
    let text: Vec<u8> = dump;
    let hostile = b"12345_log file.txt";
    let place = text.windows(hostile.len()).rposition(|part| part == hostile).unwrap();
    let mut changed = text.clone();
    changed.splice(place..place + hostile.len(), b"../whmcs.sql".iter().copied());
    std::fs::write(&path, changed).unwrap();
    let read = read_all(&Input { attachments: Some(files), ..with_key(path) });
    let attachment = |id: &str| match &read.records[&(Kind::TicketMessage, id.to_owned())] {
        Record::TicketMessage(message) => message.attachments[0].clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((attachment("ticket-20").name.as_str(), attachment("ticket-20").size), ("log file.txt", Some(12)));
    assert_eq!(attachment("ticket-40").content, None, "a name that leads out of the folder leads nowhere");
}

#[test]
fn answers_with_errors_or_of_another_kind_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (text, code) in [
        (r#"{"result":"error","message":"Authentication Failed"}"#, RefusalCode::Invalid),
        (r#"{"result":"success","clients":{"client":[{"id""#, RefusalCode::Truncated),
        (r#"[1,2]"#, RefusalCode::NotThisFormat),
        (r#"{"result":"success","clients":}"#, RefusalCode::Syntax),
    ] {
        let path = folder.path().join("answer.json");
        std::fs::write(&path, text).unwrap();
        assert_eq!(read(&Input::of(vec![path]), &mut Counts::default()).unwrap_err().code, code, "{text}");
    }
    let path = folder.path().join("answer.json");
    std::fs::write(&path, r#"{"result":"success","clients":"","contacts":{"contact":""},"tickets":[]}"#).unwrap();
    let read = read_all(&Input::of(vec![path]));
    let [gap] = &read.gaps[..] else { panic!("{:?}", read.gaps) };
    assert!(read.result.is_ok() && read.records.is_empty() && gap.reason.contains("no row"), "{gap:?}");
}

#[test]
fn tables_may_have_another_prefix_or_none() {
    let (_folder, path, planted) = written(20, 5);
    let text = std::fs::read(&path).unwrap();
    let latin: String = text.iter().map(|byte| char::from(*byte)).collect();
    for prefix in ["", "shop_tbl"] {
        let changed: Vec<u8> =
            latin.replace("`tbl", &format!("`{prefix}")).chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        std::fs::write(&path, changed).unwrap();
        let read = read_all(&with_key(path.clone()));
        read.result.unwrap();
        assert_eq!(read.records.len(), usize::try_from(planted.records.values().sum::<u64>()).unwrap(), "{prefix}");
    }
}

#[test]
fn keys_inside_the_members_of_an_answer_are_taken_or_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answer.json");
    let answer = r#"{"result":"success","products":{"product":[{"pid":1,"name":"Web","pricing":{"EUR":{"monthly":"1.00","odd1":"x"}},
        "customfields":{"customfield":[{"id":1,"name":"Colour","odd2":"x"}]},
        "configoptions":{"configoption":[{"id":4,"name":"Disk","odd3":"x","options":{"option":[{"id":5,"name":"Big","odd4":"x","none":null}]}}]}}]}}"#;
    std::fs::write(&path, answer).unwrap();
    let read = read_all(&Input::of(vec![path]));
    read.result.unwrap();
    for (list, odd) in
        [("pricing", "odd1"), ("customfields", "odd2"), ("configoptions", "odd3"), ("configoptions.options", "odd4")]
    {
        let place = format!("{list}.{odd}");
        assert!(read.gaps.iter().any(|gap| gap.place.ends_with(&place) && gap.count == 1), "{place}: {:?}", read.gaps);
    }
    assert!(!read.gaps.iter().any(|gap| gap.place.ends_with("none")));
}
