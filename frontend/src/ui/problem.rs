//! Pages for when there is nothing to show: what happened, and what to do.

use super::{ButtonLink, Empty, Shell};
use crate::page::{Area, Page};

/// Why there is nothing to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Not there, or not for this person to see (404).
    NotFound,
    /// Known, and not allowed (403).
    Forbidden,
    /// The page was open too long: the form cannot be trusted any more (403).
    Stale,
    /// Too often (429).
    TooMany,
    /// Something that we depend on does not answer (503).
    Unavailable,
    /// Our fault (500).
    Failed,
}

impl Problem {
    const fn key(self) -> &'static str {
        match self {
            Self::NotFound => "ui-problem-not-found",
            Self::Forbidden => "ui-problem-forbidden",
            Self::Stale => "ui-problem-stale",
            Self::TooMany => "ui-problem-too-many",
            Self::Unavailable => "ui-problem-unavailable",
            Self::Failed => "ui-problem-failed",
        }
    }
}

/// A whole page about a problem. The reference is the request id, by which the
/// log is searched.
#[must_use]
pub fn problem_page(page: &Page, problem: Problem, reference: &str) -> String {
    let key = problem.key();
    let title = page.t(key);
    let text = page.t(&format!("{key}-text"));
    let home = match page.area {
        Area::Staff | Area::Portal => page.area.home(),
        Area::Auth | Area::Setup => "/",
    };
    let way_out = match problem {
        Problem::Stale | Problem::TooMany | Problem::Unavailable => {
            ButtonLink::primary(page.t("ui-problem-again"), page.path.clone())
        }
        Problem::NotFound | Problem::Forbidden | Problem::Failed => {
            ButtonLink::primary(page.t("ui-problem-home"), home)
        }
    };
    let reference = page.t_with("ui-problem-reference", &[("reference", reference.to_owned().into())]);
    Shell::new(page, title.clone()).add(Empty::new(title, text).action(way_out)).add(super::muted(reference)).render()
}
