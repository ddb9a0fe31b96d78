//! What is read of zones.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::jobs::RECONCILE;
use super::model::{Record, RecordView, Zone, ZoneDetail, ZoneFaultView, ZoneState, ZoneView, sort};
use super::{settings, store};
use crate::auth::call::{Call, Scope, not_found};
use crate::auth::policy::Action;
use crate::hosting::model::{Domain, DomainId};
use crate::hosting::queries::reached;
use crate::platform::Tx;
use crate::platform::download::Download;
use crate::platform::error::Result;
use hostwright_importer::formats::master_file;

/// Zones checked at a time.
const BATCH: i64 = 500;
/// Seconds for which what is seen may differ from what is wished.
const GRACE_SECONDS: i64 = 300;

/// Asks for the zone of a domain.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowZone {
    /// The domain.
    pub domain_id: DomainId,
}

/// The zone of a domain with its records, and what is wrong with them.
///
/// # Errors
/// `request.not_found`, also for somebody else's and where there is no zone.
pub async fn show(call: &Call, input: ShowZone) -> Result<ZoneDetail> {
    let scope = call.authorize(Action::ShowZone)?;
    call.db
        .read(move |tx| {
            let (_, zone) = zone_of(tx, &scope, &input.domain_id)?;
            let mut records = store::records(tx, &zone.id)?;
            sort(&mut records, &zone.name);
            let faults = zone.faults(records.iter().map(|record| &record.content));
            Ok(ZoneDetail {
                records: records.into_iter().map(RecordView::from).collect(),
                faults: faults.into_iter().map(ZoneFaultView::from).collect(),
                zone: ZoneView::new(zone, is_staff(&scope)),
            })
        })
        .await
}

/// The zone as a master file.
///
/// # Errors
/// As for [`show`].
pub async fn export(call: &Call, input: ShowZone) -> Result<Download> {
    let scope = call.authorize(Action::ExportZone)?;
    call.db
        .read(move |tx| {
            let (_, zone) = zone_of(tx, &scope, &input.domain_id)?;
            let records: Vec<Record> = store::records(tx, &zone.id)?;
            Ok(Download {
                name: format!("{}.zone", zone.name),
                content_type: "text/dns; charset=utf-8".to_owned(),
                bytes: master_file::write(&zone.written(&records)).into_bytes(),
            })
        })
        .await
}

/// A domain that the caller may reach, and its zone.
///
/// # Errors
/// `request.not_found`, also for a zone that was taken away.
pub fn zone_of(tx: &mut Tx<'_>, scope: &Scope, id: &DomainId) -> Result<(Domain, Zone)> {
    let domain = reached(tx, scope, id)?;
    let zone = store::of_domain(tx, &domain.id)?.filter(|zone| zone.state != ZoneState::Removed);
    Ok((domain, zone.ok_or_else(not_found)?))
}

/// Staff is who may reach every customer's zones.
pub(super) fn is_staff(scope: &Scope) -> bool {
    scope.customers().is_none()
}

/// Zones that are served for nobody, and zones that the name server does not answer as
/// they are wished although nothing is under way.
///
/// # Errors
/// When the database fails.
pub fn breaks_in(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let are_served = settings::load_in(tx)?.is_some();
    let mut breaks = Vec::new();
    let mut after = String::new();
    loop {
        let page = store::all(tx, &after, BATCH, RECONCILE)?;
        let Some((last, ..)) = page.last() else {
            return Ok(breaks);
        };
        after = last.id.to_string();
        for (zone, is_held, is_busy) in &page {
            if zone.state == ZoneState::Served && !is_held {
                breaks.push(format!("zone {} is served and its domain is not held", zone.name));
            }
            let wished = (zone.state == ZoneState::Served).then_some(zone.serial);
            let is_settled = zone.updated_at.seconds_until(tx.now()) >= GRACE_SECONDS;
            if are_served && is_settled && !is_busy && zone.observed_serial != wished {
                breaks.push(format!(
                    "zone {} is wished with serial {wished:?} and answered with {:?}, and no task is open",
                    zone.name, zone.observed_serial
                ));
            }
        }
    }
}
