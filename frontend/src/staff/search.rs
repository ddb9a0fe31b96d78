//! What the search box of every staff page finds.

use hostwright_panel::platform::error::Result;
use hostwright_panel::reports;
use hostwright_panel::reports::model::{Hit, SearchFor};

use crate::page::Page;
use crate::route::Visit;
use crate::ui::*;

/// The kinds of hits, in the order in which they are shown, and where they open.
const KINDS: &[(&str, &str)] = &[
    ("customer", "/staff/customers"),
    ("server", "/staff/servers"),
    ("domain", "/staff/domains"),
    ("invoice", "/staff/invoices"),
    ("ticket", "/staff/tickets"),
];

/// Draws the page.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn show(visit: Visit) -> Result<String> {
    let words = visit.params.get("q").unwrap_or_default().to_owned();
    let found = reports::queries::search(&visit.call, SearchFor { words: words.clone() }).await?;
    Ok(draw(&visit.page, &words, &found.items))
}

fn draw(page: &Page, words: &str, hits: &[Hit]) -> String {
    let title = if words.trim().is_empty() {
        page.t("office-search")
    } else {
        page.t_with("office-search-for", &[("words", words.to_owned().into())])
    };
    let mut shell = Shell::new(page, title).subtitle(page.t("office-search-hint"));
    if hits.is_empty() {
        let (title, text) = if words.trim().is_empty() {
            ("office-search-empty", "office-search-empty-text")
        } else {
            ("office-search-nothing", "office-search-nothing-text")
        };
        return shell.add(Empty::new(page.t(title), page.t(text))).render();
    }
    for (kind, place) in KINDS {
        let of_kind: Vec<&Hit> = hits.iter().filter(|hit| hit.kind == *kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let title = page.t(&format!("office-search-{kind}"));
        let table = Table::new(&title)
            .plain()
            .column(Column::text(page.t("office-search-name")))
            .column(Column::text(page.t("office-search-detail")))
            .rows(of_kind.iter().map(|hit| {
                Row::to(format!("{place}/{}", hit.id)).cell(title_of(page, hit)).cell(detail_of(page, hit))
            }));
        shell = shell.add(Panel::new(title).id(*kind).flush().add(table));
    }
    shell.render()
}

/// A draft has no number yet.
fn title_of(page: &Page, hit: &Hit) -> String {
    if hit.title.is_empty() { page.t("office-draft") } else { hit.title.clone() }
}

/// Of servers the detail is what is wished, which is a word for machines.
fn detail_of(page: &Page, hit: &Hit) -> String {
    match hit.kind.as_str() {
        "server" => page.t(&format!("office-wished-{}", hit.detail)),
        "domain" => page.t(&format!("hosting-domain-{}", hit.detail)),
        _ => hit.detail.clone(),
    }
}
