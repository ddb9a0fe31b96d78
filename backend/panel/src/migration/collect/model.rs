//! The keys of a record by which it can be found once its body is sealed, and what is said of
//! readings.

use hostwright_importer::snapshot::values::{Amount, Cycle};
use hostwright_importer::snapshot::{InvoiceStatus, PaymentKind, SubscriptionStatus};
use hostwright_importer::{Kind, Record};
use hostwright_kernel::{Instant, Money, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::migration::error::MigrationRefusal;
use crate::migration::sources::model::{SourceId, one_line};
use crate::migration::templates::model::tld_of;
use crate::migration::transfer::model::TransferState;
use crate::migration::verification::model::{Decision, Reason, Status};
use crate::platform::Refusal;

/// The kind under which domain names are chosen and judged; no kind of the snapshot.
pub const DOMAIN_NAME: &str = "domain_name";
/// The kind that domains lead to by their top-level domain; no kind of the snapshot.
pub const TLD: &str = "tld";
/// Characters of an identifier that can be kept under an index.
pub const IDENTIFIER_MAX: usize = 500;
/// Characters of a name in lists.
const NAME_MAX: usize = 200;
/// Paths of one reading.
const PATHS_MAX: usize = 1_000;

id_type!(
    /// Identifies a record of a source.
    RecordId, "mre"
);
id_type!(
    /// Identifies a reading of a source.
    CollectionId, "mcl"
);
id_type!(
    /// Identifies a named gap.
    GapId, "mga"
);

text_enum! {
    /// How a reading ended.
    pub enum CollectionState {
        /// Waits or runs.
        Reading = "reading",
        /// Read to the end.
        Done = "done",
        /// The input was refused as a whole.
        Refused = "refused",
    }
}

/// What a record is found by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// The party whose it is.
    pub party: Option<String>,
    /// The object it hangs on: product of a subscription, invoice of a line, ticket of a message.
    pub parent: Option<String>,
    /// Its domain name.
    pub domain: Option<String>,
    /// What people call it.
    pub name: String,
    /// The source's state of it.
    pub status: String,
    /// Its amount for the control sums, where it has one that its currency can hold.
    pub amount: Option<Money>,
    /// What else it leads to: kind and identifier.
    pub links: Vec<(&'static str, String)>,
}

/// The keys of a record.
#[must_use]
pub fn keys(record: &Record) -> Keys {
    let mut keys = Keys::default();
    match record {
        Record::Staff(one) => keys.name.clone_from(&one.name),
        Record::Party(one) => {
            keys.parent.clone_from(&one.reseller);
            keys.name.clone_from(&one.name);
            keys.status = word(&one.status);
            keys.amount = money(one.balance.as_ref());
        }
        Record::Login(one) => {
            keys.party = one.grants.first().map(|grant| grant.party.clone());
            keys.name = first_of(&[&one.email, &one.user_name, &one.name]);
            keys.links = one.grants.iter().map(|grant| (Kind::Party.as_str(), grant.party.clone())).collect();
        }
        Record::Contact(one) => of_party(&mut keys, &one.party, &one.name),
        Record::TaxRule(one) => keys.name.clone_from(&one.name),
        Record::Product(one) => keys.name.clone_from(&one.name),
        Record::Subscription(one) => {
            of_party(&mut keys, &one.party, &one.name);
            keys.parent.clone_from(&one.product);
            keys.status = word(&one.status);
            let goes_on = matches!(
                one.status,
                SubscriptionStatus::Pending | SubscriptionStatus::Active | SubscriptionStatus::Suspended
            );
            let recurs = matches!(one.cycle, Some(Cycle::Months(_) | Cycle::Days(_)));
            let charged = one.renewal_fee.as_ref().or(one.price.as_ref());
            keys.amount = money(charged.filter(|_| goes_on && recurs));
            keys.domain = one.domains.first().map(|name| domain_name(name));
            keys.links = one.domains.iter().map(|name| (DOMAIN_NAME, domain_name(name))).collect();
        }
        Record::Domain(one) => {
            of_party(&mut keys, &one.party, &one.name);
            keys.parent.clone_from(&one.subscription);
            keys.status = word(&one.status);
            keys.amount = money(one.price.as_ref());
            keys.domain = Some(domain_name(&one.name));
            keys.links = vec![(DOMAIN_NAME, domain_name(&one.name))];
            keys.links.extend(tld_of(&domain_name(&one.name)).map(|tld| (TLD, tld.to_owned())));
        }
        Record::Invoice(one) => {
            of_party(&mut keys, &one.party, one.number.as_deref().unwrap_or(&one.id));
            keys.status = word(&one.status);
            let is_open = matches!(
                one.status,
                InvoiceStatus::Unpaid | InvoiceStatus::Collections | InvoiceStatus::PaymentPending
            );
            keys.amount = money(one.total.as_ref().filter(|_| is_open));
        }
        Record::InvoiceLine(one) => on_parent(&mut keys, Some(&one.invoice), &one.text),
        Record::Payment(one) => {
            keys.party.clone_from(&one.party);
            keys.parent.clone_from(&one.invoice);
            keys.name = first_of(&[&one.reference, &one.text]);
            let arrived = !one.is_pending && !one.is_failed;
            keys.amount = match one.kind {
                PaymentKind::Payment if arrived => money(one.amount.as_ref()),
                PaymentKind::Refund if arrived => money(one.amount.as_ref()).and_then(|amount| amount.neg().ok()),
                PaymentKind::Payment | PaymentKind::Refund | PaymentKind::Adjustment => None,
            };
        }
        Record::CreditEntry(one) => {
            of_party(&mut keys, &one.party, one.text.as_deref().unwrap_or_default());
            keys.amount = money(one.amount.as_ref());
        }
        Record::PaymentToken(one) => of_party(&mut keys, &one.party, one.label.as_deref().unwrap_or(&one.kind)),
        Record::Department(one) => keys.name.clone_from(&one.name),
        Record::Ticket(one) => {
            keys.party.clone_from(&one.party);
            keys.parent.clone_from(&one.department);
            keys.name.clone_from(&one.subject);
            keys.status.clone_from(&one.status);
        }
        Record::TicketMessage(one) => on_parent(&mut keys, Some(&one.ticket), ""),
        Record::Server(one) => keys.name.clone_from(&one.name),
        Record::Guest(one) => {
            keys.party.clone_from(&one.party);
            on_parent(&mut keys, one.server.as_ref(), &one.name);
            keys.status = word(&one.state);
        }
        Record::HostingAccount(one) => {
            keys.party.clone_from(&one.party);
            on_parent(&mut keys, one.server.as_ref(), &one.user_name);
            keys.domain = one.domain.as_deref().map(domain_name);
        }
        Record::Site(one) => {
            on_parent(&mut keys, one.account.as_ref(), &one.domain);
            keys.domain = Some(domain_name(&one.domain));
        }
        Record::Zone(one) => {
            keys.party.clone_from(&one.party);
            on_parent(&mut keys, one.account.as_ref(), &one.name);
            keys.domain = Some(domain_name(&one.name));
        }
        Record::Mailbox(one) => on_parent(&mut keys, one.account.as_ref(), &one.address),
        Record::MailRule(one) => on_parent(&mut keys, one.account.as_ref(), &one.address),
        Record::Database(one) => on_parent(&mut keys, one.account.as_ref(), &one.name),
        Record::DatabaseUser(one) => on_parent(&mut keys, one.account.as_ref(), &one.name),
        Record::FileUser(one) => on_parent(&mut keys, one.account.as_ref(), &one.name),
        Record::CronLine(one) => on_parent(&mut keys, one.account.as_ref(), &one.schedule),
        Record::Certificate(one) => {
            on_parent(&mut keys, one.account.as_ref(), one.domains.first().map_or("", String::as_str));
        }
    }
    keys.storable()
}

impl Keys {
    /// The keys as both engines keep them, no longer than an index takes. A reference that is
    /// longer than any identifier we keep leads to nothing, and is left out.
    fn storable(mut self) -> Self {
        let reference = |text: Option<String>| text.and_then(|text| identifier(&text));
        self.party = reference(self.party);
        self.parent = reference(self.parent);
        self.domain = reference(self.domain);
        self.name = one_line(&self.name).chars().take(NAME_MAX).collect();
        self.status = one_line(&self.status).chars().take(NAME_MAX).collect();
        self.links = self.links.into_iter().filter_map(|(kind, id)| Some((kind, identifier(&id)?))).collect();
        self.links.sort();
        self.links.dedup();
        self
    }
}

/// An identifier as it is kept; none when it is empty or too long to be one.
#[must_use]
pub fn identifier(text: &str) -> Option<String> {
    let kept = without_nul(text);
    (!kept.is_empty() && kept.chars().count() <= IDENTIFIER_MAX).then_some(kept)
}

/// PostgreSQL keeps no NUL, so neither engine is asked to.
#[must_use]
pub fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// A domain name as names are compared.
#[must_use]
pub fn domain_name(text: &str) -> String {
    text.trim().trim_end_matches('.').to_lowercase()
}

fn of_party(keys: &mut Keys, party: &str, name: &str) {
    keys.party = Some(party.to_owned());
    name.clone_into(&mut keys.name);
}

fn on_parent(keys: &mut Keys, parent: Option<&String>, name: &str) {
    keys.parent = parent.cloned();
    name.clone_into(&mut keys.name);
}

fn first_of(texts: &[&Option<String>]) -> String {
    texts.iter().find_map(|text| text.as_deref().filter(|text| !text.is_empty())).unwrap_or_default().to_owned()
}

fn money(amount: Option<&Amount>) -> Option<Money> {
    amount.and_then(|amount| amount.money().ok())
}

/// The source's word for a state.
fn word(state: &impl Serialize) -> String {
    serde_json::to_value(state).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The paths that a person named, one a line.
///
/// # Errors
/// `migration.paths_missing`; `migration.path_outside` for what could lead out of the import folder.
pub fn paths(typed: &[String]) -> Result<Vec<String>, Refusal> {
    let named: Vec<String> =
        typed.iter().map(|path| path.trim().trim_end_matches('/').to_owned()).filter(|path| !path.is_empty()).collect();
    if named.is_empty() || named.len() > PATHS_MAX {
        return Err(MigrationRefusal::PathsMissing.with("max", PATHS_MAX));
    }
    let leads_out = |path: &&String| {
        path.starts_with('/')
            || path.contains(['\\', '\0'])
            || path.split('/').any(|part| part.is_empty() || part == "." || part == "..")
    };
    match named.iter().find(leads_out) {
        Some(path) => Err(MigrationRefusal::PathOutside.with("path", path)),
        None => Ok(named),
    }
}

/// The name under which an uploaded file is kept: one component, nothing hidden.
#[must_use]
pub fn file_name(sent: &str) -> Option<String> {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = one_line(last).trim_start_matches('.').chars().take(120).collect();
    (!name.is_empty()).then_some(name)
}

/// What a reading came to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CollectionView {
    /// Its id.
    pub id: CollectionId,
    /// The source.
    pub source_id: SourceId,
    /// Which reading of it, from 1.
    pub number: i64,
    /// What was read.
    pub paths: Vec<String>,
    /// How it ended.
    pub state: CollectionState,
    /// Records met.
    pub records: i64,
    /// Records that were not there before.
    pub added: i64,
    /// Records that are other than before.
    pub changed: i64,
    /// Records that are as before.
    pub unchanged: i64,
    /// Records whose identifier had been met in the same reading; the first was taken.
    pub repeated: i64,
    /// Records of an earlier reading that were not met.
    pub vanished: i64,
    /// Named gaps, each with its count.
    pub gaps: i64,
    /// Facts of the source as a whole.
    pub facts: std::collections::BTreeMap<String, String>,
    /// Why the input was refused: a stable code.
    pub refusal_code: Option<String>,
    /// Where in it.
    pub refusal_place: Option<String>,
    /// Why, in words.
    pub refusal_reason: Option<String>,
    /// When it was asked for.
    pub started_at: Instant,
    /// When it ended.
    pub finished_at: Option<Instant>,
}

/// A record as lists show it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StagedView {
    /// Its id here.
    pub id: RecordId,
    /// The source.
    pub source_id: SourceId,
    /// Its kind, for example `party`.
    pub kind: String,
    /// The source's identifier.
    pub external_id: String,
    /// The party whose it is.
    pub party: Option<String>,
    /// The object it hangs on.
    pub parent: Option<String>,
    /// Its domain name.
    pub domain: Option<String>,
    /// What people call it.
    pub name: String,
    /// The source's state of it.
    pub status: String,
    /// Its amount for the control sums.
    pub amount: Option<Money>,
    /// Whether the last reading did not meet it.
    pub is_gone: bool,
    /// Whether it is to be migrated.
    pub is_selected: bool,
    /// What a person decided.
    pub decision: Option<Decision>,
    /// Why.
    pub decision_reason: Option<String>,
    /// The customer here that a reseller is.
    pub associated_with: Option<String>,
    /// What verification said.
    pub verdict: Option<Status>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Where the transfer of an account stands.
    pub transfer: Option<TransferState>,
    /// Why it was parked.
    pub transfer_reason: Option<String>,
}

/// A named gap.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GapView {
    /// Its id.
    pub id: GapId,
    /// How much was lost: `skipped`, `fact_lost`, `fact_changed`, `part_unread`, `dangling`, `duplicate`.
    pub kind: String,
    /// Where in the source.
    pub place: String,
    /// The kind of record that it touches.
    pub record: Option<String>,
    /// That record's identifier.
    pub external_id: Option<String>,
    /// The column, key or element.
    pub field: Option<String>,
    /// Why.
    pub reason: String,
    /// How many times.
    pub count: i64,
}
