//! What domains and zones refuse. What is wrong with the records themselves is told by
//! the codes `dns.*` of the importer's master files.

use crate::refusals;

refusals! {
    /// Refusals of this slice.
    pub enum HostingRefusal {
        /// The text is no domain name.
        Name = "hosting.name", Invalid, "name";
        /// The name is held already, here.
        Held = "hosting.held", Conflict, "name";
        /// A registrar's name is too long or not on one line.
        Registrar = "hosting.registrar", Invalid, "registrar";
        /// A day is not written as 2027-01-31; the field is named by the caller.
        Day = "hosting.day", Invalid;
        /// It would expire before it was registered.
        Days = "hosting.days", Invalid, "expires_on";
        /// An authorisation code is too long.
        AuthCode = "hosting.auth_code", Invalid, "auth_code";
        /// There is no authorisation code.
        NoAuthCode = "hosting.no_auth_code", Conflict;
        /// A text is no name of a name server.
        NameServer = "hosting.name_server", Invalid, "name_servers";
        /// More name servers than a delegation takes.
        NameServers = "hosting.name_servers", Invalid, "name_servers";
        /// Two contacts for one role.
        ContactTwice = "hosting.contact_twice", Invalid, "contacts";
        /// A contact's field is too long or wrong; the field is named by the caller.
        Contact = "hosting.contact", Invalid;
        /// The subscription is not one of this customer.
        SubscriptionUnknown = "hosting.subscription_unknown", Invalid, "subscription_id";
        /// The domain is not held any more.
        Ended = "hosting.ended", Conflict;
        /// A domain is ended by its own action.
        EndByRelease = "hosting.end_by_release", Invalid, "state";
        /// Somebody else changed it since it was read.
        ChangedMeanwhile = "hosting.changed_meanwhile", Conflict, "version";

        /// The provider has not said which name servers serve zones.
        DnsNotSetUp = "hosting.dns_not_set_up", Conflict;
        /// There is a zone already.
        ZoneThere = "hosting.zone_there", Conflict;
        /// The zone is served already.
        ZoneServed = "hosting.zone_served", Conflict;
        /// A number of seconds is out of bounds; the field is named by the caller.
        Seconds = "hosting.seconds", Invalid;
        /// The first name server or the mail address of a zone is wrong; named by the caller.
        Authority = "hosting.authority", Invalid;
        /// The text is no network address.
        Address = "hosting.address", Invalid, "addresses";
        /// The SOA is written by us.
        SoaManaged = "hosting.soa_managed", Invalid, "kind";
        /// Signatures are made by whoever signs, and go stale with the next change.
        SigningRecord = "hosting.signing_record", Invalid, "kind";
        /// The same record is there.
        RecordThere = "hosting.record_there", Conflict, "data";
        /// More records than one zone has.
        TooManyRecords = "hosting.too_many_records", Conflict;
        /// Neither text nor file, or both.
        ImportSource = "hosting.import_source", Invalid, "text";
        /// The file is not Base64.
        ImportNotBase64 = "hosting.import_not_base64", Invalid, "files";
        /// The file is larger than a zone.
        ImportTooLarge = "hosting.import_too_large", TooLarge, "files";
        /// It is no master file of this zone.
        ImportUnreadable = "hosting.import_unreadable", Invalid, "text";
        /// It was applied already.
        ImportApplied = "hosting.import_applied", Conflict;
        /// It would leave the zone as it is.
        ImportSame = "hosting.import_same", Conflict;
    }
}
