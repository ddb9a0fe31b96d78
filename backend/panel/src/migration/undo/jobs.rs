//! The job that takes out what came in.

use crate::auth::adoption::Removal;
use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::migration::collect::store as records;
use crate::migration::content::store as content;
use crate::migration::landing::Ground;
use crate::migration::landing::removal::{LAST, ORDER, Own, remove};
use crate::migration::sources::model::SourceId;
use crate::migration::transfer::jobs::{ground, is_held};
use crate::migration::transfer::model::{LandingId, LandingState, LandingView};
use crate::migration::transfer::store;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::worker::{BoxFuture, Handler, Outcome, Run};

/// Undoes one source.
pub const UNDO: &str = "migration.undo";
/// Objects looked at in one transaction.
const PAGE: i64 = 100;

/// Takes out what a source brought in.
pub struct UndoHandler {
    /// A call of the product itself.
    pub call: Call,
}

impl Handler for UndoHandler {
    fn kind(&self) -> &'static str {
        UNDO
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let id: SourceId = run.job.subject.parse().map_err(Error::internal)?;
            run.step("undo", async {
                let (removed, kept) = self.undo(run, &id).await?;
                Ok(((), format!("{removed} taken out, {kept} kept")))
            })
            .await?;
            Ok(Outcome::Done)
        })
    }
}

impl UndoHandler {
    async fn undo(&self, run: &Run, id: &SourceId) -> Result<(u64, u64)> {
        let (mut removed, mut kept) = (0_u64, 0_u64);
        for kind in ORDER.iter().copied().chain([LAST]) {
            loop {
                let (gone, left) = self.pass(run, id, kind).await?;
                removed = removed.saturating_add(gone);
                // A reseller goes once the customers below are gone, a level of the tree a pass.
                if kind != "party" || gone == 0 || left == 0 {
                    kept = kept.saturating_add(left);
                    break;
                }
            }
        }
        let id = id.clone();
        self.call
            .db
            .write(move |tx| {
                store::forget_skipped(tx, &id)?;
                store::reset_transfers(tx, &id)?;
                // What was delivered is in the target's mailboxes, and stays there.
                content::forget(tx, &id)?;
                store::transferred(tx, &id, None)
            })
            .await?;
        Ok((removed, kept))
    }

    /// Looks at everything of a kind once: how many were taken out, and how many kept.
    async fn pass(&self, run: &Run, id: &SourceId, kind: &'static str) -> Result<(u64, u64)> {
        let (mut removed, mut kept) = (0_u64, 0_u64);
        let mut before: Option<LandingId> = None;
        loop {
            let (call, job, id, from) = (self.call.clone(), run.job.clone(), id.clone(), before.clone());
            let page = self
                .call
                .db
                .write(move |tx| {
                    is_held(tx, &job)?;
                    let Some(mut ground) = ground(tx, &call, &id)? else {
                        return Ok(Page::default());
                    };
                    ground.action = Action::UndoMigrationSource;
                    page(tx, &ground, kind, from.as_ref())
                })
                .await?;
            removed = removed.saturating_add(page.removed);
            kept = kept.saturating_add(page.kept);
            match page.last {
                Some(last) => before = Some(last),
                None => return Ok((removed, kept)),
            }
        }
    }
}

#[derive(Default)]
struct Page {
    last: Option<LandingId>,
    removed: u64,
    kept: u64,
}

fn page(tx: &mut Tx<'_>, ground: &Ground, kind: &str, before: Option<&LandingId>) -> Result<Page> {
    let found = store::landed_page(tx, &ground.source.id, kind, before, PAGE)?;
    let mut page = Page { last: found.last().map(|one| one.id.clone()), ..Page::default() };
    for one in &found {
        // What was here before is only forgotten: it is not the landing's to take out.
        if one.outcome == LandingState::Found {
            store::forget(tx, &one.id)?;
            continue;
        }
        let own = own(tx, ground, one)?;
        match remove(tx, ground, one, &own)? {
            Removal::Removed | Removal::Gone => {
                store::forget(tx, &one.id)?;
                page.removed = page.removed.saturating_add(1);
            }
            Removal::Kept(reasons) => {
                let words: Vec<String> = reasons.iter().map(ToString::to_string).collect();
                store::left(tx, &one.id, &words.join(" "))?;
                page.kept = page.kept.saturating_add(1);
            }
        }
    }
    Ok(page)
}

/// What came in together with an object.
fn own(tx: &mut Tx<'_>, ground: &Ground, one: &LandingView) -> Result<Own> {
    let id = &ground.source.id;
    let external = std::slice::from_ref(&one.external_id);
    match one.kind.as_str() {
        "ticket" => {
            let messages: Vec<String> = records::of_parents(tx, id, "ticket_message", external)?
                .into_iter()
                .map(|sealed| sealed.record.external_id)
                .collect();
            let here = store::here(tx, id, "ticket_message", &messages)?;
            Ok(Own { messages: here.into_values().map(|one| one.object_id).collect(), ..Own::default() })
        }
        "party" => {
            let logins: Vec<String> = records::linked_to(tx, id, "party", external)?
                .into_iter()
                .filter(|(kind, ..)| kind == "login")
                .map(|(_, login, _)| login)
                .collect();
            let here = store::here(tx, id, "login", &logins)?;
            Ok(Own { people: here.into_values().map(|one| one.object_id).collect(), ..Own::default() })
        }
        "ticket_message" => {
            let parent = records::by_ids(tx, id, "ticket_message", external)?
                .into_iter()
                .find_map(|sealed| sealed.record.parent)
                .unwrap_or_default();
            let is_parent_here = store::object(tx, id, "ticket", &parent)?.is_some();
            Ok(Own { is_parent_here, ..Own::default() })
        }
        "invoice_line" => {
            let is_parent_here = store::is_object(tx, id, "invoice", &one.object_id)?;
            Ok(Own { is_parent_here, ..Own::default() })
        }
        "contact" => {
            let customer = one.customer_id.clone().unwrap_or_default();
            let is_parent_here = store::is_object(tx, id, "party", &customer)?;
            Ok(Own { is_parent_here, ..Own::default() })
        }
        _ => Ok(Own::default()),
    }
}
