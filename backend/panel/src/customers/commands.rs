//! Making and changing customers, and who belongs to them.

use hostwright_kernel::Currency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::CustomerRefusal;
use super::model::{Customer, CustomerId, CustomerState, CustomerView, Details, NUMBERS_BEGIN_AFTER};
use super::store;
use crate::auth::call::{Call, Changed, not_found};
use crate::auth::commands::{NewPerson, SIGN_UP_BY_ACCOUNT, SIGN_UP_BY_ADDRESS, invite_in, sign_up_in};
use crate::auth::model::{
    MailAddress, MemberView, PersonId, Secret, check_password, locale_tag, mail_address, person_name, time_zone_name,
};
use crate::auth::policy::{Action, MemberRole};
use crate::auth::{limits, members, passwords};
use crate::platform::error::Result;
use crate::platform::outbox::{self, Event};
use crate::platform::{Tx, settings};

/// Setting: the currency of people who sign up without saying one.
pub const DEFAULT_CURRENCY: &str = "customers.default_currency";
/// Setting: the time zone of people who sign up without saying one.
pub const DEFAULT_TIME_ZONE: &str = "customers.default_time_zone";

/// Input of [`sign_up`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    /// Mail address; a link is sent there.
    pub email: String,
    /// Password: 10 to 1024 characters.
    pub password: Secret,
    /// The person's name.
    pub name: String,
    /// The company, where there is one.
    #[serde(default)]
    pub company: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Street and house number.
    #[serde(default)]
    pub street: Option<String>,
    /// Postal code.
    #[serde(default)]
    pub postal_code: Option<String>,
    /// Town.
    #[serde(default)]
    pub city: Option<String>,
    /// State or province.
    #[serde(default)]
    pub region: Option<String>,
    /// VAT number with its prefix, or another country's tax number.
    #[serde(default)]
    pub tax_number: Option<String>,
    /// ISO 4217; the provider's when left out.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// Language tag; the page's when left out.
    #[serde(default)]
    pub locale: Option<String>,
    /// IANA time zone; the provider's when left out.
    #[serde(default)]
    pub time_zone: Option<String>,
}

/// The same answer whether the address was known or not.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SignedUp {
    /// Where a mail went.
    pub email: MailAddress,
}

/// Input of [`create`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCustomer {
    /// The person or department on the invoice.
    pub name: String,
    /// Where invoices go.
    pub email: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The company, where there is one.
    #[serde(default)]
    pub company: Option<String>,
    /// Street and house number.
    #[serde(default)]
    pub street: Option<String>,
    /// Postal code.
    #[serde(default)]
    pub postal_code: Option<String>,
    /// Town.
    #[serde(default)]
    pub city: Option<String>,
    /// State or province.
    #[serde(default)]
    pub region: Option<String>,
    /// VAT number with its prefix, or another country's tax number.
    #[serde(default)]
    pub tax_number: Option<String>,
    /// ISO 4217; the provider's when left out. Never changed later.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// Language tag; the caller's when left out.
    #[serde(default)]
    pub locale: Option<String>,
    /// IANA time zone; the provider's when left out.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// For staff.
    #[serde(default)]
    pub notes: Option<String>,
    /// Whether the mail address is invited as the owner of the account.
    #[serde(default)]
    pub invite_owner: bool,
}

/// Input of [`update`]; what is left out stays, an empty text clears.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCustomer {
    /// Which.
    pub customer_id: CustomerId,
    /// The person or department on the invoice.
    #[serde(default)]
    pub name: Option<String>,
    /// The company on the invoice.
    #[serde(default)]
    pub company: Option<String>,
    /// Where invoices go.
    #[serde(default)]
    pub email: Option<String>,
    /// Street and house number.
    #[serde(default)]
    pub street: Option<String>,
    /// Postal code.
    #[serde(default)]
    pub postal_code: Option<String>,
    /// Town.
    #[serde(default)]
    pub city: Option<String>,
    /// State or province.
    #[serde(default)]
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default)]
    pub country: Option<String>,
    /// VAT number with its prefix, or another country's tax number.
    #[serde(default)]
    pub tax_number: Option<String>,
    /// Language tag of mails and documents.
    #[serde(default)]
    pub locale: Option<String>,
    /// IANA time zone.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Only staff may send it.
    #[serde(default)]
    pub notes: Option<String>,
    /// The version that was shown; refused when somebody changed it since.
    #[serde(default)]
    pub version: Option<i64>,
}

/// Input of [`suspend`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspendCustomer {
    /// Which.
    pub customer_id: CustomerId,
    /// Why, for the audit log.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Input of [`resume`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResumeCustomer {
    /// Which.
    pub customer_id: CustomerId,
}

/// Input of [`add_member`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddMember {
    /// To which customer.
    pub customer_id: CustomerId,
    /// Mail address; who has no account is invited.
    pub email: String,
    /// Name, for an invitation.
    #[serde(default)]
    pub name: Option<String>,
    /// As what.
    pub role: MemberRole,
}

/// Input of [`remove_member`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveMember {
    /// From which customer.
    pub customer_id: CustomerId,
    /// Whom.
    pub person_id: PersonId,
}

/// The people of a customer after a change.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MembersView {
    /// In the order in which they were made.
    pub items: Vec<MemberView>,
}

/// Somebody with an account was made a member of a customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MemberAdded {
    /// Of which customer.
    pub customer_id: CustomerId,
    /// What it is called.
    pub customer_name: String,
    /// Whom.
    pub person_id: PersonId,
    /// Where the mail goes.
    pub email: MailAddress,
    /// How the person is called.
    pub name: String,
    /// In which language.
    pub locale: String,
}

impl Event for MemberAdded {
    const KIND: &'static str = "customers.member_added";
}

/// Makes a person, their customer, and the mail that proves the address. An
/// address that has an account gets another mail, and the caller the same answer.
///
/// # Errors
/// Every field that is wrong, together; `auth.too_many`.
pub async fn sign_up(call: &Call, input: SignUp) -> Result<SignedUp> {
    let scope = call.authorize(Action::SignUp)?;
    let email = mail_address(&input.email)?;
    check_password(&input.password, &email)?;
    let locale = locale_tag(input.locale.as_deref().unwrap_or(&call.locale))?;
    let name = person_name(&input.name)?;
    let zone = input.time_zone.as_deref().map(time_zone_name).transpose()?;
    let details = Details {
        name: Some(input.name),
        company: input.company,
        email: Some(input.email),
        street: input.street,
        postal_code: input.postal_code,
        city: input.city,
        region: input.region,
        country: Some(input.country),
        tax_number: input.tax_number,
        locale: Some(locale.clone()),
        time_zone: zone.clone(),
        notes: None,
    };
    // Tried once before anything is counted or hashed, so that a typing error costs nothing.
    let blank = Customer::blank(email.clone(), Currency::EUR, "UTC", call.now());
    blank.with(details.clone())?;
    let tries = vec![(SIGN_UP_BY_ADDRESS, call.address.clone()), (SIGN_UP_BY_ACCOUNT, email.to_string())];
    limits::take(&call.db, tries).await?;
    let hash = passwords::hash(input.password).await?;
    let (vault, currency) = (call.vault.clone(), input.currency);
    call.write(&scope, move |tx| {
        let new = NewPerson {
            email: email.clone(),
            name: name.clone(),
            password_hash: Some(hash.clone()),
            locale: locale.clone(),
            time_zone: zone.clone().map_or_else(|| default_zone(tx), Ok)?,
        };
        let answer = SignedUp { email: email.clone() };
        let Some(person) = sign_up_in(tx, &vault, &new)? else {
            return Ok(Changed::new("", answer));
        };
        if !members::owns_any_in(tx, &person)? {
            let customer = create_in(tx, &email, currency, details.clone())?;
            members::add_in(tx, customer.id.as_str(), &person, MemberRole::Owner)?;
            return Ok(Changed::new(&person, answer).of(&customer.id));
        }
        Ok(Changed::new(&person, answer))
    })
    .await
}

/// Makes a customer, and on request invites its owner.
///
/// # Errors
/// Every field that is wrong, together.
pub async fn create(call: &Call, input: CreateCustomer) -> Result<CustomerView> {
    let scope = call.authorize(Action::CreateCustomer)?;
    let email = mail_address(&input.email)?;
    let locale = locale_tag(input.locale.as_deref().unwrap_or(&call.locale))?;
    let (vault, currency, invite_owner) = (call.vault.clone(), input.currency, input.invite_owner);
    let details = Details {
        name: Some(input.name),
        company: input.company,
        email: Some(input.email),
        street: input.street,
        postal_code: input.postal_code,
        city: input.city,
        region: input.region,
        country: Some(input.country),
        tax_number: input.tax_number,
        locale: Some(locale),
        time_zone: input.time_zone,
        notes: input.notes,
    };
    call.write(&scope, move |tx| {
        let customer = create_in(tx, &email, currency, details.clone())?;
        if invite_owner {
            let (person, _) = invite_in(tx, &vault, &customer.invited(&email, None))?;
            members::add_in(tx, customer.id.as_str(), &person.person_id, MemberRole::Owner)?;
        }
        let members = members::views_in(tx, customer.id.as_str())?;
        let id = customer.id.clone();
        Ok(Changed::new(&id, customer.view(members, true)).of(&id))
    })
    .await
}

/// Changes a customer's details.
///
/// # Errors
/// Every field that is wrong, together; `customers.changed_meanwhile`,
/// `customers.notes_are_staffs`, not found.
pub async fn update(call: &Call, input: UpdateCustomer) -> Result<CustomerView> {
    let scope = call.authorize_for(Action::UpdateCustomer, input.customer_id.as_str())?;
    let for_staff = call.is_staff();
    if input.notes.is_some() && !for_staff {
        return Err(CustomerRefusal::NotesAreStaffs.into());
    }
    let (id, shown) = (input.customer_id, input.version);
    let details = Details {
        name: input.name,
        company: input.company,
        email: input.email,
        street: input.street,
        postal_code: input.postal_code,
        city: input.city,
        region: input.region,
        country: input.country,
        tax_number: input.tax_number,
        locale: input.locale,
        time_zone: input.time_zone,
        notes: input.notes,
    };
    let reach = scope.clone();
    call.write(&scope, move |tx| {
        let customer = store::lock(tx, &reach, &id)?;
        if shown.is_some_and(|shown| shown != customer.version) {
            return Err(CustomerRefusal::ChangedMeanwhile.into());
        }
        let customer = customer.with(details.clone())?;
        store::save(tx, &customer)?;
        changed(tx, &id, for_staff)
    })
    .await
}

/// Keeps a customer from ordering. What runs goes on; its people can read and pay.
///
/// # Errors
/// `customers.already_suspended`, not found.
pub async fn suspend(call: &Call, input: SuspendCustomer) -> Result<CustomerView> {
    let scope = call.authorize_for(Action::SuspendCustomer, input.customer_id.as_str())?;
    let reach = scope.clone();
    call.write(&scope, move |tx| {
        store::lock(tx, &reach, &input.customer_id)?;
        if !store::set_state(tx, &input.customer_id, CustomerState::Active, CustomerState::Suspended)? {
            return Err(CustomerRefusal::AlreadySuspended.into());
        }
        let reason: String = input.reason.as_deref().unwrap_or_default().chars().take(500).collect();
        Ok(changed(tx, &input.customer_id, true)?.noting("reason", reason))
    })
    .await
}

/// Lets a customer order again.
///
/// # Errors
/// `customers.not_suspended`, not found.
pub async fn resume(call: &Call, input: ResumeCustomer) -> Result<CustomerView> {
    let scope = call.authorize_for(Action::ResumeCustomer, input.customer_id.as_str())?;
    let reach = scope.clone();
    call.write(&scope, move |tx| {
        store::lock(tx, &reach, &input.customer_id)?;
        if !store::set_state(tx, &input.customer_id, CustomerState::Suspended, CustomerState::Active)? {
            return Err(CustomerRefusal::NotSuspended.into());
        }
        changed(tx, &input.customer_id, true)
    })
    .await
}

/// Makes somebody a member. Who has no account is mailed an invitation; who has
/// one is told.
///
/// # Errors
/// `customers.already_member`, `auth.email_invalid`, `auth.name_*`, not found.
pub async fn add_member(call: &Call, input: AddMember) -> Result<MembersView> {
    let scope = call.authorize_for(Action::AddMember, input.customer_id.as_str())?;
    let email = mail_address(&input.email)?;
    let name = input.name.as_deref().filter(|name| !name.trim().is_empty()).map(person_name).transpose()?;
    let (vault, reach) = (call.vault.clone(), scope.clone());
    call.write(&scope, move |tx| {
        let customer = store::lock(tx, &reach, &input.customer_id)?;
        let new = customer.invited(&email, name.clone());
        let (person, invited) = invite_in(tx, &vault, &new)?;
        if !members::add_in(tx, customer.id.as_str(), &person.person_id, input.role)? {
            return Err(CustomerRefusal::AlreadyMember.into());
        }
        if !invited {
            outbox::record(
                tx,
                &MemberAdded {
                    customer_id: customer.id.clone(),
                    customer_name: customer.display_name().to_owned(),
                    person_id: person.person_id.clone(),
                    email: person.email.clone(),
                    name: person.name.clone(),
                    locale: person.locale.clone(),
                },
            )?;
        }
        let items = members::views_in(tx, customer.id.as_str())?;
        Ok(Changed::new(&person.person_id, MembersView { items }).of(&customer.id).noting("role", input.role.as_str()))
    })
    .await
}

/// Takes somebody out of a customer; felt by their next request.
///
/// # Errors
/// `customers.last_owner`, not found.
pub async fn remove_member(call: &Call, input: RemoveMember) -> Result<MembersView> {
    let scope = call.authorize_for(Action::RemoveMember, input.customer_id.as_str())?;
    call.write(&scope, move |tx| {
        let owners = members::lock_owners_in(tx, input.customer_id.as_str())?;
        if owners.contains(&input.person_id) && owners.len() == 1 {
            return Err(CustomerRefusal::LastOwner.into());
        }
        if !members::remove_in(tx, input.customer_id.as_str(), &input.person_id)? {
            return Err(not_found());
        }
        let items = members::views_in(tx, input.customer_id.as_str())?;
        Ok(Changed::new(&input.person_id, MembersView { items }).of(&input.customer_id))
    })
    .await
}

/// Makes a customer with the next number, for a slice that authorized before.
///
/// # Errors
/// Every field that is wrong, together.
pub fn create_in(
    tx: &mut Tx<'_>,
    email: &MailAddress,
    currency: Option<Currency>,
    details: Details,
) -> Result<Customer> {
    let currency = match currency {
        Some(currency) => currency,
        None => settings::get(tx, DEFAULT_CURRENCY)?.unwrap_or(Currency::EUR),
    };
    let zone = default_zone(tx)?;
    let mut customer = Customer::blank(email.clone(), currency, &zone, tx.now()).with(details)?;
    customer.number = settings::next(tx, "customer_number")?.saturating_add(NUMBERS_BEGIN_AFTER);
    store::insert(tx, &customer)?;
    Ok(customer)
}

pub(in crate::customers) fn default_zone(tx: &mut Tx<'_>) -> Result<String> {
    Ok(settings::get(tx, DEFAULT_TIME_ZONE)?.unwrap_or_else(|| "UTC".to_owned()))
}

fn changed(tx: &mut Tx<'_>, id: &CustomerId, for_staff: bool) -> Result<Changed<CustomerView>> {
    let customer = store::load(tx, id.as_str())?;
    let members = members::views_in(tx, id.as_str())?;
    Ok(Changed::new(id, customer.view(members, for_staff)).of(id))
}
