//! Taking out again what landed, through the slice that holds it.

use super::Ground;
use super::account::{BALANCE, HELD};
use crate::auth::adoption::{Landing, Removal, remove_person_in};
use crate::auth::model::PersonId;
use crate::billing::history::{remove_balance_in, remove_invoice_in, remove_payment_in, remove_token_in};
use crate::customers::adoption::remove_in as remove_customer_in;
use crate::hosting::adoption::{remove_domain_in, remove_zone_in};
use crate::migration::transfer::model::LandingView;
use crate::platform::Tx;
use crate::platform::error::{Error, Result};
use crate::subscriptions::adoption::remove_in as remove_subscription_in;
use crate::tickets::adoption::{remove_department_in, remove_in as remove_ticket_in};
use crate::tickets::model::MessageId;

/// Kinds in the order in which they are taken out: what hangs before what it hangs on.
pub(in crate::migration) const ORDER: [&str; 16] = [
    "ticket",
    "ticket_message",
    "invoice",
    "invoice_line",
    "payment",
    "credit_entry",
    "payment_token",
    BALANCE,
    "zone",
    HELD,
    "subscription",
    "domain",
    "party",
    "contact",
    "login",
    "staff",
];

/// Departments go when no ticket is in them any more.
pub(in crate::migration) const LAST: &str = "department";

/// What of a landing is here besides itself, for those that are taken out as a whole.
#[derive(Debug, Clone, Default)]
pub(in crate::migration) struct Own {
    /// Messages of a ticket that came in with it.
    pub messages: Vec<String>,
    /// People who came in with a customer.
    pub people: Vec<String>,
    /// Whether what it hangs on is still here.
    pub is_parent_here: bool,
}

/// Takes one object out.
///
/// # Errors
/// When the database fails.
pub(in crate::migration) fn remove(tx: &mut Tx<'_>, ground: &Ground, one: &LandingView, own: &Own) -> Result<Removal> {
    let landing = ground.landing();
    let day = ground.today(tx);
    let id = one.object_id.as_str();
    match one.kind.as_str() {
        "ticket" => {
            let messages: Vec<MessageId> = parsed(&own.messages)?;
            remove_ticket_in(tx, &landing, &parse(id)?, &messages)
        }
        "invoice" => remove_invoice_in(tx, &landing, &parse(id)?, day),
        "payment" | "credit_entry" => remove_payment_in(tx, &landing, &parse(id)?),
        "payment_token" => remove_token_in(tx, &landing, &parse(id)?),
        BALANCE if id.starts_with("inv_") => remove_invoice_in(tx, &landing, &parse(id)?, day),
        BALANCE => remove_balance_in(tx, &landing, &parse(id)?, day),
        "zone" => remove_zone_in(tx, &landing, &parse(id)?),
        HELD => remove_domain_in(tx, &landing, &parse(id)?),
        "subscription" | "domain" => remove_subscription_in(tx, &landing, &parse(id)?),
        "party" => remove_party(tx, &landing, id, own),
        "login" | "staff" => remove_person_in(tx, &landing, &parse(id)?),
        "department" => remove_department_in(tx, &landing, &parse(id)?),
        // A part of another object: it went with that, or stays with it.
        _ if own.is_parent_here => Ok(Removal::Kept(Vec::new())),
        _ => Ok(Removal::Gone),
    }
}

fn remove_party(tx: &mut Tx<'_>, landing: &Landing<'_>, id: &str, own: &Own) -> Result<Removal> {
    let people: Vec<PersonId> = parsed(&own.people)?;
    remove_customer_in(tx, landing, &parse(id)?, &people)
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<T>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(Error::internal)
}

fn parsed<T: std::str::FromStr>(texts: &[String]) -> Result<Vec<T>>
where
    T::Err: std::fmt::Display,
{
    texts.iter().map(|text| parse(text)).collect()
}
