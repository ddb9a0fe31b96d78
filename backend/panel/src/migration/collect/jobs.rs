//! The job that reads a source.

use std::sync::Arc;

use super::commands::OPTIONS;
use super::model::{CollectionState, CollectionView, without_nul};
use super::staging::Staging;
use super::store;
use crate::auth::call::Call;
use crate::migration::ports::{Options, Reader, Reading};
use crate::migration::sources::model::{Source, SourceId};
use crate::migration::sources::store as sources;
use crate::platform::error::{Error, Result};
use crate::platform::jobs as queue;
use crate::platform::worker::{BoxFuture, Handler, Outcome, Run};

/// Reads one source.
pub const COLLECT: &str = "migration.collect";

/// Reads a source into the staging tables.
pub struct CollectHandler {
    /// A call of the product itself.
    pub call: Call,
    /// The import folder and the readers.
    pub reader: Arc<dyn Reader>,
}

impl Handler for CollectHandler {
    fn kind(&self) -> &'static str {
        COLLECT
    }

    fn run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let id: SourceId = run.job.subject.parse().map_err(Error::internal)?;
            run.step("read", async { Ok(((), self.read(run, id).await?)) }).await?;
            Ok(Outcome::Done)
        })
    }
}

/// What a pass begins with.
struct Begun {
    source: Source,
    collection: CollectionView,
    options: String,
}

impl CollectHandler {
    /// Reads; in words, what came of it.
    async fn read(&self, run: &Run, id: SourceId) -> Result<String> {
        let Some(begun) = self.begin(run, id).await? else {
            return Ok("nothing was asked for".to_owned());
        };
        let Begun { source, collection, options } = begun;
        let options = match options.as_str() {
            "" => Options::default(),
            sealed => serde_json::from_str(&self.call.vault.open(OPTIONS, sealed)?)?,
        };
        let reading = Reading {
            kind: source.kind.clone(),
            paths: collection.paths.clone(),
            currency: source.settings.currency,
            zone: source.settings.zone.clone(),
            options,
        };
        let mut staging = Staging::new(
            self.call.db.clone(),
            self.call.vault.clone(),
            run.job.clone(),
            collection.clone(),
            source.pass,
        );
        let reader = Arc::clone(&self.reader);
        let (staging, outcome) = tokio::task::spawn_blocking(move || {
            let outcome = reader.read(&reading, &mut staging);
            (staging, outcome)
        })
        .await
        .map_err(|error| Error::internal(format!("the reader ended: {error}")))?;
        self.end(run, &source, &collection, staging, outcome).await
    }

    /// Begins a pass. The first goes on with the number that the command gave; a later one
    /// (after a crash) takes a number of its own, so that it can tell what it met itself.
    async fn begin(&self, run: &Run, id: SourceId) -> Result<Option<Begun>> {
        let job = run.job.clone();
        self.call
            .db
            .write(move |tx| {
                if !queue::renew(tx, &job)? {
                    return Err(Error::internal("the lease of this reading was lost"));
                }
                let Some(mut source) = sources::lock(tx, &id)? else {
                    return Ok(None);
                };
                let Some(collection) = store::open_collection(tx, &id)? else {
                    return Ok(None);
                };
                if collection.records > 0 || job.attempt > 1 {
                    source.pass = source.pass.saturating_add(1);
                    if !sources::save(tx, &source)? {
                        return Err(Error::internal("the source was changed at the same moment"));
                    }
                    source.version = source.version.saturating_add(1);
                }
                store::begin_pass(tx, &collection, source.pass)?;
                let options = store::options(tx, &collection.id)?;
                Ok(Some(Begun { source, collection, options }))
            })
            .await
    }

    async fn end(
        &self,
        run: &Run,
        source: &Source,
        collection: &CollectionView,
        mut staging: Staging,
        outcome: std::result::Result<(), hostwright_importer::Refusal>,
    ) -> Result<String> {
        if let Some(error) = staging.failure() {
            return Err(error);
        }
        let facts = tokio::task::spawn_blocking(move || staging.end())
            .await
            .map_err(|error| Error::internal(format!("staging ended: {error}")))??;
        let (job, id, source_id) = (run.job.clone(), collection.id.clone(), source.id.clone());
        let refused = outcome.err();
        let told = match &refused {
            None => CollectionState::Done.as_str().to_owned(),
            Some(refusal) => refusal.to_string(),
        };
        self.call
            .db
            .write(move |tx| {
                if !queue::renew(tx, &job)? {
                    return Err(Error::internal("the lease of this reading was lost"));
                }
                if let Some(refusal) = &refused {
                    let (place, reason) = (without_nul(&refusal.place), without_nul(&refusal.reason));
                    return store::refuse(tx, &id, refusal.code.as_str(), &place, &reason);
                }
                store::finish(tx, &id, &facts)?;
                let mut source = sources::lock(tx, &source_id)?.ok_or_else(|| Error::internal("the source is gone"))?;
                source.collection = source.collection.saturating_add(1);
                // What was verified and signed was said of other data.
                source.verified_at = None;
                source.signature = None;
                if sources::save(tx, &source)? {
                    Ok(())
                } else {
                    Err(Error::internal("the source was changed at the same moment"))
                }
            })
            .await?;
        Ok(told)
    }
}
