//! Guests that were found, as shown to staff, each judged by what is on record now.

use std::collections::BTreeMap;
use std::net::IpAddr;

use hostwright_kernel::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::judge::{Records, Verdict, Whom, judge};
use super::model::{Adoption, Candidate, FoundId, GuestFacts, GuestMatch, Standing, matches};
use super::store::{self, Found};
use crate::auth::call::{Call, not_found};
use crate::auth::policy::Action;
use crate::nodes;
use crate::nodes::model::NodeId;
use crate::platform::error::Result;
use crate::platform::jobs::JobId;
use crate::platform::{ListInput, Paged, Refusal, Tx};
use crate::servers::model::ServerId;

/// Asks for what was found on a node.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListFound {
    /// The node.
    pub node_id: NodeId,
    /// Only what became this; everything when left out.
    #[serde(default)]
    pub standing: Option<Standing>,
    /// The `next` of the page before; none for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows a page: 1 to 200, 50 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
}

/// Asks for one guest that was found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowFound {
    /// The guest.
    pub found_id: FoundId,
}

/// Something that is in the way, or that is left to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FoundRemark {
    /// Stable code, such as `adoption.disk_shared`.
    pub code: String,
    /// What it is about: a path, an address, a server.
    pub detail: String,
}

impl FoundRemark {
    /// A refusal as a remark.
    #[must_use]
    pub fn of(refusal: &Refusal) -> Self {
        let detail = refusal.args.iter().find(|(name, _)| *name == "detail").map(|(_, detail)| detail.clone());
        Self { code: refusal.code.to_owned(), detail: detail.unwrap_or_default() }
    }
}

/// A guest that was found, as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FoundView {
    /// Its id.
    pub id: FoundId,
    /// Where it was found.
    pub node_id: NodeId,
    /// What became of it.
    pub standing: Standing,
    /// What was last seen of it.
    pub guest: GuestFacts,
    /// Servers without a guest that it could be that of, likeliest first.
    pub matches: Vec<GuestMatch>,
    /// Why it cannot be managed; empty when it can.
    pub obstacles: Vec<FoundRemark>,
    /// What would be left to people.
    pub limits: Vec<FoundRemark>,
    /// Why the last taking over was given up.
    pub refusal: Option<FoundRemark>,
    /// It can be taken over now.
    pub is_open: bool,
    /// The server that it is the guest of.
    pub server_id: Option<ServerId>,
    /// The task that takes it over.
    pub task_id: Option<JobId>,
    /// Its definition; only where one guest is asked for.
    pub document: Option<String>,
    /// When it was first seen.
    pub found_at: Instant,
    /// When it was last seen.
    pub seen_at: Instant,
}

/// What was found on a node.
///
/// # Errors
/// `request.not_found`.
pub async fn list(call: &Call, input: ListFound) -> Result<Paged<FoundView>> {
    call.authorize(Action::ListFound)?;
    call.db
        .read(move |tx| {
            nodes::queries::load_in(tx, &input.node_id)?;
            let page = ListInput { after: input.after.clone(), limit: input.limit, ..ListInput::default() };
            let rows = store::list(tx, &input, &page)?;
            let page = Paged::cut(rows, &page, |found| found.id.to_string());
            let items = views_in(tx, &input.node_id, &page.items)?;
            Ok(Paged { items, next: page.next })
        })
        .await
}

/// One guest that was found, with its definition.
///
/// # Errors
/// `request.not_found`.
pub async fn show(call: &Call, input: ShowFound) -> Result<FoundView> {
    call.authorize(Action::ShowFound)?;
    call.db
        .read(move |tx| {
            let found = store::find(tx, &input.found_id)?.ok_or_else(not_found)?;
            let view = view_in(tx, &found)?;
            Ok(FoundView { document: Some(found.document), ..view })
        })
        .await
}

/// How a server's domain is called on its node, where somebody else made it.
///
/// # Errors
/// When the database fails.
pub fn adoption_in(tx: &mut Tx<'_>, server_id: &ServerId) -> Result<Option<Adoption>> {
    store::adoption(tx, server_id)
}

pub(super) fn view_in(tx: &mut Tx<'_>, found: &Found) -> Result<FoundView> {
    let views = views_in(tx, &found.node_id, std::slice::from_ref(found))?;
    views.into_iter().next().ok_or_else(not_found)
}

/// What guests are judged by: everything found on their node, and everything on record.
pub(super) struct Around {
    /// Guests that the last look showed, whatever became of them.
    pub present: Vec<(FoundId, GuestFacts)>,
    /// What is on record.
    pub records: Records,
    /// Servers without a guest.
    pub candidates: Vec<Candidate>,
}

impl Around {
    /// Around the guests of a node, of which some may have just been seen anew; `stated` are
    /// addresses that a person names.
    pub(super) fn load(tx: &mut Tx<'_>, node_id: &NodeId, stated: &[IpAddr]) -> Result<Self> {
        let present = store::present(tx, node_id)?;
        let guests = || present.iter().map(|(_, facts)| facts);
        let mut addresses: Vec<IpAddr> = guests().flat_map(GuestFacts::addresses).collect();
        addresses.extend(stated);
        let macs: Vec<String> = guests().flat_map(GuestFacts::macs).map(str::to_owned).collect();
        let uuids: Vec<String> = guests().map(|facts| facts.uuid.clone()).collect();
        let places = store::places(tx, &addresses)?;
        Ok(Self {
            records: store::records(tx, node_id, &uuids, &macs, &places)?,
            candidates: store::candidates(tx, &places)?,
            present,
        })
    }

    /// The other guests of the node.
    pub(super) fn others(&self, id: &FoundId) -> Vec<&GuestFacts> {
        self.present.iter().filter(|(other, _)| other != id).map(|(_, facts)| facts).collect()
    }
}

fn views_in(tx: &mut Tx<'_>, node_id: &NodeId, rows: &[Found]) -> Result<Vec<FoundView>> {
    let around = Around::load(tx, node_id, &[])?;
    let subjects: Vec<String> = rows.iter().map(|found| found.id.to_string()).collect();
    let mut tasks: BTreeMap<String, JobId> = store::open_tasks(tx, &subjects)?.into_iter().collect();
    Ok(rows
        .iter()
        .map(|found| {
            // A server's guest is no longer judged: it would only collide with itself.
            let is_judged = found.standing != Standing::Adopted;
            let verdict = if is_judged {
                judge(&found.facts, &[], &around.others(&found.id), &around.records, Whom::Anybody)
            } else {
                Verdict::default()
            };
            let is_open = matches!(found.standing, Standing::Found | Standing::Ignored) && verdict.obstacles.is_empty();
            FoundView {
                id: found.id.clone(),
                node_id: found.node_id.clone(),
                standing: found.standing,
                guest: found.facts.clone(),
                matches: if is_judged { matches(&found.facts, &around.candidates) } else { Vec::new() },
                obstacles: verdict.obstacles.iter().map(FoundRemark::of).collect(),
                limits: verdict.limits.iter().map(FoundRemark::of).collect(),
                refusal: found.refusal.clone().map(|(code, detail)| FoundRemark { code, detail }),
                is_open,
                server_id: found.server_id.clone(),
                task_id: tasks.remove(found.id.as_str()),
                document: None,
                found_at: found.found_at,
                seen_at: found.seen_at,
            }
        })
        .collect())
}
