//! The neutral snapshot: the records that all sources map to.
//!
//! Records are flat and refer to each other by the source's own identifiers (unique within
//! a kind and a source), so that a reader can write them in the order in which it meets
//! them: a line before its invoice, a reply before its ticket. What belongs together is
//! joined where the snapshot lands.
//!
//! Invariants: an identifier is never empty; money, dates and states are the source's; a
//! fact without a field of its own is kept as [`values::Extra`], or named by a [`Gap`].

mod commerce;
mod estate;
mod gap;
mod hosting;
mod invoices;
mod party;
mod support;
pub mod values;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use commerce::{
    ChosenOption, Domain, DomainContact, DomainStatus, Price, Product, ProductClass, Subscription, SubscriptionStatus,
};
pub use estate::{Boot, Disk, DiskKind, Guest, GuestState, Hypervisor, Nic, Server};
pub use gap::{Gap, GapKind};
pub use hosting::{
    Certificate, CronLine, Database, DatabaseUser, FileUser, HostingAccount, MailRule, MailRuleKind, Mailbox,
    MailboxFormat, Site, SiteKind, Zone, ZoneRecord,
};
pub use invoices::{
    CreditEntry, Invoice, InvoiceLine, InvoiceStatus, Payment, PaymentKind, PaymentToken, TaxRule, TaxShare,
};
pub use party::{Address, Contact, ContactRole, Login, LoginGrant, Party, PartyKind, PartyStatus, Staff};
pub use support::{Attachment, Author, Department, Ticket, TicketMessage};

use crate::Refusal;

#[cfg(test)]
mod tests;

/// Declares [`Kind`], [`Record`] and what leads from one to the other.
macro_rules! records {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// The kinds of records.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Kind { $($(#[$doc])* #[serde(rename = $name)] $variant,)+ }

        impl Kind {
            /// All kinds, in the order in which they are counted.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in documents, reports and counts.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The kind of a name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }

        /// One object of the source.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Record { $($(#[$doc])* #[serde(rename = $name)] $variant(Box<$variant>),)+ }

        impl Record {
            /// What it is.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self { $(Self::$variant(_) => Kind::$variant,)+ }
            }

            /// The source's identifier, unique within the kind.
            #[must_use]
            pub fn id(&self) -> &str {
                match self { $(Self::$variant(one) => &one.id,)+ }
            }
        }

        $(impl From<$variant> for Record {
            fn from(one: $variant) -> Self { Self::$variant(Box::new(one)) }
        })+
    };
}

records! {
    /// A person who works for the provider.
    Staff = "staff",
    /// A customer or reseller, company or person.
    Party = "party",
    /// Someone who signs in for one or more parties.
    Login = "login",
    /// A further contact of a party.
    Contact = "contact",
    /// A rule by which the source adds tax.
    TaxRule = "tax_rule",
    /// What is on sale: the guide's external service template.
    Product = "product",
    /// Something sold that goes on until it ends.
    Subscription = "subscription",
    /// A domain name held at a registrar.
    Domain = "domain",
    /// An invoice or credit note, without its lines.
    Invoice = "invoice",
    /// One line of an invoice.
    InvoiceLine = "invoice_line",
    /// Money that came in or went back.
    Payment = "payment",
    /// One entry of a party's credit history.
    CreditEntry = "credit_entry",
    /// A card or bank account, as a token of its payment provider.
    PaymentToken = "payment_token",
    /// A queue that tickets go to.
    Department = "department",
    /// A support conversation, without its messages.
    Ticket = "ticket",
    /// One message of a ticket.
    TicketMessage = "ticket_message",
    /// A machine that accounts or guests live on.
    Server = "server",
    /// A virtual machine or container.
    Guest = "guest",
    /// An account on a web hosting server.
    HostingAccount = "hosting_account",
    /// A web site: main, addon, subdomain, alias.
    Site = "site",
    /// A DNS zone with its records.
    Zone = "zone",
    /// A mailbox.
    Mailbox = "mailbox",
    /// What happens to mail of an address besides or instead of delivery.
    MailRule = "mail_rule",
    /// A database.
    Database = "database",
    /// A user of databases.
    DatabaseUser = "database_user",
    /// An FTP or SSH user.
    FileUser = "file_user",
    /// One line of a crontab.
    CronLine = "cron_line",
    /// A TLS certificate with its key.
    Certificate = "certificate",
}

/// One thing that a reader says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// An object.
    Record(Record),
    /// Something of the source that did not become an object, or not wholly.
    Gap(Gap),
    /// A fact of the source as a whole: `version`, `charset`, `taken_at`.
    Fact(values::Extra),
}

/// Takes what a reader says, one entry after the other.
pub trait Sink {
    /// Takes one entry.
    ///
    /// # Errors
    /// A [`Refusal`] ends the reading; the reader passes it on unchanged.
    fn take(&mut self, entry: Entry) -> Result<(), Refusal>;
}

impl dyn Sink + '_ {
    /// Takes a record.
    ///
    /// # Errors
    /// As [`Sink::take`].
    pub fn record(&mut self, record: impl Into<Record>) -> Result<(), Refusal> {
        self.take(Entry::Record(record.into()))
    }

    /// Takes a gap.
    ///
    /// # Errors
    /// As [`Sink::take`].
    pub fn gap(&mut self, gap: Gap) -> Result<(), Refusal> {
        self.take(Entry::Gap(gap))
    }

    /// Takes a fact of the source as a whole.
    ///
    /// # Errors
    /// As [`Sink::take`].
    pub fn fact(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        self.take(Entry::Fact(values::Extra { name: name.to_owned(), value: value.to_owned() }))
    }
}

/// Keeps everything in memory: for tests and small inputs.
impl Sink for Vec<Entry> {
    fn take(&mut self, entry: Entry) -> Result<(), Refusal> {
        self.push(entry);
        Ok(())
    }
}

/// Counts and keeps only the gaps: what `hostwright migration read` prints.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Objects by kind.
    pub records: BTreeMap<Kind, u64>,
    /// Facts of the source as a whole.
    pub facts: BTreeMap<String, String>,
    /// What was not, or not wholly, taken.
    pub gaps: Vec<Gap>,
}

impl Sink for Counts {
    fn take(&mut self, entry: Entry) -> Result<(), Refusal> {
        match entry {
            Entry::Record(record) => {
                let count = self.records.entry(record.kind()).or_default();
                *count = count.saturating_add(1);
            }
            Entry::Gap(gap) => self.gaps.push(gap),
            Entry::Fact(fact) => {
                self.facts.insert(fact.name, fact.value);
            }
        }
        Ok(())
    }
}
