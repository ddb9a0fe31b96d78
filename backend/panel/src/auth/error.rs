//! What this slice refuses.

use crate::refusals;

refusals! {
    /// Refusals about people and access.
    pub enum AuthRefusal {
        /// Address or password is wrong; which of them is not told.
        BadCredentials = "auth.bad_credentials", Unauthenticated;
        /// The password is right; a code of the second factor is needed too.
        TotpRequired = "auth.totp_required", Unauthenticated, "totp_code";
        /// The code is wrong, too old, or was used before.
        TotpWrong = "auth.totp_wrong", Unauthenticated, "totp_code";
        /// The code given to switch the second factor on is wrong.
        CodeWrong = "auth.code_wrong", Invalid, "code";
        /// The person was suspended by staff.
        Suspended = "auth.suspended", Forbidden;
        /// The mail address was not confirmed yet.
        NotConfirmed = "auth.not_confirmed", Forbidden;
        /// Too many tries; `seconds` says how long to wait.
        TooMany = "auth.too_many", TooMany;
        /// Not a mail address.
        EmailInvalid = "auth.email_invalid", Invalid, "email";
        /// Fewer than ten characters.
        PasswordTooShort = "auth.password_too_short", Invalid, "password";
        /// More than 1024 characters.
        PasswordTooLong = "auth.password_too_long", Invalid, "password";
        /// The password is the mail address.
        PasswordIsEmail = "auth.password_is_email", Invalid, "password";
        /// The current password is wrong.
        CurrentPasswordWrong = "auth.current_password_wrong", Invalid, "current_password";
        /// The address belongs to somebody.
        EmailTaken = "auth.email_taken", Conflict, "email";
        /// No name.
        NameMissing = "auth.name_missing", Invalid, "name";
        /// A name of more than 200 characters.
        NameTooLong = "auth.name_too_long", Invalid, "name";
        /// Not a language of this panel.
        LocaleUnknown = "auth.locale_unknown", Invalid, "locale";
        /// Not a time zone.
        TimeZoneUnknown = "auth.time_zone_unknown", Invalid, "time_zone";
        /// No such link.
        LinkUnknown = "auth.link_unknown", NotFound;
        /// The link was used.
        LinkUsed = "auth.link_used", Conflict;
        /// The link is too old.
        LinkExpired = "auth.link_expired", Conflict;
        /// There is an owner already.
        AlreadySetUp = "auth.already_set_up", Conflict;
        /// The second factor is on already.
        TotpAlreadyOn = "auth.totp_already_on", Conflict;
        /// There is no second factor to switch on or off.
        TotpNotBegun = "auth.totp_not_begun", Conflict;
        /// A scope is no action, no `slice.*` and not `*`.
        ScopeUnknown = "auth.scope_unknown", Invalid, "scopes";
        /// A key may not make a key that can do more than itself.
        ScopeTooWide = "auth.scope_too_wide", Forbidden, "scopes";
        /// A key is good for 1 to 3650 days.
        ValidDays = "auth.valid_days", Invalid, "valid_days";
        /// Somebody must own the installation.
        LastOwner = "auth.last_owner", Conflict;
        /// Nobody suspends themselves.
        OwnAccount = "auth.own_account", Conflict;
        /// Only owners change owners.
        OwnersOnly = "auth.owners_only", Forbidden;
        /// The person is staff already.
        AlreadyStaff = "auth.already_staff", Conflict, "email";
        /// The person is suspended already.
        AlreadySuspended = "auth.already_suspended", Conflict;
        /// The person is not suspended.
        NotSuspended = "auth.not_suspended", Conflict;
        /// Somebody else changed it meanwhile.
        ChangedMeanwhile = "auth.changed_meanwhile", Conflict;
        /// The form was not made by our page for this session, or is too old.
        FormExpired = "auth.form_expired", Forbidden;
    }
}
