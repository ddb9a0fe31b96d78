//! What the catalogue refuses.

use crate::refusals;

refusals! {
    /// Refusals of this slice.
    pub enum CatalogueRefusal {
        /// A plan needs a name of 1 to 80 characters on one line.
        Name = "catalogue.name", Invalid, "name";
        /// The description has more than 2,000 characters.
        Description = "catalogue.description", Invalid, "description";
        /// A size is not within its bounds; the field is named by the caller.
        Size = "catalogue.size", Invalid;
        /// Only private servers have sizes.
        SizeNotWanted = "catalogue.size_not_wanted", Invalid, "kind";
        /// A text is no top-level domain.
        Tld = "catalogue.tld", Invalid, "tlds";
        /// A registration needs at least one top-level domain.
        TldsMissing = "catalogue.tlds_missing", Invalid, "tlds";
        /// Only registrations have top-level domains.
        TldsNotWanted = "catalogue.tlds_not_wanted", Invalid, "tlds";
        /// More top-level domains than one plan has.
        TldsTooMany = "catalogue.tlds_too_many", Invalid, "tlds";
        /// At least one renewal choice is needed.
        RenewalChoices = "catalogue.renewal_choices", Invalid, "renewal_choices";
        /// The text is not an amount of this currency, or below zero.
        Amount = "catalogue.amount", Invalid, "amount";
        /// The text is not an amount of this currency, or below zero.
        Setup = "catalogue.setup", Invalid, "setup";
        /// The plan is archived.
        Archived = "catalogue.archived", Conflict;
        /// The price is retired already.
        Retired = "catalogue.retired", Conflict;
        /// This plan is not sold at this price, or not sold at all.
        NotForSale = "catalogue.not_for_sale", Conflict;
        /// Somebody else changed it at the same moment.
        ChangedMeanwhile = "catalogue.changed_meanwhile", Conflict;
    }
}
