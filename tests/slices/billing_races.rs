//! Money under many hands at once.

use std::collections::BTreeSet;

use hostwright_panel::billing::credits::commands::ApplyCredit;
use hostwright_panel::billing::invoices::commands::{CreditInvoice, IssueInvoice};
use hostwright_panel::billing::invoices::model::InvoiceState;
use hostwright_panel::billing::ledger::jobs::seal_waiting;
use hostwright_panel::billing::{credits, invoices, numbering, payments};
use hostwright_panel::platform::Error;
use hostwright_tests::on_both_engines;

use super::billing_ground::*;

/// How many ask at the same moment.
const HANDS: usize = 32;

on_both_engines! {
    async fn numbers_have_no_gap_when_many_issue_and_some_roll_back(world) {
        open_books(world);
        let customer = customer(world).await;
        let mut drafts = Vec::new();
        for _ in 0..HANDS {
            drafts.push(draft(world, &customer, "1").await.invoice.id);
        }
        let threads: Vec<_> = drafts
            .into_iter()
            .enumerate()
            .map(|(index, id)| {
                let db = world.db.clone();
                std::thread::spawn(move || {
                    db.write_now(|tx| {
                        let invoice = invoices::commands::issue_in(tx, &id, 14)?;
                        if index % 4 == 0 {
                            return Err(Error::Internal("rolled back after the number was taken".to_owned()));
                        }
                        Ok(invoice.number)
                    })
                })
            })
            .collect();
        let numbers: BTreeSet<String> = threads
            .into_iter()
            .filter_map(|thread| thread.join().unwrap().ok().flatten())
            .collect();
        let expected: BTreeSet<String> = (1..=HANDS * 3 / 4).map(|n| format!("2027-{n:05}")).collect();
        assert_eq!(numbers, expected);
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn a_counter_that_is_new_is_made_once(world) {
        open_books(world);
        let entity = world.db.read_now(hostwright_panel::billing::entity::load_in).unwrap().id;
        let threads: Vec<_> = (0..HANDS)
            .map(|_| {
                let (db, entity) = (world.db.clone(), entity.clone());
                std::thread::spawn(move || {
                    db.write_now(|tx| numbering::next_in(tx, &entity, "NEW", day("2027-05-05"))).unwrap().sequence
                })
            })
            .collect();
        let taken: BTreeSet<i64> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!(taken, (1..=i64::try_from(HANDS).unwrap()).collect());
    }

    async fn the_same_transfer_told_many_times_at_once_is_one_payment(world) {
        open_books(world);
        let customer = customer(world).await;
        let invoice = issued(world, &customer, "100").await;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..HANDS {
            let (call, input) = (world.owner(), transfer(&customer, "119.00", "SAME"));
            tasks.spawn(async move { payments::commands::record(&call, input).await.unwrap() });
        }
        let views = tasks.join_all().await;
        assert_eq!(views.iter().filter(|view| !view.already_recorded).count(), 1);
        assert_eq!(views.iter().map(|view| view.payment.id.clone()).collect::<BTreeSet<_>>().len(), 1);
        assert_eq!(shown(world, &invoice).await.invoice.state, InvoiceState::Paid);
        assert_eq!(balance(world, &customer).await.credit, eur(0));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn many_payments_at_once_settle_what_is_open_and_the_rest_is_credit(world) {
        open_books(world);
        let customer = customer(world).await;
        for _ in 0..3 {
            issued(world, &customer, "100").await;
        }
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..HANDS {
            let (call, input) = (world.owner(), transfer(&customer, "20.00", &format!("R-{n}")));
            tasks.spawn(async move { payments::commands::record(&call, input).await.unwrap() });
        }
        tasks.join_all().await;
        let balance = balance(world, &customer).await;
        assert_eq!((balance.open, balance.credit), (eur(0), eur(2000 * 32 - 3 * 11900)));
        assert_eq!(events(world).iter().filter(|kind| *kind == "invoice.paid").count(), 3);
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn credit_is_spent_once_however_many_spend_it(world) {
        open_books(world);
        let customer = customer(world).await;
        payments::commands::record(&world.owner(), transfer(&customer, "100.00", "R-1")).await.unwrap();
        let mut bills = Vec::new();
        for _ in 0..8 {
            bills.push(issued(world, &customer, "30").await.invoice.id);
        }
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..HANDS {
            let (call, invoice_id) = (world.owner(), bills[n % bills.len()].clone());
            tasks.spawn(async move { credits::commands::apply(&call, ApplyCredit { invoice_id, amount: Some("17.00".to_owned()) }).await.is_ok() });
        }
        let spent = tasks.join_all().await.into_iter().filter(|ok| *ok).count();
        assert_eq!(spent, 5);
        let balance = balance(world, &customer).await;
        assert_eq!((balance.credit, balance.open), (eur(1500), eur(8 * 3570 - 5 * 1700)));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn an_invoice_is_credited_once_while_it_is_paid(world) {
        open_books(world);
        let customer = customer(world).await;
        let invoice = issued(world, &customer, "100").await.invoice.id;
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..HANDS {
            let (call, customer, invoice_id) = (world.owner(), customer.clone(), invoice.clone());
            tasks.spawn(async move {
                if n % 2 == 0 {
                    let mut input = transfer(&customer, "40.00", &format!("R-{n}"));
                    input.invoice_id = Some(invoice_id);
                    payments::commands::record(&call, input).await.unwrap();
                    false
                } else {
                    let input = CreditInvoice { invoice_id, reason: "Twice".to_owned() };
                    invoices::commands::credit(&call, input).await.is_ok()
                }
            });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|credited| *credited).count(), 1);
        let balance = balance(world, &customer).await;
        assert_eq!((balance.open, balance.credit), (eur(0), eur(16 * 4000)));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn a_draft_is_issued_once(world) {
        open_books(world);
        let customer = customer(world).await;
        let draft = draft(world, &customer, "1").await.invoice.id;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..HANDS {
            let (call, input) = (world.owner(), IssueInvoice { invoice_id: draft.clone(), due_days: None });
            tasks.spawn(async move { invoices::commands::issue(&call, input).await.is_ok() });
        }
        assert_eq!(tasks.join_all().await.into_iter().filter(|ok| *ok).count(), 1);
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn two_sealers_make_one_chain(world) {
        open_books(world);
        let customer = customer(world).await;
        for _ in 0..10 {
            issued(world, &customer, "1").await;
        }
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let db = world.db.clone();
                // A sealer that comes second may be refused by the index; the next tick goes on.
                std::thread::spawn(move || db.write_now(seal_waiting).is_ok())
            })
            .collect();
        assert!(threads.into_iter().any(|thread| thread.join().unwrap()));
        assert_eq!(breaks(world), Vec::<String>::new());
    }
}
