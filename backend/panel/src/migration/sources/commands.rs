//! Registering source systems, changing and discarding them.

use hostwright_kernel::Currency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Progress, Source, SourceId, SourceSettings, SourceView};
use super::{queries, store};
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::policy::Action;
use crate::migration::error::MigrationRefusal;
use crate::migration::ports::Reader;
use crate::migration::verification::model::Scheme;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};

/// A source system to move in from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterSource {
    /// What people call it: 1 to 80 characters, unlike all others.
    pub name: String,
    /// The reader that understands it, such as `whmcs`; `migration files` lists them.
    pub kind: String,
    /// The server it runs on.
    #[serde(default)]
    pub host: String,
    /// IANA time zone in which its days are counted.
    pub zone: String,
    /// The currency of amounts that name none.
    pub currency: Currency,
    /// Which of the guide's tables judge it; 5.0 when left out.
    #[serde(default)]
    pub scheme: Option<Scheme>,
    /// Days for which an expired subscription still moves, from the day of expiry on; 0 when left out.
    #[serde(default)]
    pub protective_days: Option<i64>,
    /// Billing data of all sources come from here.
    #[serde(default)]
    pub is_main_billing: bool,
    /// Hosting of one domain on several sources is a conflict.
    #[serde(default)]
    pub finds_conflicts: bool,
    /// Domains without hosting may be parked.
    #[serde(default)]
    pub parks_domains: bool,
    /// A domain with an unmapped subscription fails.
    #[serde(default)]
    pub refuses_unmapped: bool,
    /// A domain without a registration fails.
    #[serde(default)]
    pub needs_registration: bool,
    /// A person names a reseller here for each of its resellers; otherwise they are made.
    #[serde(default)]
    pub associates_resellers: bool,
}

/// New settings of a source; what is left out stays, switches are off when left out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateSource {
    /// The source.
    pub source_id: SourceId,
    /// What people call it.
    #[serde(default)]
    pub name: Option<String>,
    /// The server it runs on.
    #[serde(default)]
    pub host: Option<String>,
    /// IANA time zone in which its days are counted.
    #[serde(default)]
    pub zone: Option<String>,
    /// The currency of amounts that name none.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// Which of the guide's tables judge it.
    #[serde(default)]
    pub scheme: Option<Scheme>,
    /// Days for which an expired subscription still moves.
    #[serde(default)]
    pub protective_days: Option<i64>,
    /// Billing data of all sources come from here.
    #[serde(default)]
    pub is_main_billing: bool,
    /// Hosting of one domain on several sources is a conflict.
    #[serde(default)]
    pub finds_conflicts: bool,
    /// Domains without hosting may be parked.
    #[serde(default)]
    pub parks_domains: bool,
    /// A domain with an unmapped subscription fails.
    #[serde(default)]
    pub refuses_unmapped: bool,
    /// A domain without a registration fails.
    #[serde(default)]
    pub needs_registration: bool,
    /// A person names a reseller here for each of its resellers.
    #[serde(default)]
    pub associates_resellers: bool,
}

/// One source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscardSource {
    /// The source.
    pub source_id: SourceId,
}

/// What was taken away.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Discarded {
    /// The source that is gone.
    pub source_id: SourceId,
}

/// Registers a source system.
///
/// # Errors
/// Every field that is wrong; `migration.kind_unknown`, `migration.name_taken`, `migration.main_taken`.
pub async fn register(call: &Call, reader: &dyn Reader, input: RegisterSource) -> Result<SourceView> {
    let scope = call.authorize(Action::RegisterMigrationSource)?;
    if !reader.kinds().iter().any(|kind| *kind == input.kind) {
        return Err(MigrationRefusal::KindUnknown.with("kinds", reader.kinds().join(", ")).into());
    }
    let settings = SourceSettings {
        name: input.name,
        host: input.host,
        zone: input.zone,
        currency: input.currency,
        scheme: input.scheme.unwrap_or(Scheme::V5),
        protective_days: input.protective_days.unwrap_or(0),
        is_main_billing: input.is_main_billing,
        finds_conflicts: input.finds_conflicts,
        parks_domains: input.parks_domains,
        refuses_unmapped: input.refuses_unmapped,
        needs_registration: input.needs_registration,
        associates_resellers: input.associates_resellers,
    };
    let settings = settings.checked().map_err(Error::Fields)?;
    let kind = input.kind;
    call.write(&scope, move |tx| {
        let source = Source {
            id: SourceId::new(),
            kind: kind.clone(),
            settings: settings.clone(),
            collection: 0,
            pass: 0,
            verified_at: None,
            transferred_at: None,
            signature: None,
            switched_at: None,
            created_at: tx.now(),
            version: 1,
        };
        is_free(tx, &source)?;
        if !store::insert(tx, &source)? {
            return Err(MigrationRefusal::NameTaken.with("name", &source.settings.name).into());
        }
        let id = source.id.clone();
        let name = source.settings.name.clone();
        let view = SourceView::new(source, &Progress::default());
        Ok(Changed::new(&id, view).noting("name", name).noting("kind", kind.clone()))
    })
    .await
}

/// Changes what verification reads, or how a source is called.
///
/// # Errors
/// As for [`register`]; `migration.changed`; `migration.switched`.
pub async fn update(call: &Call, input: UpdateSource) -> Result<SourceView> {
    let scope = call.authorize(Action::UpdateMigrationSource)?;
    call.write(&scope, move |tx| {
        let mut source = store::load(tx, &input.source_id)?.ok_or_else(not_found)?;
        source.is_open()?;
        let before = source.settings.clone();
        let settings = SourceSettings {
            name: input.name.clone().unwrap_or(before.name),
            host: input.host.clone().unwrap_or(before.host),
            zone: input.zone.clone().unwrap_or(before.zone),
            currency: input.currency.unwrap_or(before.currency),
            scheme: input.scheme.unwrap_or(before.scheme),
            protective_days: input.protective_days.unwrap_or(before.protective_days),
            is_main_billing: input.is_main_billing,
            finds_conflicts: input.finds_conflicts,
            parks_domains: input.parks_domains,
            refuses_unmapped: input.refuses_unmapped,
            needs_registration: input.needs_registration,
            associates_resellers: input.associates_resellers,
        };
        source.settings = settings.checked().map_err(Error::Fields)?;
        is_free(tx, &source)?;
        if !store::save(tx, &source)? {
            return Err(MigrationRefusal::Changed.into());
        }
        let view = queries::view_in(tx, &input.source_id)?;
        Ok(Changed::new(&input.source_id, view).noting("scheme", source.settings.scheme.as_str()))
    })
    .await
}

/// Takes a source away with everything that was collected of it, sealed passwords included.
///
/// # Errors
/// `migration.has_landed` while something of it is here; `migration.busy` while something runs.
pub async fn discard(call: &Call, input: DiscardSource) -> Result<Discarded> {
    let scope = call.authorize(Action::DiscardMigrationSource)?;
    call.write(&scope, move |tx| {
        let source = store::lock(tx, &input.source_id)?.ok_or_else(not_found)?;
        queries::is_idle_in(tx, &source.id)?;
        if store::has_landed(tx, &source.id)? {
            return Err(MigrationRefusal::HasLanded.into());
        }
        store::delete(tx, &source.id)?;
        let gone = Discarded { source_id: source.id.clone() };
        Ok(Changed::new(&source.id, gone).noting("name", source.settings.name))
    })
    .await
}

/// The index decides; this gives the nicer words.
fn is_free(tx: &mut Tx<'_>, source: &Source) -> Result<()> {
    if store::has_name(tx, &source.settings.name, &source.id)? {
        return Err(MigrationRefusal::NameTaken.with("name", &source.settings.name).into());
    }
    if source.settings.is_main_billing && store::other_main(tx, &source.id)?.is_some() {
        return Err(MigrationRefusal::MainTaken.into());
    }
    Ok(())
}
