//! What migration refuses.

use crate::refusals;

refusals! {
    /// Refusals of this slice.
    pub enum MigrationRefusal {
        /// No name, or too long.
        SourceName = "migration.source_name", Invalid, "name";
        /// Not a host name.
        SourceHost = "migration.source_host", Invalid, "host";
        /// Not a time zone.
        SourceZone = "migration.source_zone", Invalid, "zone";
        /// Not a number of days.
        ProtectiveDays = "migration.protective_days", Invalid, "protective_days";
        /// No reader of this kind.
        KindUnknown = "migration.kind_unknown", Invalid, "kind";
        /// Another source has the name.
        NameTaken = "migration.name_taken", Conflict, "name";
        /// Another source is the main billing platform.
        MainTaken = "migration.main_taken", Conflict, "is_main_billing";
        /// Somebody was faster.
        Changed = "migration.changed", Conflict;
        /// Something of it is here.
        HasLanded = "migration.has_landed", Conflict;
        /// A job runs over it.
        Busy = "migration.busy", Conflict;
        /// It was switched over to.
        Switched = "migration.switched", Conflict;
        /// Nothing to read was named.
        PathsMissing = "migration.paths_missing", Invalid, "paths";
        /// A path that leads outside the import folder.
        PathOutside = "migration.path_outside", Invalid, "paths";
        /// Nothing lies there.
        PathUnknown = "migration.path_unknown", Invalid, "paths";
        /// A file cannot be taken.
        FileUnreadable = "migration.file_unreadable", Invalid, "files";
        /// No file was sent.
        FilesMissing = "migration.files_missing", Invalid, "files";
        /// A file of this name is there.
        FileExists = "migration.file_exists", Conflict, "files";
        /// The source has no such product.
        ProductUnknown = "migration.product_unknown", Invalid, "product";
        /// There is no such plan.
        PlanUnknown = "migration.plan_unknown", Invalid, "plan_id";
        /// A registration is mapped by its TLD.
        TldMissing = "migration.tld_missing", Invalid, "tld";
        /// Not a TLD.
        TldUnreadable = "migration.tld_unreadable", Invalid, "tld";
        /// Only accounts and domains are selected.
        NotSelectable = "migration.not_selectable", Invalid, "kind";
        /// A decision needs a reason.
        ReasonMissing = "migration.reason_missing", Invalid, "reason";
        /// The reason is too long.
        ReasonTooLong = "migration.reason_too_long", Invalid, "reason";
        /// Only accounts, domains and subscriptions are decided on.
        NotDecidable = "migration.not_decidable", Invalid, "staged_id";
        /// The customer is not there.
        CustomerUnknown = "migration.customer_unknown", Invalid, "associate_with";
        /// It moved in; undo it first.
        AlreadyLanded = "migration.already_landed", Conflict;
        /// It was never collected.
        NotCollected = "migration.not_collected", Conflict;
        /// It was not verified since the last change.
        NotVerified = "migration.not_verified", Conflict;
        /// Nothing moved in.
        NothingLanded = "migration.nothing_landed", Conflict;
        /// What is signed must be what is shown.
        ReportChanged = "migration.report_changed", Conflict, "digest";
        /// The report was not signed.
        NotSigned = "migration.not_signed", Conflict;
        /// The source still bills.
        NotSwitched = "migration.not_switched", Conflict;
        /// Not a mail server.
        MailHost = "migration.mail_host", Invalid;
        /// Not a port.
        MailPort = "migration.mail_port", Invalid;
        /// Not the SHA-256 of a certificate.
        MailFingerprint = "migration.mail_fingerprint", Invalid;
        /// Not a form of login names.
        MailLogin = "migration.mail_login", Invalid;
        /// A master user without a password, or the other way round.
        MailMaster = "migration.mail_master", Invalid;
        /// Not a number of mailboxes, connections or bytes.
        MailLimits = "migration.mail_limits", Invalid;
        /// The mail servers were not told.
        ContentNotSet = "migration.content_not_set", Conflict;
        /// No mailbox of this source has the address.
        MailboxUnknown = "migration.mailbox_unknown", Invalid, "addresses";
        /// Accounts come first.
        NotTransferred = "migration.not_transferred", Conflict;
        /// The link was used.
        LinkUsed = "migration.link_used", Conflict;
        /// The link is no longer good.
        LinkExpired = "migration.link_expired", Conflict;
        /// The old server refuses the password.
        OldPassword = "migration.old_password", Invalid, "old_password";
        /// The new server refuses the password.
        NewPassword = "migration.new_password", Invalid, "new_password";
        /// A mail server does not answer.
        MailUnreachable = "migration.mail_unreachable", Unavailable;
    }
}
