//! Errors as values: a refusal has a stable code, a kind that decides the HTTP
//! status in one place, the field at fault, and arguments for the text in
//! `locales/*/errors.ftl`.

use std::borrow::Cow;
use std::fmt;

/// The outcome of everything in the product.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of refusal it is; the edge maps it to a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is not there, or not for this caller to see (404).
    NotFound,
    /// A field is wrong (422).
    Invalid,
    /// The state does not allow it, or somebody was faster (409).
    Conflict,
    /// The caller is known and may not do this at all (403).
    Forbidden,
    /// The caller must sign in first (401).
    Unauthenticated,
    /// Too often (429).
    TooMany,
    /// Too much in one request (413).
    TooLarge,
    /// Something that we depend on does not answer; trying again helps (503).
    Unavailable,
    /// There is no room left to keep anything; somebody must make some (507).
    Full,
}

/// A refusal: the request was understood and nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable code, for example `invoices.not_draft`; the key of its text.
    pub code: &'static str,
    /// What kind.
    pub kind: Kind,
    /// The input field at fault, where there is one.
    pub field: Option<Cow<'static, str>>,
    /// Named values for the text.
    pub args: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal without field or arguments.
    #[must_use]
    pub const fn new(code: &'static str, kind: Kind) -> Self {
        Self { code, kind, field: None, args: Vec::new() }
    }

    /// Names the field at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds a value for the text.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// Why something did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule said no.
    #[error("{}", .0.code)]
    Refused(Refusal),
    /// Several fields are wrong; all are named.
    #[error("{} fields are wrong", .0.len())]
    Fields(Vec<Refusal>),
    /// The database said no.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
    /// Something that we depend on does not answer.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The database went away while a change was being committed: nobody knows
    /// whether it was.
    #[error("uncertain: {0}")]
    Uncertain(String),
    /// A broken promise of our own; logged, never shown.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// An internal error from anything that can be shown.
    pub fn internal(what: impl fmt::Display) -> Self {
        Self::Internal(what.to_string())
    }

    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::Fields(_) => "request.invalid",
            Self::Unavailable(_) => "service.unavailable",
            Self::Uncertain(_) => "service.uncertain",
            Self::Database(error) if lost_connection(error) => "service.unavailable",
            Self::Database(error) if is_full(error) => "service.storage_full",
            Self::Database(_) | Self::Internal(_) => "service.internal",
        }
    }

    /// The kind, where the caller can do something about it.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Refused(refusal) => Some(refusal.kind),
            Self::Fields(_) => Some(Kind::Invalid),
            Self::Unavailable(_) | Self::Uncertain(_) => Some(Kind::Unavailable),
            Self::Database(error) if lost_connection(error) => Some(Kind::Unavailable),
            Self::Database(error) if is_full(error) => Some(Kind::Full),
            Self::Database(_) | Self::Internal(_) => None,
        }
    }

    /// Whether this is that refusal.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.code() == code
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<hostwright_kernel::MoneyError> for Error {
    fn from(error: hostwright_kernel::MoneyError) -> Self {
        use hostwright_kernel::MoneyError;
        let code = match error {
            MoneyError::Overflow => "money.too_large",
            MoneyError::Mixed(..) => "money.mixed_currencies",
            MoneyError::Unreadable(..) => "money.unreadable",
        };
        Refusal::new(code, Kind::Invalid).into()
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(format!("JSON: {error}"))
    }
}

fn lost_connection(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    match error {
        Diesel::DatabaseError(DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand, _)
        | Diesel::BrokenTransactionManager => true,
        Diesel::DatabaseError(_, info) => {
            let text = info.message();
            [
                "server closed the connection",
                "terminating connection",
                "the database system is ",
                "database is locked",
                "no connection to the server",
            ]
            .iter()
            .any(|sign| text.contains(sign))
        }
        _ => false,
    }
}

/// Whether the database's disk is full: SQLite's words, PostgreSQL's, and those of
/// the operating system that it hands on.
fn is_full(error: &diesel::result::Error) -> bool {
    let diesel::result::Error::DatabaseError(_, info) = error else {
        return false;
    };
    let text = info.message();
    ["database or disk is full", "No space left on device", "Disk quota exceeded"]
        .iter()
        .any(|sign| text.contains(sign))
}

/// Whether the unique index or constraint of this name refused the row.
#[must_use]
pub fn is_unique_violation(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    matches!(error, Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
}

/// Declares a slice's refusals: an enum whose every variant has a code and a
/// kind, and converts into [`Error`]. Variants with a field name it.
#[macro_export]
macro_rules! refusals {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $kind:ident $(, $field:literal)?;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every refusal of this slice; tests check that each has a text.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The refusal as a value that can take arguments.
            #[must_use]
            pub fn refusal(self) -> $crate::platform::Refusal {
                match self {
                    $(Self::$variant => {
                        let refusal = $crate::platform::Refusal::new($code, $crate::platform::Kind::$kind);
                        $(let refusal = refusal.field($field);)?
                        refusal
                    })+
                }
            }

            /// Adds a value for the text.
            #[must_use]
            pub fn with(self, name: &'static str, value: impl std::fmt::Display) -> $crate::platform::Refusal {
                self.refusal().with(name, value)
            }
        }
        impl From<$name> for $crate::platform::Error {
            fn from(refusal: $name) -> Self {
                refusal.refusal().into()
            }
        }
        impl From<$name> for $crate::platform::Refusal {
            fn from(refusal: $name) -> Self {
                refusal.refusal()
            }
        }
    };
}
