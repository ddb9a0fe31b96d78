//! What is read of domains.

use hostwright_kernel::Day;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Domain, DomainId, DomainName, DomainState, DomainView};
use super::{store, zones};
use crate::auth::call::{Call, Scope, not_found};
use crate::auth::policy::Action;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged, Tx};

/// Which domains.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListDomains {
    /// The `next` of the page before; none for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows a page: 1 to 200, 50 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// A part of the name or of the registrar's.
    #[serde(default)]
    pub search: Option<String>,
    /// Only domains in this state.
    #[serde(default)]
    pub state: Option<DomainState>,
    /// Only domains of this customer.
    #[serde(default)]
    pub customer_id: Option<String>,
    /// Only domains that this subscription pays for.
    #[serde(default)]
    pub subscription_id: Option<String>,
    /// Only held ones whose last day is this one or earlier.
    #[serde(default)]
    pub expires_until: Option<Day>,
}

impl ListDomains {
    /// The part that every list shares; names of any script are found by their A-labels.
    pub(super) fn paging(&self) -> ListInput {
        let search = self.search.as_deref().map(|words| {
            let whole: std::result::Result<DomainName, _> = words.parse();
            whole.map_or_else(|_part| words.to_owned(), |name| name.to_string())
        });
        ListInput { limit: self.limit, search, ..ListInput::default() }
    }

    /// The key of a row, as `after` takes it.
    pub(super) fn key(view: &DomainView) -> String {
        format!("{}/{}", view.name, view.id)
    }

    /// The row behind which the page begins; one that is none begins at the start.
    pub(super) fn after_key(&self) -> Option<(DomainName, DomainId)> {
        let (name, id) = self.after.as_deref()?.split_once('/')?;
        Some((name.parse().ok()?, id.parse().ok()?))
    }
}

/// One domain.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowDomain {
    /// The domain.
    pub domain_id: DomainId,
}

/// Domains by name: a customer's own, everybody's for staff.
///
/// # Errors
/// When the caller may not, or the database fails.
pub async fn list(call: &Call, input: ListDomains) -> Result<Paged<DomainView>> {
    let scope = call.authorize(Action::ListDomains)?;
    call.db.read(move |tx| store::list(tx, &scope, &input)).await
}

/// One domain.
///
/// # Errors
/// `request.not_found`, also for somebody else's.
pub async fn show(call: &Call, input: ShowDomain) -> Result<DomainView> {
    let scope = call.authorize(Action::ShowDomain)?;
    call.db.read(move |tx| store::view(tx, &scope, &input.domain_id)?.ok_or_else(not_found)).await
}

/// A domain that the caller may reach.
///
/// # Errors
/// `request.not_found`, also for somebody else's.
pub fn reached(tx: &mut Tx<'_>, scope: &Scope, id: &DomainId) -> Result<Domain> {
    store::find(tx, scope, id)?.ok_or_else(not_found)
}

/// Who holds a name now, for work of the product itself.
///
/// # Errors
/// When the database fails.
pub fn holder_of_in(tx: &mut Tx<'_>, name: &DomainName) -> Result<Option<Domain>> {
    store::holder_of(tx, name)
}

/// Everything about domains and zones that does not agree.
///
/// # Errors
/// When the database fails.
pub fn breaks_in(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut breaks = store::breaks(tx)?;
    breaks.extend(zones::queries::breaks_in(tx)?);
    Ok(breaks)
}
