//! Clients, how they sign in, and staff.

use rust_decimal::Decimal;

use super::Tables;
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::values::{Amount, Password, PasswordScheme, Secret};
use crate::snapshot::{Address, GapKind, Kind, Login, LoginGrant, Party, PartyKind, PartyStatus, Staff};
use crate::sources::tables::{Fate, Fields, Out};

/// `password_hash()`, or in early BoxBilling SHA-1 without salt.
fn password(text: &str) -> Password {
    let is_sha1 = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let scheme = match text {
        _ if text.starts_with("$2") => PasswordScheme::Bcrypt,
        _ if text.starts_with("$argon2") => PasswordScheme::Argon2,
        _ if is_sha1 => PasswordScheme::Sha1,
        _ => PasswordScheme::Unknown,
    };
    Password { scheme, value: Secret(text.to_owned()), is_locked: false }
}

impl Tables {
    pub(super) fn client(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Party, "id");
        let id = f.id().to_owned();
        let (company, first, last) = (f.text("company"), f.text("first_name"), f.text("last_name"));
        let email = f.text("email");
        let person = [first.as_deref(), last.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let person = Some(person).filter(|person| !person.is_empty());
        let currency = self.currency(&mut f, "currency", Some(&id));
        let mut balance = None;
        for facts in self.look.ledger.take(&id)? {
            let entry = facts.first().and_then(|number| Decimal::from_str_exact(number.trim()).ok());
            let sum = balance.unwrap_or(Decimal::ZERO);
            match entry.and_then(|entry| sum.checked_add(entry)) {
                Some(sum) => balance = Some(sum),
                None => f.gap(GapKind::FactLost, "client_balance", "an entry that cannot be added to the balance"),
            }
        }
        let status = f.string("status");
        let is_company = f.text("type").is_none_or(|kind| kind == "company") && company.is_some();
        let phone = [f.text("phone_cc"), f.text("phone")];
        let phone = match phone {
            [Some(country), Some(phone)] => Some(format!("+{} {phone}", country.trim_start_matches('+'))),
            [None, phone] | [phone, None] => phone,
        };
        let street: Vec<String> = ["address_1", "address_2"].iter().filter_map(|column| f.text(column)).collect();
        f.known(&["salt", "api_token"]);
        if let Some(hash) = f.text("pass") {
            let password = password(&hash);
            if password.scheme == PasswordScheme::Unknown {
                f.gap(GapKind::FactLost, "pass", "kept in a form that cannot be verified; a new one is needed");
            }
            let login = Login {
                id: format!("client-{id}"),
                email: email.clone(),
                name: person.clone(),
                password: Some(password),
                grants: vec![LoginGrant { party: id.clone(), is_owner: true, permissions: Vec::new() }],
                language: f.text("lang"),
                ..Login::default()
            };
            out.made(login)?;
        }
        let group = f.reference("client_group_id").map(|group| match self.look.client_groups.get(&group) {
            Some(name) => name.clone(),
            None => {
                f.gap(GapKind::Dangling, "client_group_id", "there is no such client group");
                group
            }
        });
        let party = Party {
            name: company.clone().or(person).or_else(|| email.clone()).unwrap_or_else(|| format!("client {id}")),
            id,
            kind: if is_company { PartyKind::Company } else { PartyKind::Person },
            company,
            first_name: first,
            last_name: last,
            email,
            phone,
            address: Address {
                street: Some(street.join("\n")).filter(|street| !street.is_empty()),
                city: f.text("city"),
                region: f.text("state"),
                postal_code: f.text("postcode"),
                country: f.text("country"),
            },
            tax_number: f.text("company_vat"),
            registration_number: f.text("company_number"),
            is_tax_exempt: f.flag("tax_exempt"),
            currency,
            language: f.text("lang"),
            balance: balance.zip(currency).map(|(value, currency)| Amount { value, currency }),
            status: match status.as_str() {
                "active" | "" => PartyStatus::Active,
                "suspended" => PartyStatus::Suspended,
                "canceled" | "cancelled" => PartyStatus::Closed,
                _ => {
                    f.gap(GapKind::FactChanged, "status", "a state that is not known; read as active");
                    f.keep("status", status);
                    PartyStatus::Active
                }
            },
            group,
            created: f.moment("created_at", &out.zone),
            notes: f.text("notes"),
            extra: f.rest(),
            ..Party::default()
        };
        out.record(f, party)
    }

    pub(super) fn admin(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Staff, "id");
        f.known(&["salt", "api_token"]);
        let role = f.text("role").or_else(|| {
            let group = f.reference("admin_group_id")?;
            self.look.admin_groups.get(&group).cloned()
        });
        let staff = Staff {
            id: f.id().to_owned(),
            user_name: None,
            email: f.text("email"),
            name: f.text("name").unwrap_or_else(|| format!("staff {}", f.id())),
            role,
            password: f.text("pass").map(|hash| password(&hash)),
            is_disabled: f.text("status").is_some_and(|status| status != "active"),
            extra: f.rest(),
        };
        out.record(f, staff)
    }
}
