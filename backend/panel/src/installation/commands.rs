//! Setting up, changing settings, moving the clock.

use hostwright_kernel::OffsetClock;

use super::error::InstallationRefusal;
use super::model::{AdvanceClock, ClockView, SetUp, SetUpDone, Settings};
use super::queries::BRAND_NAME;
use crate::auth::call::{Call, Changed};
use crate::auth::policy::Action;
use crate::billing::entity::{self, model::NewLegalEntity};
use crate::billing::tax;
use crate::platform::error::Result;
use crate::platform::{Error, Refusal, jobs as queue, settings};
use crate::renewals;
use crate::tickets::model::NewDepartment;
use crate::{auth, customers, notifications, tickets};

/// Under which name the clock's lead is kept, so that it survives a restart.
pub const CLOCK_AHEAD: &str = "clock.seconds_ahead";
/// Ten years.
const LONGEST_STEP: i64 = 315_576_000;
/// Fields that set-up asks of the owner under a longer name.
const OWNER: &[&str] = &["name", "email", "password"];
/// The same for the company.
const COMPANY: &[&str] = &["name", "street", "postal_code", "city", "country", "tax_number", "email"];

/// Makes the owner, the seller with the usual tax rates and the support
/// departments: all or nothing, once. The owner is signed in.
///
/// # Errors
/// Names the field at fault; `auth.link_unknown`, `auth.link_used` and
/// `auth.link_expired` when the link is not good.
pub async fn set_up(call: &Call, input: SetUp) -> Result<SetUpDone> {
    let scope = call.authorize(Action::SetUp)?;
    let password = auth::commands::checked_password_hash(input.owner_password.reveal(), &input.owner_email)
        .await
        .map_err(|error| of_part(error, "owner", OWNER))?;
    let (address, user_agent, locale) = (call.address.clone(), call.user_agent.clone(), call.locale.clone());
    call.write(&scope, move |tx| {
        auth::links::use_in(tx, auth::model::LinkPurpose::Setup, &input.token)?;
        let owner = auth::commands::create_owner_in(
            tx,
            &input.owner_name,
            &input.owner_email,
            &password,
            &input.time_zone,
            &locale,
        )
        .map_err(|error| of_part(error, "owner", OWNER))?;
        let seller =
            entity::create_in(tx, &legal_entity(&input)).map_err(|error| of_part(error, "company", COMPANY))?;
        tax::seed_in(tx)?;
        for name in ["Support", "Billing"] {
            tickets::commands::create_in(tx, &NewDepartment::parse(name, &input.company_email)?)?;
        }
        settings::put(tx, BRAND_NAME, &input.company_name)?;
        settings::put(tx, customers::commands::DEFAULT_CURRENCY, &input.currency)?;
        settings::put(tx, customers::commands::DEFAULT_TIME_ZONE, &input.time_zone)?;
        notifications::commands::set_sender_in(tx, &input.company_name)?;
        let session_token = auth::sessions::begin_in(tx, &owner, &address, &user_agent)?;
        let done = SetUpDone { owner_id: owner.to_string(), legal_entity_id: seller.id.to_string(), session_token };
        Ok(Changed::new(&owner, done))
    })
    .await
}

/// The refusal with its fields named as this form names them: `email` of the
/// owner is `owner_email`, and that of the company is another field.
fn of_part(error: Error, part: &str, fields: &[&str]) -> Error {
    let renamed = |mut refusal: Refusal| {
        refusal.field = refusal
            .field
            .map(|field| if fields.contains(&field.as_ref()) { format!("{part}_{field}").into() } else { field });
        refusal
    };
    match error {
        Error::Refused(refusal) => Error::Refused(renamed(refusal)),
        Error::Fields(refusals) => Error::Fields(refusals.into_iter().map(renamed).collect()),
        other => other,
    }
}

fn legal_entity(input: &SetUp) -> NewLegalEntity {
    NewLegalEntity {
        name: input.company_name.clone(),
        street: input.company_street.clone(),
        postal_code: input.company_postal_code.clone(),
        city: input.company_city.clone(),
        country: input.company_country.clone(),
        tax_number: input.company_tax_number.clone().unwrap_or_default(),
        email: input.company_email.clone(),
        currency: input.currency,
        time_zone: input.time_zone.clone(),
        bank_account: input.bank_account.clone().unwrap_or_default(),
        series: String::new(),
        rounding: None,
    }
}

/// Changes the settings.
///
/// # Errors
/// Names the field at fault.
pub async fn update(call: &Call, input: Settings) -> Result<Settings> {
    let scope = call.authorize(Action::UpdateSettings)?;
    let brand_name = input.brand_name.trim().to_owned();
    if brand_name.is_empty() || brand_name.chars().count() > 60 || brand_name.chars().any(char::is_control) {
        return Err(InstallationRefusal::BrandName.into());
    }
    call.write(&scope, move |tx| {
        settings::put(tx, BRAND_NAME, &brand_name)?;
        notifications::commands::set_sender_in(tx, &brand_name)?;
        let settings = Settings { brand_name: brand_name.clone() };
        Ok(Changed::new("settings", settings).noting("brand_name", brand_name.as_str()))
    })
    .await
}

/// Moves the manual clock ahead and starts a renewal run.
///
/// # Errors
/// When the clock is the machine's, or the step is out of range.
pub async fn advance_clock(call: &Call, clock: &Option<OffsetClock>, input: AdvanceClock) -> Result<ClockView> {
    let scope = call.authorize(Action::AdvanceClock)?;
    let clock = clock.clone().ok_or(InstallationRefusal::ClockIsReal)?;
    let seconds = input.days.unwrap_or(0).saturating_mul(86_400).saturating_add(input.seconds.unwrap_or(0));
    let step = u32::try_from(seconds)
        .ok()
        .filter(|step| *step > 0 && i64::from(*step) <= LONGEST_STEP)
        .ok_or(InstallationRefusal::ClockStep)?;
    // Kept before it is moved: a closure may run twice, a clock must not.
    let ahead = clock.seconds_ahead().saturating_add(i64::from(step));
    let actor = call.actor_id();
    let asked_by = actor.clone();
    let view = call
        .write(&scope, move |tx| {
            settings::put(tx, CLOCK_AHEAD, &ahead)?;
            // So that there is a run even when this process ends right here.
            queue::enqueue(tx, &renewals::jobs::run_job(&asked_by))?;
            let now = tx.now().plus_seconds(i64::from(step));
            auth::sessions::keep_through_in(tx, now)?;
            let view = ClockView { now, manual: true, seconds_ahead: ahead };
            Ok(Changed::new("clock", view).noting("seconds", i64::from(step)))
        })
        .await?;
    clock.at_least(ahead);
    // A run that was faster than the clock runs once more.
    call.db.write(move |tx| queue::enqueue(tx, &renewals::jobs::run_job(&actor)).map(|_| ())).await?;
    Ok(view)
}
