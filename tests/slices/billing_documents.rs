//! Invoices as PDF: what is printed is what was issued.

use std::collections::BTreeMap;

use hostwright_panel::auth::policy::MemberRole;
use hostwright_panel::billing::documents::{self, queries::DownloadInvoice};
use hostwright_panel::billing::entity::{self, commands::UpdateLegalEntity};
use hostwright_panel::billing::invoices;
use hostwright_panel::billing::invoices::commands::{CreditInvoice, DraftInvoice, IssueInvoice};
use hostwright_panel::billing::invoices::model::{InvoiceId, InvoiceView};
use hostwright_tests::{World, on_both_engines};
use serde_json::json;

use super::billing_ground::*;

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

/// The texts of a PDF of ours, in the order in which they were written: each
/// shown string through the letters that its font declares. Written from the
/// PDF norm, not from the code that writes.
fn texts(file: &[u8]) -> Vec<String> {
    let mut letters: BTreeMap<&str, BTreeMap<u16, String>> = BTreeMap::new();
    let objects = objects(file);
    for name in ["F1", "F2"] {
        let font = reference(file, &format!("/{name} ")).expect("a font");
        let cmap = number_after(objects[&font], "/ToUnicode ").expect("letters");
        letters.insert(name, cmap_of(objects[&cmap]));
    }
    let mut found = Vec::new();
    for object in objects.values() {
        let Some(content) = stream(object).filter(|content| find(content, b"BT\n").is_some()) else {
            continue;
        };
        let mut font = "F1";
        let mut at = 0;
        while at < content.len() {
            let rest = &content[at..];
            if rest.starts_with(b"/F1 ") || rest.starts_with(b"/F2 ") {
                font = if rest[2] == b'1' { "F1" } else { "F2" };
                at += 4;
            } else if rest[0] == b'(' || (rest[0] == b'<' && rest.get(1) != Some(&b'<')) {
                let (codes, length) = string(rest);
                let text: String = codes
                    .chunks(2)
                    .map(|pair| letters[font][&u16::from_be_bytes([pair[0], pair[1]])].as_str())
                    .collect();
                found.push(text + " ");
                at += length;
            } else {
                at += 1;
            }
        }
    }
    found
}

fn find(bytes: &[u8], sign: &[u8]) -> Option<usize> {
    bytes.windows(sign.len()).position(|window| window == sign)
}

/// Every object by its number.
fn objects(file: &[u8]) -> BTreeMap<u32, &[u8]> {
    let mut found = BTreeMap::new();
    let mut at = 0;
    while let Some(sign) = find(&file[at..], b" 0 obj\n").map(|place| at + place) {
        let begin = file[..sign].iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |place| place + 1);
        let number = std::str::from_utf8(&file[begin..sign]).unwrap().parse().unwrap();
        let end = sign + find(&file[sign..], b"\nendobj").expect("an end");
        found.insert(number, &file[sign..end]);
        at = end;
    }
    found
}

fn number_after(bytes: &[u8], sign: &str) -> Option<u32> {
    let at = find(bytes, sign.as_bytes())? + sign.len();
    let digits: Vec<u8> = bytes[at..].iter().copied().take_while(u8::is_ascii_digit).collect();
    String::from_utf8(digits).ok()?.parse().ok()
}

fn reference(file: &[u8], sign: &str) -> Option<u32> {
    let resources = find(file, b"/Resources")?;
    number_after(&file[resources..], sign)
}

fn stream(object: &[u8]) -> Option<&[u8]> {
    let begin = find(object, b"stream\n")? + 7;
    let end = find(object, b"\nendstream")?;
    object.get(begin..end)
}

/// A literal or hexadecimal string at the start: its bytes and how long it is written.
fn string(bytes: &[u8]) -> (Vec<u8>, usize) {
    let mut out = Vec::new();
    if bytes[0] == b'<' {
        let end = find(bytes, b">").expect("an end");
        let hex = std::str::from_utf8(&bytes[1..end]).unwrap();
        out.extend((0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()));
        return (out, end + 1);
    }
    let (mut at, mut depth) = (1, 1);
    while depth > 0 {
        match bytes[at] {
            b'\\' => {
                at += 1;
                match bytes[at] {
                    b'n' => out.push(b'\n'),
                    b'r' => out.push(b'\r'),
                    b't' => out.push(b'\t'),
                    b'b' => out.push(8),
                    b'f' => out.push(12),
                    digit @ b'0'..=b'7' => {
                        let octal = std::str::from_utf8(&bytes[at..at + 3]).unwrap();
                        assert!(digit < b'4');
                        out.push(u8::from_str_radix(octal, 8).unwrap());
                        at += 2;
                    }
                    other => out.push(other),
                }
            }
            b'(' => {
                depth += 1;
                out.push(b'(');
            }
            b')' => {
                depth -= 1;
                if depth > 0 {
                    out.push(b')');
                }
            }
            other => out.push(other),
        }
        at += 1;
    }
    (out, at)
}

/// The letters of a font by their codes.
fn cmap_of(object: &[u8]) -> BTreeMap<u16, String> {
    let text = String::from_utf8_lossy(stream(object).expect("letters")).into_owned();
    let mut letters = BTreeMap::new();
    let mut ranges = false;
    let code = |hex: &str| u16::from_str_radix(hex, 16).unwrap();
    for line in text.lines() {
        if line.ends_with("beginbfrange") || line.ends_with("beginbfchar") {
            ranges = line.ends_with("beginbfrange");
        }
        let parts: Vec<&str> = line.split(['<', '>', ' ']).filter(|part| !part.is_empty()).collect();
        if !line.starts_with('<') || line.contains("FFFF") || line.contains("ffff") {
            continue;
        }
        let letter = |hex: &str, plus: u16| {
            let mut units: Vec<u16> = (0..hex.len()).step_by(4).map(|i| code(&hex[i..i + 4])).collect();
            *units.last_mut().unwrap() += plus;
            String::from_utf16(&units).unwrap()
        };
        match (ranges, parts.as_slice()) {
            (true, [from, to, first]) => {
                for plus in 0..=(code(to) - code(from)) {
                    letters.insert(code(from) + plus, letter(first, plus));
                }
            }
            (false, [from, first]) => {
                letters.insert(code(from), letter(first, 0));
            }
            _ => {}
        }
    }
    letters
}
