//! The frame around every page.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::{ActionButton, Choice, Field, Look, Piece, html, markup, nav, nothing};
use crate::page::{Area, Notice, Page, Theme};

/// Where the theme and language form goes: fields `theme` (auto, light, dark) and
/// `locale` (en, de), with `_csrf` and `_page`. It sets cookies and changes
/// nothing else, so it is no action.
pub const PREFERENCES: &str = "/preferences";

/// A whole page.
#[derive(Debug)]
pub struct Shell<'a> {
    page: &'a Page,
    title: String,
    crumbs: Vec<(String, String)>,
    state: Option<AnyView>,
    id: Option<String>,
    subtitle: Option<AnyView>,
    primary: Vec<AnyView>,
    others: Vec<AnyView>,
    tabs: Option<AnyView>,
    content: Vec<AnyView>,
    wide: bool,
}

impl<'a> Shell<'a> {
    /// A page with a title: the name of the thing, or of the list.
    #[must_use]
    pub fn new(page: &'a Page, title: impl Into<String>) -> Self {
        Self {
            page,
            title: title.into(),
            crumbs: Vec::new(),
            state: None,
            id: None,
            subtitle: None,
            primary: Vec::new(),
            others: Vec::new(),
            tabs: None,
            content: Vec::new(),
            wide: false,
        }
    }

    /// The next place above this page, from the outside in. Not this page.
    #[must_use]
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push((label.into(), href.into()));
        self
    }

    /// The state of the thing, beside its name.
    #[must_use]
    pub fn state(mut self, state: impl Piece) -> Self {
        self.state = Some(state.view());
        self
    }

    /// The id of the thing, to copy.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// One line below the title.
    #[must_use]
    pub fn subtitle(mut self, piece: impl Piece) -> Self {
        self.subtitle = Some(piece.view());
        self
    }

    /// The one thing to do here: top right, at the bottom on a phone.
    #[must_use]
    pub fn primary(mut self, piece: impl Piece) -> Self {
        push_shown(&mut self.primary, piece);
        self
    }

    /// Another thing to do here, beside the primary one.
    #[must_use]
    pub fn other(mut self, piece: impl Piece) -> Self {
        push_shown(&mut self.others, piece);
        self
    }

    /// Tabs below the head.
    #[must_use]
    pub fn tabs(mut self, tabs: impl Piece) -> Self {
        self.tabs = Some(tabs.view());
        self
    }

    /// The next part of the content.
    #[must_use]
    pub fn add(mut self, piece: impl Piece) -> Self {
        self.content.push(piece.view());
        self
    }

    /// The card of the sign-in and set-up areas is wider.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// The whole document.
    #[must_use]
    pub fn render(self) -> String {
        let page = self.page;
        let head = head(page, &self.title);
        let body = match page.area {
            Area::Staff | Area::Portal => self.framed(),
            Area::Auth | Area::Setup => self.card(),
        };
        let area = match page.area {
            Area::Staff => "area-staff",
            Area::Portal => "area-portal",
            Area::Auth => "area-card",
            Area::Setup => "area-card area-setup",
        };
        let document = html(view! {
            <html lang=page.locale.tag() data-theme=page.theme.name()>
                {head}
                <body class=area data-live-every=page.live.map(|seconds| seconds.to_string())>
                    <a class="skip" href="#main">{page.t("ui-skip")}</a>
                    {body}
                </body>
            </html>
        })
        .to_html();
        // The marks between neighbouring texts are for hydration, which does not
        // exist here, and would be read aloud inside a title.
        let mut whole = String::with_capacity(document.len());
        whole.push_str("<!DOCTYPE html>");
        document.split("<!>").for_each(|part| whole.push_str(part));
        whole
    }

    fn framed(self) -> AnyView {
        let page = self.page;
        let places: Vec<AnyView> = nav::places(page, self.crumbs.first().map(|(_, href)| href.as_str()))
            .into_iter()
            .map(|place| {
                let count = page.counts.get(place.key).filter(|count| **count > 0).map(|count| {
                    view! { <span class="count">{page.count(*count)}</span> }
                });
                html(view! {
                    <li><a href=place.path aria-current=place.current.then_some("page")><span class=format!("icon icon-{}", place.key) aria-hidden="true"></span><span>{place.label}</span>{count}</a></li>
                })
            })
            .collect();
        let places = places.view().to_html();
        let wide_nav = format!("<ul>{places}</ul>");
        let search = (page.area == Area::Staff).then(|| search(page));
        let top = html(view! {
            <header class="top">
                {brand(page)}
                {search}
                <details class="menu">
                    <summary class="button quiet">{page.t("ui-menu")}</summary>
                    <nav aria-label=page.t("ui-nav-phone") inner_html=wide_nav.clone()></nav>
                </details>
                {viewer(page)}
            </header>
        });
        html(view! {
            {top}
            <nav class="side" aria-label=page.t("ui-nav-main") inner_html=wide_nav></nav>
            {self.main()}
            {footer(page)}
        })
    }

    fn card(self) -> AnyView {
        let page = self.page;
        let class = if self.wide { "card wide" } else { "card" };
        let subtitle = self.subtitle.map(|subtitle| view! { <p class="subtitle">{subtitle}</p> });
        html(view! {
            <header class="card-top">{brand(page)}</header>
            <main id="main" tabindex="-1">
                <div class=class>
                    {notices(page)}
                    {error_summary(page)}
                    <h1>{self.title}</h1>
                    {subtitle}
                    {self.tabs}
                    {self.content}
                </div>
            </main>
            <footer class="foot card-foot">{preferences(page)}</footer>
        })
    }

    fn main(self) -> AnyView {
        let page = self.page;
        let crumbs = (!self.crumbs.is_empty()).then(|| {
            let crumbs: Vec<_> =
                self.crumbs.into_iter().map(|(label, href)| view! { <li><a href=href>{label}</a></li> }).collect();
            view! { <nav class="crumbs" aria-label=page.t("ui-crumbs")><ol>{crumbs}</ol></nav> }
        });
        let id = self.id.map(|id| super::copyable(page, id));
        let subtitle = self.subtitle.map(|subtitle| view! { <p class="subtitle">{subtitle}</p> });
        let others = (!self.others.is_empty()).then(|| view! { <div class="others">{self.others}</div> });
        let primary = (!self.primary.is_empty()).then(|| view! { <div class="primary-action">{self.primary}</div> });
        html(view! {
            <main id="main" tabindex="-1">
                {crumbs}
                <div class="head" id="live-head" data-live="yes">
                    <div class="head-name">
                        <h1>{self.title}</h1>
                        {self.state}
                        {id}
                    </div>
                    <div class="head-actions">{others}{primary}</div>
                    {subtitle}
                </div>
                {notices(page)}
                {error_summary(page)}
                {self.tabs}
                <div class="stack content">{self.content}</div>
            </main>
        })
    }
}

/// A button that its reader may not use draws nothing, and then there is no
/// place for buttons either.
fn push_shown(places: &mut Vec<AnyView>, piece: impl Piece) {
    let drawn = piece.view().to_html();
    if !drawn.is_empty() {
        places.push(markup(drawn));
    }
}

fn head(page: &Page, title: &str) -> AnyView {
    let refused = page.form.as_ref().is_some_and(|form| !form.errors.is_empty());
    let title = if refused {
        format!("{}: {title} \u{2013} {}", page.t("ui-error"), page.brand.name)
    } else {
        format!("{title} \u{2013} {}", page.brand.name)
    };
    let accent = page
        .brand
        .accent
        .as_ref()
        .map(|accent| view! { <link rel="stylesheet" href=page.asset(&format!("brand/{accent}.css"))/> });
    let refresh = page.live.map(|seconds| {
        view! { <noscript><meta http-equiv="refresh" content=seconds.to_string()/></noscript> }
    });
    html(view! {
        <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <meta name="robots" content="noindex"/>
            <title>{title}</title>
            <link rel="icon" href=page.asset("icons/favicon.svg") type="image/svg+xml"/>
            <link rel="stylesheet" href=page.asset("css/hostwright.css")/>
            {accent}
            {refresh}
            <script type="module" src=page.asset("js/main.js")></script>
        </head>
    })
}

fn brand(page: &Page) -> AnyView {
    let home = match page.area {
        Area::Staff => "/staff",
        Area::Portal => "/portal",
        Area::Auth | Area::Setup => "/",
    };
    let logo = match &page.brand.logo {
        Some(logo) => html(view! { <img src=logo.clone() alt="" height="24"/> }),
        None => html(view! { <span class="mark" aria-hidden="true"></span> }),
    };
    html(view! { <a class="brand" href=home>{logo}<span>{page.brand.name.clone()}</span></a> })
}

fn search(page: &Page) -> AnyView {
    let query = page.path.strip_prefix("/staff/search?q=").map(str::to_owned).unwrap_or_default();
    let query = decode(query.split('&').next().unwrap_or_default());
    html(view! {
        <form class="search" method="get" action="/staff/search" role="search" aria-label=page.t("ui-search-everything")>
            <label class="sr" for="search">{page.t("ui-search-everything")}</label>
            <input type="search" id="search" name="q" value=query placeholder=page.t("ui-search-hint") autocomplete="off"/>
            <kbd aria-hidden="true">"/"</kbd>
        </form>
    })
}

/// A query value as it was typed.
fn decode(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let hex: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.extend(u8::from_str_radix(&hex, 16));
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn viewer(page: &Page) -> AnyView {
    let Some(viewer) = &page.viewer else {
        return html(
            view! { <div class="user">{super::ButtonLink::plain(page.t("ui-sign-in"), "/sign-in").view()}</div> },
        );
    };
    let account = (page.area == Area::Staff).then(|| view! { <a href="/staff/account">{page.t("ui-own-account")}</a> });
    let sign_out = ActionButton::new(page, "auth.sign_out", page.t("ui-sign-out")).then("/sign-in").view();
    html(view! {
        <details class="user">
            <summary class="button quiet"><span class="initials" aria-hidden="true">{initials(&viewer.name)}</span><span class="user-name">{viewer.name.clone()}</span></summary>
            <div class="user-box">
                <p><strong>{viewer.name.clone()}</strong><br/>{viewer.email.clone()}<br/><span class="muted">{viewer.kind.clone()}</span></p>
                {account}
                {preferences(page)}
                {sign_out}
            </div>
        </details>
    })
}

fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).collect::<String>().to_uppercase()
}

fn preferences(page: &Page) -> AnyView {
    use hostwright_panel::platform::texts::Locale;
    let themes = Theme::ALL
        .into_iter()
        .map(|theme| Choice::new(theme.name(), page.t(&format!("ui-theme-{}", theme.name()))))
        .collect();
    let languages = Locale::ALL.into_iter().map(|locale| Choice::new(locale.tag(), locale.name())).collect();
    let theme = Field::select("theme", page.t("ui-theme"), themes).value(page.theme.name());
    let language = Field::select("locale", page.t("ui-language"), languages).value(page.locale.tag());
    html(view! {
        <form class="preferences form inline" method="post" action=PREFERENCES>
            <input type="hidden" name="_csrf" value=page.csrf.clone()/>
            <input type="hidden" name="_page" value=page.path.clone()/>
            {theme.render(page, "preferences", None)}
            {language.render(page, "preferences", None)}
            <button type="submit" class="button">{page.t("ui-apply")}</button>
        </form>
    })
}

fn notices(page: &Page) -> AnyView {
    if page.notices.is_empty() {
        return nothing();
    }
    let notices: Vec<AnyView> = page.notices.iter().map(|notice| draw_notice(page, notice)).collect();
    html(view! { <div class="notices" role="status">{notices}</div> })
}

fn draw_notice(page: &Page, notice: &Notice) -> AnyView {
    let undo = notice.undo.as_ref().map(|undo| {
        let mut button = ActionButton::new(page, undo.action.clone(), page.t("ui-undo")).look(Look::Quiet);
        for (name, value) in &undo.fields {
            button = button.hidden(name.clone(), value.clone());
        }
        button.view()
    });
    html(view! { <div class=format!("notice {}", notice.tone.name())><p>{notice.text.clone()}</p>{undo}</div> })
}

fn error_summary(page: &Page) -> AnyView {
    let Some(state) = page.form.as_ref().filter(|state| !state.errors.is_empty()) else {
        return nothing();
    };
    let form = state.value("_form").map_or_else(|| super::slug(&state.action), super::slug);
    // What is said of several fields is said once, and leads to the first of them.
    let mut said = BTreeSet::new();
    let errors: Vec<_> = state
        .errors
        .iter()
        .filter(|error| said.insert(&error.text))
        .map(|error| {
            let target = match &error.field {
                Some(field) => format!("#{form}-{}", super::slug(field)),
                None => format!("#{form}"),
            };
            view! { <li data-code=error.code.clone()><a href=target>{error.text.clone()}</a></li> }
        })
        .collect();
    html(view! {
        <div class="errors" id="errors" role="alert" tabindex="-1">
            <h2>{page.t("ui-errors-title")}</h2>
            <ul>{errors}</ul>
        </div>
    })
}

fn footer(page: &Page) -> AnyView {
    html(view! {
        <footer class="foot">
            <span>{page.brand.name.clone()}</span>
            <span class="muted">{page.t_with("ui-times-in", &[("zone", page.zone.iana_name().unwrap_or("UTC").to_owned().into())])}</span>
        </footer>
    })
}
