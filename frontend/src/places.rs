//! Choices that the world makes and not we: countries, currencies, time zones.

use hostwright_kernel::Currency;
use hostwright_panel::customers::countries;
use jiff::tz;

use crate::page::Page;
use crate::ui::Choice;

/// Currencies that are offered before the rest of the alphabet.
const COMMON: &[&str] = &["EUR", "USD", "GBP", "CHF", "PLN", "CZK", "SEK", "DKK", "NOK"];

/// Every country, by its name in the page's language.
#[must_use]
pub fn countries(page: &Page) -> Vec<Choice> {
    let mut named: Vec<(String, &str)> = countries::all().map(|code| (country(page, code), code)).collect();
    named.sort_by_key(|(name, _)| sorted_as(name));
    named.into_iter().map(|(name, code)| Choice::new(code, name)).collect()
}

/// A country's name; the code itself where it is not known.
#[must_use]
pub fn country(page: &Page, code: &str) -> String {
    let key = format!("country-{code}");
    if page.texts.has(&key) { page.t(&key) } else { code.to_owned() }
}

/// Every currency by its code, the common ones first.
#[must_use]
pub fn currencies() -> Vec<Choice> {
    let all: Vec<Currency> = Currency::all().collect();
    let common = COMMON.iter().filter_map(|code| all.iter().find(|currency| currency.code() == *code));
    let rest = all.iter().filter(|currency| !COMMON.contains(&currency.code()));
    common.chain(rest).map(|currency| Choice::new(currency.code(), currency.code())).collect()
}

/// Every time zone that is a place (`Europe/Berlin`), and UTC.
#[must_use]
pub fn zones() -> Vec<Choice> {
    let mut names: Vec<String> =
        tz::db().available().map(|name| name.as_str().to_owned()).filter(|name| is_place(name)).collect();
    names.sort();
    names.dedup();
    std::iter::once("UTC".to_owned())
        .chain(names)
        .map(|name| {
            let shown = name.replace('_', " ");
            Choice::new(name, shown)
        })
        .collect()
}

/// Old names such as `US/Eastern` and `Etc/GMT+3` are left out: each has a place.
fn is_place(name: &str) -> bool {
    const AREAS: &[&str] =
        &["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];
    name.split_once('/').is_some_and(|(area, _)| AREAS.contains(&area))
}

/// Letters with marks stand beside their plain ones: Österreich beside Oman.
fn sorted_as(name: &str) -> String {
    name.chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'ä' | 'å' | 'á' => 'a',
            'ö' | 'ó' | 'ô' => 'o',
            'ü' | 'ú' => 'u',
            'é' | 'è' => 'e',
            'ç' => 'c',
            'í' => 'i',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use hostwright_panel::platform::texts::Texts;

    use super::*;
    use crate::page::Area;

    #[test]
    fn every_country_has_a_name() {
        let page = Page::new(Texts::embedded().unwrap_or_else(|bad| panic!("{bad}")), Area::Auth, "/");
        for code in countries::all() {
            assert_ne!(country(&page, code), code);
        }
    }

    #[test]
    fn zones_are_places() {
        assert!(is_place("Europe/Berlin"));
        assert!(!is_place("Etc/GMT+3"));
        assert!(!zones().is_empty());
    }
}
