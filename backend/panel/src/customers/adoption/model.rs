//! What a foreign customer comes to here.

use hostwright_importer::snapshot::{Address, ContactRole};
use hostwright_kernel::{Currency, Instant, id_type};

use crate::auth::adoption::{Remark, mapped_language};
use crate::customers::countries::is_country;
use crate::customers::model::{Customer, CustomerState, tax_number, tax_number_fits};

/// The most characters of a line of an address.
const LINE_MAX: usize = 200;
/// The most characters of a field or of notes.
const TEXT_MAX: usize = 100_000;

id_type!(
    /// Identifies a further contact.
    ContactId, "con"
);

/// A customer of another system.
#[derive(Debug, Clone)]
pub struct AdoptCustomer {
    /// The source's identifier, as people there know it.
    pub reference: String,
    /// The person or department.
    pub name: String,
    /// The company.
    pub company: Option<String>,
    /// Where invoices go.
    pub email: String,
    /// Telephone; kept as a field.
    pub phone: Option<String>,
    /// Postal address.
    pub address: Address,
    /// The country where the source's is none.
    pub fallback_country: String,
    /// VAT or other tax number.
    pub tax_number: Option<String>,
    /// The source charges no tax.
    pub is_tax_exempt: bool,
    /// The one currency of the account.
    pub currency: Currency,
    /// The source's word for the language.
    pub language: Option<String>,
    /// IANA time zone; the provider's where it is none.
    pub time_zone: Option<String>,
    /// May not order.
    pub is_suspended: bool,
    /// Notes of staff.
    pub notes: Option<String>,
    /// Custom fields and other facts, in their order: name and value.
    pub fields: Vec<(String, String)>,
    /// When it was made.
    pub created: Option<Instant>,
}

/// A further contact of a customer.
#[derive(Debug, Clone, Default)]
pub struct AdoptContact {
    /// What it is for.
    pub role: ContactRole,
    /// The person's, or else the company's name.
    pub name: String,
    /// Company name.
    pub company: Option<String>,
    /// Address for mail, as the source has it.
    pub email: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Postal address.
    pub address: Address,
}

/// Where a customer comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The system.
    pub system: String,
    /// Its identifier there.
    pub reference: String,
}

/// A landed customer, ready to be stored.
pub(super) struct Landed {
    pub(super) customer: Customer,
    pub(super) fields: Vec<(String, String)>,
    pub(super) remarks: Vec<Remark>,
}

impl AdoptCustomer {
    /// Puts the source's facts into a blank customer. What does not fit is kept as a field.
    pub(super) fn landed(&self, blank: Customer) -> Landed {
        let mut fitting = Fitting { fields: Vec::new(), remarks: Vec::new() };
        let mut customer = blank;
        let company = self.company.as_deref().map(|text| fitting.line("company", text)).unwrap_or_default();
        let name = fitting.line("name", &self.name);
        customer.name = [&name, &company].into_iter().find(|text| !text.is_empty()).cloned().unwrap_or_default();
        if customer.name.is_empty() {
            customer.name = customer.email.to_string();
            fitting.remarks.push(Remark::new("name_missing", &self.reference));
        }
        customer.company = some(company);
        customer.street = fitting.line("street", self.address.street.as_deref().unwrap_or_default());
        customer.city = fitting.line("city", self.address.city.as_deref().unwrap_or_default());
        customer.postal_code = fitting.line("postal_code", self.address.postal_code.as_deref().unwrap_or_default());
        customer.region = some(fitting.line("region", self.address.region.as_deref().unwrap_or_default()));
        customer.country = self.country(&mut fitting);
        customer.tax_number = self.tax_number.as_deref().and_then(|text| {
            let number = tax_number(text);
            if number.is_empty() || tax_number_fits(&customer.country, &number) {
                return some(number);
            }
            fitting.aside("tax_number", "tax_number_unfit", text);
            None
        });
        match self.language.as_deref().filter(|word| !word.trim().is_empty()) {
            None => {}
            Some(word) => match mapped_language(word) {
                Some(tag) => tag.clone_into(&mut customer.locale),
                None => fitting.aside("language", "language_unknown", word),
            },
        }
        customer.state = if self.is_suspended { CustomerState::Suspended } else { CustomerState::Active };
        customer.tax_exempt = self.is_tax_exempt;
        customer.notes = fitting.text("notes", self.notes.as_deref().unwrap_or_default());
        customer.created_at = self.created.unwrap_or(customer.created_at);
        if let Some(phone) = self.phone.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            fitting.fields.push(("phone".to_owned(), phone.to_owned()));
        }
        for (name, value) in &self.fields {
            let value = fitting.text(name, value);
            fitting.fields.push((name.chars().take(LINE_MAX).collect(), value));
        }
        Landed { customer, fields: fitting.fields, remarks: fitting.remarks }
    }

    fn country(&self, fitting: &mut Fitting) -> String {
        let told = self.address.country.as_deref().unwrap_or_default().trim();
        let code = told.to_ascii_uppercase();
        if is_country(&code) {
            return code;
        }
        if told.is_empty() {
            fitting.remarks.push(Remark::new("country_missing", &self.fallback_country));
        } else {
            fitting.aside("country", "country_unknown", told);
        }
        self.fallback_country.trim().to_ascii_uppercase()
    }
}

/// One line with single spaces, without control characters.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text that is there.
pub(super) fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

struct Fitting {
    fields: Vec<(String, String)>,
    remarks: Vec<Remark>,
}

impl Fitting {
    /// A line that fits its column; the whole of a longer one becomes a field.
    fn line(&mut self, name: &'static str, text: &str) -> String {
        // A street of several lines is one line here, as on our own forms.
        let line = one_line(&text.replace(['\r', '\n'], ", ").replace(", , ", ", "));
        if line.chars().count() <= LINE_MAX {
            return line;
        }
        self.aside(name, "line_cut", &line);
        line.chars().take(LINE_MAX).collect()
    }

    fn text(&mut self, name: &str, text: &str) -> String {
        let clean: String = text.trim().chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        if clean.chars().count() > TEXT_MAX {
            self.remarks.push(Remark::new("text_cut", name));
        }
        clean.chars().take(TEXT_MAX).collect()
    }

    fn aside(&mut self, name: &'static str, why: &'static str, value: &str) {
        self.remarks.push(Remark::new(why, value));
        let value = self.text(name, value);
        self.fields.push((name.to_owned(), value));
    }
}
