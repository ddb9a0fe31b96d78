//! The fields that columns can feed, by kind of record, and the form of each.

use crate::snapshot::Kind;

/// What a cell must be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Text,
    /// A domain name or address for mail: lower case.
    LowText,
    /// A decimal without a currency.
    Decimal,
    /// An amount of money.
    Amount,
    /// A currency by its ISO code.
    Currency,
    /// A day.
    Day,
    /// A moment.
    Moment,
    /// How often: `P1M`, `P1Y`, `once`, `free`.
    Cycle,
    /// Yes or no.
    Flag,
    /// A whole number.
    Whole,
    /// A number of bytes.
    Bytes,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Several texts.
    List,
}

use Form::{Amount, Bytes, Currency, Cycle, Day, Decimal, Flag, List, LowText, Moment, Text, Whole, Word};

type Fields = &'static [(&'static str, Form)];

const PARTY: Fields = &[
    ("id", Text),
    ("kind", Word(&["company", "person"])),
    ("name", Text),
    ("company", Text),
    ("first_name", Text),
    ("last_name", Text),
    ("email", Text),
    ("phone", Text),
    ("address.street", Text),
    ("address.city", Text),
    ("address.region", Text),
    ("address.postal_code", Text),
    ("address.country", Text),
    ("tax_number", Text),
    ("registration_number", Text),
    ("is_tax_exempt", Flag),
    ("currency", Currency),
    ("language", Text),
    ("balance", Amount),
    ("status", Word(&["active", "inactive", "suspended", "closed"])),
    ("is_reseller", Flag),
    ("reseller", Text),
    ("group", Text),
    ("created", Moment),
    ("notes", Text),
];

const CONTACT: Fields = &[
    ("id", Text),
    ("party", Text),
    ("role", Word(&["general", "billing", "technical", "administrative", "registrant"])),
    ("name", Text),
    ("company", Text),
    ("email", Text),
    ("phone", Text),
    ("address.street", Text),
    ("address.city", Text),
    ("address.region", Text),
    ("address.postal_code", Text),
    ("address.country", Text),
];

const SUBSCRIPTION_STATES: &[&str] =
    &["pending", "active", "suspended", "expired", "cancelled", "terminated", "fraud", "completed"];

const CLASSES: &[&str] = &["hosting", "domain_registration", "hosting_and_registration", "resource", "server"];

const SUBSCRIPTION: Fields = &[
    ("id", Text),
    ("party", Text),
    ("product", Text),
    ("class", Word(CLASSES)),
    ("name", Text),
    ("parent", Text),
    ("status", Word(SUBSCRIPTION_STATES)),
    ("cycle", Cycle),
    ("quantity", Decimal),
    ("price", Amount),
    ("first_price", Amount),
    ("setup_fee", Amount),
    ("renewal_fee", Amount),
    ("transfer_fee", Amount),
    ("refund_days", Whole),
    ("non_refundable", Amount),
    ("started", Day),
    ("expires", Day),
    ("last_billed", Day),
    ("next_due", Day),
    ("next_invoice", Day),
    ("cancel_at", Day),
    ("cancel_at_period_end", Flag),
    ("ended", Day),
    ("suspended_reason", Text),
    ("domains", List),
    ("server", Text),
    ("user_name", Text),
    ("password", Text),
    ("addresses", List),
    ("guest", Text),
    ("payment_method", Text),
    ("gateway_subscription", Text),
    ("notes", Text),
];

const DOMAIN_STATES: &[&str] = &[
    "pending",
    "pending_registration",
    "pending_transfer",
    "active",
    "grace",
    "redemption",
    "expired",
    "cancelled",
    "transferred_away",
    "fraud",
];

const DOMAIN: Fields = &[
    ("id", Text),
    ("party", Text),
    ("name", LowText),
    ("subscription", Text),
    ("status", Word(DOMAIN_STATES)),
    ("registrar", Text),
    ("is_transfer", Flag),
    ("years", Whole),
    ("registered", Day),
    ("expires", Day),
    ("next_due", Day),
    ("next_invoice", Day),
    ("first_price", Amount),
    ("price", Amount),
    ("transfer_fee", Amount),
    ("registrar_login", Text),
    ("registrar_password", Text),
    ("auth_code", Text),
    ("name_servers", List),
    ("has_dns_management", Flag),
    ("has_email_forwarding", Flag),
    ("has_id_protection", Flag),
    ("is_premium", Flag),
    ("will_not_renew", Flag),
    ("payment_method", Text),
    ("notes", Text),
];

const INVOICE: Fields = &[
    ("id", Text),
    ("number", Text),
    ("party", Text),
    ("is_credit_note", Flag),
    ("status", Word(&["draft", "unpaid", "paid", "cancelled", "refunded", "collections", "payment_pending"])),
    ("currency", Currency),
    ("issued", Day),
    ("due", Day),
    ("paid", Day),
    ("net", Amount),
    ("credit", Amount),
    ("total", Amount),
    ("refunded", Amount),
    ("seller", Text),
    ("buyer", Text),
    ("buyer_address.street", Text),
    ("buyer_address.city", Text),
    ("buyer_address.region", Text),
    ("buyer_address.postal_code", Text),
    ("buyer_address.country", Text),
    ("buyer_tax_number", Text),
    ("payment_method", Text),
    ("notes", Text),
    // One tax a row; an invoice with several comes as lines of another file.
    ("tax.name", Text),
    ("tax.percent", Decimal),
    ("tax.amount", Amount),
];

const INVOICE_LINE: Fields = &[
    ("id", Text),
    ("invoice", Text),
    ("text", Text),
    ("kind", Text),
    ("subject", Text),
    ("quantity", Decimal),
    ("unit_price", Amount),
    ("amount", Amount),
    ("is_taxed", Flag),
    ("from", Day),
    ("until", Day),
];

const PAYMENT: Fields = &[
    ("id", Text),
    ("party", Text),
    ("invoice", Text),
    ("kind", Word(&["payment", "refund", "adjustment"])),
    ("at", Moment),
    ("amount", Amount),
    ("fee", Amount),
    ("method", Text),
    ("reference", Text),
    ("refund_of", Text),
    ("is_pending", Flag),
    ("is_failed", Flag),
    ("text", Text),
];

const SCHEMES: &[&str] = &[
    "bcrypt",
    "crypt",
    "argon2",
    "md5",
    "md5_salted",
    "hmac_sha256",
    "sha1",
    "mysql_native",
    "dovecot",
    "plain",
    "sealed",
    "unknown",
];

const MAILBOX: Fields = &[
    ("id", Text),
    ("account", Text),
    ("address", LowText),
    ("password.scheme", Word(SCHEMES)),
    ("password.value", Text),
    ("password.is_locked", Flag),
    ("quota_bytes", Bytes),
    ("used_bytes", Bytes),
    ("messages", Whole),
    ("format", Word(&["maildir", "mdbox", "mbox", "remote"])),
    ("is_suspended", Flag),
];

/// The fields of a kind; none where CSV cannot hold it.
pub(super) fn of(kind: Kind) -> Fields {
    match kind {
        Kind::Party => PARTY,
        Kind::Contact => CONTACT,
        Kind::Subscription => SUBSCRIPTION,
        Kind::Domain => DOMAIN,
        Kind::Invoice => INVOICE,
        Kind::InvoiceLine => INVOICE_LINE,
        Kind::Payment => PAYMENT,
        Kind::Mailbox => MAILBOX,
        _ => &[],
    }
}

/// The form of a field.
pub(super) fn form(kind: Kind, name: &str) -> Option<Form> {
    of(kind).iter().find(|(field, _)| *field == name).map(|(_, form)| *form)
}

/// Fields without which there is no record.
pub(super) fn required(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Party => &["id", "name"],
        Kind::Contact => &["id", "party", "name"],
        Kind::Subscription => &["id", "party", "name"],
        Kind::Domain => &["id", "party", "name"],
        Kind::Invoice => &["id", "party"],
        Kind::InvoiceLine => &["id", "invoice"],
        Kind::Mailbox => &["id", "address"],
        _ => &["id"],
    }
}

/// Whether columns that feed no field are kept with the record.
pub(super) fn keeps_extra(kind: Kind) -> bool {
    !matches!(kind, Kind::InvoiceLine)
}
