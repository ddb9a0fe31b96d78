//! The job behind the switch: it lets what moved in be billed.

use crate::auth::call::Call;
use crate::auth::policy::Action;
use crate::migration::landing::Ground;
use crate::migration::sources::model::SourceId;
use crate::migration::sources::store as sources;
use crate::migration::transfer::jobs::is_held;
use crate::migration::transfer::model::{LandingId, LandingState};
use crate::migration::transfer::store;
use crate::migration::verification::gather::Rules;
use crate::platform::error::{Error, Result};
use crate::platform::worker::{BoxFuture, Handler, Outcome, Run};
use crate::subscriptions::adoption::release_in;

/// Releases what moved in from one source.
pub const RELEASE: &str = "migration.release";
/// Subscriptions released in one transaction.
const PAGE: i64 = 200;

/// Lets subscriptions that moved in be billed and ended.
pub struct ReleaseHandler {
    /// A call of the product itself.
    pub call: Call,
}

impl Handler for ReleaseHandler {
    fn kind(&self) -> &'static str {
        RELEASE
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let id: SourceId = run.job.subject.parse().map_err(Error::internal)?;
            run.step("release", async { Ok(((), format!("{} subscriptions", self.release(run, &id).await?))) }).await?;
            Ok(Outcome::Done)
        })
    }
}

impl ReleaseHandler {
    async fn release(&self, run: &Run, id: &SourceId) -> Result<u64> {
        let mut released = 0_u64;
        for kind in ["subscription", "domain"] {
            let mut before: Option<LandingId> = None;
            loop {
                let (call, job, id, from) = (self.call.clone(), run.job.clone(), id.clone(), before.clone());
                let (last, count) = self
                    .call
                    .db
                    .write(move |tx| {
                        is_held(tx, &job)?;
                        let source = sources::load(tx, &id)?.ok_or_else(|| Error::internal("the source is gone"))?;
                        let action = Action::SwitchMigrationSource;
                        let ground = Ground { call: call.clone(), action, source, rules: Rules::default() };
                        let page = store::landed_page(tx, &id, kind, from.as_ref(), PAGE)?;
                        let mut count = 0_u64;
                        for one in page.iter().filter(|one| one.outcome == LandingState::Landed) {
                            let subscription = one.object_id.parse().map_err(Error::internal)?;
                            let is_new = release_in(tx, &ground.landing(), &subscription)?;
                            count = count.saturating_add(u64::from(is_new));
                        }
                        Ok((page.last().map(|one| one.id.clone()), count))
                    })
                    .await?;
                released = released.saturating_add(count);
                match last {
                    Some(last) => before = Some(last),
                    None => break,
                }
            }
        }
        Ok(released)
    }
}
