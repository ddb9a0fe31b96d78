//! What every page knows about its caller.
//!
//! The server builds one [`Page`] per request; page functions only read it.
//! Deliberately absent: the database, the clock and the request itself.

use std::collections::{BTreeMap, BTreeSet};

use hostwright_panel::auth::policy::{Action, Audience};
use hostwright_panel::platform::texts::{Locale, Texts};
use jiff::tz::TimeZone;

/// Everything a page needs to know about the request that asked for it.
#[derive(Debug, Clone)]
pub struct Page {
    /// The words, shared by all pages.
    pub texts: Texts,
    /// The language of the caller.
    pub locale: Locale,
    /// The time zone of the caller; moments are shown in it.
    pub zone: TimeZone,
    /// Light, dark or as the system says.
    pub theme: Theme,
    /// Which shell the page wears.
    pub area: Area,
    /// Who is signed in.
    pub viewer: Option<Viewer>,
    /// The path and query of this page, as in the address bar. Forms come back
    /// here when they are refused.
    pub path: String,
    /// The value that proves that a form came from our page.
    pub csrf: String,
    /// What is said above the content: results of the last action.
    pub notices: Vec<Notice>,
    /// The form that was refused, when this page is shown again because of it.
    pub form: Option<FormState>,
    /// The provider's name, accent and logo.
    pub brand: Brand,
    /// Part of every asset address, so that browsers may keep assets for ever.
    pub assets: String,
    /// Show the page again after so many seconds, while something on it runs.
    pub live: Option<u32>,
    /// Small counts beside navigation entries, by the entry's key (`tickets`).
    pub counts: BTreeMap<String, u64>,
}

impl Page {
    /// A page of nobody, in English, with the texts of this binary. The server
    /// fills in the rest.
    #[must_use]
    pub fn new(texts: Texts, area: Area, path: impl Into<String>) -> Self {
        Self {
            texts,
            locale: Locale::En,
            zone: TimeZone::UTC,
            theme: Theme::Auto,
            area,
            viewer: None,
            path: path.into(),
            csrf: String::new(),
            notices: Vec::new(),
            form: None,
            brand: Brand::default(),
            assets: crate::ui::assets::version().to_owned(),
            live: None,
            counts: BTreeMap::new(),
        }
    }

    /// Whether the caller may run this action (`invoices.issue`): everybody may
    /// sign in, every signed-in person may change their password, and the rest
    /// is in [`Viewer::may`].
    #[must_use]
    pub fn may(&self, action: &str) -> bool {
        let audience = Action::by_name(action).map(|action| action.rule().audience);
        match (audience, &self.viewer) {
            (Some(Audience::Anyone), _) | (Some(Audience::Person), Some(_)) => true,
            (_, Some(viewer)) => viewer.may.contains(action),
            (_, None) => false,
        }
    }

    /// The address of an asset: `asset("css/hostwright.css")`.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        format!("/assets/{}/{name}", self.assets)
    }

    /// The path of this page without its query.
    #[must_use]
    pub fn path_only(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }

    /// This page with one query value changed (None removes it), for filters
    /// and the next page of a list.
    #[must_use]
    pub fn with_query(&self, name: &str, value: Option<&str>) -> String {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        let mut pairs: Vec<String> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name))
            .map(str::to_owned)
            .collect();
        if let Some(value) = value {
            pairs.push(format!("{name}={}", encode(value)));
        }
        if pairs.is_empty() { self.path_only().to_owned() } else { format!("{}?{}", self.path_only(), pairs.join("&")) }
    }
}

/// Percent-encodes a value for a query or a path segment.
#[must_use]
pub fn encode(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// How the page is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system of the caller says.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Every choice, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The word in the cookie, the form and the `data-theme` attribute.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a word; Auto for anything unknown.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.name() == word).unwrap_or_default()
    }
}

/// The part of the product that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// The provider's own people.
    Staff,
    /// Customers.
    Portal,
    /// Signing in, signing up, resetting: one card in the middle.
    Auth,
    /// First run: one card in the middle.
    Setup,
}

impl Area {
    /// Where this area starts.
    #[must_use]
    pub const fn home(self) -> &'static str {
        match self {
            Self::Staff => "/staff",
            Self::Portal => "/portal",
            Self::Auth => "/sign-in",
            Self::Setup => "/setup",
        }
    }
}

/// The person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The name shown in the menu.
    pub name: String,
    /// The mail address shown in the menu.
    pub email: String,
    /// What this person is here: "Owner", "Support", or the customer's name.
    pub kind: String,
    /// Names of the actions that the person may run (`invoices.issue`).
    pub may: BTreeSet<&'static str>,
}

/// How urgent a notice or state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing is going on: a draft, a stopped server, an ended contract.
    #[default]
    Quiet,
    /// Something is under way.
    Working,
    /// As it should be.
    Good,
    /// Somebody should look at it.
    Warn,
    /// Broken, overdue or refused.
    Bad,
}

impl Tone {
    /// The class suffix of this tone.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Working => "working",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// One sentence above the content, about what just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Good for a result, Bad for a refusal.
    pub tone: Tone,
    /// What happened.
    pub text: String,
    /// The action that takes it back, while it can be.
    pub undo: Option<Undo>,
}

impl Notice {
    /// A notice without undo.
    #[must_use]
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into(), undo: None }
    }
}

/// A form in a notice that takes back what the notice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// The action to run.
    pub action: String,
    /// Its input.
    pub fields: Vec<(String, String)>,
}

/// A form that was refused: what was typed and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormState {
    /// The action that was refused.
    pub action: String,
    /// What was typed, by field name, with `_form` and without `_csrf`. The
    /// server leaves passwords and files out.
    pub values: BTreeMap<String, Vec<String>>,
    /// Why it was refused.
    pub errors: Vec<FieldError>,
}

impl FormState {
    /// The first value of a field.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values.get(field).and_then(|values| values.first()).map(String::as_str)
    }
}

/// One thing that is wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field, or None when the refusal is about the whole.
    pub field: Option<String>,
    /// The stable code of the refusal.
    pub code: String,
    /// What is wrong and what to do, in the caller's language.
    pub text: String,
}

/// What a provider changes about the look: nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// The provider's name.
    pub name: String,
    /// The accent as six hex digits (`2456d6`); None for ours. Served from
    /// `brand/<accent>.css`, made readable on light and dark.
    pub accent: Option<String>,
    /// The address of a logo on this host.
    pub logo: Option<String>,
}

impl Default for Brand {
    fn default() -> Self {
        Self { name: "Hostwright".to_owned(), accent: None, logo: None }
    }
}
