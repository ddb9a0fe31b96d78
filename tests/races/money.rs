//! Money under many hands at once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hostwright_panel::billing::credits::commands::ApplyCredit;
use hostwright_panel::billing::invoices::commands::{CreditInvoice, IssueInvoice};
use hostwright_panel::billing::invoices::model::{InvoicePurpose, InvoiceState, NewInvoice, NewLine};
use hostwright_panel::billing::ledger::jobs::seal_waiting;
use hostwright_panel::billing::totals::LineKind;
use hostwright_panel::billing::{credits, invoices, numbering, payments};
use hostwright_panel::platform::Error;
use hostwright_tests::{on_both_engines, text};
use serde_json::json;

use super::*;
use crate::slices::billing_ground::*;

/// How many documents are numbered at once.
const INVOICES: usize = 1_000;

on_both_engines! {
    async fn a_thousand_invoices_are_numbered_without_a_gap_though_some_are_rolled_back(world) {
        open_books(world);
        let customer = customer(world).await;
        let panels = [world.db.clone(), world.beside().db];
        let left = Arc::new(AtomicUsize::new(INVOICES));
        let taken: Vec<Vec<String>> = threads_at_once(HANDS, move |hand| {
            let mut numbers = Vec::new();
            while let Ok(rest) = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
                let made = panels[hand % 2].write_now(|tx| {
                    let line = NewLine {
                        description: "Advice".to_owned(),
                        quantity: 1.into(),
                        unit: eur(100),
                        kind: LineKind::Other,
                        subscription_id: None,
                        period: None,
                    };
                    let new = NewInvoice { customer_id: customer.clone(), purpose: InvoicePurpose::Manual, lines: vec![line] };
                    let draft = invoices::commands::draft_in(tx, &new)?;
                    let invoice = invoices::commands::issue_in(tx, &draft.id, 14)?;
                    if rest % 10 == 0 {
                        return Err(Error::Internal("rolled back after the number was taken".to_owned()));
                    }
                    Ok(invoice.number.unwrap())
                });
                match made {
                    Ok(number) => numbers.push(number),
                    Err(error) => assert!(matches!(error, Error::Internal(_)), "{error}"),
                }
            }
            numbers
        });
        let numbers: Vec<String> = taken.into_iter().flatten().collect();
        assert_eq!(numbers.len(), INVOICES * 9 / 10);
        let expected: BTreeSet<String> = (1..=INVOICES * 9 / 10).map(|n| format!("2027-{n:05}")).collect();
        assert_eq!(numbers.into_iter().collect::<BTreeSet<_>>(), expected);
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn a_counter_that_is_new_is_made_once(world) {
        open_books(world);
        let entity = world.db.read_now(hostwright_panel::billing::entity::load_in).unwrap().id;
        let panels = [world.db.clone(), world.beside().db];
        let taken = threads_at_once(HANDS, move |hand| {
            panels[hand % 2].write_now(|tx| numbering::next_in(tx, &entity, "NEW", day("2027-05-05"))).unwrap().sequence
        });
        assert_eq!(taken.into_iter().collect::<BTreeSet<_>>(), (1..=i64::try_from(HANDS).unwrap()).collect());
    }

    async fn an_invoice_paid_by_sixty_four_transfers_at_once_is_paid_once_and_its_server_is_built_once(world) {
        world.set_up().await;
        let beside = world.beside();
        let shop = world.shop().await;
        let carla = world.customer("Carla").await;
        let order = world.order(&carla, &shop, "web1").await;
        let paid = at_once(HANDS, |hand| {
            let input = json!({
                "customer_id": carla.id, "invoice_id": order["invoice_id"], "reference": format!("R-{hand}"), "amount": "17.85",
            });
            press(if hand % 2 == 0 { world } else { &beside }, &world.owner(), "payments.record", input)
        })
        .await;
        let settled = all_answered(paid).iter().filter(|payment| payment["to_credit"]["minor"] == 0).count();
        assert_eq!(settled, 1);
        settle_together([world, &beside]).await;
        let balance = world.done(&world.owner(), "ledger.balance", json!({ "customer_id": carla.id })).await;
        assert_eq!((&balance["open"]["minor"], &balance["credit"]["minor"]), (&json!(0), &json!(63 * 1785)));
        assert_eq!(events(world).iter().filter(|kind| *kind == "invoice.paid").count(), 1);
        let built = ["ensure_volume", "ensure_seed", "ensure_filter", "ensure_domain", "start"];
        assert_eq!(world.hypervisor.acts(&text(&order, "server_id")), built);
        let mails = world.mailbox.to("carla@example.org");
        let subjects: BTreeSet<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!((mails.len(), subjects.len()), (3, 3), "{subjects:?}");
        assert_eq!(world.breaks().await, Vec::<String>::new());
    }

    async fn one_transfer_told_by_sixty_four_at_once_is_one_payment(world) {
        open_books(world);
        let customer = customer(world).await;
        let beside = world.beside();
        let invoice = issued(world, &customer, "100").await;
        let told = at_once(HANDS, |hand| {
            let call = if hand % 2 == 0 { world.owner() } else { beside.owner() };
            let input = transfer(&customer, "119.00", "SAME");
            async move { payments::commands::record(&call, input).await }
        })
        .await;
        let views = all_answered(told);
        assert_eq!(views.iter().filter(|view| !view.already_recorded).count(), 1);
        assert_eq!(views.iter().map(|view| view.payment.id.clone()).collect::<BTreeSet<_>>().len(), 1);
        assert_eq!(shown(world, &invoice).await.invoice.state, InvoiceState::Paid);
        assert_eq!(balance(world, &customer).await.credit, eur(0));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn one_transfer_told_for_two_invoices_at_once_settles_one(world) {
        open_books(world);
        let customer = customer(world).await;
        let beside = world.beside();
        let bills = [issued(world, &customer, "100").await.invoice.id, issued(world, &customer, "100").await.invoice.id];
        let told = at_once(HANDS, |hand| {
            let call = if hand % 2 == 0 { world.owner() } else { beside.owner() };
            let mut input = transfer(&customer, "119.00", "SAME");
            input.invoice_id = Some(bills[hand / 2 % 2].clone());
            async move { payments::commands::record(&call, input).await }
        })
        .await;
        assert_eq!(all_answered(told).iter().filter(|view| !view.already_recorded).count(), 1);
        let balance = balance(world, &customer).await;
        assert_eq!((balance.open, balance.credit), (eur(11900), eur(0)));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn many_payments_at_once_settle_what_is_open_and_the_rest_is_credit(world) {
        open_books(world);
        let customer = customer(world).await;
        let beside = world.beside();
        for _ in 0..3 {
            issued(world, &customer, "100").await;
        }
        let paid = at_once(HANDS, |hand| {
            let call = if hand % 2 == 0 { world.owner() } else { beside.owner() };
            let input = transfer(&customer, "20.00", &format!("R-{hand}"));
            async move { payments::commands::record(&call, input).await }
        })
        .await;
        all_answered(paid);
        let balance = balance(world, &customer).await;
        assert_eq!((balance.open, balance.credit), (eur(0), eur(2000 * 64 - 3 * 11900)));
        assert_eq!(events(world).iter().filter(|kind| *kind == "invoice.paid").count(), 3);
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn the_same_credit_is_spent_once_however_many_spend_it(world) {
        open_books(world);
        let customer = customer(world).await;
        let beside = world.beside();
        payments::commands::record(&world.owner(), transfer(&customer, "100.00", "R-1")).await.unwrap();
        let mut bills = Vec::new();
        for _ in 0..16 {
            bills.push(issued(world, &customer, "30").await.invoice.id);
        }
        let spent = at_once(HANDS, |hand| {
            let call = if hand % 2 == 0 { world.owner() } else { beside.owner() };
            let input = ApplyCredit { invoice_id: bills[hand % bills.len()].clone(), amount: Some("17.00".to_owned()) };
            async move { credits::commands::apply(&call, input).await }
        })
        .await;
        assert_eq!(answered(spent, &["credits.too_little", "credits.more_than_open"]).len(), 5);
        let balance = balance(world, &customer).await;
        assert_eq!((balance.credit, balance.open), (eur(1500), eur(16 * 3570 - 5 * 1700)));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn an_invoice_is_credited_once_while_it_is_paid(world) {
        open_books(world);
        let customer = customer(world).await;
        let beside = world.beside();
        let invoice = issued(world, &customer, "100").await.invoice.id;
        let credited = at_once(HANDS, |hand| {
            let call = if hand / 2 % 2 == 0 { world.owner() } else { beside.owner() };
            let (mut paid, invoice_id) = (transfer(&customer, "40.00", &format!("R-{hand}")), invoice.clone());
            async move {
                if hand % 2 == 0 {
                    paid.invoice_id = Some(invoice_id);
                    return payments::commands::record(&call, paid).await.map(|_| false);
                }
                let input = CreditInvoice { invoice_id, reason: "Twice".to_owned() };
                invoices::commands::credit(&call, input).await.map(|_| true)
            }
        })
        .await;
        let done = answered(credited, &["invoices.not_creditable"]);
        assert_eq!((done.len(), done.iter().filter(|credited| **credited).count()), (33, 1));
        let balance = balance(world, &customer).await;
        assert_eq!((balance.open, balance.credit), (eur(0), eur(32 * 4000)));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn a_draft_is_issued_once(world) {
        open_books(world);
        let customer = customer(world).await;
        let beside = world.beside();
        let draft = draft(world, &customer, "1").await.invoice.id;
        let issued = at_once(HANDS, |hand| {
            let call = if hand % 2 == 0 { world.owner() } else { beside.owner() };
            let input = IssueInvoice { invoice_id: draft.clone(), due_days: None };
            async move { invoices::commands::issue(&call, input).await }
        })
        .await;
        assert_eq!(answered(issued, &["invoices.not_draft"]).len(), 1);
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn many_sealers_make_one_chain(world) {
        open_books(world);
        let customer = customer(world).await;
        let panels = [world.db.clone(), world.beside().db];
        for _ in 0..10 {
            issued(world, &customer, "1").await;
        }
        let sealed = threads_at_once(8, move |hand| panels[hand % 2].write_now(seal_waiting).unwrap());
        // Net and tax of each.
        assert_eq!(sealed.into_iter().sum::<usize>(), 20);
        assert_eq!(breaks(world), Vec::<String>::new());
    }
}
