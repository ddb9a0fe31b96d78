//! Lists of people for staff.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::call::Call;
use crate::auth::model::{PersonId, PersonView};
use crate::auth::policy::Action;
use crate::auth::store;
use crate::platform::error::Result;
use crate::platform::{ListInput, Paged};

/// Input of [`list`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListPeople {
    /// The `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
    /// Rows a page: 1 to 200, 50 when left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// Words to look for in names and addresses.
    #[serde(default)]
    pub search: Option<String>,
    /// Only people in this state.
    #[serde(default)]
    pub state: Option<String>,
    /// Only the people of this customer.
    #[serde(default)]
    pub customer_id: Option<String>,
    /// Only members of staff.
    #[serde(default)]
    pub staff: Option<bool>,
}

/// Input of [`show`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowPerson {
    /// Whom.
    pub person_id: PersonId,
}

/// People, newest first.
///
/// # Errors
/// When the caller may not.
pub async fn list(call: &Call, input: ListPeople) -> Result<Paged<PersonView>> {
    call.authorize(Action::ListPeople)?;
    let staff_only = input.staff.unwrap_or(false);
    let page = ListInput {
        after: input.after,
        limit: input.limit,
        search: input.search,
        state: input.state,
        customer_id: input.customer_id,
    };
    call.db.read(move |tx| store::list(tx, &page, staff_only)).await
}

/// One person.
///
/// # Errors
/// Not found, or when the caller may not.
pub async fn show(call: &Call, input: ShowPerson) -> Result<PersonView> {
    call.authorize(Action::ShowPerson)?;
    call.db
        .read(move |tx| {
            let memberships = store::memberships(tx, &input.person_id)?;
            Ok(store::load(tx, &input.person_id)?.view(memberships))
        })
        .await
}
