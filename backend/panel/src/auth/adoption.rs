//! People who move in from another system, and what every landing has in common.
//!
//! Invariants: nobody is written to; a person who is there already is found by the mail
//! address and neither their password nor their role is touched; nobody becomes an owner
//! of the installation; staff land unconfirmed, so that only a mailed link lets them in.

use hostwright_importer::snapshot::values::Password;
use hostwright_kernel::{Instant, text_enum};

use super::call::{Call, Changed};
use super::error::AuthRefusal;
use super::foreign::{self, Reading};
use super::model::{LinkPurpose, NAME_MAX, PersonId, PersonState, Secret, Theme, mail_address, time_zone_name};
use super::policy::{Action, StaffRole};
use super::store::{self, Account};
use super::{links, passwords};
use crate::platform::Tx;
use crate::platform::error::Result;

/// On whose behalf records land, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Landing<'a> {
    /// Who moves them in.
    pub call: &'a Call,
    /// The action that was authorized; the audit rows carry its name.
    pub action: Action,
    /// The system that they come from, as people call it.
    pub system: &'a str,
}

impl Landing<'_> {
    /// Writes the audit row of one record.
    pub fn note(&self, tx: &mut Tx<'_>, what: &'static str, id: &str, customer_id: Option<&str>) {
        let changed = Changed::new(id, ()).noting("what", what).noting("system", self.system);
        let changed = match customer_id {
            Some(customer) => changed.of(customer),
            None => changed,
        };
        self.call.record_all(tx, self.action, vec![changed]);
    }
}

/// What became of a record that landed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted<Id> {
    /// What it is here.
    pub id: Id,
    /// It was here before and is not the landing's to take out.
    pub was_there: bool,
    /// What could not be kept as it was.
    pub remarks: Vec<Remark>,
}

impl<Id> Adopted<Id> {
    /// A new one.
    #[must_use]
    pub fn new(id: Id, remarks: Vec<Remark>) -> Self {
        Self { id, was_there: false, remarks }
    }
}

/// Something that could not be kept as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Stable name.
    pub code: &'static str,
    /// The value that it is about, for people; never a secret.
    pub detail: String,
}

impl Remark {
    /// A remark about a value, of which the beginning is told.
    #[must_use]
    pub fn new(code: &'static str, detail: impl ToString) -> Self {
        Self { code, detail: detail.to_string().chars().take(200).collect() }
    }
}

/// What became of a record that was to be taken out again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// It was gone before.
    Gone,
    /// It stays, for these reasons.
    Kept(Vec<KeptBecause>),
}

impl Removal {
    /// Kept for these reasons, if there are any.
    #[must_use]
    pub fn kept(reasons: Vec<KeptBecause>) -> Option<Self> {
        (!reasons.is_empty()).then_some(Self::Kept(reasons))
    }
}

text_enum! {
    /// Why a record that moved in is not taken out again.
    pub enum KeptBecause {
        /// Somebody changed it since.
        Changed = "changed",
        /// The person signed in, has a key or was mailed a link.
        SignedIn = "signed_in",
        /// People belong to it, or it belongs to a customer.
        Members = "members",
        /// Customers are resold by it.
        Customers = "customers",
        /// It has subscriptions.
        Subscriptions = "subscriptions",
        /// It has invoices, or was billed since.
        Invoices = "invoices",
        /// It has payments or tokens.
        Payments = "payments",
        /// Something of it was settled since.
        Settled = "settled",
        /// Its credit was spent since.
        Spent = "spent",
        /// It has orders.
        Orders = "orders",
        /// It has servers.
        Servers = "servers",
        /// It has tickets.
        Tickets = "tickets",
        /// Somebody wrote to it since.
        Messages = "messages",
        /// Other slices hold something of it.
        Content = "content",
    }
}

/// Makes a foreign password into what is kept: a hash of ours for one in clear, the
/// foreign hash where it can be verified, and nothing otherwise, with the reason. Runs
/// before the transaction, because hashing takes long.
///
/// # Errors
/// Never for passwords that fit memory.
pub async fn kept_password(password: Option<&Password>) -> Result<(Option<String>, Option<&'static str>)> {
    match password.map(foreign::read) {
        None => Ok((None, Some("none"))),
        Some(Reading::Unusable(why)) => Ok((None, Some(why))),
        Some(Reading::Kept(text)) => Ok((Some(text), None)),
        Some(Reading::Clear(text)) => Ok((Some(passwords::hash(Secret::from(text)).await?), None)),
    }
}

/// Somebody who signs in.
#[derive(Debug, Clone, Default)]
pub struct AdoptPerson {
    /// Mail address.
    pub email: String,
    /// Name; the address where it is empty.
    pub name: String,
    /// From [`kept_password`].
    pub password: Option<String>,
    /// The source's word for the language.
    pub language: Option<String>,
    /// IANA time zone; UTC where it is none.
    pub time_zone: String,
    /// May not sign in.
    pub is_locked: bool,
    /// When they were made.
    pub created: Option<Instant>,
}

/// Somebody who works for the provider.
#[derive(Debug, Clone, Default)]
pub struct AdoptStaff {
    /// Mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// The source's word for the role.
    pub role: String,
    /// The source's word for the language.
    pub language: Option<String>,
    /// IANA time zone; UTC where it is none.
    pub time_zone: String,
}

/// Moves in somebody who signs in. Who is here already is found and left as they are.
///
/// # Errors
/// `auth.email_invalid`.
pub fn adopt_person_in(tx: &mut Tx<'_>, landing: &Landing<'_>, person: &AdoptPerson) -> Result<Adopted<PersonId>> {
    let state = if person.is_locked { PersonState::Suspended } else { PersonState::Active };
    let (mut account, remarks) = account(tx, &person.email, &person.name, person.language.as_deref())?;
    account.password_hash.clone_from(&person.password);
    account.state = state;
    account.time_zone = zone(&person.time_zone);
    account.created_at = person.created.unwrap_or(account.created_at);
    land(tx, landing, "person", account, remarks)
}

/// Moves in somebody of the provider: with the mapped role, unconfirmed and not invited
/// yet ([`invite_staff_in`]). Who is here already keeps what they are.
///
/// # Errors
/// `auth.email_invalid`.
pub fn adopt_staff_in(tx: &mut Tx<'_>, landing: &Landing<'_>, staff: &AdoptStaff) -> Result<Adopted<PersonId>> {
    let (mut account, remarks) = account(tx, &staff.email, &staff.name, staff.language.as_deref())?;
    account.staff_role = Some(mapped_role(&staff.role));
    account.time_zone = zone(&staff.time_zone);
    land(tx, landing, "staff", account, remarks)
}

/// Mails somebody of the provider who moved in an invitation, once it is time to.
///
/// # Errors
/// `auth.already_staff` when they are in already; not found.
pub fn invite_staff_in(tx: &mut Tx<'_>, call: &Call, person: &PersonId) -> Result<()> {
    let account = store::lock(tx, person)?;
    if account.state != PersonState::Unconfirmed {
        return Err(AuthRefusal::AlreadyStaff.into());
    }
    links::mail_in(tx, &call.vault, &account.contact(), LinkPurpose::Invite)
}

/// Takes somebody who moved in out again, unless they did something or belong somewhere.
///
/// # Errors
/// When the database fails.
pub fn remove_person_in(tx: &mut Tx<'_>, landing: &Landing<'_>, person: &PersonId) -> Result<Removal> {
    let Some(account) = store::lock_if_there(tx, person)? else {
        return Ok(Removal::Gone);
    };
    let mut reasons = Vec::new();
    if account.version != 1 {
        reasons.push(KeptBecause::Changed);
    }
    if store::has_come_in(tx, person)? {
        reasons.push(KeptBecause::SignedIn);
    }
    if !store::memberships(tx, person)?.is_empty() {
        reasons.push(KeptBecause::Members);
    }
    if let Some(kept) = Removal::kept(reasons) {
        return Ok(kept);
    }
    store::delete_untouched(tx, person)?;
    landing.note(tx, "person_removed", person.as_str(), None);
    Ok(Removal::Removed)
}

/// What a role of another system comes to here: the least that fits. Nobody becomes an
/// owner.
#[must_use]
pub fn mapped_role(word: &str) -> StaffRole {
    let word = word.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    if has(&["support", "ticket", "tech"]) {
        StaffRole::Support
    } else if has(&["admin", "full", "root", "owner"]) {
        StaffRole::Admin
    } else if has(&["billing", "sales", "account", "financ", "invoice"]) {
        StaffRole::Billing
    } else {
        StaffRole::Support
    }
}

/// The tag of a language that the panel speaks, from another system's word for it.
#[must_use]
pub fn mapped_language(word: &str) -> Option<&'static str> {
    let word = word.trim().to_lowercase();
    let is = |names: &[&str], tag: &str| {
        let region = word.strip_prefix(tag).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']));
        region || names.contains(&word.as_str())
    };
    if is(&["german", "deutsch"], "de") {
        Some("de")
    } else if is(&["english"], "en") {
        Some("en")
    } else {
        None
    }
}

fn account(tx: &Tx<'_>, email: &str, name: &str, language: Option<&str>) -> Result<(Account, Vec<Remark>)> {
    let email = mail_address(email)?;
    let mut remarks = Vec::new();
    let line = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean: String = line.chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
    if clean != line {
        remarks.push(Remark::new("name_cut", &line));
    }
    if let Some(word) = language.filter(|word| !word.is_empty() && mapped_language(word).is_none()) {
        remarks.push(Remark::new("language_unknown", word));
    }
    let account = Account {
        id: PersonId::new(),
        name: if clean.is_empty() { email.to_string() } else { clean },
        email,
        password_hash: None,
        state: PersonState::Unconfirmed,
        staff_role: None,
        locale: language.and_then(mapped_language).unwrap_or("en").to_owned(),
        time_zone: "UTC".to_owned(),
        theme: Theme::Auto,
        totp_secret: None,
        totp_enabled: false,
        totp_last_step: 0,
        created_at: tx.now(),
        version: 1,
    };
    Ok((account, remarks))
}

fn zone(name: &str) -> String {
    time_zone_name(name).unwrap_or_else(|_none| "UTC".to_owned())
}

fn land(
    tx: &mut Tx<'_>,
    landing: &Landing<'_>,
    what: &'static str,
    account: Account,
    remarks: Vec<Remark>,
) -> Result<Adopted<PersonId>> {
    if store::insert(tx, &account)? {
        landing.note(tx, what, account.id.as_str(), None);
        return Ok(Adopted::new(account.id, remarks));
    }
    let known = store::by_email(tx, &account.email)?.ok_or(AuthRefusal::ChangedMeanwhile)?;
    Ok(Adopted { id: known.id, was_there: true, remarks: vec![Remark::new("person_was_there", account.email)] })
}
