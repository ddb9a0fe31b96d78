//! What a customer is, and which details are accepted.

use hostwright_kernel::{Currency, Instant, id_type, text_enum};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::countries::{is_country, is_eu, is_vat_number};
use super::error::CustomerRefusal;
use crate::auth::commands::NewPerson;
use crate::auth::model::{MailAddress, MemberView, locale_tag, mail_address, time_zone_name};
use crate::platform::error::Result;
use crate::platform::texts::Locale;
use crate::platform::{Error, Refusal};

/// The number of the first customer is one more.
pub const NUMBERS_BEGIN_AFTER: i64 = 1000;
/// The most characters of a line of an address.
const LINE_MAX: usize = 200;
/// The most characters of notes.
const NOTES_MAX: usize = 10_000;

id_type!(
    /// Identifies a customer.
    CustomerId, "cus"
);

text_enum! {
    /// Whether a customer may order.
    pub enum CustomerState {
        /// May order.
        Active = "active",
        /// May read and pay, but not order.
        Suspended = "suspended",
    }
}

/// An account that buys.
#[derive(Debug, Clone)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// What people call it by, from 1001.
    pub number: i64,
    /// The person or department on the invoice.
    pub name: String,
    /// The company on the invoice.
    pub company: Option<String>,
    /// Where invoices go.
    pub email: MailAddress,
    /// Street and house number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// State or province.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// VAT number with its prefix, or another country's tax number.
    pub tax_number: Option<String>,
    /// The one currency of this account; never changed.
    pub currency: Currency,
    /// Language tag of mails and documents.
    pub locale: String,
    /// IANA zone in which days are counted.
    pub time_zone: String,
    /// Whether it may order.
    pub state: CustomerState,
    /// For staff only.
    pub notes: String,
    /// When it was made.
    pub created_at: Instant,
    /// Counts changes.
    pub version: i64,
    /// No tax is charged, as in the system that it moved in from.
    pub tax_exempt: bool,
}

impl Customer {
    /// The zone in which this customer's days are counted.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// Refuses a customer who may not order.
    ///
    /// # Errors
    /// `customers.suspended`.
    pub fn may_order(&self) -> Result<()> {
        match self.state {
            CustomerState::Active => Ok(()),
            CustomerState::Suspended => Err(CustomerRefusal::Suspended.into()),
        }
    }

    /// The first line of an address: the company where there is one.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.company.as_deref().unwrap_or(&self.name)
    }

    /// Whether reverse charge may be considered: a member state and a number
    /// that looks like one of its VAT numbers.
    #[must_use]
    pub fn has_vat_number(&self) -> bool {
        self.tax_number.as_deref().is_some_and(|number| is_vat_number(&self.country, number))
    }

    /// As pages show it; notes are for staff.
    #[must_use]
    pub fn view(self, members: Vec<MemberView>, for_staff: bool) -> CustomerView {
        CustomerView {
            id: self.id,
            number: self.number,
            name: self.name,
            company: self.company,
            email: self.email,
            street: self.street,
            postal_code: self.postal_code,
            city: self.city,
            region: self.region,
            country: self.country,
            tax_number: self.tax_number,
            currency: self.currency,
            locale: self.locale,
            time_zone: self.time_zone,
            state: self.state,
            notes: for_staff.then_some(self.notes),
            members,
            created_at: self.created_at,
            version: self.version,
        }
    }
}

/// A customer as pages and the API show it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CustomerView {
    /// Its id.
    pub id: CustomerId,
    /// What people call it by, from 1001.
    pub number: i64,
    /// The person or department on the invoice.
    pub name: String,
    /// The company on the invoice.
    pub company: Option<String>,
    /// Where invoices go.
    pub email: MailAddress,
    /// Street and house number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// State or province.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// VAT number with its prefix, or another country's tax number.
    pub tax_number: Option<String>,
    /// The one currency of this account.
    pub currency: Currency,
    /// Language tag of mails and documents.
    pub locale: String,
    /// IANA zone in which days are counted.
    pub time_zone: String,
    /// Whether it may order.
    pub state: CustomerState,
    /// Only for staff.
    pub notes: Option<String>,
    /// Who belongs to it; left empty in lists.
    pub members: Vec<MemberView>,
    /// When it was made.
    pub created_at: Instant,
    /// Send it back with a change to be told when somebody was faster.
    pub version: i64,
}

/// What people fill in about a customer; what is left out stays (or is empty for
/// a new one), and an empty text clears what may be empty.
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// The person or department on the invoice.
    pub name: Option<String>,
    /// The company on the invoice.
    pub company: Option<String>,
    /// Where invoices go.
    pub email: Option<String>,
    /// Street and house number.
    pub street: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// State or province.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// VAT number or another tax number.
    pub tax_number: Option<String>,
    /// Language tag.
    pub locale: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// For staff.
    pub notes: Option<String>,
}

impl Customer {
    /// A customer about whom nothing is known but where invoices go.
    #[must_use]
    pub fn blank(email: MailAddress, currency: Currency, time_zone: &str, now: Instant) -> Self {
        Self {
            id: CustomerId::new(),
            number: 0,
            name: String::new(),
            company: None,
            email,
            street: String::new(),
            postal_code: String::new(),
            city: String::new(),
            region: None,
            country: String::new(),
            tax_number: None,
            currency,
            locale: Locale::default().tag().to_owned(),
            time_zone: time_zone.to_owned(),
            state: CustomerState::Active,
            notes: String::new(),
            created_at: now,
            version: 1,
            tax_exempt: false,
        }
    }

    /// Somebody who is to be invited to this customer, in its language.
    #[must_use]
    pub fn invited(&self, email: &MailAddress, name: Option<String>) -> NewPerson {
        let own = *email == self.email;
        NewPerson {
            email: email.clone(),
            name: name.unwrap_or_else(|| if own { self.name.clone() } else { email.to_string() }),
            password_hash: None,
            locale: self.locale.clone(),
            time_zone: self.time_zone.clone(),
        }
    }

    /// The customer with these details.
    ///
    /// # Errors
    /// Every field that is wrong, together.
    pub fn with(mut self, details: Details) -> Result<Self> {
        let mut faults = Faults::default();
        if let Some(name) = details.name {
            self.name = faults.line("name", &name);
            faults.note_if(self.name.is_empty(), CustomerRefusal::NameMissing.refusal());
        }
        for (field, given, kept) in
            [("company", details.company, &mut self.company), ("region", details.region, &mut self.region)]
        {
            if let Some(text) = given {
                *kept = Some(faults.line(field, &text)).filter(|text| !text.is_empty());
            }
        }
        for (field, given, kept) in [
            ("street", details.street, &mut self.street),
            ("postal_code", details.postal_code, &mut self.postal_code),
            ("city", details.city, &mut self.city),
        ] {
            if let Some(text) = given {
                *kept = faults.line(field, &text);
            }
        }
        faults.take(details.email.as_deref().map(mail_address), &mut self.email);
        faults.take(details.locale.as_deref().map(locale_tag), &mut self.locale);
        faults.take(details.time_zone.as_deref().map(time_zone_name), &mut self.time_zone);
        if let Some(country) = details.country {
            self.country = country.trim().to_ascii_uppercase();
            faults.note_if(!is_country(&self.country), CustomerRefusal::CountryUnknown.refusal());
        }
        if let Some(number) = details.tax_number {
            self.tax_number = Some(tax_number(&number)).filter(|number| !number.is_empty());
        }
        // Also when only the country changed: a German number is none in France.
        let fits = self.tax_number.as_deref().is_none_or(|number| tax_number_fits(&self.country, number));
        faults.note_if(!fits, CustomerRefusal::TaxNumberInvalid.with("country", &self.country));
        if let Some(notes) = details.notes {
            faults.note_if(notes.chars().count() > NOTES_MAX, too_long("notes", NOTES_MAX));
            self.notes = notes.trim().to_owned();
        }
        faults.outcome(self)
    }
}

/// A tax number without spaces and signs, in capital letters.
#[must_use]
pub fn tax_number(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !".-/".contains(*c)).flat_map(char::to_uppercase).collect()
}

/// Whether the number may be kept for this country: a VAT number's form in the
/// European Union, letters and digits elsewhere.
#[must_use]
pub fn tax_number_fits(country: &str, number: &str) -> bool {
    if is_eu(country) {
        is_vat_number(country, number)
    } else {
        (1..=40).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric())
    }
}

fn too_long(field: &'static str, most: usize) -> Refusal {
    CustomerRefusal::TextTooLong.with("most", most).field(field)
}

/// Gathers what is wrong, so that a form names all of it at once.
#[derive(Default)]
struct Faults(Vec<Refusal>);

impl Faults {
    fn note_if(&mut self, wrong: bool, refusal: Refusal) {
        if wrong {
            self.0.push(refusal);
        }
    }

    /// One line of text with single spaces.
    fn line(&mut self, field: &'static str, text: &str) -> String {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let unfit = line.chars().count() > LINE_MAX || line.chars().any(char::is_control);
        self.note_if(unfit, too_long(field, LINE_MAX));
        line
    }

    fn take<T>(&mut self, read: Option<Result<T>>, kept: &mut T) {
        match read {
            None => {}
            Some(Ok(value)) => *kept = value,
            Some(Err(Error::Refused(refusal))) => self.0.push(refusal),
            Some(Err(_other)) => {}
        }
    }

    fn outcome<T>(self, value: T) -> Result<T> {
        if self.0.is_empty() { Ok(value) } else { Err(Error::Fields(self.0)) }
    }
}
