//! Invoices as PDF: what is printed is what was issued.

use hostwright_panel::auth::policy::MemberRole;
use hostwright_panel::billing::documents::{self, queries::DownloadInvoice};
use hostwright_panel::billing::entity::{self, commands::UpdateLegalEntity};
use hostwright_panel::billing::invoices;
use hostwright_panel::billing::invoices::commands::{CreditInvoice, DraftInvoice, IssueInvoice};
use hostwright_panel::billing::invoices::model::{InvoiceId, InvoiceView};
use hostwright_tests::{World, on_both_engines};
use serde_json::json;

use super::billing_ground::*;
use super::pdf::texts;

async fn pdf(world: &World, id: &InvoiceId) -> Vec<u8> {
    let input = DownloadInvoice { invoice_id: id.clone() };
    documents::pdf(&world.owner(), input).await.unwrap().bytes
}

async fn issued_with(world: &World, input: serde_json::Value) -> InvoiceView {
    let input: DraftInvoice = serde_json::from_value(input).unwrap();
    let draft = invoices::commands::draft(&world.owner(), input).await.unwrap();
    let input = IssueInvoice { invoice_id: draft.invoice.id, due_days: Some(7) };
    invoices::commands::issue(&world.owner(), input).await.unwrap()
}

on_both_engines! {
    async fn the_totals_of_the_invoice_are_read_back_from_its_pdf(world) {
        open_books(world);
        let customer = customer(world).await;
        let invoice = issued_with(world, json!({ "customer_id": customer, "lines": [
            { "description": "Small server", "unit": "1234.50", "quantity": "2",
              "period": { "start": "2027-02-01", "end": "2027-03-01" } },
            { "description": "Set-up", "unit": "5.00" },
        ] })).await;
        let text = texts(&pdf(world, &invoice.invoice.id).await);
        let flat = text.concat();
        for part in [
            "Invoice", "2027-00001", "31 January 2027", "7 February 2027", "1 February 2027 to 28 February 2027",
            "Nordlicht Hosting GmbH", "Kaistraße 1", "DE123456788", "DE02 1203 0000 0000 2020 51",
            "Ada Lovelace", "Ἀναλυτικὴ Μηχανή и Сыновья", "Łódź",
            "Small server", "1,234.50", "2,469.00", "19 %",
            "EUR 2,474.00", "VAT 19 % (DE) on 2,474.00", "EUR 470.06", "EUR 2,944.06", "Page 1 of 1",
        ] {
            assert!(flat.contains(part), "{part} in {text:?}");
        }
    }

    async fn a_german_document_says_reverse_charge_in_german(world) {
        open_books(world);
        let customer = customer_in(world, "AT", Some("ATU12345678"), "de").await;
        let invoice = issued_with(world, json!({ "customer_id": customer, "lines": [{ "description": "Beratung", "unit": "1000" }] })).await;
        let text = texts(&pdf(world, &invoice.invoice.id).await).concat();
        for part in ["Rechnung", "Fällig am", "ATU12345678", "Steuerschuldnerschaft des Leistungsempfängers", "1.000,00 EUR", "Seite 1 von 1"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    async fn many_lines_take_many_pages_and_all_are_printed(world) {
        open_books(world);
        let customer = customer(world).await;
        let lines: Vec<_> = (1..=180)
            .map(|n| json!({ "description": format!("Position number {n} with a description that is long enough to need a second line"), "unit": "1.00" }))
            .collect();
        let invoice = issued_with(world, json!({ "customer_id": customer, "lines": lines })).await;
        let file = pdf(world, &invoice.invoice.id).await;
        let flat = texts(&file).concat();
        let pages = file.windows(12).filter(|window| *window == b"/Type /Page\n").count();
        assert!(pages > 4, "{pages} pages");
        assert!(flat.contains(&format!("Page {pages} of {pages}")), "{pages} pages");
        for n in 1..=180 {
            assert!(flat.contains(&format!("Position number {n} with")), "{n}");
        }
        assert!(flat.contains("EUR 214.20"));
    }

    async fn the_same_invoice_is_the_same_file_whatever_changed_since(world) {
        open_books(world);
        let customer = customer(world).await;
        let invoice = issued(world, &customer, "10").await.invoice.id;
        let before = pdf(world, &invoice).await;
        let moved = UpdateLegalEntity { name: Some("Somebody else".to_owned()), ..UpdateLegalEntity::default() };
        entity::commands::update(&world.owner(), moved).await.unwrap();
        world.clock.advance_days(400);
        assert!(before == pdf(world, &invoice).await);
        let mailed = world.db.read_now(|tx| documents::pdf_in(tx, invoice.as_str())).unwrap();
        assert!(before == mailed.bytes);
        assert_eq!((mailed.name.as_str(), mailed.content_type.as_str()), ("2027-00001.pdf", "application/pdf"));
    }

    async fn a_credit_note_names_the_invoice_that_it_takes_back(world) {
        open_books(world);
        let customer = customer(world).await;
        let invoice = issued(world, &customer, "10").await.invoice.id;
        let input = CreditInvoice { invoice_id: invoice, reason: "Ordered twice".to_owned() };
        let note = invoices::commands::credit(&world.owner(), input).await.unwrap();
        let text = texts(&pdf(world, &note.invoice.id).await).concat();
        for part in ["Credit note", "2027-00002", "invoice 2027-00001 of 31 January 2027", "Ordered twice", "EUR 11.90"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("Please transfer"));
    }

    async fn a_draft_has_no_pdf_and_others_invoices_are_not_found(world) {
        open_books(world);
        let (mine, theirs) = (customer(world).await, customer(world).await);
        let draft = draft(world, &mine, "10").await.invoice.id;
        let refused = documents::pdf(&world.owner(), DownloadInvoice { invoice_id: draft.clone() }).await.unwrap_err();
        assert!(refused.is("invoices.draft_has_no_pdf"));
        let other = issued(world, &theirs, "10").await.invoice.id;
        let me = world.member(&mine, MemberRole::Owner);
        for invoice_id in [draft, other] {
            assert!(documents::pdf(&me, DownloadInvoice { invoice_id }).await.unwrap_err().is("request.not_found"));
        }
    }
}
