//! The words for people, in every language, and how dates, amounts and numbers
//! are written in them.
//!
//! Pages and mails speak through the same [`Texts`], so a thing has one name.
//! All texts live in `locales/<language>/*.ftl`, one Fluent file per slice, and
//! are part of the binary. English is the language of last resort. A dot in a
//! key is read as a dash: the error code `invoices.already-issued` is the
//! message `invoices-already-issued`.
//!
//! Deliberately absent: texts in the database, and a language chosen by country.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use hostwright_kernel::{Day, Instant, Money};
use include_dir::{Dir, include_dir};
use jiff::tz::TimeZone;
use unic_langid::LanguageIdentifier;

pub use fluent_bundle::FluentValue;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../locales");

/// A language that the pages and mails are complete in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Locale {
    /// English, and the language of last resort.
    #[default]
    En,
    /// German.
    De,
}

/// The language tag is not one of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a language of this panel")]
pub struct UnknownLocale(pub String);

impl Locale {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// The BCP 47 tag, as in the `lang` attribute of a page.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The language's own name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
        }
    }

    /// The best of our languages for an `Accept-Language` header.
    #[must_use]
    pub fn negotiate(accept_language: &str) -> Self {
        let mut best: Option<(u32, Self)> = None;
        for part in accept_language.split(',') {
            let mut pieces = part.split(';');
            let Some(locale) = pieces.next().and_then(|tag| tag.parse().ok()) else {
                continue;
            };
            let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q=")).map_or(1000, thousandths);
            if weight > 0 && best.is_none_or(|(held, _)| weight > held) {
                best = Some((weight, locale));
            }
        }
        best.map_or(Self::default(), |(_, locale)| locale)
    }

    /// A number with two or more decimals as a person of this language types it
    /// (`1.234,50`) in canonical form (`1234.50`); None when it is not a number
    /// or when it cannot be told which sign parts the decimals.
    #[must_use]
    pub fn canonical_decimal(self, typed: &str) -> Option<String> {
        let (group, point) = self.separators();
        let typed: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '\'').collect();
        let (sign, digits) = typed.strip_prefix('-').map_or(("", typed.as_str()), |rest| ("-", rest));
        let (whole, fraction) = match digits.split_once(point) {
            Some((whole, fraction)) => (whole.to_owned(), fraction),
            None => match digits.rsplit_once(group) {
                // "59.00" from a German keyboard is meant as a decimal point;
                // three digits after the sign are a group of thousands.
                Some((whole, fraction)) if fraction.len() != 3 && !whole.contains(group) => {
                    (whole.to_owned(), fraction)
                }
                _ => (digits.to_owned(), ""),
            },
        };
        let whole = ungroup(&whole, group)?;
        let all_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        if !all_digits(&whole) || !all_digits(fraction) || whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let whole = if whole.is_empty() { "0" } else { whole.as_str() };
        Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
    }

    /// A canonical decimal (`-1234.50`) in the signs of this language.
    #[must_use]
    pub fn decimal(self, canonical: &str) -> String {
        let (group, point) = self.separators();
        let (sign, digits) = canonical.strip_prefix('-').map_or(("", canonical), |rest| ("\u{2212}", rest));
        let (whole, fraction) =
            digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
        let mut text = String::with_capacity(canonical.len().saturating_add(6));
        text.push_str(sign);
        for (index, digit) in whole.chars().enumerate() {
            let left = whole.len().saturating_sub(index);
            if index > 0 && left.is_multiple_of(3) {
                text.push(group);
            }
            text.push(digit);
        }
        if let Some(fraction) = fraction {
            text.push(point);
            text.push_str(fraction);
        }
        text
    }

    /// An amount with its currency: `EUR 59.00` in English, `59,00 EUR` in German.
    #[must_use]
    pub fn money(self, amount: Money) -> String {
        let number = self.decimal(&amount.decimal());
        let code = amount.currency.code().to_owned();
        match self {
            Self::En => format!("{code} {number}"),
            Self::De => format!("{number} {code}"),
        }
    }

    const fn separators(self) -> (char, char) {
        match self {
            Self::En => (',', '.'),
            Self::De => ('.', ','),
        }
    }
}

/// A quality between 0 and 1 with up to three decimals; 0 for anything else.
fn thousandths(quality: &str) -> u32 {
    match quality.trim().split_once('.') {
        None if quality.trim() == "1" => 1000,
        Some(("1", _)) => 1000,
        Some(("0" | "", decimals)) => {
            format!("{decimals:0<3}").get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(0)
        }
        _ => 0,
    }
}

/// The whole part without its group signs; None when a group is not three digits.
fn ungroup(whole: &str, group: char) -> Option<String> {
    let mut groups = whole.split(group);
    let mut text = groups.next()?.to_owned();
    for part in groups {
        if part.len() != 3 || text.is_empty() {
            return None;
        }
        text.push_str(part);
    }
    Some(text)
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Locale {
    type Err = UnknownLocale;

    /// The language of a tag; the region and script are ignored.
    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        let language = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|locale| locale.tag().eq_ignore_ascii_case(language))
            .ok_or_else(|| UnknownLocale(tag.to_owned()))
    }
}

/// A text file that Fluent cannot read, or a key that two files define.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct BadTexts {
    /// The file below `locales/`.
    pub file: String,
    /// What is wrong with it.
    pub problem: String,
}

/// A text that one language has and another lacks, or that asks for other values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The language that falls short.
    pub locale: Locale,
    /// The message.
    pub key: String,
    /// What differs from English.
    pub problem: String,
}

/// Days that are kept in words.
const DAYS_MAX: usize = 1_000;

/// All texts, ready to be read from any thread.
#[derive(Clone)]
pub struct Texts {
    bundles: Arc<BTreeMap<Locale, FluentBundle<FluentResource>>>,
    /// Days in words, once asked for: a list says the same few in each of its rows.
    days: Arc<RwLock<BTreeMap<(Locale, Day), String>>>,
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts").finish_non_exhaustive()
    }
}

impl Texts {
    /// The texts that are part of this binary, read once for each process: reading
    /// them costs more than drawing a page.
    ///
    /// # Errors
    /// The first file that cannot be read or that defines a key again.
    pub fn embedded() -> Result<Self, BadTexts> {
        static READ: OnceLock<Result<Texts, BadTexts>> = OnceLock::new();
        READ.get_or_init(Self::read).clone()
    }

    fn read() -> Result<Self, BadTexts> {
        let mut bundles = BTreeMap::new();
        for locale in Locale::ALL {
            bundles.insert(locale, load(locale)?);
        }
        Ok(Self { bundles: Arc::new(bundles), days: Arc::default() })
    }

    /// A text without values.
    #[must_use]
    pub fn get(&self, locale: Locale, key: &str) -> String {
        self.get_with(locale, key, &[])
    }

    /// A text with values. Falls back to English and then to the key itself; a
    /// missing text is logged, never a failure, for a page with one odd word is
    /// better than none.
    #[must_use]
    pub fn get_with(&self, locale: Locale, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        let id = if key.contains('.') { Cow::Owned(key.replace('.', "-")) } else { Cow::Borrowed(key) };
        for candidate in [locale, Locale::En] {
            if let Some(text) = self.lookup(candidate, &id, args) {
                return text;
            }
        }
        tracing::warn!(key = %id, locale = %locale, "text is missing");
        key.to_owned()
    }

    /// Whether any language has this text.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        let id = key.replace('.', "-");
        self.bundles.values().any(|bundle| bundle.has_message(&id))
    }

    /// A day in words: 3 May 2026.
    #[must_use]
    pub fn day(&self, locale: Locale, day: Day) -> String {
        let known = self.days.read().unwrap_or_else(PoisonError::into_inner).get(&(locale, day)).cloned();
        known.unwrap_or_else(|| {
            let words = self.day_in_words(locale, day);
            let mut days = self.days.write().unwrap_or_else(PoisonError::into_inner);
            if days.len() >= DAYS_MAX {
                days.clear();
            }
            days.insert((locale, day), words.clone());
            words
        })
    }

    fn day_in_words(&self, locale: Locale, day: Day) -> String {
        let month = self.get(locale, &format!("ui-month-{}", day.month()));
        self.get_with(
            locale,
            "ui-day",
            &[("day", day.day().to_string().into()), ("month", month.into()), ("year", day.year().to_string().into())],
        )
    }

    /// A moment in words, in a person's time zone: 3 May 2026, 14:05 (CEST).
    #[must_use]
    pub fn instant(&self, locale: Locale, zone: &TimeZone, moment: Instant) -> String {
        let day = self.day(locale, moment.day_in(zone));
        let offset = zone.to_offset_info(moment.timestamp());
        self.get_with(
            locale,
            "ui-instant",
            &[
                ("day", day.into()),
                ("time", clock_time(zone, moment, false).into()),
                ("zone", offset.abbreviation().to_owned().into()),
            ],
        )
    }

    /// An amount: see [`Locale::money`].
    #[must_use]
    pub fn money(&self, locale: Locale, amount: Money) -> String {
        locale.money(amount)
    }

    /// What the other languages lack against English. A test keeps this empty.
    #[must_use]
    pub fn gaps() -> Vec<Gap> {
        let english = messages(Locale::En);
        let mut gaps = Vec::new();
        for locale in Locale::ALL {
            let own = messages(locale);
            for (key, variables) in &english {
                let problem = match own.get(key) {
                    None => Some("is missing".to_owned()),
                    Some(found) if found != variables => Some(format!("uses {found:?}, English uses {variables:?}")),
                    Some(_) => None,
                };
                gaps.extend(problem.map(|problem| Gap { locale, key: key.clone(), problem }));
            }
            for key in own.keys().filter(|key| !english.contains_key(*key)) {
                gaps.push(Gap { locale: Locale::En, key: key.clone(), problem: format!("only {locale} has it") });
            }
        }
        gaps
    }

    fn lookup(&self, locale: Locale, id: &str, args: &[(&str, FluentValue<'_>)]) -> Option<String> {
        let bundle = self.bundles.get(&locale)?;
        let pattern = bundle.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let text = if args.is_empty() {
            bundle.format_pattern(pattern, None, &mut errors).into_owned()
        } else {
            let mut values = FluentArgs::with_capacity(args.len());
            for (name, value) in args {
                values.set((*name).to_owned(), value.clone());
            }
            bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned()
        };
        if !errors.is_empty() {
            tracing::warn!(key = %id, locale = %locale, ?errors, "text lacks a value");
        }
        Some(text)
    }
}

/// The time of day in a zone: `14:05`, or `14:05:09` for logs.
#[must_use]
pub fn clock_time(zone: &TimeZone, moment: Instant, seconds: bool) -> String {
    let time = moment.timestamp().to_zoned(zone.clone()).time();
    if seconds {
        format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
    } else {
        format!("{:02}:{:02}", time.hour(), time.minute())
    }
}

fn files(locale: Locale) -> impl Iterator<Item = (String, &'static str)> {
    EMBEDDED
        .get_dir(locale.tag())
        .into_iter()
        .flat_map(Dir::files)
        .filter(|file| file.path().extension().is_some_and(|ext| ext == "ftl"))
        .filter_map(|file| Some((file.path().display().to_string(), file.contents_utf8()?)))
}

fn load(locale: Locale) -> Result<FluentBundle<FluentResource>, BadTexts> {
    let bad = |file: &str, problem: String| BadTexts { file: file.to_owned(), problem };
    let language: LanguageIdentifier =
        locale.tag().parse().map_err(|problem| bad(locale.tag(), format!("{problem}")))?;
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // The marks around values that Fluent would add are for mixed writing
    // directions, and break tests, mails and copied text.
    bundle.set_use_isolating(false);
    for (file, source) in files(locale) {
        let resource =
            FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| bad(&file, format!("{errors:?}")))?;
        bundle.add_resource(resource).map_err(|errors| bad(&file, format!("{errors:?}")))?;
    }
    Ok(bundle)
}

/// Each message of a language with the values it asks for, read from the source.
fn messages(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, source) in files(locale) {
        let mut current: Option<String> = None;
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            let starts_message = line.starts_with(|c: char| c.is_ascii_alphabetic());
            if let Some((key, _)) = line.split_once('=').filter(|_| starts_message) {
                found.entry(key.trim().to_owned()).or_default();
                current = Some(key.trim().to_owned());
            }
            let Some(variables) = current.as_ref().and_then(|key| found.get_mut(key)) else {
                continue;
            };
            for after in line.split('$').skip(1) {
                let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
                variables.insert(after.get(..end.unwrap_or(after.len())).unwrap_or_default().to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_language_has_every_text_with_the_same_values() {
        assert_eq!(Texts::gaps(), Vec::new());
        Texts::embedded().unwrap();
    }

    #[test]
    fn the_browser_gets_the_language_it_prefers_most() {
        assert_eq!(Locale::negotiate("fr, de-CH;q=0.8, en;q=0.9"), Locale::En);
        assert_eq!(Locale::negotiate("de-AT,de;q=0.9,en;q=0.8"), Locale::De);
        assert_eq!(Locale::negotiate("en;q=0, de;q=0.1"), Locale::De);
        assert_eq!(Locale::negotiate("*"), Locale::En);
        assert_eq!(Locale::negotiate(""), Locale::En);
    }

    #[test]
    fn amounts_are_written_as_the_language_does() {
        let amount = |minor, code: &str| Money::new(minor, code.parse().unwrap());
        assert_eq!(Locale::En.money(amount(5900, "EUR")), "EUR 59.00");
        assert_eq!(Locale::De.money(amount(5900, "EUR")), "59,00 EUR");
        assert_eq!(Locale::En.money(amount(-123_456_789, "EUR")), "EUR \u{2212}1,234,567.89");
        assert_eq!(Locale::De.money(amount(1_234_500, "JPY")), "1.234.500 JPY");
        assert_eq!(Locale::En.money(amount(5, "KWD")), "KWD 0.005");
    }

    #[test]
    fn a_typed_amount_is_read_in_the_language_of_the_person() {
        let read = |locale: Locale, typed| locale.canonical_decimal(typed);
        assert_eq!(read(Locale::De, "1.234,50").as_deref(), Some("1234.50"));
        assert_eq!(read(Locale::De, "59,00").as_deref(), Some("59.00"));
        assert_eq!(read(Locale::De, "59.00").as_deref(), Some("59.00"));
        assert_eq!(read(Locale::De, "1.234").as_deref(), Some("1234"));
        assert_eq!(read(Locale::En, "1,234.5").as_deref(), Some("1234.5"));
        assert_eq!(read(Locale::En, "-7").as_deref(), Some("-7"));
        assert_eq!(read(Locale::En, "12,34.50"), None);
        assert_eq!(read(Locale::En, "1e5"), None);
        assert_eq!(read(Locale::En, ""), None);
        assert_eq!(read(Locale::En, "-"), None);
    }

    #[test]
    fn a_moment_is_shown_in_the_zone_of_the_person() {
        let texts = Texts::embedded().unwrap();
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let moment: Instant = "2026-05-03T12:05:00Z".parse().unwrap();
        assert_eq!(texts.instant(Locale::En, &zone, moment), "3 May 2026, 14:05 (CEST)");
        assert_eq!(texts.instant(Locale::De, &zone, moment), "3. Mai 2026, 14:05 (CEST)");
    }

    #[test]
    fn an_unknown_text_is_its_own_key() {
        let texts = Texts::embedded().unwrap();
        assert_eq!(texts.get(Locale::De, "no.such-text"), "no.such-text");
    }
}
