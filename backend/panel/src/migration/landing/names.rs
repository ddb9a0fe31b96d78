//! Domains and their zones.

use hostwright_importer::snapshot::{Domain, Zone};

use super::Landed;
use crate::auth::adoption::Landing;
use crate::hosting::adoption::{adopt_domain_in, adopt_zone_in};
use crate::platform::Tx;
use crate::platform::error::Result;

/// Lands the name that a registration holds; `subscription` is what it is billed by here.
pub(in crate::migration) fn domain(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    customer_id: &str,
    subscription: &str,
    domain: &Domain,
) -> Result<Landed> {
    let adopted = adopt_domain_in(tx, landing, customer_id, Some(subscription), domain)?;
    Ok(Landed::of("hosting", Some(customer_id), &adopted))
}

/// Lands a zone, withheld.
pub(in crate::migration) fn zone(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    customer_id: &str,
    zone: &Zone,
) -> Result<Landed> {
    Ok(Landed::of("hosting", Some(customer_id), &adopt_zone_in(tx, landing, customer_id, zone)?))
}
