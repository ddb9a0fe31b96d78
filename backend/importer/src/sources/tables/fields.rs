//! The columns of a row as they are asked for, one after the other. What was not asked for
//! is an extra of the record, or a gap.

use hostwright_kernel::{Currency, Day, Instant};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::told::Pending;
use crate::formats::sql_dump::{Column, ColumnKind, Row, Value, repair};
use crate::snapshot::values::{Amount, Extra, Secret};
use crate::snapshot::{GapKind, Kind};

/// Years that are believed.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2100;

/// A row as a record takes it apart.
pub struct Fields<'r> {
    row: &'r Row,
    used: Vec<bool>,
    kind: Kind,
    id: String,
    gaps: Vec<Pending>,
    extra: Vec<Extra>,
    is_rest_kept: bool,
}

/// Whether text is one of MySQL's ways to say that there is no date.
fn is_zero_date(text: &str) -> bool {
    text.starts_with("0000-00-00")
}

impl<'r> Fields<'r> {
    /// The fields of a row that becomes a record of this kind, or part of one.
    #[must_use]
    pub fn of(row: &'r Row, kind: Kind) -> Self {
        let used = vec![false; row.values.len()];
        Self { row, used, kind, id: String::new(), gaps: Vec::new(), extra: Vec::new(), is_rest_kept: false }
    }

    /// The same with the identifier that this column holds.
    #[must_use]
    pub fn with_id(row: &'r Row, kind: Kind, column: &str) -> Self {
        let mut fields = Self::of(row, kind);
        fields.id = fields.text(column).map(|id| id.trim().to_owned()).unwrap_or_default();
        fields
    }

    /// Puts something before the identifier, for kinds that are made of several tables.
    #[must_use]
    pub fn prefixed(mut self, prefix: &str) -> Self {
        if !self.id.is_empty() {
            self.id = format!("{prefix}{}", self.id);
        }
        self
    }

    /// Sets the identifier.
    pub fn set_id(&mut self, id: &str) {
        id.clone_into(&mut self.id);
    }

    /// The identifier; empty where there is none.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it becomes.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The row.
    #[must_use]
    pub fn row(&self) -> &'r Row {
        self.row
    }

    /// Whether the table has this column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.row.value(column).is_some()
    }

    /// Tells a gap of this row.
    pub fn gap(&mut self, kind: GapKind, field: &str, reason: impl Into<String>) {
        let field = Some(field.to_owned()).filter(|field| !field.is_empty());
        let (table, line) = (self.row.header.table.clone(), self.row.line);
        self.gaps.push(Pending { kind, table, field, reason: reason.into(), line });
    }

    /// Keeps a fact that has no field of its own.
    pub fn keep(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.extra.push(Extra { name: name.to_owned(), value });
        }
    }

    fn mark(&mut self, column: &str) {
        if let Some(used) = self.row.position(column).and_then(|position| self.used.get_mut(position)) {
            *used = true;
        }
    }

    /// The text of a column, whatever it holds; absent where it is NULL, empty or not there.
    pub fn text(&mut self, column: &str) -> Option<String> {
        self.mark(column);
        let row = self.row;
        let text = match row.value(column)? {
            Value::Null => None,
            Value::Number(digits) => Some(digits.clone()),
            Value::Bits(bits) => Some(bits.map_or_else(|| "more than 64 bits".to_owned(), |bits| bits.to_string())),
            Value::Text(bytes) | Value::Bytes(bytes) => {
                let column_kind = row.position(column).and_then(|at| row.header.columns.get(at)).map(|one| one.kind);
                if column_kind == Some(ColumnKind::Bits) && bytes.len() <= 8 {
                    let number = bytes.iter().fold(0u64, |all, byte| (all << 8) | u64::from(*byte));
                    return Some(number.to_string());
                }
                let repaired = repair(bytes);
                if let Some(repair) = repaired.repair {
                    self.gap(GapKind::FactChanged, column, repair.reason());
                }
                Some(repaired.text)
            }
            Value::Expression(text) => {
                let reason = format!("an expression ({text}) is not evaluated");
                self.gap(GapKind::FactLost, column, reason);
                None
            }
        };
        text.filter(|text| !text.trim().is_empty())
    }

    /// Bytes of a column as they are.
    pub fn bytes(&mut self, column: &str) -> Option<Vec<u8>> {
        self.mark(column);
        match self.row.value(column)? {
            Value::Text(bytes) | Value::Bytes(bytes) if !bytes.is_empty() => Some(bytes.clone()),
            Value::Number(digits) => Some(digits.clone().into_bytes()),
            _ => None,
        }
    }

    /// Text for people, with the HTML entities in it decoded.
    pub fn words(&mut self, column: &str) -> Option<String> {
        let text = self.text(column)?;
        let decoded = html_escape::decode_html_entities(&text);
        if decoded == text {
            return Some(text);
        }
        self.gap(GapKind::FactChanged, column, "HTML entities in it were decoded");
        Some(decoded.into_owned())
    }

    /// Text, empty where there is none.
    pub fn string(&mut self, column: &str) -> String {
        self.text(column).unwrap_or_default()
    }

    /// A reference to another row; zero means none.
    pub fn reference(&mut self, column: &str) -> Option<String> {
        self.text(column).map(|id| id.trim().to_owned()).filter(|id| id != "0")
    }

    /// Yes or no.
    pub fn flag(&mut self, column: &str) -> bool {
        let Some(word) = self.text(column) else { return false };
        match word.trim().to_ascii_lowercase().as_str() {
            "1" | "on" | "yes" | "true" | "y" | "t" => true,
            "0" | "off" | "no" | "false" | "n" | "f" => false,
            _ => {
                let number = word.trim().parse::<u64>();
                if number.is_err() {
                    self.gap(GapKind::FactChanged, column, "neither yes nor no; read as no");
                    self.keep(column, word);
                }
                number.is_ok_and(|number| number > 0)
            }
        }
    }

    /// A whole number.
    pub fn count(&mut self, column: &str) -> Option<u64> {
        let text = self.text(column)?;
        let whole = text.trim().trim_end_matches('0').strip_suffix('.').unwrap_or(text.trim());
        match whole.parse() {
            Ok(number) => Some(number),
            Err(_) => {
                self.gap(GapKind::FactChanged, column, "not a whole number; kept as text");
                self.keep(column, text);
                None
            }
        }
    }

    /// A day; of a date and time only the date.
    pub fn day(&mut self, column: &str) -> Option<Day> {
        let text = self.text(column)?;
        let text = text.trim();
        if is_zero_date(text) {
            self.gap(GapKind::FactChanged, column, "a zero date; read as none");
            return None;
        }
        let day = text.get(..10).and_then(|date| date.parse::<Date>().ok());
        match day.filter(|day| YEARS.contains(&day.year())).and_then(|day| Day::from_civil(day).ok()) {
            Some(day) => Some(day),
            None => {
                self.gap(GapKind::FactChanged, column, "not a date that is believed; kept as text");
                self.keep(column, text);
                None
            }
        }
    }

    /// A moment, in the zone of the source where it names none.
    pub fn moment(&mut self, column: &str, zone: &TimeZone) -> Option<Instant> {
        let text = self.text(column)?;
        let text = text.trim();
        if is_zero_date(text) {
            self.gap(GapKind::FactChanged, column, "a zero date; read as none");
            return None;
        }
        let moment = moment_of(text, zone);
        if moment.is_none() {
            self.gap(GapKind::FactChanged, column, "not a moment that is believed; kept as text");
            self.keep(column, text);
        }
        moment
    }

    /// An amount of this currency.
    pub fn amount(&mut self, column: &str, currency: Option<Currency>) -> Option<Amount> {
        let text = self.text(column)?;
        let Some(currency) = currency else {
            self.gap(GapKind::FactLost, column, "the currency is not known; the number is kept as text");
            self.keep(column, text);
            return None;
        };
        if let Ok(amount) = Amount::parse(&text, currency) {
            return Some(amount);
        }
        // `12,50` can mean one thing only; `1,250` cannot.
        let comma = text.trim().split_once(',').filter(|(_, cents)| cents.len() == 2 && !text.contains('.'));
        let with_point = comma.map(|(whole, cents)| format!("{whole}.{cents}"));
        if let Some(amount) = with_point.and_then(|text| Amount::parse(&text, currency).ok()) {
            self.gap(GapKind::FactChanged, column, "an amount with a decimal comma");
            return Some(amount);
        }
        self.gap(GapKind::FactLost, column, "not an amount; kept as text");
        self.keep(column, text);
        None
    }

    /// A secret as it is.
    pub fn secret(&mut self, column: &str) -> Option<Secret> {
        self.text(column).map(Secret)
    }

    /// Columns that are known and told elsewhere, or are worth nothing outside of the source.
    pub fn known(&mut self, columns: &[&str]) {
        for column in columns {
            self.mark(column);
        }
    }

    /// A column that is not taken although it holds something.
    pub fn lost(&mut self, column: &str, reason: &str) {
        self.mark(column);
        if is_fact(self.row.value(column), None) {
            self.gap(GapKind::FactLost, column, reason);
        }
    }

    /// All that was not asked for, as extras. A column that is NULL, empty, a zero date, or zero
    /// as its declared default is, holds no fact.
    pub fn rest(&mut self) -> Vec<Extra> {
        self.is_rest_kept = true;
        for name in self.unused() {
            if let Some(value) = self.text(&name) {
                self.keep(&name, value);
            }
        }
        std::mem::take(&mut self.extra)
    }

    /// All columns that are not NULL, as name and value in turn.
    pub fn all(&mut self) -> Vec<String> {
        let row = self.row;
        let mut pairs = Vec::new();
        for column in &row.header.columns {
            if let Some(value) = self.text(&column.name) {
                pairs.extend([column.name.clone(), value]);
            }
        }
        pairs
    }

    fn unused(&self) -> Vec<String> {
        let columns = self.row.header.columns.iter().zip(&self.row.values).zip(&self.used);
        columns
            .filter(|((column, value), is_used)| !**is_used && is_fact(Some(value), Some(column)))
            .map(|((column, _), _)| column.name.clone())
            .collect()
    }

    /// The gaps of this row; facts that no one asked for and no extra keeps are among them.
    pub(super) fn into_gaps(mut self) -> Vec<Pending> {
        if !self.is_rest_kept {
            for name in self.unused() {
                self.gap(GapKind::FactLost, &name, "the record has no place for this column");
            }
        }
        for extra in std::mem::take(&mut self.extra) {
            self.gap(GapKind::FactLost, &extra.name, "the record has no place for this fact");
        }
        self.gaps
    }
}

/// A moment as text: with a zone, without one, or a day.
fn moment_of(text: &str, zone: &TimeZone) -> Option<Instant> {
    let believed = |moment: Instant| {
        let year = moment.timestamp().to_zoned(TimeZone::UTC).year();
        YEARS.contains(&year).then_some(moment)
    };
    if let Ok(moment) = text.parse::<Instant>() {
        return believed(moment);
    }
    let civil = text.parse::<DateTime>().ok().or_else(|| text.parse::<Date>().ok().map(DateTime::from))?;
    let zoned = civil.to_zoned(zone.clone()).ok()?;
    Instant::from_micros(zoned.timestamp().as_microsecond()).ok().and_then(believed)
}

fn is_fact(value: Option<&Value>, column: Option<&Column>) -> bool {
    let as_default = |text: &str| {
        let default = column.and_then(|column| column.default.as_ref());
        let default = match default {
            Some(Value::Text(bytes)) => std::str::from_utf8(bytes).unwrap_or("").to_owned(),
            Some(Value::Number(digits)) => digits.clone(),
            _ => String::new(),
        };
        let is_zero = |text: &str| !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        is_zero(text) && is_zero(&default)
    };
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Number(digits)) => !as_default(digits),
        Some(Value::Text(bytes) | Value::Bytes(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => !text.trim().is_empty() && !is_zero_date(text.trim()) && !as_default(text.trim()),
            Err(_) => true,
        },
        Some(Value::Bits(bits)) => *bits != Some(0),
        Some(Value::Expression(_)) => true,
    }
}
