//! What a person is, the rules for addresses, names and passwords, and what the
//! slice tells others.

use std::fmt;

use hostwright_kernel::{Instant, id_type, text_enum};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::AuthRefusal;
pub use super::mail_address::{MailAddress, mail_address};
use super::policy::{MemberRole, StaffRole};
use crate::platform::error::Result;
use crate::platform::outbox::Event;
use crate::platform::texts::Locale;

/// The fewest characters of a password.
pub const PASSWORD_MIN: usize = 10;
/// The most characters of a password: more would only cost time to hash.
pub const PASSWORD_MAX: usize = 1024;
/// The most characters of a name.
pub const NAME_MAX: usize = 200;

id_type!(
    /// Identifies a person.
    PersonId, "per"
);
id_type!(
    /// Identifies a session.
    SessionId, "ses"
);
id_type!(
    /// Identifies an API key; not the key itself.
    ApiKeyId, "key"
);
id_type!(
    /// Identifies a link that was mailed; not its token.
    LinkId, "lnk"
);

text_enum! {
    /// Where a person stands.
    pub enum PersonState {
        /// The mail address was not proven yet; cannot sign in.
        Unconfirmed = "unconfirmed",
        /// May sign in.
        Active = "active",
        /// Shut out by staff.
        Suspended = "suspended",
    }
}

text_enum! {
    /// How pages look.
    pub enum Theme {
        /// As the person's system.
        Auto = "auto",
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
    }
}

text_enum! {
    /// What a link is good for; each link for one purpose.
    pub enum LinkPurpose {
        /// Proves the address of somebody who signed up.
        Confirm = "confirm",
        /// Sets a new password.
        Reset = "reset",
        /// Proves the address of an invited person and sets their first password.
        Invite = "invite",
        /// The first run: makes the owner.
        Setup = "setup",
    }
}

impl LinkPurpose {
    /// Seconds for which such a link is good.
    #[must_use]
    pub fn lifetime(self) -> i64 {
        const HOUR: i64 = 3600;
        match self {
            Self::Reset => HOUR,
            Self::Confirm => 48 * HOUR,
            Self::Invite | Self::Setup => 7 * 24 * HOUR,
        }
    }
}

/// A password or another secret as somebody typed it; never shown in logs.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = Password)]
pub struct Secret(String);

impl Secret {
    /// The secret as text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Whether this may be the password of the person with this address. Length is
/// the only strength that is asked for.
///
/// # Errors
/// `auth.password_too_short`, `auth.password_too_long`, `auth.password_is_email`.
pub fn check_password(password: &Secret, email: &MailAddress) -> Result<()> {
    let length = password.reveal().chars().count();
    if password.reveal().trim().eq_ignore_ascii_case(email.as_str()) {
        Err(AuthRefusal::PasswordIsEmail.into())
    } else if length < PASSWORD_MIN {
        Err(AuthRefusal::PasswordTooShort.with("least", PASSWORD_MIN).into())
    } else if length > PASSWORD_MAX {
        Err(AuthRefusal::PasswordTooLong.with("most", PASSWORD_MAX).into())
    } else {
        Ok(())
    }
}

/// A person's name, trimmed.
///
/// # Errors
/// `auth.name_missing`, `auth.name_too_long`.
pub fn person_name(text: &str) -> Result<String> {
    let name: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        Err(AuthRefusal::NameMissing.into())
    } else if name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        Err(AuthRefusal::NameTooLong.with("most", NAME_MAX).into())
    } else {
        Ok(name)
    }
}

/// The tag of a language that the panel speaks.
///
/// # Errors
/// `auth.locale_unknown`.
pub fn locale_tag(text: &str) -> Result<String> {
    text.parse::<Locale>().map(|locale| locale.tag().to_owned()).map_err(|_unknown| AuthRefusal::LocaleUnknown.into())
}

/// The IANA name of a time zone as the database of zones spells it.
///
/// # Errors
/// `auth.time_zone_unknown`.
pub fn time_zone_name(text: &str) -> Result<String> {
    TimeZone::get(text.trim())
        .ok()
        .and_then(|zone| zone.iana_name().map(str::to_owned))
        .ok_or_else(|| AuthRefusal::TimeZoneUnknown.into())
}

/// A person as staff and the person themselves see them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PersonView {
    /// Its id.
    pub id: PersonId,
    /// Mail address.
    pub email: MailAddress,
    /// Display name.
    pub name: String,
    /// Where the person stands.
    pub state: PersonState,
    /// What they are among staff, if anything.
    pub staff_role: Option<StaffRole>,
    /// Language tag.
    pub locale: String,
    /// IANA time zone.
    pub time_zone: String,
    /// How pages look.
    pub theme: Theme,
    /// Whether a second factor is asked for at sign-in.
    pub totp_enabled: bool,
    /// The customers they belong to.
    pub memberships: Vec<Membership>,
    /// When the person was made.
    pub created_at: Instant,
}

/// That a person belongs to a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Membership {
    /// The customer's id.
    pub customer_id: String,
    /// As what.
    pub role: MemberRole,
}

/// A person to write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Their id.
    pub person_id: PersonId,
    /// Where mail goes.
    pub email: MailAddress,
    /// Display name.
    pub name: String,
    /// In which language.
    pub locale: String,
    /// Their role at the customer that was asked about; none for staff.
    pub role: Option<MemberRole>,
}

/// A member of a customer, as the customer's page shows them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MemberView {
    /// The person's id.
    pub person_id: PersonId,
    /// Mail address.
    pub email: MailAddress,
    /// Display name.
    pub name: String,
    /// As what they belong to the customer.
    pub role: MemberRole,
    /// Whether they confirmed their address or were suspended.
    pub state: PersonState,
}

/// The answer of a command that has nothing to show but what it changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Done {
    /// The id of what was changed.
    pub id: String,
}

impl Done {
    /// `id` was changed.
    pub fn new(id: impl ToString) -> Self {
        Self { id: id.to_string() }
    }
}

/// A link was made and is to be mailed. The token is sealed, because the outbox
/// is kept: open it with [`super::links::open_token`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkMade {
    /// Whom it is for.
    pub person_id: PersonId,
    /// Where it goes.
    pub email: MailAddress,
    /// How the person is called; empty when nobody knows yet.
    pub name: String,
    /// In which language.
    pub locale: String,
    /// What it is good for.
    pub purpose: LinkPurpose,
    /// The token, sealed.
    pub url_token: String,
    /// Until when it is good.
    pub expires_at: Instant,
}

impl Event for LinkMade {
    const KIND: &'static str = "auth.link_made";
}

/// Somebody signed up with an address that has an account: its owner is told by
/// mail, the page is not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignUpRepeated {
    /// Who has the account.
    pub person_id: PersonId,
    /// Where the mail goes.
    pub email: MailAddress,
    /// How the person is called.
    pub name: String,
    /// In which language.
    pub locale: String,
}

impl Event for SignUpRepeated {
    const KIND: &'static str = "auth.sign_up_repeated";
}

/// A person's password was changed; they are told, in case it was not them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasswordChanged {
    /// Whose.
    pub person_id: PersonId,
    /// Where the mail goes.
    pub email: MailAddress,
    /// How the person is called.
    pub name: String,
    /// In which language.
    pub locale: String,
}

impl Event for PasswordChanged {
    const KIND: &'static str = "auth.password_changed";
}
