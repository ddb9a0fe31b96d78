//! Money: documents, numbers, payments, credit and the books, on both engines.

use hostwright_kernel::{Currency, Period, Quantity};
use hostwright_panel::auth::policy::{MemberRole, StaffRole};
use hostwright_panel::billing::credits::commands::{ApplyCredit, GrantCredit};
use hostwright_panel::billing::entity::commands::UpdateLegalEntity;
use hostwright_panel::billing::invoices::commands::{CreditInvoice, DiscardDraft, DraftInvoice, IssueInvoice};
use hostwright_panel::billing::invoices::model::{InvoiceKind, InvoicePurpose, InvoiceState, NewInvoice, NewLine};
use hostwright_panel::billing::ledger::queries::ShowTrialBalance;
use hostwright_panel::billing::tax::commands::SetTaxRate;
use hostwright_panel::billing::tax::model::TaxCategory;
use hostwright_panel::billing::totals::LineKind;
use hostwright_panel::billing::{credits, entity, invoices, ledger, payments, tax};
use hostwright_panel::platform::ListInput;
use hostwright_tests::on_both_engines;
use serde_json::json;

use super::billing_ground::*;

fn period(subscription: &str, start: &str, end: &str) -> NewLine {
    NewLine {
        description: "Small, a month".to_owned(),
        quantity: Quantity::ONE,
        unit: eur(1000),
        kind: LineKind::Recurring,
        subscription_id: Some(subscription.to_owned()),
        period: Some(Period { start: day(start), end: day(end) }),
    }
}

fn renewal(customer_id: &str, lines: Vec<NewLine>) -> NewInvoice {
    NewInvoice { customer_id: customer_id.to_owned(), purpose: InvoicePurpose::Renewal, lines }
}

on_both_engines! {
    async fn an_issued_invoice_has_a_number_a_frozen_document_and_postings(world) {
        open_books(world);
        let customer = customer(world).await;
        let draft = draft(world, &customer, "100.00").await;
        assert_eq!((draft.invoice.state, draft.invoice.number.clone()), (InvoiceState::Draft, None));
        assert_eq!((draft.invoice.net, draft.invoice.tax, draft.invoice.total), (eur(10000), eur(1900), eur(11900)));

        let input = IssueInvoice { invoice_id: draft.invoice.id.clone(), due_days: Some(10) };
        let issued = invoices::commands::issue(&world.owner(), input.clone()).await.unwrap();
        assert_eq!(issued.invoice.number.as_deref(), Some("2027-00001"));
        assert_eq!(issued.invoice.issue_day, Some(day("2027-01-31")));
        assert_eq!(issued.invoice.due_day, Some(day("2027-02-10")));
        assert_eq!(issued.invoice.open, eur(11900));
        assert_eq!(issued.document_hash.as_ref().map(String::len), Some(64));
        assert_eq!(events(world), ["invoice.issued"]);
        assert_eq!(balance(world, &customer).await.open, eur(11900));

        let again = invoices::commands::issue(&world.owner(), input).await.unwrap_err();
        assert!(again.is("invoices.not_draft"));
        let trial = ledger::queries::trial_balance(&world.owner(), ShowTrialBalance {}).await.unwrap();
        let codes: Vec<(&str, i64)> = trial.accounts.iter().map(|a| (a.code.as_str(), a.balance.minor)).collect();
        assert_eq!(codes, [("receivable", 11900), ("revenue:other", 10000), ("tax:DE:0.19", 1900)]);

        // The seller moves and the buyer too: the document stays.
        let moved = UpdateLegalEntity { city: Some("Bremen".to_owned()), ..UpdateLegalEntity::default() };
        entity::commands::update(&world.owner(), moved).await.unwrap();
        assert_eq!(shown(world, &issued).await.seller.city, "Kiel");
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn what_costs_nothing_is_paid_when_it_is_issued(world) {
        open_books(world);
        let customer = customer(world).await;
        let free = issued(world, &customer, "0").await;
        assert_eq!((free.invoice.state, free.invoice.open), (InvoiceState::Paid, eur(0)));
        assert_eq!(events(world), ["invoice.issued", "invoice.paid"]);
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn a_business_in_the_union_gets_reverse_charge_in_its_language(world) {
        open_books(world);
        let business = customer_in(world, "AT", Some("ATU12345678"), "de").await;
        let view = issued(world, &business, "50").await;
        assert_eq!((view.invoice.tax, view.invoice.total), (eur(0), eur(5000)));
        assert_eq!(view.groups[0].category, TaxCategory::ReverseCharge);
        assert!(view.notes[0].contains("Steuerschuldnerschaft"), "{:?}", view.notes);

        let consumer = customer_in(world, "AT", None, "en").await;
        let view = issued(world, &consumer, "50").await;
        assert_eq!((view.invoice.tax, view.groups[0].country.as_str()), (eur(1000), "AT"));

        let abroad = customer_in(world, "US", None, "en").await;
        let view = issued(world, &abroad, "50").await;
        assert_eq!((view.groups[0].category, view.invoice.tax), (TaxCategory::OutOfScope, eur(0)));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn a_rate_that_changes_holds_from_its_day_on(world) {
        open_books(world);
        let customer = customer(world).await;
        let rate = |percent: &str, from: &str| SetTaxRate {
            country: "de".to_owned(), percent: percent.to_owned(), valid_from: day(from),
        };
        tax::commands::set_rate(&world.owner(), rate("21", "2027-02-02")).await.unwrap();
        let past = tax::commands::set_rate(&world.owner(), rate("10", "2027-01-01")).await.unwrap_err();
        assert!(past.is("tax.rate_in_force"));
        let wrong = tax::commands::set_rate(&world.owner(), rate("101", "2027-03-01")).await.unwrap_err();
        assert!(wrong.is("tax.rate"));

        let drafted = draft(world, &customer, "100").await;
        assert_eq!(drafted.invoice.tax, eur(1900));
        world.clock.advance_days(2);
        // Tax is that of the issue day, not of the day of the draft.
        let input = IssueInvoice { invoice_id: drafted.invoice.id, due_days: None };
        let view = invoices::commands::issue(&world.owner(), input).await.unwrap();
        assert_eq!((view.invoice.tax, view.invoice.total, view.invoice.open), (eur(2100), eur(12100), eur(12100)));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn numbers_begin_anew_each_year_and_carry_the_series(world) {
        open_books(world);
        let customer = customer(world).await;
        assert_eq!(issued(world, &customer, "1").await.invoice.number.as_deref(), Some("2027-00001"));
        world.clock.advance_days(340);
        assert_eq!(issued(world, &customer, "1").await.invoice.number.as_deref(), Some("2028-00001"));
        let series = UpdateLegalEntity { series: Some("hw".to_owned()), ..UpdateLegalEntity::default() };
        entity::commands::update(&world.owner(), series).await.unwrap();
        assert_eq!(issued(world, &customer, "1").await.invoice.number.as_deref(), Some("HW-2028-00001"));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn dates_never_go_back_along_a_series(world) {
        open_books(world);
        let customer = customer(world).await;
        world.clock.advance_days(5);
        let first = issued(world, &customer, "1").await;
        // The seller moves to where it is still yesterday.
        world.clock.advance_seconds(12 * 3600 + 1800);
        let west = UpdateLegalEntity { time_zone: Some("Pacific/Auckland".to_owned()), ..UpdateLegalEntity::default() };
        entity::commands::update(&world.owner(), west).await.unwrap();
        let second = issued(world, &customer, "1").await;
        let back = UpdateLegalEntity { time_zone: Some("Pacific/Honolulu".to_owned()), ..UpdateLegalEntity::default() };
        entity::commands::update(&world.owner(), back).await.unwrap();
        let third = issued(world, &customer, "1").await;
        assert!(first.invoice.issue_day < second.invoice.issue_day);
        assert_eq!(second.invoice.issue_day, third.invoice.issue_day);
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn a_period_is_billed_once_and_again_after_it_was_credited(world) {
        open_books(world);
        let customer = customer(world).await;
        let january = || renewal(&customer, vec![period("sub_1", "2027-01-01", "2027-02-01")]);
        let draft = |new: NewInvoice| world.db.write_now(|tx| invoices::commands::draft_in(tx, &new));
        let first = draft(january()).unwrap();
        assert!(draft(january()).unwrap_err().is("invoices.period_billed"));
        let overlapping = renewal(&customer, vec![period("sub_1", "2027-01-15", "2027-02-15")]);
        assert!(draft(overlapping).unwrap_err().is("invoices.period_billed"));
        // Twice in one invoice is twice.
        let twice = renewal(&customer, vec![
            period("sub_2", "2027-01-01", "2027-02-01"),
            period("sub_2", "2027-01-01", "2027-02-01"),
        ]);
        assert!(draft(twice).unwrap_err().is("invoices.period_billed"));
        draft(renewal(&customer, vec![period("sub_1", "2027-02-01", "2027-03-01")])).unwrap();

        // Discarding frees the period, crediting too.
        invoices::commands::discard(&world.owner(), DiscardDraft { invoice_id: first.id }).await.unwrap();
        let second = draft(january()).unwrap();
        let second = world.db.write_now(|tx| invoices::commands::issue_in(tx, &second.id, 14)).unwrap();
        let gone = invoices::commands::discard(&world.owner(), DiscardDraft { invoice_id: second.id.clone() }).await;
        assert!(gone.unwrap_err().is("invoices.not_draft"));
        let reason = CreditInvoice { invoice_id: second.id.clone(), reason: "Wrong plan".to_owned() };
        invoices::commands::credit(&world.owner(), reason).await.unwrap();
        draft(january()).unwrap();

        let subscriptions = world.db.read_now(|tx| invoices::queries::subscriptions_of_in(tx, &second.id)).unwrap();
        assert_eq!(subscriptions, ["sub_1"]);
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn the_index_itself_refuses_a_period_billed_twice(world) {
        use diesel::prelude::*;
        use hostwright_panel::platform::error::is_unique_violation;
        use hostwright_panel::platform::schema::charges;
        open_books(world);
        let customer = customer(world).await;
        let new = renewal(&customer, vec![period("sub_1", "2027-01-01", "2027-02-01")]);
        let invoice = world.db.write_now(|tx| invoices::commands::draft_in(tx, &new)).unwrap();
        let insert = |state: &'static str| {
            world.db.write_now(|tx| {
                Ok(diesel::insert_into(charges::table)
                    .values((
                        charges::id.eq(hostwright_kernel::id::fresh("chg")),
                        charges::subscription_id.eq("sub_1"),
                        charges::kind.eq("recurring"),
                        charges::period_start.eq(day("2027-01-01")),
                        charges::period_end.eq(day("2027-02-01")),
                        charges::invoice_id.eq(&invoice.id),
                        charges::state.eq(state),
                        charges::created_at.eq(tx.now()),
                    ))
                    .execute(tx.conn)?)
            })
        };
        match insert("live").unwrap_err() {
            hostwright_panel::platform::Error::Database(error) => assert!(is_unique_violation(&error), "{error}"),
            other => panic!("{other}"),
        }
        insert("void").unwrap();
    }

    async fn a_payment_settles_the_oldest_and_the_rest_is_credit(world) {
        open_books(world);
        let customer = customer(world).await;
        let first = issued(world, &customer, "100").await;
        world.clock.advance_days(1);
        let second = issued(world, &customer, "100").await;
        let paid = payments::commands::record(&world.owner(), transfer(&customer, "150.00", "R-1")).await.unwrap();
        assert_eq!(paid.settlements.iter().map(|part| part.amount).collect::<Vec<_>>(), [eur(11900), eur(3100)]);
        assert_eq!(paid.to_credit, eur(0));
        assert_eq!(shown(world, &first).await.invoice.state, InvoiceState::Paid);
        assert_eq!(shown(world, &second).await.invoice.open, eur(8800));

        let paid = payments::commands::record(&world.owner(), transfer(&customer, "100,00", "R-2")).await.unwrap();
        assert_eq!((paid.settlements[0].amount, paid.to_credit), (eur(8800), eur(1200)));
        assert_eq!(events(world), ["invoice.issued", "invoice.issued", "invoice.paid", "invoice.paid"]);
        let balance = balance(world, &customer).await;
        assert_eq!((balance.open, balance.credit, balance.oldest_due), (eur(0), eur(1200), None));
        let settlements = shown(world, &second).await.settlements;
        assert_eq!(settlements.iter().map(|part| part.amount).collect::<Vec<_>>(), [eur(3100), eur(8800)]);
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn the_same_reference_twice_is_one_payment(world) {
        open_books(world);
        let customer = customer(world).await;
        let invoice = issued(world, &customer, "100").await;
        let record = |input| async move { payments::commands::record(&world.owner(), input).await };
        let first = record(transfer(&customer, "50", "KTO 17")).await.unwrap();
        let again = record(transfer(&customer, "50.00", " KTO  17 ")).await.unwrap();
        assert_eq!((first.already_recorded, again.already_recorded), (false, true));
        assert_eq!((again.payment, again.settlements), (first.payment, first.settlements));
        let taken = record(transfer(&customer, "51", "KTO 17")).await.unwrap_err();
        assert_eq!(codes(&taken), [("payments.reference_taken".to_owned(), "reference".to_owned())]);
        let other = customer_in(world, "DE", None, "en").await;
        assert!(record(transfer(&other, "50", "KTO 17")).await.unwrap_err().is("payments.reference_taken"));
        let mut cash = transfer(&other, "50", "KTO 17");
        cash.method = Some(payments::PaymentMethod::Cash);
        record(cash).await.unwrap();
        assert_eq!(shown(world, &invoice).await.invoice.open, eur(6900));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn a_named_invoice_is_paid_and_the_others_are_not(world) {
        open_books(world);
        let customer = customer(world).await;
        let older = issued(world, &customer, "10").await;
        let named = issued(world, &customer, "20").await;
        let mut input = transfer(&customer, "30", "R-1");
        input.invoice_id = Some(named.invoice.id.clone());
        let paid = payments::commands::record(&world.owner(), input).await.unwrap();
        assert_eq!(paid.to_credit, eur(3000 - 2380));
        assert_eq!(shown(world, &named).await.invoice.state, InvoiceState::Paid);
        assert_eq!(shown(world, &older).await.invoice.open, eur(1190));

        let stranger = customer_in(world, "DE", None, "en").await;
        let mut input = transfer(&stranger, "30", "R-2");
        input.invoice_id = Some(older.invoice.id.clone());
        let refused = payments::commands::record(&world.owner(), input).await.unwrap_err();
        assert_eq!(codes(&refused), [("payments.invoice_of_other".to_owned(), "invoice_id".to_owned())]);
        let mut input = transfer(&customer, "30", "R-3");
        input.invoice_id = Some(draft(world, &customer, "5").await.invoice.id);
        assert!(payments::commands::record(&world.owner(), input).await.unwrap_err().is("payments.invoice_is_draft"));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn wrong_payments_are_refused_with_their_fields(world) {
        open_books(world);
        let customer = customer(world).await;
        for (amount, code) in [
            ("0", "billing.amount_not_positive"), ("-5", "billing.amount_not_positive"),
            ("92233720368547758.07", "billing.amount_too_large"), ("99999999999999999999", "billing.amount_too_large"),
            ("1.005", "billing.amount_unreadable"), ("", "billing.amount_unreadable"),
        ] {
            let refused = payments::commands::record(&world.owner(), transfer(&customer, amount, "R")).await.unwrap_err();
            assert_eq!(codes(&refused), [(code.to_owned(), "amount".to_owned())], "{amount}");
        }
        let mut wrong = transfer(&customer, "0", "  ");
        wrong.received_day = Some(day("2027-02-01"));
        wrong.currency = Some("USD".parse().unwrap());
        let refused = payments::commands::record(&world.owner(), wrong).await.unwrap_err();
        let fields: Vec<String> = codes(&refused).into_iter().map(|(_, field)| field).collect();
        assert_eq!(fields, ["amount", "reference", "received_day", "currency"]);
        assert!(payments::commands::record(&world.owner(), transfer("cus_none", "1", "R")).await.unwrap_err().is("request.not_found"));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn credit_is_granted_applied_and_never_below_zero(world) {
        open_books(world);
        let customer = customer(world).await;
        let invoice = issued(world, &customer, "100").await;
        let apply = |amount: Option<&str>| {
            let input = ApplyCredit { invoice_id: invoice.invoice.id.clone(), amount: amount.map(str::to_owned) };
            async move { credits::commands::apply(&world.member(&customer_of(&input, world).await, MemberRole::Owner), input).await }
        };
        assert!(apply(None).await.unwrap_err().is("credits.none_left"));
        let grant = GrantCredit {
            customer_id: customer.clone(), amount: "30".to_owned(), currency: None, reason: "An outage".to_owned(),
        };
        let granted = credits::commands::grant(&world.owner(), grant.clone()).await.unwrap();
        assert_eq!(granted.credit, eur(3000));
        let silent = GrantCredit { reason: " ".to_owned(), ..grant.clone() };
        assert!(credits::commands::grant(&world.owner(), silent).await.unwrap_err().is("billing.reason"));
        assert!(credits::commands::grant(&world.staff(StaffRole::Billing), grant).await.unwrap_err().is("auth.not_permitted"));

        assert!(apply(Some("30.01")).await.unwrap_err().is("credits.too_little"));
        assert_eq!(apply(Some("10")).await.unwrap().invoice.open, eur(10900));
        assert_eq!(apply(None).await.unwrap().invoice.open, eur(8900));
        assert!(apply(None).await.unwrap_err().is("credits.none_left"));
        assert_eq!(balance(world, &customer).await.credit, eur(0));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn a_credit_note_takes_an_unpaid_invoice_back(world) {
        open_books(world);
        let customer = customer(world).await;
        let invoice = issued(world, &customer, "100").await;
        let take_back = |reason: &str| {
            let input = CreditInvoice { invoice_id: invoice.invoice.id.clone(), reason: reason.to_owned() };
            async move { invoices::commands::credit(&world.owner(), input).await }
        };
        assert!(take_back("").await.unwrap_err().is("billing.reason"));
        let note = take_back("Typing error").await.unwrap();
        assert_eq!((note.invoice.kind, note.invoice.number.as_deref()), (InvoiceKind::CreditNote, Some("2027-00002")));
        assert_eq!((note.invoice.total, note.invoice.open), (eur(11900), eur(0)));
        assert_eq!(note.corrects_number.as_deref(), Some("2027-00001"));
        assert!(note.notes.contains(&"Typing error".to_owned()));
        let old = shown(world, &invoice).await;
        assert_eq!((old.invoice.state, old.invoice.open), (InvoiceState::Credited, eur(0)));
        assert_eq!(old.credit_note, Some(note.invoice.id.clone()));
        assert!(take_back("Again").await.unwrap_err().is("invoices.not_creditable"));
        let of_note = CreditInvoice { invoice_id: note.invoice.id.clone(), reason: "No".to_owned() };
        assert!(invoices::commands::credit(&world.owner(), of_note).await.unwrap_err().is("invoices.is_credit_note"));
        let balance = balance(world, &customer).await;
        assert_eq!((balance.open, balance.credit), (eur(0), eur(0)));
        assert_eq!(events(world), ["invoice.issued", "invoice.credited"]);
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn what_was_paid_becomes_credit_when_the_invoice_is_taken_back(world) {
        open_books(world);
        let customer = customer(world).await;
        let invoice = issued(world, &customer, "100").await;
        payments::commands::record(&world.owner(), transfer(&customer, "19", "R-1")).await.unwrap();
        let input = CreditInvoice { invoice_id: invoice.invoice.id.clone(), reason: "Cancelled".to_owned() };
        invoices::commands::credit(&world.owner(), input).await.unwrap();
        let held = balance(world, &customer).await;
        assert_eq!((held.open, held.credit), (eur(0), eur(1900)));

        // A paid one too, and what comes in for it afterwards is credit.
        let paid = issued(world, &customer, "10").await;
        payments::commands::record(&world.owner(), transfer(&customer, "11.90", "R-2")).await.unwrap();
        let input = CreditInvoice { invoice_id: paid.invoice.id.clone(), reason: "Cancelled".to_owned() };
        invoices::commands::credit(&world.owner(), input).await.unwrap();
        let mut late = transfer(&customer, "5", "R-3");
        late.invoice_id = Some(paid.invoice.id.clone());
        payments::commands::record(&world.owner(), late).await.unwrap();
        assert_eq!(balance(world, &customer).await.credit, eur(1900 + 1190 + 500));
        assert_eq!(breaks(world), Vec::<String>::new());
    }

    async fn customers_see_their_own_issued_documents_only(world) {
        open_books(world);
        let (mine, theirs) = (customer(world).await, customer(world).await);
        let own = issued(world, &mine, "1").await;
        let hidden = draft(world, &mine, "1").await;
        let other = issued(world, &theirs, "1").await;
        let me = world.member(&mine, MemberRole::Member);
        let seen = invoices::queries::list(&me, ListInput::default()).await.unwrap();
        assert_eq!(seen.items.iter().map(|row| row.invoice.id.clone()).collect::<Vec<_>>(), std::slice::from_ref(&own.invoice.id));
        for id in [hidden.invoice.id, other.invoice.id.clone()] {
            let input = invoices::queries::ShowInvoice { invoice_id: id };
            assert!(invoices::queries::show(&me, input).await.unwrap_err().is("request.not_found"));
        }
        let asked = hostwright_panel::billing::queries::ShowBalance { customer_id: theirs.clone(), currency: None };
        assert!(hostwright_panel::billing::queries::balance(&me, asked).await.unwrap_err().is("request.not_found"));
        let owner = world.member(&mine, MemberRole::Owner);
        let apply = ApplyCredit { invoice_id: other.invoice.id, amount: None };
        assert!(credits::commands::apply(&owner, apply).await.unwrap_err().is("request.not_found"));
        let listed = payments::queries::list(&me, ListInput::default()).await.unwrap();
        assert!(listed.items.is_empty());
    }

    async fn lists_are_searched_filtered_and_paged(world) {
        open_books(world);
        let customer = customer(world).await;
        for _ in 0..3 {
            issued(world, &customer, "10").await;
        }
        draft(world, &customer, "10").await;
        world.clock.advance_days(20);
        issued(world, &customer, "10").await;
        let list = |input: serde_json::Value| async move {
            let input: ListInput = serde_json::from_value(input).unwrap();
            invoices::queries::list(&world.owner(), input).await
        };
        let overdue = list(json!({ "state": "overdue" })).await.unwrap();
        assert_eq!(overdue.items.iter().map(|row| row.overdue_days).collect::<Vec<_>>(), [Some(6); 3]);
        assert_eq!(list(json!({ "state": "open" })).await.unwrap().items.len(), 4);
        assert_eq!(list(json!({ "state": "draft" })).await.unwrap().items.len(), 1);
        assert!(list(json!({ "state": "lost" })).await.unwrap_err().is("billing.unknown_state"));
        assert_eq!(list(json!({ "search": "2027-00002" })).await.unwrap().items.len(), 1);
        assert_eq!(list(json!({ "search": "lovelace" })).await.unwrap().items.len(), 5);
        assert_eq!(list(json!({ "search": "сыновья" })).await.unwrap().items.len(), if world.is_postgres() { 5 } else { 0 });
        assert_eq!(list(json!({ "search": "%" })).await.unwrap().items.len(), 0);
        let page = list(json!({ "limit": 2 })).await.unwrap();
        let rest = list(json!({ "limit": 200, "after": page.next })).await.unwrap();
        assert_eq!((page.items.len(), rest.items.len(), rest.next), (2, 3, None));

        let found = world.db.read_now(|tx| invoices::queries::overdue_in(tx, day("2027-02-15"), None, 2)).unwrap();
        assert_eq!(found.len(), 2);
        let after = found[1].id.to_string();
        let found = world.db.read_now(|tx| invoices::queries::overdue_in(tx, day("2027-02-15"), Some(&after), 2)).unwrap();
        assert_eq!(found.len(), 1);
        let ledger = ledger::queries::list(&world.owner(), ListInput { limit: Some(5), ..ListInput::default() }).await.unwrap();
        assert_eq!((ledger.items.len(), ledger.next.is_some()), (5, true));
        let receivable = ListInput { search: Some(format!("receivable:{customer}")), ..ListInput::default() };
        assert_eq!(ledger::queries::list(&world.owner(), receivable).await.unwrap().items.len(), 8);
    }

    async fn wrong_drafts_are_refused_with_their_fields(world) {
        open_books(world);
        let customer = customer(world).await;
        let draft = |input: serde_json::Value| async move {
            let input: DraftInvoice = serde_json::from_value(input).unwrap();
            invoices::commands::draft(&world.owner(), input).await.unwrap_err()
        };
        let none = draft(json!({ "customer_id": customer, "lines": [] })).await;
        assert_eq!(codes(&none), [("invoices.no_lines".to_owned(), "lines".to_owned())]);
        let wrong = draft(json!({ "customer_id": customer, "lines": [
            { "description": "fine", "unit": "1" },
            { "description": " ", "unit": "1", "quantity": "0", "period": { "start": "2027-02-01", "end": "2027-02-01" } },
            { "description": "negative", "unit": "-1" },
        ] })).await;
        let fields: Vec<String> = codes(&wrong).into_iter().map(|(_, field)| field).collect();
        assert_eq!(fields, ["lines[1].description", "lines[1].quantity", "lines[1].period", "lines[2].unit"]);
        let large = draft(json!({ "customer_id": customer, "lines": [{ "description": "x", "unit": "9999999999999", "quantity": "999999999999" }] })).await;
        assert_eq!(codes(&large), [("invoices.line_price".to_owned(), "lines[0].unit".to_owned())]);
        let unreadable = draft(json!({ "customer_id": customer, "lines": [{ "description": "x", "unit": "1.234" }] })).await;
        assert_eq!(codes(&unreadable), [("invoices.line_price".to_owned(), "lines[0].unit".to_owned())]);
    }

    async fn books_that_were_tampered_with_are_found(world) {
        use diesel::prelude::*;
        use hostwright_panel::platform::schema::{invoices as rows, ledger_transfers};
        open_books(world);
        let customer = customer(world).await;
        let invoice = issued(world, &customer, "100").await;
        issued(world, &customer, "50").await;
        assert_eq!(breaks(world), Vec::<String>::new());
        world.db.write_now(|tx| {
            diesel::update(ledger_transfers::table.filter(ledger_transfers::position.eq(1)))
                .set(ledger_transfers::amount_minor.eq(1))
                .execute(tx.conn)?;
            diesel::update(rows::table.filter(rows::id.eq(invoice.invoice.id.as_str())))
                .set((rows::open_minor.eq(5), rows::sequence.eq(7)))
                .execute(tx.conn)?;
            Ok(())
        }).unwrap();
        let found = breaks(world).join("\n");
        for sign in ["was altered", "totals of", "what is open", "receivable of", "numbering"] {
            assert!(found.contains(sign), "{sign} in {found}");
        }
    }

    async fn there_is_one_legal_entity_and_changes_keep_its_version(world) {
        open_books(world);
        let again = world.db.write_now(|tx| {
            let entity = entity::load_in(tx)?;
            entity::create_in(tx, &entity::NewLegalEntity {
                name: "Second".to_owned(), street: String::new(), postal_code: String::new(), city: String::new(),
                country: "DE".to_owned(), tax_number: String::new(), email: entity.email, currency: Currency::EUR,
                time_zone: "UTC".to_owned(), bank_account: String::new(), series: String::new(), rounding: None,
            })
        });
        assert!(again.unwrap_err().is("entity.exists"));
        let wrong = UpdateLegalEntity {
            name: Some(" ".to_owned()), country: Some("XX".to_owned()), email: Some("nobody".to_owned()),
            time_zone: Some("Mars/Olympus".to_owned()), series: Some("2-X".to_owned()), ..UpdateLegalEntity::default()
        };
        let refused = entity::commands::update(&world.owner(), wrong).await.unwrap_err();
        let fields: Vec<String> = codes(&refused).into_iter().map(|(_, field)| field).collect();
        assert_eq!(fields, ["name", "country", "email", "time_zone", "series"]);
        let first = UpdateLegalEntity { version: Some(1), city: Some("Bremen".to_owned()), ..UpdateLegalEntity::default() };
        entity::commands::update(&world.owner(), first.clone()).await.unwrap();
        assert!(entity::commands::update(&world.owner(), first).await.unwrap_err().is("billing.changed_meanwhile"));
    }
}

async fn customer_of(input: &ApplyCredit, world: &hostwright_tests::World) -> String {
    let input = invoices::queries::ShowInvoice { invoice_id: input.invoice_id.clone() };
    invoices::queries::show(&world.owner(), input).await.unwrap().invoice.customer_id
}
