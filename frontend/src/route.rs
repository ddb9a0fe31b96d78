//! How a page is found and what it is given.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwright_kernel::OffsetClock;
use hostwright_panel::auth::call::{Call, not_found};
use hostwright_panel::migration::ports::Reader;
use hostwright_panel::platform::ListInput;
use hostwright_panel::platform::error::Result;
use hostwright_panel::platform::worker::BoxFuture;
use hostwright_panel::servers::ports::Hypervisor;

use crate::page::{Area, Page};

/// One visit to a page: who asks, how it looks, and what for.
pub struct Visit {
    /// The caller.
    pub call: Call,
    /// The page's frame.
    pub page: Page,
    /// Values from path and query.
    pub params: Params,
    /// The nodes, for what is read from them directly.
    pub hypervisor: Arc<dyn Hypervisor>,
    /// The import folder, for what lies there.
    pub reader: Arc<dyn Reader>,
    /// The answer of the last action, where it is shown only once: a new key, the
    /// secret of a second factor.
    pub shown_once: Option<serde_json::Value>,
    /// The clock, where it may be moved.
    pub clock: Arc<Option<OffsetClock>>,
}

/// Values from a page's path and query.
#[derive(Debug, Clone, Default)]
pub struct Params(pub BTreeMap<String, String>);

impl Params {
    /// A value; none when it is missing or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// An id (or anything else that parses) from path or query.
    ///
    /// # Errors
    /// Not found, when it is missing or malformed: nothing has such an id.
    pub fn parse<T: std::str::FromStr>(&self, name: &str) -> Result<T> {
        self.get(name).and_then(|text| text.parse().ok()).ok_or_else(not_found)
    }

    /// What a list is asked for: `after`, `search`, `state`, `customer_id`.
    #[must_use]
    pub fn list(&self) -> ListInput {
        let owned = |name: &str| self.get(name).map(str::to_owned);
        ListInput {
            after: owned("after"),
            limit: self.get("limit").and_then(|text| text.parse().ok()),
            search: owned("search"),
            state: owned("state"),
            customer_id: owned("customer_id"),
        }
    }
}

/// What a visit comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drawn {
    /// The document.
    Page(String),
    /// Another path on this host: the browser is sent there.
    GoTo(String),
}

impl From<String> for Drawn {
    fn from(document: String) -> Self {
        Self::Page(document)
    }
}

/// Draws a page.
pub type Draw = fn(Visit) -> BoxFuture<'static, Result<Drawn>>;

/// A page's place.
#[derive(Clone, Copy)]
pub struct Route {
    /// Path with `{parameters}`.
    pub path: &'static str,
    /// Which shell it wears.
    pub area: Area,
    /// Draws it.
    pub draw: Draw,
}

/// Declares a page: `route!("/staff/plans/{plan_id}", Staff, plans::show)` for an
/// `async fn show(visit: Visit) -> Result<String>`, or `Result<Drawn>` where the
/// page may send the browser on.
#[macro_export]
macro_rules! route {
    ($path:literal, $area:ident, $draw:path) => {
        $crate::route::Route {
            path: $path,
            area: $crate::page::Area::$area,
            draw: |visit| Box::pin(async move { $draw(visit).await.map($crate::route::Drawn::from) }),
        }
    };
}

/// The values of `{parameters}` when `path` fits `pattern`.
#[must_use]
pub fn fits(pattern: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    let mut values = BTreeMap::new();
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return Some(values),
            (Some(expected), Some(found)) => match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if !found.is_empty() => {
                    values.insert(name.to_owned(), found.to_owned());
                }
                None if expected == found => {}
                _ => return None,
            },
            _ => return None,
        }
    }
}
