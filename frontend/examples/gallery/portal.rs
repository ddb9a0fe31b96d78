use hostwright_frontend::page::{Page, Tone};
use hostwright_frontend::ui::*;

use crate::{day, eur};

pub fn servers(page: &mut Page) -> String {
    let page = &*page;
    let table = Table::new("Your servers")
        .column(Column::text("Name"))
        .column(Column::text("State"))
        .column(Column::text("Address"))
        .column(Column::text("Paid until"))
        .column(Column::actions("Actions"))
        .row(
            Row::to("/portal/servers/1")
                .cell("web-01")
                .cell(State::new(Tone::Good, "Running"))
                .cell(copyable(page, "203.0.113.10"))
                .cell(page.day(day("2026-06-03")))
                .cell(
                    ActionButton::new(page, "servers.shut_down", "Shut down").hidden("server", "1").look(Look::Quiet),
                ),
        )
        .row(
            Row::to("/portal/servers/2")
                .cell("web-02")
                .cell(State::new(Tone::Bad, "Suspended"))
                .cell(copyable(page, "203.0.113.11"))
                .cell(page.day(day("2026-05-03")))
                .cell(ButtonLink::primary("Pay", "/portal/invoices/1")),
        )
        .row(
            Row::to("/portal/servers/3")
                .cell("build")
                .cell(State::new(Tone::Quiet, "Stopped"))
                .cell(copyable(page, "203.0.113.12"))
                .cell(page.day(day("2026-05-21")))
                .cell(ActionButton::new(page, "servers.start", "Start").hidden("server", "3").look(Look::Quiet)),
        );
    Shell::new(page, "Servers")
        .primary(ButtonLink::primary("Order a server", "/portal/servers/new"))
        .add(table)
        .render()
}

pub fn order(page: &mut Page) -> String {
    let page = &*page;
    let plans = vec![
        Choice::new("tiny", "Tiny")
            .detail("1 vCPU, 512 MiB memory, 10 GiB disk, 1 TiB traffic")
            .aside(page.money(eur(299))),
        Choice::new("small", "Small")
            .detail("2 vCPU, 4 GiB memory, 40 GiB disk, 5 TiB traffic")
            .aside(page.money(eur(599))),
        Choice::new("large", "Large")
            .detail("8 vCPU, 32 GiB memory, 320 GiB disk. Sold out until Monday.")
            .aside(page.money(eur(4999)))
            .disabled(),
    ];
    let summary = PriceSummary::new(page, "What it costs")
        .line(
            "Small, 1 month",
            Some(format!("{} to {}", page.day(day("2026-05-03")), page.day(day("2026-06-02")))),
            eur(599),
        )
        .line("Setup", Some("once".to_owned()), eur(500))
        .subtotal("Net", eur(1099))
        .subtotal("19 % VAT", eur(209))
        .total("To pay now", eur(1308))
        .next(format!("Next invoice on {}: {}.", page.day(day("2026-06-03")), page.money(eur(713))));
    let form = Form::new(page, "orders.place")
        .then("/portal/invoices/{id}")
        .field(Field::cards("plan", "Plan", plans).value("small"))
        .field(
            Field::radios(
                "months",
                "Pay",
                vec![Choice::new("1", "Every month"), Choice::new("12", "Every year").detail("One month for free")],
            )
            .value("1"),
        )
        .field(Field::text("hostname", "Name").hint("Letters, digits and dashes, such as web-01."))
        .field(
            Field::textarea("key", "SSH key", 3)
                .placeholder("ssh-ed25519 AAAA…")
                .hint("Your public key; you sign in with it as root."),
        )
        .piece(summary)
        .submit("Order for EUR 13.08");
    Shell::new(page, "Order a server")
        .crumb("Servers", "/portal/servers")
        .add(Panel::new("Your server").add(form))
        .render()
}

pub fn invoice(page: &mut Page) -> String {
    let page = &*page;
    let party = |name: &str, lines: &[&str]| InvoiceParty {
        name: name.to_owned(),
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
    };
    let document = InvoiceDocument {
        page,
        kind: "Invoice".to_owned(),
        number: "2026-00042".to_owned(),
        seller: party("Nordlicht Hosting GmbH", &["Am Kai 7", "24103 Kiel", "Germany", "VAT DE987654321"]),
        buyer: party("Brandt Werbung GmbH", &["Hafenstr. 12", "20457 Hamburg", "Germany", "VAT DE123456789"]),
        facts: vec![("Issued".to_owned(), page.day(day("2026-04-05"))), ("Customer".to_owned(), "10042".to_owned())],
        due: Some(day("2026-04-19")),
        lines: vec![
            InvoiceLine {
                text: "Small, server web-01".to_owned(),
                detail: Some("3 May 2026 to 2 June 2026".to_owned()),
                quantity: "1".to_owned(),
                unit_price: page.money(eur(4458)),
                tax: "19 %".to_owned(),
                net: eur(4458),
            },
            InvoiceLine {
                text: "Additional address".to_owned(),
                detail: Some("203.0.113.14".to_owned()),
                quantity: "2".to_owned(),
                unit_price: page.money(eur(250)),
                tax: "19 %".to_owned(),
                net: eur(500),
            },
        ],
        net: eur(4958),
        taxes: vec![InvoiceTax { text: "19 % VAT".to_owned(), base: eur(4958), tax: eur(942) }],
        gross: eur(5900),
        paid: Some(eur(1000)),
        payable: eur(4900),
        notes: vec!["Please pay within 14 days.".to_owned()],
        payment: vec![
            ("Account".to_owned(), "Nordlicht Hosting GmbH".to_owned()),
            ("IBAN".to_owned(), "DE02 1203 0000 0000 2020 51".to_owned()),
            ("Reference".to_owned(), "2026-00042".to_owned()),
        ],
    };
    Shell::new(page, "Invoice 2026-00042")
        .crumb("Invoices", "/portal/invoices")
        .state(State::new(Tone::Bad, "14 days overdue"))
        .other(ButtonLink::plain("Download PDF", "/portal/invoices/inv_1/pdf"))
        .primary(ButtonLink::primary("Pay EUR 49.00", "#pay"))
        .add(document)
        .render()
}
