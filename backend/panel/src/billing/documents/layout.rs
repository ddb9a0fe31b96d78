//! Where everything stands on the page.

use super::words::{Words, address};
use crate::billing::invoices::document::Document;
use crate::billing::invoices::model::LineView;
use crate::platform::error::Result;
use crate::platform::paper::{
    About, BOTTOM, LEADING, LEFT, RIGHT, SMALL, STRONG, Sheet, Style, TEXT, TITLE, TOP, lines,
};

/// Right edges of the columns of figures.
const QUANTITY: f32 = RIGHT - 208.0;
const UNIT: f32 = RIGHT - 128.0;
const RATE: f32 = RIGHT - 78.0;
/// Left edge and room of the descriptions.
const DESCRIPTION: f32 = LEFT + 24.0;
const DESCRIPTION_ROOM: f32 = QUANTITY - 46.0 - DESCRIPTION;
/// Left edge of the sums.
const SUMS: f32 = RIGHT - 250.0;

/// Draws the document; the file.
pub(super) fn draw(document: &Document) -> Result<Vec<u8>> {
    let words = Words::of(document)?;
    let mut sheet = Sheet::new()?;
    head(&mut sheet, &words, document);
    columns(&mut sheet, &words, document);
    for line in &document.lines {
        row(&mut sheet, &words, document, line);
    }
    sums(&mut sheet, &words, document);
    closing(&mut sheet, &words, document);
    let own = sheet.paper.wrapped(&footer(&words, document), SMALL, RIGHT - LEFT - 70.0);
    let paper = sheet.with_footers(&own, |page, pages| words.page(page, pages));
    let title = format!("{} {}", words.title(document.kind), document.number.clone().unwrap_or_default());
    paper.finish(&About { title: &title, author: &document.seller.name, language: words.language() })
}

fn head(sheet: &mut Sheet, words: &Words, document: &Document) {
    let seller = &document.seller;
    let title = words.title(document.kind);
    sheet.paper.write_right(RIGHT, sheet.y, &title, TITLE);
    let room = RIGHT - LEFT - sheet.paper.width(&title, TITLE) - 20.0;
    let name = Style { size: 13.0, ..STRONG };
    for line in sheet.paper.wrapped(&seller.name, name, room) {
        sheet.paper.write(LEFT, sheet.y, &line, name);
        sheet.down(16.0);
    }
    sheet.y = sheet.y.max(TOP + 16.0) + 34.0;

    let begin = sheet.y;
    let sender = [seller.name.clone(), seller.street.clone(), format!("{} {}", seller.postal_code, seller.city)]
        .into_iter()
        .filter(|part| !part.trim().is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    let half = 240.0;
    for line in sheet.paper.wrapped(&sender, SMALL, half) {
        sheet.paper.write(LEFT, sheet.y, &line, SMALL);
        sheet.down(10.0);
    }
    sheet.down(6.0);
    for part in address(&document.buyer) {
        for line in sheet.paper.wrapped(&part, Style { size: 10.0, ..TEXT }, half) {
            sheet.paper.write(LEFT, sheet.y, &line, Style { size: 10.0, ..TEXT });
            sheet.down(13.0);
        }
    }
    let below_address = sheet.y;

    sheet.y = begin;
    for (name, value) in facts(words, document) {
        sheet.paper.write(LEFT + 260.0, sheet.y, &name, SMALL);
        let room = RIGHT - LEFT - 260.0 - 62.0;
        for line in sheet.paper.wrapped(&value, TEXT, room) {
            sheet.paper.write_right(RIGHT, sheet.y, &line, TEXT);
            sheet.down(LEADING);
        }
        sheet.down(2.0);
    }
    sheet.y = sheet.y.max(below_address) + 26.0;
    if let Some(corrects) = words.corrects(document) {
        sheet.paragraph(&corrects, STRONG);
        sheet.down(8.0);
    }
}

/// What stands beside the address, without what is not there.
fn facts(words: &Words, document: &Document) -> Vec<(String, String)> {
    let period = document.period.map(|period| words.period(period)).unwrap_or_default();
    [
        ("number", document.number.clone().unwrap_or_default()),
        ("issue-day", words.day(document.issue_day)),
        ("due-day", words.day(document.due_day)),
        ("period", period),
        ("customer-number", document.buyer.number.to_string()),
        ("buyer-tax-number", document.buyer.tax_number.clone().unwrap_or_default()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| (words.get(name), value))
    .collect()
}

fn columns(sheet: &mut Sheet, words: &Words, document: &Document) {
    let currency = document.total.currency.code();
    sheet.paper.write(LEFT, sheet.y, &words.get("position"), SMALL);
    sheet.paper.write(DESCRIPTION, sheet.y, &words.get("description"), SMALL);
    for (right, name) in [(QUANTITY, "quantity"), (UNIT, "unit"), (RATE, "rate")] {
        sheet.paper.write_right(right, sheet.y, &words.get(name), SMALL);
    }
    let net = format!("{} {currency}", words.get("net"));
    sheet.paper.write_right(RIGHT, sheet.y, &net, SMALL);
    sheet.down(5.0);
    sheet.paper.rule(LEFT, RIGHT, sheet.y, 0.55);
    sheet.down(LEADING);
}

fn row(sheet: &mut Sheet, words: &Words, document: &Document, line: &LineView) {
    let description = sheet.paper.wrapped(&line.description, TEXT, DESCRIPTION_ROOM);
    let period = line
        .period
        .map(|period| sheet.paper.wrapped(&words.period(period), SMALL, DESCRIPTION_ROOM))
        .unwrap_or_default();
    // A row stays together unless it alone is longer than a page.
    let height = LEADING * lines(description.len().max(1)) + 10.0 * lines(period.len()) + 4.0;
    if sheet.make_room(height.min(BOTTOM - TOP - 40.0)) {
        columns(sheet, words, document);
    }
    sheet.paper.write(LEFT, sheet.y, &line.position.to_string(), TEXT);
    sheet.paper.write_right(QUANTITY, sheet.y, &words.quantity(line), TEXT);
    sheet.paper.write_right(UNIT, sheet.y, &words.amount(line.unit), TEXT);
    sheet.paper.write_right(RATE, sheet.y, &words.rate(line), TEXT);
    sheet.paper.write_right(RIGHT, sheet.y, &words.amount(line.net), TEXT);
    for text in description {
        sheet.make_room(LEADING);
        sheet.paper.write(DESCRIPTION, sheet.y, &text, TEXT);
        sheet.down(LEADING);
    }
    for text in period {
        sheet.paper.write(DESCRIPTION, sheet.y - 1.5, &text, SMALL);
        sheet.down(10.0);
    }
    sheet.down(4.0);
}

fn sums(sheet: &mut Sheet, words: &Words, document: &Document) {
    let needed = LEADING * lines(document.groups.len()) + 60.0;
    sheet.make_room(needed);
    sheet.paper.rule(LEFT, RIGHT, sheet.y - 8.0, 0.55);
    sheet.down(6.0);
    let mut sum = |name: &str, value: &str, style: Style| {
        sheet.paper.write(SUMS, sheet.y, name, style);
        sheet.paper.write_right(RIGHT, sheet.y, value, style);
        sheet.y += LEADING + 2.0;
    };
    sum(&words.get("net-sum"), &words.money(document.net), TEXT);
    for group in &document.groups {
        sum(&words.group(group), &words.money(group.tax), TEXT);
    }
    sheet.paper.rule(SUMS, RIGHT, sheet.y - 8.0, 0.75);
    sheet.down(5.0);
    let total = Style { size: 11.0, ..STRONG };
    sheet.paper.write(SUMS, sheet.y, &words.get("total"), total);
    sheet.paper.write_right(RIGHT, sheet.y, &words.money(document.total), total);
    sheet.down(32.0);
}

fn closing(sheet: &mut Sheet, words: &Words, document: &Document) {
    for note in &document.notes {
        sheet.paragraph(note, TEXT);
        sheet.down(5.0);
    }
    if let Some(payment) = words.payment(document) {
        sheet.paragraph(&payment, TEXT);
    }
}

/// What the law and a payer want to find on every page.
fn footer(words: &Words, document: &Document) -> String {
    let seller = &document.seller;
    let tax_number = if seller.tax_number.is_empty() {
        String::new()
    } else {
        format!("{} {}", words.get("seller-tax-number"), seller.tax_number)
    };
    let town = format!("{} {}", seller.postal_code, seller.city);
    [&seller.name, &seller.street, &town, &seller.country, &tax_number, &seller.email, &seller.bank_account]
        .into_iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}
