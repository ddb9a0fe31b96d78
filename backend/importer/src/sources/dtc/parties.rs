//! Clients, logins, staff.

use super::Dtc;
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::values::{Extra, Password, PasswordScheme, Secret};
use crate::snapshot::{
    Address, GapKind, HostingAccount, Kind, Login, LoginGrant, Party, PartyKind, PartyStatus, Staff,
};
use crate::sources::tables::{Fate, Fields, Out};

/// Clear text or SHA-1, in the same column.
pub(super) fn password(text: &str) -> Password {
    let is_sha1 = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let scheme = match text {
        _ if is_sha1 => PasswordScheme::Sha1,
        _ if text.starts_with("$1$") || text.starts_with("$5$") || text.starts_with("$6$") => PasswordScheme::Crypt,
        _ => PasswordScheme::Plain,
    };
    Password { scheme, value: Secret(text.to_owned()), is_locked: false }
}

impl Dtc {
    pub(super) fn client(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Party, "id");
        let id = f.id().to_owned();
        let is_company = f.flag("is_company");
        let (company, first, last) = (f.text("company_name"), f.text("christname"), f.text("familyname"));
        let person = [first.as_deref(), last.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let person = Some(person).filter(|person| !person.is_empty());
        let street: Vec<String> = ["addr1", "addr2", "addr3"].iter().filter_map(|column| f.text(column)).collect();
        let email = f.text("email");
        let currency = self.look.currency;
        let is_active = !f.has("active") || f.flag("active");
        let party = Party {
            name: company
                .clone()
                .filter(|_| is_company)
                .or(person)
                .or_else(|| email.clone())
                .unwrap_or_else(|| format!("client {id}")),
            kind: if is_company { PartyKind::Company } else { PartyKind::Person },
            company,
            first_name: first,
            last_name: last,
            email,
            phone: f.text("phone").filter(|phone| phone != "0"),
            address: Address {
                street: Some(street.join("\n")).filter(|street| !street.is_empty()),
                city: f.text("city"),
                region: f.text("state"),
                postal_code: f.text("zipcode").filter(|code| code != "0"),
                country: f.text("country").map(|country| country.to_ascii_uppercase()),
            },
            tax_number: f.text("vat_num"),
            currency,
            balance: f.amount("dollar", currency),
            status: if is_active { PartyStatus::Active } else { PartyStatus::Inactive },
            is_reseller: self.look.resellers.contains(&id),
            reseller: self.look.client_resellers.get(&id).cloned(),
            notes: f.text("special_note"),
            extra: f.rest(),
            id,
            ..Party::default()
        };
        out.record(f, party)
    }

    /// A login: it signs in, owns an account on the server, and may have its own subscription.
    pub(super) fn admin(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Login, "adm_login");
        let login = f.id().to_owned();
        let client = f.reference("id_client");
        let Some(party) = self.look.party_of(&login) else {
            return Ok(out.skip(&f, "a login without a name"));
        };
        if party.starts_with("admin-") {
            match client {
                Some(client) => {
                    f.gap(
                        GapKind::Dangling,
                        "id_client",
                        "there is no such client; the login becomes a party of its own",
                    );
                    f.keep("id_client", client);
                }
                None => f.gap(GapKind::FactChanged, "id_client", "a login of no client; it becomes a party of its own"),
            }
            let made = Party {
                id: party.clone(),
                name: login.clone(),
                currency: self.look.currency,
                is_reseller: self.look.resellers.contains(&party),
                reseller: self.look.reseller_of(&login).filter(|reseller| *reseller != party),
                ..Party::default()
            };
            out.made(made)?;
        }
        self.shared(&mut f, &login, &party, out)?;
        let password = f.text("adm_pass").map(|text| password(&text));
        let limits = ["quota", "bandwidth_per_month_mb", "max_email", "max_ftp", "max_ssh", "max_domain", "nbrdb"];
        let limits = limits
            .iter()
            .filter_map(|name| f.text(name).map(|value| Extra { name: (*name).to_owned(), value }))
            .collect();
        let account = HostingAccount {
            id: login.clone(),
            user_name: login.clone(),
            party: Some(party.clone()),
            home: f.text("path"),
            limits,
            ..HostingAccount::default()
        };
        out.made(account)?;
        f.known(&["pass_next_req", "pass_expire", "recovery_token", "recovery_timestamp"]);
        let record = Login {
            id: login.clone(),
            user_name: Some(login),
            password,
            grants: vec![LoginGrant { party, is_owner: true, permissions: Vec::new() }],
            language: f.text("last_used_lang"),
            extra: f.rest(),
            ..Login::default()
        };
        out.record(f, record)
    }

    pub(super) fn staff(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Staff, "id");
        f.known(&["pass_next_req", "pass_expire"]);
        let user_name = f.text("pseudo");
        let staff = Staff {
            id: f.id().to_owned(),
            email: f.text("email"),
            name: f.text("realname").or_else(|| user_name.clone()).unwrap_or_else(|| format!("staff {}", f.id())),
            user_name,
            role: None,
            password: f.text("tikadm_pass").map(|text| password(&text)),
            is_disabled: f.has("available") && !f.flag("available"),
            extra: f.rest(),
        };
        out.record(f, staff)
    }
}
