//! Clients, their contacts, who signs in for them, and staff.

use super::Dump;
use crate::Refusal;
use crate::formats::sql_dump::Row;
use crate::snapshot::{
    Address, Contact, ContactRole, GapKind, Kind, Login, LoginGrant, Party, PartyKind, PartyStatus, PaymentToken, Staff,
};
use crate::sources::tables::{Fate, Fields, Out};
use crate::sources::whmcs::words;

/// Lines of an address that hold something.
fn street(f: &mut Fields<'_>) -> Option<String> {
    let lines: Vec<String> = ["address1", "address2"].iter().filter_map(|column| f.words(column)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn address(f: &mut Fields<'_>) -> Address {
    Address {
        street: street(f),
        city: f.words("city"),
        region: f.words("state"),
        postal_code: f.words("postcode"),
        country: country(f),
    }
}

fn country(f: &mut Fields<'_>) -> Option<String> {
    let country = f.words("country")?;
    let code = country.trim().to_ascii_uppercase();
    if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Some(code);
    }
    f.gap(GapKind::FactChanged, "country", "not a country code; kept as it is");
    Some(country)
}

fn name_of(f: &mut Fields<'_>, company: Option<&String>, first: Option<&String>, last: Option<&String>) -> String {
    let person = [first, last].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
    let person = Some(person.trim().to_owned()).filter(|person| !person.is_empty());
    company.cloned().or(person).or_else(|| f.text("email")).unwrap_or_else(|| format!("client {}", f.id()))
}

impl Dump {
    pub(super) fn client(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Party, "id");
        let id = f.id().to_owned();
        let (company, first, last) = (f.words("companyname"), f.words("firstname"), f.words("lastname"));
        let currency = self.currency(Some(&id));
        if let Some(named) = f.reference("currency").filter(|named| self.look.currency_by_id(named).is_none()) {
            f.gap(GapKind::Dangling, "currency", "there is no such currency");
            f.keep("currency", named);
        }
        let group = f.reference("groupid").map(|group| match self.look.groups.get(&group) {
            Some(name) => name.clone(),
            None => {
                f.gap(GapKind::Dangling, "groupid", "there is no such client group");
                group
            }
        });
        let status = f.string("status");
        self.custom_fields(&mut f, "client", &id)?;
        let created = f.moment("created_at", &out.zone).or_else(|| f.moment("datecreated", &out.zone));
        self.client_login(&mut f, &id, out)?;
        self.client_token(&mut f, &id, out)?;
        let party = Party {
            id,
            kind: if company.is_some() { PartyKind::Company } else { PartyKind::Person },
            name: name_of(&mut f, company.as_ref(), first.as_ref(), last.as_ref()),
            company,
            first_name: first,
            last_name: last,
            email: f.text("email"),
            phone: f.text("phonenumber"),
            address: address(&mut f),
            tax_number: f.words("tax_id"),
            registration_number: None,
            is_tax_exempt: f.flag("taxexempt"),
            currency,
            language: f.text("language"),
            balance: f.amount("credit", currency),
            status: words::party_status(&status).unwrap_or_else(|| {
                f.gap(GapKind::FactChanged, "status", "a state of the provider's own; read as active");
                f.keep("status", status.clone());
                PartyStatus::Active
            }),
            is_reseller: false,
            reseller: None,
            group,
            created,
            notes: f.words("notes"),
            extra: f.rest(),
        };
        out.record(f, party)
    }

    /// Before 8.0 clients signed in themselves. The column lives on, and means nothing once
    /// there are users.
    fn client_login(&self, f: &mut Fields<'_>, id: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
        let has_factor = f.text("authdata").is_some() | f.text("authmodule").is_some();
        let Some(password) = f.text("password") else { return Ok(()) };
        if self.look.has_users {
            f.gap(GapKind::FactLost, "password", "passwords are those of tblusers since 8.0; this one is not used");
            return Ok(());
        }
        let password = words::password(&password);
        if password.scheme == crate::snapshot::values::PasswordScheme::Unknown {
            f.gap(GapKind::FactLost, "password", "kept in a form that cannot be verified; a new one is needed");
        }
        let login = Login {
            id: format!("client-{id}"),
            email: f.text("email"),
            name: None,
            password: Some(password),
            grants: vec![LoginGrant { party: id.to_owned(), is_owner: true, permissions: Vec::new() }],
            has_second_factor: has_factor,
            created: None,
            ..Login::default()
        };
        out.made(login).map(|_is_first| ())
    }

    /// Before 7.8 a client had one card, perhaps as a token of a gateway. The card itself is
    /// never taken.
    fn client_token(&self, f: &mut Fields<'_>, id: &str, out: &mut Out<'_>) -> Result<(), Refusal> {
        f.lost("cardnum", "card numbers are never taken");
        f.lost("bankacct", "account numbers are never taken");
        f.known(&["startdate", "issuenumber", "bankcode"]);
        let (kind, four) = (f.text("cardtype"), f.text("cardlastfour"));
        f.lost("expdate", "sealed with the card");
        let Some(token) = f.secret("gatewayid") else {
            for (name, value) in [("cardtype", kind), ("cardlastfour", four)] {
                f.keep(name, value.unwrap_or_default());
            }
            return Ok(());
        };
        let label = [kind, four].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let token = PaymentToken {
            id: format!("client-{id}"),
            party: id.to_owned(),
            kind: "card".to_owned(),
            provider: f.text("defaultgateway"),
            label: Some(label).filter(|label| !label.is_empty()),
            token: Some(token),
            is_default: true,
            ..PaymentToken::default()
        };
        out.made(token).map(|_is_first| ())
    }

    pub(super) fn contact(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Contact, "id");
        let id = f.id().to_owned();
        let party = self.party(&mut f, "userid").unwrap_or_default();
        let (company, first, last) = (f.words("companyname"), f.words("firstname"), f.words("lastname"));
        let is_for_invoices = f.flag("invoiceemails");
        let is_for_all = f.flag("generalemails");
        let role = if is_for_invoices && !is_for_all { ContactRole::Billing } else { ContactRole::General };
        let permissions: Vec<String> = f
            .string("permissions")
            .split(',')
            .map(str::trim)
            .filter(|one| !one.is_empty())
            .map(str::to_owned)
            .collect();
        let (is_login, password) = (f.flag("subaccount"), f.text("password"));
        if let Some(password) = password {
            if is_login && !self.look.has_users {
                let login = Login {
                    id: format!("contact-{id}"),
                    email: f.text("email"),
                    password: Some(words::password(&password)),
                    grants: vec![LoginGrant {
                        party: party.clone(),
                        is_owner: false,
                        permissions: permissions.clone(),
                    }],
                    ..Login::default()
                };
                out.made(login)?;
            } else {
                f.gap(GapKind::FactLost, "password", "this contact does not sign in; the password is not used");
            }
        }
        for (column, is_asked) in [("invoiceemails", is_for_invoices), ("generalemails", is_for_all)] {
            f.keep(column, if is_asked { "1" } else { "" });
        }
        f.keep("permissions", permissions.join(","));
        let contact = Contact {
            id,
            party,
            role,
            name: name_of(&mut f, None, first.as_ref(), last.as_ref()),
            company,
            email: f.text("email"),
            phone: f.text("phonenumber"),
            address: address(&mut f),
            extra: f.rest(),
        };
        out.record(f, contact)
    }

    pub(super) fn user(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Login, "id");
        let mut grants = Vec::new();
        for facts in self.look.grants.take(f.id())? {
            let [client, owner, permissions] = facts.as_slice() else { continue };
            if !self.look.clients.contains(client) {
                f.gap(GapKind::Dangling, "client_id", "a user of a client that is not there");
            }
            grants.push(LoginGrant {
                party: client.clone(),
                is_owner: owner == "1",
                permissions: permissions
                    .split(',')
                    .map(str::trim)
                    .filter(|p| !p.is_empty())
                    .map(str::to_owned)
                    .collect(),
            });
        }
        if grants.is_empty() {
            f.gap(GapKind::Dangling, "", "a user of no client");
        }
        let has_second_factor = f.text("second_factor").is_some();
        f.lost("second_factor_config", "second factors cannot be moved; a new one is set up");
        f.lost("security_question_answer", "sealed, and not used here");
        f.known(&[
            "reset_token",
            "reset_token_expiry",
            "remember_token",
            "email_verification_token",
            "email_verification_token_expiry",
        ]);
        let (first, last) = (f.words("first_name"), f.words("last_name"));
        let password = f.text("password").map(|text| words::password(&text));
        let login = Login {
            id: f.id().to_owned(),
            user_name: None,
            email: f.text("email"),
            name: Some([first, last].into_iter().flatten().collect::<Vec<_>>().join(" "))
                .filter(|name| !name.is_empty()),
            password,
            grants,
            language: f.text("language"),
            is_locked: false,
            has_second_factor,
            created: f.moment("created_at", &out.zone),
            extra: f.rest(),
        };
        out.record(f, login)
    }

    pub(super) fn admin(&mut self, row: &Row, out: &mut Out<'_>) -> Result<Fate, Refusal> {
        let mut f = Fields::with_id(row, Kind::Staff, "id");
        let (first, last) = (f.words("firstname"), f.words("lastname"));
        let name = [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ");
        f.lost("passwordhash", "a second hash of the same password");
        f.lost("authdata", "second factors cannot be moved; a new one is set up");
        f.known(&["password_reset_key", "password_reset_data", "password_reset_expiry"]);
        let staff = Staff {
            id: f.id().to_owned(),
            user_name: f.text("username"),
            email: f.text("email"),
            name: if name.is_empty() { format!("staff {}", f.id()) } else { name },
            role: f.text("roleid").map(|role| format!("role {role}")),
            password: f.text("password").map(|text| words::password(&text)),
            is_disabled: f.flag("disabled"),
            extra: f.rest(),
        };
        out.record(f, staff)
    }
}
