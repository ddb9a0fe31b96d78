//! Documents, money, tokens and balances that move in.

use diesel::prelude::*;
use hostwright_importer::snapshot::values::Secret;
use hostwright_importer::snapshot::{
    CreditEntry, Invoice, InvoiceLine, InvoiceStatus, Payment, PaymentKind, PaymentToken, TaxShare,
};
use hostwright_kernel::Money;
use hostwright_panel::auth::adoption::{KeptBecause, Removal};
use hostwright_panel::billing::history::model::PastMoney;
use hostwright_panel::billing::history::{
    self, AdoptInvoice, AdoptPayment, AdoptToken, AdoptedInvoice, Opening, adopt_balance_in, adopt_invoice_in,
    adopt_payment_in, adopt_token_in, remove_balance_in, remove_invoice_in, remove_payment_in, remove_token_in,
};
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::schema::{invoices, payment_tokens};
use hostwright_tests::{World, on_both_engines};
use serde_json::{Value, json};

use super::adoption_ground::{contents, customer, day, eur, land, nothing_left, stands_anywhere, undone};

/// An invoice of 100.00 and 19.00 tax from 1 December, due on the 15th.
fn told(id: &str, status: InvoiceStatus) -> Invoice {
    Invoice {
        id: id.to_owned(),
        number: Some(format!("INV-{id}")),
        status,
        issued: Some(day("2026-12-01")),
        due: Some(day("2026-12-15")),
        net: Some(eur("100.00")),
        taxes: vec![TaxShare { name: Some("MwSt".to_owned()), percent: "19".to_owned(), amount: eur("19.00") }],
        total: Some(eur("119.00")),
        ..Invoice::default()
    }
}

fn line(text: &str, amount: &str) -> InvoiceLine {
    InvoiceLine {
        id: text.to_owned(),
        text: text.to_owned(),
        amount: Some(eur(amount)),
        is_taxed: true,
        ..InvoiceLine::default()
    }
}

fn paid(id: &str, amount: &str) -> Payment {
    Payment { id: id.to_owned(), amount: Some(eur(amount)), method: Some("paypal".to_owned()), ..Payment::default() }
}

fn adopt(
    world: &World,
    customer_id: &str,
    invoice: &Invoice,
    lines: &[InvoiceLine],
    payments: &[Payment],
) -> Result<AdoptedInvoice> {
    land(world, |tx, landing| {
        let adopted = AdoptInvoice { customer_id, invoice, lines, payments, corrects: None };
        adopt_invoice_in(tx, landing, &adopted, day("2027-01-31"))
    })
}

async fn shown(world: &World, adopted: &AdoptedInvoice) -> Value {
    world.done(&world.owner(), "invoices.show", json!({ "invoice_id": adopted.id })).await
}

/// The balances of the books, by account.
async fn balances(world: &World) -> Vec<(String, i64)> {
    let books = world.done(&world.owner(), "ledger.trial_balance", json!({})).await;
    let accounts = books["accounts"].as_array().unwrap().iter();
    accounts
        .map(|account| (account["code"].as_str().unwrap().to_owned(), account["balance"]["minor"].as_i64().unwrap()))
        .filter(|(_, minor)| *minor != 0)
        .collect()
}

fn minor(value: &Value, field: &str) -> i64 {
    value[field]["minor"].as_i64().unwrap()
}

fn differences(value: &Value) -> Vec<String> {
    value["history"]["differences"].as_array().unwrap().iter().map(|told| told.as_str().unwrap().to_owned()).collect()
}

on_both_engines! {
    async fn documents_of_the_past_stand_as_they_were_and_the_books_agree(world) {
        world.set_up().await;
        world.settle().await;
        world.mailbox.forget();
        let id = customer(world, "17");
        let before = contents(world);
        assert_eq!(world.breaks().await, Vec::<String>::new());
        let lines = [line("Hosting", "60.00"), line("Domain", "40.00")];

        let settled = adopt(world, id.as_str(), &told("1", InvoiceStatus::Paid), &lines, &[paid("p1", "119.00")]).unwrap();
        let view = shown(world, &settled).await;
        assert_eq!((view["number"].as_str(), view["state"].as_str()), (Some("INV-1"), Some("paid")));
        assert_eq!((minor(&view, "net"), minor(&view, "tax"), minor(&view, "total"), minor(&view, "open")), (10_000, 1_900, 11_900, 0));
        assert_eq!((view["issue_day"].as_str(), view["due_day"].as_str()), (Some("2026-12-01"), Some("2026-12-15")));
        assert_eq!(view["lines"][1]["description"], "Domain");
        assert_eq!((view["groups"][0]["rate"].as_str(), minor(&view["groups"][0], "tax")), (Some("0.19"), 1_900));
        assert_eq!(view["notes"][0], "Issued by the previous system (WHMCS). This is a copy of its figures.");
        assert_eq!(view["settlements"][0]["source"], "history");
        assert_eq!(view["settlements"][0]["source_id"], settled.payments[0].as_str());
        assert_eq!(differences(&view), Vec::<String>::new());

        let open = adopt(world, id.as_str(), &told("2", InvoiceStatus::Unpaid), &lines, &[]).unwrap();
        assert_eq!(open.open, Money::new(11_900, hostwright_kernel::Currency::EUR));
        let refunded = Payment { kind: PaymentKind::Refund, ..paid("r3", "9.00") };
        let partly = adopt(world, id.as_str(), &told("3", InvoiceStatus::Unpaid), &lines, &[paid("p3", "50.00"), refunded]).unwrap();
        assert_eq!(partly.open.minor, 7_800);
        let void = adopt(world, id.as_str(), &told("4", InvoiceStatus::Cancelled), &lines, &[]).unwrap();
        let view = shown(world, &void).await;
        assert_eq!((view["state"].as_str(), minor(&view, "open"), differences(&view).len()), (Some("credited"), 0, 0));
        let note = Invoice { is_credit_note: true, ..told("5", InvoiceStatus::Paid) };
        let note = adopt(world, id.as_str(), &note, &lines, &[]).unwrap();
        let view = shown(world, &note).await;
        assert_eq!((view["kind"].as_str(), minor(&view, "total"), minor(&view, "open")), (Some("credit_note"), 11_900, 0));

        assert_eq!(world.breaks().await, Vec::<String>::new());
        assert_eq!(balances(world).await, [("opening".to_owned(), 19_700), ("receivable".to_owned(), 19_700)]);
        let balance = world.done(&world.owner(), "ledger.balance", json!({ "customer_id": id })).await;
        assert_eq!((minor(&balance, "open"), balance["oldest_due"].as_str()), (19_700, Some("2026-12-15")));
        nothing_left(&before, &contents(world));
        world.settle().await;
        world.days_pass(40).await;
        assert_eq!(world.mailbox.mails().len(), 0, "nobody is reminded of a debt from there");
        let file = world.done(&world.owner(), "invoices.pdf", json!({ "invoice_id": open.id })).await;
        assert_eq!(file["name"], "INV-2.pdf");
    }

    async fn what_is_open_is_paid_here_and_is_not_credited(world) {
        world.set_up().await;
        let id = customer(world, "17");
        let lines = [line("Hosting", "100.00")];
        let open = adopt(world, id.as_str(), &told("2", InvoiceStatus::Unpaid), &lines, &[]).unwrap();
        let credit = json!({ "invoice_id": open.id, "reason": "wrong" });
        assert_eq!(world.refused(&world.owner(), "invoices.credit", credit).await, "invoices.is_history");
        // A payment without a named invoice goes to what is due longest.
        let payment = json!({ "customer_id": id, "amount": "19.00", "reference": "A" });
        let recorded = world.done(&world.owner(), "payments.record", payment).await;
        assert_eq!(recorded["settlements"][0]["invoice_id"], open.id.as_str());
        world.pay(open.id.as_str(), "B").await;
        assert_eq!(shown(world, &open).await["state"], "paid");
        assert_eq!(world.breaks().await, Vec::<String>::new());
        let kept = land(world, |tx, landing| remove_invoice_in(tx, landing, &open.id, day("2027-02-01"))).unwrap();
        assert_eq!(kept, Removal::Kept(vec![KeptBecause::Settled]));
    }

    async fn our_numbers_go_on_whatever_theirs_were(world) {
        world.set_up().await;
        let id = customer(world, "17");
        let lines = [line("Hosting", "100.00")];
        let ours = |world: &'_ World| {
            let draft = json!({ "customer_id": id, "lines": [{ "description": "Work", "unit": "10.00" }] });
            let owner = world.owner();
            let world = world.beside();
            async move {
                let drafted = world.done(&owner, "invoices.draft", draft).await;
                let issued = world.done(&owner, "invoices.issue", json!({ "invoice_id": drafted["id"] })).await;
                issued["number"].as_str().unwrap().to_owned()
            }
        };
        let first = ours(world).await;
        let mut same = told("1", InvoiceStatus::Paid);
        same.issued = Some(day("2027-01-15"));
        same.number = Some(first.clone());
        let adopted = adopt(world, id.as_str(), &same, &lines, &[]).unwrap();
        adopt(world, id.as_str(), &same, &lines, &[]).unwrap();
        assert_eq!(shown(world, &adopted).await["number"].as_str(), Some(first.as_str()), "never renumbered");
        let second = ours(world).await;
        assert_ne!(first, second);
        assert_eq!(world.breaks().await, Vec::<String>::new());
        let dashboard = world.done(&world.owner(), "reports.dashboard", json!({})).await;
        let this_month = dashboard["revenue"].as_array().unwrap().last().unwrap();
        assert_eq!(minor(this_month, "amount"), 2_000, "only our two invoices are our turnover");
    }

    async fn a_cent_that_does_not_fit_is_kept_and_named(world) {
        world.set_up().await;
        let id = customer(world, "17");
        let mut odd = told("1", InvoiceStatus::Paid);
        odd.total = Some(eur("118.99"));
        let lines = [line("Hosting", "33.335"), line("Domain", "66.66")];
        let adopted = adopt(world, id.as_str(), &odd, &lines, &[paid("p", "118.99")]).unwrap();
        let view = shown(world, &adopted).await;
        assert_eq!((minor(&view, "net"), minor(&view, "tax"), minor(&view, "total")), (10_000, 1_900, 11_899));
        assert_eq!((minor(&view["lines"][0], "net"), minor(&view["lines"][1], "net")), (3_334, 6_666));
        assert_eq!(differences(&view), ["line 1 there: EUR 33.335", "net and tax are not its total"]);
        let codes: Vec<&str> = adopted.remarks.iter().map(|remark| remark.detail.as_str()).collect();
        assert_eq!(codes, ["line 1 there: EUR 33.335", "net and tax are not its total"]);

        // Credit used there, printed before and after: one document of the same sum.
        for (total, number) in [("119.00", "a"), ("89.00", "b")] {
            let mut used = told(number, InvoiceStatus::Paid);
            used.credit = Some(eur("30.00"));
            used.total = Some(eur(total));
            let adopted = adopt(world, id.as_str(), &used, &[line("Hosting", "100.00")], &[paid("p", "89.00")]).unwrap();
            let view = shown(world, &adopted).await;
            assert_eq!((minor(&view, "total"), differences(&view).len()), (11_900, 0), "{total}");
            assert_eq!(view["settlements"].as_array().unwrap().len(), 2);
        }

        let mut below = told("n", InvoiceStatus::Unpaid);
        below.net = Some(eur("-10.00"));
        below.taxes.clear();
        below.total = Some(eur("-10.00"));
        let adopted = adopt(world, id.as_str(), &below, &[line("Discount", "-10.00")], &[]).unwrap();
        let view = shown(world, &adopted).await;
        assert_eq!((view["kind"].as_str(), minor(&view, "total")), (Some("credit_note"), 1_000));
        assert_eq!(differences(&view), ["an invoice below zero there, so a credit note here"]);

        let unexplained = adopt(world, id.as_str(), &told("u", InvoiceStatus::Paid), &[line("x", "100.00")], &[]).unwrap();
        assert_eq!(differences(&shown(world, &unexplained).await), ["settled there without a payment of EUR 119.00"]);
        assert_eq!(world.breaks().await, Vec::<String>::new());

        let draft = adopt(world, id.as_str(), &told("d", InvoiceStatus::Draft), &[], &[]).unwrap_err();
        assert_eq!(draft.code(), "invoices.history_draft");
        let mut mixed = told("m", InvoiceStatus::Paid);
        mixed.net = Some("USD 100.00".parse().unwrap());
        assert_eq!(adopt(world, id.as_str(), &mixed, &[], &[]).unwrap_err().code(), "payments.wrong_currency");
    }

    async fn a_document_of_the_past_that_somebody_altered_is_found(world) {
        world.set_up().await;
        let id = customer(world, "17");
        let open = adopt(world, id.as_str(), &told("1", InvoiceStatus::Unpaid), &[line("x", "100.00")], &[]).unwrap();
        world.db.write_now(|tx| {
            diesel::update(invoices::table.find(&open.id)).set(invoices::open_minor.eq(100_i64)).execute(tx.conn)?;
            Ok(())
        }).unwrap();
        let breaks = world.breaks().await;
        assert!(breaks.iter().any(|told| told.contains("INV-1: what is open is not")), "{breaks:?}");
        assert!(breaks.iter().any(|told| told.contains("receivable of")), "{breaks:?}");
    }

    async fn balances_open_the_books_both_ways(world) {
        world.set_up().await;
        world.settle().await;
        let [rich, poor] = ["rich", "poor"].map(|name| customer(world, name));
        let before = contents(world);
        let open = |id: &str, amount: &str| {
            land(world, |tx, landing| adopt_balance_in(tx, landing, id, eur(amount).money()?, "Balance of account", day("2027-01-31"))).unwrap()
        };
        let Opening::Credit(credit) = open(rich.as_str(), "25.50") else { panic!() };
        let Opening::Owed(owed) = open(poor.as_str(), "-7.00") else { panic!() };
        assert_eq!(open(poor.as_str(), "0.00"), Opening::Nothing);
        assert_eq!(world.breaks().await, Vec::<String>::new());
        assert_eq!(balances(world).await, [
            ("credit".to_owned(), 2_550), ("opening".to_owned(), 700 - 2_550), ("receivable".to_owned(), 700),
        ]);
        nothing_left(&before, &contents(world));
        // The credit pays an invoice of ours like any other credit.
        let transfers = world.done(&world.owner(), "ledger.list", json!({ "search": credit })).await;
        assert_eq!((transfers["items"][0]["kind"].as_str(), transfers["items"][0]["reason"].as_str()), (Some("opening_balance"), Some("Balance of account")));
        assert_eq!(land(world, |tx, landing| remove_balance_in(tx, landing, &credit, day("2027-02-01"))).unwrap(), Removal::Removed);
        assert_eq!(land(world, |tx, landing| remove_balance_in(tx, landing, &credit, day("2027-02-01"))).unwrap(), Removal::Gone);
        assert_eq!(land(world, |tx, landing| remove_invoice_in(tx, landing, &owed, day("2027-02-01"))).unwrap(), Removal::Removed);
        assert_eq!(balances(world).await, []);
        assert_eq!(world.breaks().await, Vec::<String>::new());
        undone(&before, &contents(world));
    }

    async fn credit_that_was_spent_stays(world) {
        world.set_up().await;
        let id = customer(world, "17");
        let opening = land(world, |tx, landing| adopt_balance_in(tx, landing, id.as_str(), eur("20.00").money()?, "b", day("2027-01-31"))).unwrap();
        let Opening::Credit(credit) = opening else { panic!() };
        let open = adopt(world, id.as_str(), &told("1", InvoiceStatus::Unpaid), &[line("x", "100.00")], &[]).unwrap();
        world.done(&world.owner(), "credits.apply", json!({ "invoice_id": open.id })).await;
        let kept = land(world, |tx, landing| remove_balance_in(tx, landing, &credit, day("2027-02-01"))).unwrap();
        assert_eq!(kept, Removal::Kept(vec![KeptBecause::Spent]));
        let kept = land(world, |tx, landing| remove_invoice_in(tx, landing, &open.id, day("2027-02-01"))).unwrap();
        assert_eq!(kept, Removal::Kept(vec![KeptBecause::Settled]));
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn money_and_tokens_are_kept_and_charge_nothing(world) {
        world.set_up().await;
        world.settle().await;
        let id = customer(world, "17");
        let before = contents(world);
        let day = day("2027-01-31");
        let take = |invoice, money: PastMoney<'_>| {
            land(world, |tx, landing| {
                adopt_payment_in(tx, landing, &AdoptPayment { customer_id: id.as_str(), invoice: Clone::clone(&invoice), money }, day)
            }).unwrap()
        };
        let failed = Payment { is_failed: true, fee: Some(eur("0.355")), ..paid("f", "10.00") };
        let lone = take(None, PastMoney::Payment(&failed));
        let entry = CreditEntry { id: "c".to_owned(), amount: Some(eur("-5.00")), ..CreditEntry::default() };
        let used = take(None, PastMoney::Credit(&entry));
        let open = adopt(world, id.as_str(), &told("1", InvoiceStatus::Unpaid), &[line("x", "100.00")], &[]).unwrap();
        // A later run of the same source brings the payment: it settles there, and nobody is thanked.
        let later = take(Some(open.id.clone()), PastMoney::Payment(&paid("l", "119.00")));
        assert_eq!(shown(world, &open).await["state"], "paid");
        assert_eq!((world.breaks().await, balances(world).await), (vec![], vec![]));
        let token = PaymentToken {
            id: "t".to_owned(), kind: "card".to_owned(), provider: Some("stripe".to_owned()), label: Some("Visa 4242".to_owned()),
            token: Some(Secret("cus_S3cretT0ken".to_owned())), is_default: true, ..PaymentToken::default()
        };
        let token = land(world, |tx, landing| adopt_token_in(tx, landing, &AdoptToken { customer_id: id.as_str(), token: &token })).unwrap();
        assert!(!stands_anywhere(world, "S3cretT0ken"));
        let sealed: Option<String> = world.db.write_now(|tx| {
            Ok(payment_tokens::table.find(&token.id).select(payment_tokens::token_sealed).first(tx.conn)?)
        }).unwrap();
        assert_eq!(world.owner().vault.open(history::commands::TOKEN, &sealed.unwrap()).unwrap().as_str(), "cus_S3cretT0ken");
        nothing_left(&before, &contents(world));

        let removed = |id: &_| land(world, |tx, landing| remove_payment_in(tx, landing, id)).unwrap();
        assert_eq!((removed(&lone.id), removed(&used.id)), (Removal::Removed, Removal::Removed));
        assert_eq!(removed(&later.id), Removal::Kept(vec![KeptBecause::Invoices]));
        assert_eq!(land(world, |tx, landing| remove_token_in(tx, landing, &token.id)).unwrap(), Removal::Removed);
        let kept = land(world, |tx, landing| remove_invoice_in(tx, landing, &open.id, day)).unwrap();
        assert_eq!(kept, Removal::Kept(vec![KeptBecause::Settled]), "settled since, though by the source");
    }

    async fn taking_documents_out_leaves_nothing_but_what_only_grows(world) {
        world.set_up().await;
        world.settle().await;
        let id = customer(world, "17");
        let before = contents(world);
        let lines = [line("Hosting", "100.00")];
        let mut made = Vec::new();
        for (number, status) in [("1", InvoiceStatus::Paid), ("2", InvoiceStatus::Unpaid), ("3", InvoiceStatus::Cancelled), ("4", InvoiceStatus::Collections)] {
            made.push(adopt(world, id.as_str(), &told(number, status), &lines, &[paid("p", "19.00")]).unwrap());
        }
        assert_eq!(world.breaks().await, Vec::<String>::new());
        for one in &made {
            assert_eq!(land(world, |tx, landing| remove_invoice_in(tx, landing, &one.id, day("2027-02-01"))).unwrap(), Removal::Removed);
        }
        undone(&before, &contents(world));
        assert_eq!((world.breaks().await, balances(world).await), (vec![], vec![]));
    }
}
