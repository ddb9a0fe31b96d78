//! Around a list: filters that are links, a search box, and the next page.

use leptos::prelude::*;

use super::html;
use crate::page::Page;

/// Filters of a list. Everything is in the address, so a filter can be saved and
/// sent to a colleague.
#[derive(Debug)]
pub struct Filters<'a> {
    page: &'a Page,
    links: Vec<(String, String, bool, Option<String>)>,
    search: Option<(String, String, String)>,
    kept: Vec<(String, String)>,
}

impl<'a> Filters<'a> {
    /// No filter yet.
    #[must_use]
    pub fn new(page: &'a Page) -> Self {
        Self { page, links: Vec::new(), search: None, kept: Vec::new() }
    }

    /// One view of the list: its name, its address and whether it is the current.
    #[must_use]
    pub fn link(mut self, label: impl Into<String>, href: impl Into<String>, current: bool) -> Self {
        self.links.push((label.into(), href.into(), current, None));
        self
    }

    /// As [`link`](Self::link), with the number of rows behind it.
    #[must_use]
    pub fn counted(mut self, label: impl Into<String>, href: impl Into<String>, current: bool, count: u64) -> Self {
        let count = self.page.count(count);
        self.links.push((label.into(), href.into(), current, Some(count)));
        self
    }

    /// A search box: the query name, what is searched now, and what can be found.
    #[must_use]
    pub fn search(mut self, name: impl Into<String>, value: impl Into<String>, label: impl Into<String>) -> Self {
        self.search = Some((name.into(), value.into(), label.into()));
        self
    }

    /// A query value that the search keeps.
    #[must_use]
    pub fn keep(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.kept.push((name.into(), value.into()));
        self
    }

    pub(crate) fn render(self) -> AnyView {
        let page = self.page;
        let links: Vec<_> = self
            .links
            .into_iter()
            .map(|(label, href, current, count)| {
                let count = count.map(|count| view! { <span class="count">{count}</span> });
                view! { <li><a href=href aria-current=current.then_some("true")>{label}{count}</a></li> }
            })
            .collect();
        let links = (!links.is_empty()).then(|| {
            view! { <nav class="filter-links" aria-label=page.t("ui-filters")><ul>{links}</ul></nav> }
        });
        let search = self.search.map(|(name, value, label)| {
            let kept: Vec<_> = self
                .kept
                .into_iter()
                .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
                .collect();
            let id = format!("filter-{}", super::slug(&name));
            view! {
                <form class="filter-search" method="get" action=page.path_only().to_owned() role="search" aria-label=label.clone()>
                    {kept}
                    <label class="sr" for=id.clone()>{label.clone()}</label>
                    <input type="search" id=id name=name value=value placeholder=label.clone()/>
                    <button type="submit" class="button">{page.t("ui-search")}</button>
                </form>
            }
        });
        html(view! { <div class="filters">{links}{search}</div> })
    }
}

/// Links to the page before and after, by key and not by number.
#[derive(Debug)]
pub struct Pager<'a> {
    page: &'a Page,
    previous: Option<String>,
    next: Option<String>,
    shown: Option<String>,
}

impl<'a> Pager<'a> {
    /// The addresses of the first page and of the next one, where they exist.
    #[must_use]
    pub fn new(page: &'a Page, previous: Option<String>, next: Option<String>) -> Self {
        Self { page, previous, next, shown: None }
    }

    /// What is shown now, in words.
    #[must_use]
    pub fn shown(mut self, text: impl Into<String>) -> Self {
        self.shown = Some(text.into());
        self
    }

    pub(crate) fn render(self) -> AnyView {
        if self.previous.is_none() && self.next.is_none() && self.shown.is_none() {
            return super::nothing();
        }
        let page = self.page;
        let shown = self.shown.map(|text| view! { <p class="hint">{text}</p> });
        let previous = self.previous.map(|href| {
            view! { <a class="button" rel="prev" href=href>{format!("\u{2190} {}", page.t("ui-previous"))}</a> }
        });
        let next = self.next.map(|href| {
            view! { <a class="button" rel="next" href=href>{format!("{} \u{2192}", page.t("ui-next"))}</a> }
        });
        html(view! {
            <nav class="pager" aria-label=page.t("ui-pages")>{shown}<span class="pager-links">{previous}{next}</span></nav>
        })
    }
}
