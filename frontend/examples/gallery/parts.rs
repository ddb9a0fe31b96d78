use hostwright_frontend::page::{Page, Tone};
use hostwright_frontend::ui::*;

use crate::eur;

pub fn empty(page: &mut Page) -> String {
    let page = &*page;
    Shell::new(page, "Orders")
        .add(
            Table::new("Orders")
                .column(Column::text("Number"))
                .empty(Empty::new("No orders yet", "An order appears here as soon as a customer has accepted a quote. You can also order for a customer.").action(ButtonLink::primary("Order for a customer", "/staff/orders/new"))),
        )
        .render()
}

pub fn parts(page: &mut Page) -> String {
    page.brand.accent = Some("0f766e".to_owned());
    let page = &*page;
    let tones = [
        (Tone::Quiet, "Stopped"),
        (Tone::Working, "Building"),
        (Tone::Good, "Running"),
        (Tone::Warn, "Due soon"),
        (Tone::Bad, "Overdue"),
    ];
    let states = tones.iter().map(|(tone, word)| State::new(*tone, *word).view()).collect::<Vec<_>>();
    let badges = tones.iter().map(|(tone, word)| badge(*tone, *word)).collect::<Vec<_>>();
    let notes = tones
        .iter()
        .map(|(tone, word)| Notes::new(*tone, format!("A sentence that is {word}.")).title(*word).view())
        .collect();
    let buttons = vec![
        ActionButton::new(page, "servers.start", "Primary").look(Look::Primary).hidden("a", "1").view(),
        ActionButton::new(page, "servers.start", "Plain").hidden("a", "2").view(),
        ActionButton::new(page, "servers.start", "Danger").look(Look::Danger).hidden("a", "3").view(),
        ActionButton::new(page, "servers.start", "Quiet").look(Look::Quiet).hidden("a", "4").view(),
        ActionButton::new(page, "servers.start", "Not now").disabled("the node does not answer").view(),
        ActionButton::new(page, "no.such", "Not for you").view(),
    ];
    let credit = BarChart::new(page, "Net of refunds", "EUR", 2)
        .bar("Jan", 12_000)
        .bar("Feb", -4_500)
        .bar("Mar", 0)
        .bar("Apr", 30_100);
    Shell::new(page, "All parts")
        .subtitle("With another accent")
        .add(section("states", "States", Panel::new("Words with dots").add(row(states)).add(row(badges))))
        .add(section("buttons", "Buttons", Panel::new("All looks").add(row(buttons))))
        .add(section("notes", "Notes", stack(notes)))
        .add(Panel::new("A chart below nought").add(credit))
        .add(Panel::new("Console without output").add(Console::new(page, "Serial console", "")))
        .add(Panel::new("History without events").add(Timeline::new(page)))
        .add(PriceSummary::new(page, "One line").line("Small, 1 month", None, eur(499)).total("Total", eur(499)))
        .render()
}
