//! The report on paper, to be signed by hand and kept.

use hostwright_kernel::Instant;
use jiff::tz::TimeZone;

use super::model::ReportView;
use crate::platform::error::{Error, Result};
use crate::platform::paper::{About, Column, SMALL, Sheet, TEXT};
use crate::platform::texts::{FluentValue, Locale, Texts};

/// Draws the report in a language; the file.
///
/// # Errors
/// When a font cannot be embedded.
pub(super) fn draw(report: &ReportView, locale: Locale) -> Result<Vec<u8>> {
    let words = Words { texts: Texts::embedded().map_err(Error::internal)?, locale };
    let mut sheet = Sheet::new()?;
    let title = words.with("report-of", &[("name", report.source_name.clone().into())]);
    sheet.title(&title);
    facts(&mut sheet, &words, report);
    counts(&mut sheet, &words, report);
    money(&mut sheet, &words, report);
    reasons(&mut sheet, &words, report);
    signature(&mut sheet, &words, report);
    let digest = [words.labelled("digest", &report.digest)];
    let number = |page: usize, pages: usize| {
        let values = [("page", page.to_string().into()), ("pages", pages.to_string().into())];
        words.with("page", &values)
    };
    let paper = sheet.with_footers(&digest, number);
    paper.finish(&About { title: &title, author: &report.source_name, language: locale.tag() })
}

fn facts(sheet: &mut Sheet, words: &Words, report: &ReportView) {
    sheet.paragraph(&words.labelled("drawn-at", &words.instant(report.at)), TEXT);
    for (name, count) in [("gaps", report.gaps), ("remarked", report.remarked), ("left", report.left)] {
        sheet.paragraph(&words.labelled(name, &words.count(count)), TEXT);
    }
}

fn counts(sheet: &mut Sheet, words: &Words, report: &ReportView) {
    let columns = [
        Column::text(words.get("kind"), 5),
        Column::number(words.get("at-source"), 3),
        Column::number(words.get("in-snapshot"), 3),
        Column::number(words.get("here"), 3),
        Column::number(words.of("migration-landing-found"), 3),
        Column::number(words.of("migration-landing-skipped"), 3),
        Column::number(words.get("difference"), 3),
    ];
    let rows = report.counts.iter().map(|row| {
        let figures = [row.source, row.snapshot, row.here, row.found, row.skipped, row.missing];
        [words.kind(&row.kind)].into_iter().chain(figures.map(|figure| words.count(figure))).collect()
    });
    section(sheet, words, "counts", &columns, rows.collect(), "no-records");
}

fn money(sheet: &mut Sheet, words: &Words, report: &ReportView) {
    let columns = [
        Column::text(words.get("what"), 5),
        Column::number(words.get("in-snapshot"), 4),
        Column::number(words.get("moved"), 4),
        Column::number(words.get("here"), 4),
        Column::number(words.get("difference"), 4),
    ];
    let rows = report.money.iter().map(|row| {
        let sums = [row.snapshot, row.moved, row.here, row.difference];
        let name = words.of(&format!("migration-sum-{}", row.sum));
        [name].into_iter().chain(sums.map(|sum| words.locale.money(sum))).collect()
    });
    section(sheet, words, "money", &columns, rows.collect(), "no-money");
}

fn reasons(sheet: &mut Sheet, words: &Words, report: &ReportView) {
    let columns =
        [Column::text(words.get("kind"), 4), Column::text(words.get("why"), 12), Column::number(words.get("times"), 3)];
    let rows =
        report.reasons.iter().map(|row| vec![words.kind(&row.kind), words.why(&row.reason), words.count(row.count)]);
    section(sheet, words, "not-here", &columns, rows.collect(), "all-here");
}

/// A table under its heading, or a word for there being none.
fn section(sheet: &mut Sheet, words: &Words, name: &str, columns: &[Column], rows: Vec<Vec<String>>, none: &str) {
    sheet.heading(&words.get(name));
    if rows.is_empty() {
        sheet.paragraph(&words.get(none), TEXT);
    } else {
        sheet.table(columns, &rows);
    }
}

fn signature(sheet: &mut Sheet, words: &Words, report: &ReportView) {
    sheet.heading(&words.get("signature"));
    sheet.paragraph(&words.get("sign-text"), TEXT);
    match &report.signature {
        Some(signature) if report.is_signature_current => {
            let values = [("name", signature.name.clone().into()), ("at", words.instant(signature.at).into())];
            sheet.paragraph(&words.with("signed", &values), TEXT);
        }
        Some(_) => sheet.paragraph(&words.get("signature-outdated"), TEXT),
        None => sheet.paragraph(&words.get("not-signed"), TEXT),
    }
    sheet.gap(4);
    sheet.line_to_fill();
    sheet.paragraph(&words.get("by-hand"), SMALL);
}

/// The words of the page, so that paper and page say the same.
struct Words {
    texts: Texts,
    locale: Locale,
}

impl Words {
    fn of(&self, key: &str) -> String {
        self.texts.get(self.locale, key)
    }

    fn get(&self, name: &str) -> String {
        self.of(&format!("moving-{name}"))
    }

    fn with(&self, name: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        self.texts.get_with(self.locale, &format!("moving-{name}"), values)
    }

    fn labelled(&self, name: &str, value: &str) -> String {
        format!("{}: {value}", self.get(name))
    }

    fn kind(&self, kind: &str) -> String {
        self.of(&format!("migration-kind-{kind}"))
    }

    /// A reason in words: one of ours, or the refusal of the slice that would not take it.
    fn why(&self, reason: &str) -> String {
        let key = format!("migration-not_here-{reason}");
        if self.texts.has(&key) { self.of(&key) } else { reason.to_owned() }
    }

    fn count(&self, count: i64) -> String {
        self.locale.decimal(&count.to_string())
    }

    /// A moment, in the zone that is nobody's: the paper is read elsewhere.
    fn instant(&self, moment: Instant) -> String {
        self.texts.instant(self.locale, &TimeZone::UTC, moment)
    }
}
