//! The report: what is said of both sides, its digest, and its form as a table.

use hostwright_kernel::{Instant, Money, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::migration::sources::model::{Signature, SourceId};
use crate::platform::secrets::sha256_hex;

/// How many of a kind are where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountRow {
    /// The kind.
    pub kind: String,
    /// Met at the source: in the snapshot, or named by a gap as skipped or a duplicate.
    pub source: i64,
    /// In the snapshot.
    pub snapshot: i64,
    /// Here, counted where it is kept.
    pub here: i64,
    /// Found here and not made: it was here before.
    pub found: i64,
    /// Skipped when it was tried.
    pub skipped: i64,
    /// In the snapshot and not here.
    pub missing: i64,
    /// Made, and not here any more where it was kept: removed since, by whomever.
    pub removed: i64,
}

impl CountRow {
    /// In the snapshot and not here; never below zero.
    #[must_use]
    pub fn with_missing(mut self) -> Self {
        self.missing = self.snapshot.saturating_sub(self.here).saturating_sub(self.found).max(0);
        self
    }
}

text_enum! {
    /// What is summed.
    pub enum Sum {
        /// Credit of customers, and what they owe without a document.
        Balances = "balances",
        /// What is open on documents.
        Unpaid = "unpaid",
        /// What every subscription charges next.
        Next = "next",
    }
}

/// A control sum in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MoneyRow {
    /// What is summed.
    pub sum: Sum,
    /// Everything in the snapshot.
    pub snapshot: Money,
    /// Of the accounts that are here, as the source has it.
    pub moved: Money,
    /// Here, summed where it is kept.
    pub here: Money,
    /// Here less moved.
    pub difference: Money,
}

/// How many of a kind are not here for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReasonRow {
    /// The kind.
    pub kind: String,
    /// Why: a stable code.
    pub reason: String,
    /// How many.
    pub count: i64,
}

/// The report.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReportView {
    /// The source.
    pub source_id: SourceId,
    /// What people call it.
    pub source_name: String,
    /// When it was drawn.
    pub at: Instant,
    /// SHA-256 of counts, sums and reasons: what is signed.
    pub digest: String,
    /// Counts by kind.
    pub counts: Vec<CountRow>,
    /// Control sums by currency.
    pub money: Vec<MoneyRow>,
    /// Why what is not here is not.
    pub reasons: Vec<ReasonRow>,
    /// Gaps that the last reading named.
    pub gaps: i64,
    /// Landed records with a remark: something could not be kept as it was.
    pub remarked: i64,
    /// Records that undo left.
    pub left: i64,
    /// Who signed it.
    pub signature: Option<Signature>,
    /// Whether what was signed is what is shown.
    pub is_signature_current: bool,
}

/// The digest of what is signed.
///
/// # Errors
/// Never for reports that fit memory.
pub fn digest(counts: &[CountRow], money: &[MoneyRow], reasons: &[ReasonRow]) -> Result<String, serde_json::Error> {
    Ok(sha256_hex(serde_json::to_string(&(counts, money, reasons))?.as_bytes()))
}

/// A record that is not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissingView {
    /// Its id in the staging tables.
    pub record_id: String,
    /// Its kind.
    pub kind: String,
    /// The source's identifier.
    pub external_id: String,
    /// What people call it.
    pub name: String,
    /// Why: a stable code.
    pub reason: String,
}

/// The report as comma-separated values (RFC 4180), with what is not here.
#[must_use]
pub fn csv(report: &ReportView, missing: &[MissingView], more: Option<&str>) -> String {
    let mut table = Table(String::new());
    table.row(&["section", "kind", "name", "value", "detail"]);
    table.row(&["report", "source", &report.source_name, report.source_id.as_str(), &report.at.to_string()]);
    table.row(&["report", "digest", "", &report.digest, ""]);
    if let Some(signature) = &report.signature {
        let is_current = if report.is_signature_current { "current" } else { "outdated" };
        table.row(&["report", "signed", &signature.name, &signature.at.to_string(), is_current]);
    }
    for row in &report.counts {
        let numbers = [
            ("source", row.source),
            ("snapshot", row.snapshot),
            ("here", row.here),
            ("found", row.found),
            ("skipped", row.skipped),
            ("missing", row.missing),
            ("removed", row.removed),
        ];
        for (name, number) in numbers {
            table.row(&["count", &row.kind, name, &number.to_string(), ""]);
        }
    }
    for row in &report.money {
        let sums =
            [("snapshot", row.snapshot), ("moved", row.moved), ("here", row.here), ("difference", row.difference)];
        for (name, sum) in sums {
            table.row(&["money", row.sum.as_str(), name, &sum.decimal(), sum.currency.code()]);
        }
    }
    for row in &report.reasons {
        table.row(&["reason", &row.kind, &row.reason, &row.count.to_string(), ""]);
    }
    for one in missing {
        table.row(&["missing", &one.kind, &one.name, &one.external_id, &one.reason]);
    }
    if let Some(after) = more {
        table.row(&["more", "", "", after, ""]);
    }
    table.0
}

struct Table(String);

impl Table {
    fn row(&mut self, cells: &[&str]) {
        let written: Vec<String> = cells.iter().map(|cell| written(cell)).collect();
        self.0.push_str(&written.join(","));
        self.0.push_str("\r\n");
    }
}

/// A cell. What a spreadsheet would run as a formula is written as a text.
fn written(cell: &str) -> String {
    let is_number = cell.strip_prefix('-').unwrap_or(cell).chars().all(|c| c.is_ascii_digit() || c == '.');
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number;
    let text = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
