//! What this slice refuses.

use crate::refusals;

refusals! {
    /// Refusals about customers.
    pub enum CustomerRefusal {
        /// No name.
        NameMissing = "customers.name_missing", Invalid, "name";
        /// A text is too long or holds control characters.
        TextTooLong = "customers.text_too_long", Invalid;
        /// Not a country of ISO 3166-1.
        CountryUnknown = "customers.country_unknown", Invalid, "country";
        /// Not a valid-looking tax number for the country.
        TaxNumberInvalid = "customers.tax_number_invalid", Invalid, "tax_number";
        /// Somebody must own the account.
        LastOwner = "customers.last_owner", Conflict;
        /// The person is a member already.
        AlreadyMember = "customers.already_member", Conflict, "email";
        /// The customer is suspended and orders nothing.
        Suspended = "customers.suspended", Conflict;
        /// The customer is suspended already.
        AlreadySuspended = "customers.already_suspended", Conflict;
        /// The customer is not suspended.
        NotSuspended = "customers.not_suspended", Conflict;
        /// Somebody else changed it meanwhile.
        ChangedMeanwhile = "customers.changed_meanwhile", Conflict;
        /// Only staff write notes.
        NotesAreStaffs = "customers.notes_are_staffs", Forbidden, "notes";
    }
}
