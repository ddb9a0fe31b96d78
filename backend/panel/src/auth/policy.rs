//! The policy as data: every action, whether it changes anything, and who may.
//!
//! Read it as a table. `staff` lists the staff roles that may act on
//! everybody's objects; `members` the roles within a customer that may act on that
//! customer's objects. `Anyone` needs no sign-in, `Person` any signed-in
//! person about themselves, `Granted` one of the roles.

use hostwright_kernel::text_enum;

text_enum! {
    /// What a member of staff is.
    pub enum StaffRole {
        /// Owns the installation; may do everything.
        Owner = "owner",
        /// Runs it: everything but the other owners.
        Admin = "admin",
        /// Money: invoices, payments, customers.
        Billing = "billing",
        /// Helps customers: servers and tickets.
        Support = "support",
    }
}

text_enum! {
    /// What a person is within a customer's account.
    pub enum MemberRole {
        /// May order, pay and manage members.
        Owner = "owner",
        /// May use servers and tickets, and read invoices.
        Member = "member",
    }
}

/// Who is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everybody, signed in or not.
    Anyone,
    /// Any signed-in person, about themselves.
    Person,
    /// Somebody with one of the roles of the row.
    Granted,
}

/// One row of the policy.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Stable name: `slice.action`.
    pub name: &'static str,
    /// Whether it changes anything (and so is a POST and an audit row).
    pub changes: bool,
    /// Who is asked for.
    pub audience: Audience,
    /// Staff roles that may, everywhere.
    pub staff: &'static [StaffRole],
    /// Customer roles that may, on their own.
    pub members: &'static [MemberRole],
}

macro_rules! policy {
    ($( $action:ident = $name:literal $mode:ident $audience:ident [$($staff:ident)*] [$($member:ident)*]; )+) => {
        /// Everything that a person, a script or a job can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "the name of the rule says it")]
        pub enum Action { $($action),+ }

        impl Action {
            /// Every action, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$action),+];

            /// The action's row.
            #[must_use]
            pub fn rule(self) -> &'static Rule {
                match self {
                    $(Self::$action => {
                        const RULE: Rule = Rule {
                            name: $name,
                            changes: policy!(@mode $mode),
                            audience: Audience::$audience,
                            staff: &[$(policy!(@staff $staff)),*],
                            members: &[$(policy!(@member $member)),*],
                        };
                        &RULE
                    })+
                }
            }
        }
    };
    (@mode change) => { true };
    (@mode read) => { false };
    (@staff O) => { StaffRole::Owner };
    (@staff A) => { StaffRole::Admin };
    (@staff B) => { StaffRole::Billing };
    (@staff S) => { StaffRole::Support };
    (@member o) => { MemberRole::Owner };
    (@member m) => { MemberRole::Member };
}

policy! {
    // People and access
    SetUp               = "auth.set_up"              change Anyone  [] [];
    SignUp              = "auth.sign_up"             change Anyone  [] [];
    ConfirmMail         = "auth.confirm_mail"        change Anyone  [] [];
    SignIn              = "auth.sign_in"             change Anyone  [] [];
    SignOut             = "auth.sign_out"            change Person  [] [];
    RequestReset        = "auth.request_reset"       change Anyone  [] [];
    ResetPassword       = "auth.reset_password"      change Anyone  [] [];
    ShowProfile         = "auth.profile"             read   Person  [] [];
    UpdateProfile       = "auth.update_profile"      change Person  [] [];
    ChangePassword      = "auth.change_password"     change Person  [] [];
    BeginTotp           = "auth.begin_totp"          change Person  [] [];
    EnableTotp          = "auth.enable_totp"         change Person  [] [];
    DisableTotp         = "auth.disable_totp"        change Person  [] [];
    ListSessions        = "auth.sessions"            read   Person  [] [];
    RevokeSession       = "auth.revoke_session"      change Person  [] [];
    ListApiKeys         = "auth.api_keys"            read   Person  [] [];
    CreateApiKey        = "auth.create_api_key"      change Person  [] [];
    RevokeApiKey        = "auth.revoke_api_key"      change Person  [] [];
    ListPeople          = "people.list"              read   Granted [O A] [];
    ShowPerson          = "people.show"              read   Granted [O A] [];
    InviteStaff         = "people.invite"            change Granted [O A] [];
    SetStaffRole        = "people.set_role"          change Granted [O] [];
    SuspendPerson       = "people.suspend"           change Granted [O A] [];
    ResumePerson        = "people.resume"            change Granted [O A] [];
    // Customers
    ListCustomers       = "customers.list"           read   Granted [O A B S] [o m];
    ShowCustomer        = "customers.show"           read   Granted [O A B S] [o m];
    CreateCustomer      = "customers.create"         change Granted [O A B] [];
    UpdateCustomer      = "customers.update"         change Granted [O A B] [o];
    SuspendCustomer     = "customers.suspend"        change Granted [O A] [];
    ResumeCustomer      = "customers.resume"         change Granted [O A] [];
    AddMember           = "customers.add_member"     change Granted [O A] [o];
    RemoveMember        = "customers.remove_member"  change Granted [O A] [o];
    // Catalogue
    ListPlans           = "plans.list"               read   Anyone  [O A B S] [o m];
    ShowPlan            = "plans.show"               read   Anyone  [O A B S] [o m];
    CreatePlan          = "plans.create"             change Granted [O A] [];
    UpdatePlan          = "plans.update"             change Granted [O A] [];
    ArchivePlan         = "plans.archive"            change Granted [O A] [];
    SetPrice            = "plans.set_price"          change Granted [O A] [];
    RetirePrice         = "plans.retire_price"       change Granted [O A] [];
    // Nodes, addresses, images
    ListNodes           = "nodes.list"               read   Granted [O A S] [];
    ShowNode            = "nodes.show"               read   Granted [O A S] [];
    RegisterNode        = "nodes.register"           change Granted [O A] [];
    UpdateNode          = "nodes.update"             change Granted [O A] [];
    ProbeNode           = "nodes.probe"              change Granted [O A] [];
    SurveyNode          = "adoption.survey"          change Granted [O A] [];
    ListFound           = "adoption.list"            read   Granted [O A S] [];
    ShowFound           = "adoption.show"            read   Granted [O A S] [];
    AdoptGuest          = "adoption.adopt"           change Granted [O A] [];
    IgnoreGuest         = "adoption.ignore"          change Granted [O A] [];
    ForgetGuest         = "adoption.forget"          change Granted [O A] [];
    ListPools           = "addresses.pools"          read   Granted [O A S] [];
    ListAddresses       = "addresses.list"           read   Granted [O A S] [];
    CreatePool          = "addresses.create_pool"    change Granted [O A] [];
    ReserveAddress      = "addresses.reserve"        change Granted [O A] [];
    ReleaseAddress      = "addresses.release"        change Granted [O A] [];
    ListImages          = "images.list"              read   Anyone  [O A B S] [o m];
    RegisterImage       = "images.register"          change Granted [O A] [];
    RetireImage         = "images.retire"            change Granted [O A] [];
    // Orders and subscriptions
    QuoteOrder          = "orders.quote"             change Granted [O A B] [o];
    PlaceOrder          = "orders.place"             change Granted [O A B] [o];
    ListOrders          = "orders.list"              read   Granted [O A B S] [o m];
    ListSubscriptions   = "subscriptions.list"       read   Granted [O A B S] [o m];
    ShowSubscription    = "subscriptions.show"       read   Granted [O A B S] [o m];
    SetRenewal          = "subscriptions.set_renewal" change Granted [O A B] [o];
    CancelSubscription  = "subscriptions.cancel"     change Granted [O A B] [o];
    SuspendSubscription = "subscriptions.suspend"    change Granted [O A B] [];
    ResumeSubscription  = "subscriptions.resume"     change Granted [O A B] [];
    TerminateSubscription = "subscriptions.terminate" change Granted [O A] [];
    // Money
    ListInvoices        = "invoices.list"            read   Granted [O A B S] [o m];
    ShowInvoice         = "invoices.show"            read   Granted [O A B S] [o m];
    DownloadInvoice     = "invoices.pdf"             read   Granted [O A B S] [o m];
    DraftInvoice        = "invoices.draft"           change Granted [O A B] [];
    DiscardDraft        = "invoices.discard"         change Granted [O A B] [];
    IssueInvoice        = "invoices.issue"           change Granted [O A B] [];
    CreditInvoice       = "invoices.credit"          change Granted [O A B] [];
    ListPayments        = "payments.list"            read   Granted [O A B S] [o m];
    RecordPayment       = "payments.record"          change Granted [O A B] [];
    ApplyCredit         = "credits.apply"            change Granted [O A B] [o];
    GrantCredit         = "credits.grant"            change Granted [O A] [];
    ShowBalance         = "ledger.balance"           read   Granted [O A B S] [o m];
    ListLedger          = "ledger.list"              read   Granted [O A B] [];
    ShowTrialBalance    = "ledger.trial_balance"     read   Granted [O A B] [];
    ShowLegalEntity     = "entity.show"              read   Granted [O A B] [];
    UpdateLegalEntity   = "entity.update"            change Granted [O A] [];
    ListTaxRates        = "tax.rates"                read   Granted [O A B] [];
    SetTaxRate          = "tax.set_rate"             change Granted [O A] [];
    // Renewals
    ListRenewals        = "renewals.upcoming"        read   Granted [O A B S] [];
    RunRenewals         = "renewals.run"             change Granted [O A B] [];
    ShowDunning         = "renewals.policy"          read   Granted [O A B] [];
    UpdateDunning       = "renewals.set_policy"      change Granted [O A] [];
    // Servers
    ListServers         = "servers.list"             read   Granted [O A B S] [o m];
    ShowServer          = "servers.show"             read   Granted [O A B S] [o m];
    StartServer         = "servers.start"            change Granted [O A S] [o m];
    ShutDownServer      = "servers.shut_down"        change Granted [O A S] [o m];
    RebootServer        = "servers.reboot"           change Granted [O A S] [o m];
    PowerOffServer      = "servers.power_off"        change Granted [O A S] [o m];
    ShowConsole         = "servers.console"          read   Granted [O A S] [o m];
    DeleteServer        = "servers.delete"           change Granted [O A] [];
    RestoreServer       = "servers.restore"          change Granted [O A] [];
    ListTasks           = "tasks.list"               read   Granted [O A B S] [o m];
    ShowTask            = "tasks.show"               read   Granted [O A B S] [o m];
    RetryTask           = "tasks.retry"              change Granted [O A S] [];
    // Domains and zones
    ListDomains         = "domains.list"             read   Granted [O A B S] [o m];
    ShowDomain          = "domains.show"             read   Granted [O A B S] [o m];
    CreateDomain        = "domains.create"           change Granted [O A] [];
    UpdateDomain        = "domains.update"           change Granted [O A S] [];
    ReleaseDomain       = "domains.release"          change Granted [O A] [];
    ShowAuthCode        = "domains.auth_code"        change Granted [O A] [o];
    ShowZone            = "zones.show"               read   Granted [O A B S] [o m];
    CreateZone          = "zones.create"             change Granted [O A S] [o m];
    UpdateZone          = "zones.update"             change Granted [O A S] [o m];
    AddRecord           = "zones.add_record"         change Granted [O A S] [o m];
    UpdateRecord        = "zones.update_record"      change Granted [O A S] [o m];
    DeleteRecord        = "zones.delete_record"      change Granted [O A S] [o m];
    ImportZone          = "zones.import"             change Granted [O A S] [o m];
    ShowImport          = "zones.show_import"        read   Granted [O A B S] [o m];
    ApplyImport         = "zones.apply_import"       change Granted [O A S] [o m];
    ExportZone          = "zones.export"             read   Granted [O A B S] [o m];
    DeleteZone          = "zones.delete"             change Granted [O A] [o];
    ServeZone           = "zones.serve"              change Granted [O A S] [];
    ShowDnsSettings     = "zones.settings"           read   Granted [O A S] [];
    UpdateDnsSettings   = "zones.set_settings"       change Granted [O A] [];
    // Tickets
    ListDepartments     = "departments.list"         read   Granted [O A B S] [o m];
    CreateDepartment    = "departments.create"       change Granted [O A] [];
    ListTickets         = "tickets.list"             read   Granted [O A B S] [o m];
    ShowTicket          = "tickets.show"             read   Granted [O A B S] [o m];
    OpenTicket          = "tickets.open"             change Granted [O A B S] [o m];
    ReplyTicket         = "tickets.reply"            change Granted [O A B S] [o m];
    NoteTicket          = "tickets.note"             change Granted [O A B S] [];
    AssignTicket        = "tickets.assign"           change Granted [O A B S] [];
    CloseTicket         = "tickets.close"            change Granted [O A B S] [o m];
    DownloadAttachment  = "tickets.attachment"       read   Granted [O A B S] [o m];
    // Moving in
    ListMigrationSources     = "migration.sources"      read   Granted [O A] [];
    ShowMigrationSource      = "migration.source"       read   Granted [O A] [];
    RegisterMigrationSource  = "migration.register"     change Granted [O A] [];
    UpdateMigrationSource    = "migration.update"       change Granted [O A] [];
    DiscardMigrationSource   = "migration.discard"      change Granted [O A] [];
    ListMigrationFiles       = "migration.files"        read   Granted [O A] [];
    UploadMigrationFiles     = "migration.upload"       change Granted [O A] [];
    CollectMigrationSource   = "migration.collect"      change Granted [O A] [];
    ListMigrationCollections = "migration.collections"  read   Granted [O A] [];
    ListMigrationGaps        = "migration.gaps"         read   Granted [O A] [];
    ListMigrationRecords     = "migration.records"      read   Granted [O A] [];
    ShowMigrationRecord      = "migration.record"       read   Granted [O A] [];
    ListMigrationTemplates   = "migration.templates"    read   Granted [O A] [];
    MapMigrationTemplate     = "migration.map"          change Granted [O A] [];
    MapMigrationSuggestions  = "migration.map_suggested" change Granted [O A] [];
    SelectMigrationRecords   = "migration.select"       change Granted [O A] [];
    DecideMigrationRecord    = "migration.decide"       change Granted [O A] [];
    VerifyMigrationSource    = "migration.verify"       change Granted [O A] [];
    TransferMigrationSource  = "migration.transfer"     change Granted [O A] [];
    ListMigrationLandings    = "migration.landings"     read   Granted [O A] [];
    UndoMigrationSource      = "migration.undo"         change Granted [O A] [];
    ShowMigrationReport      = "migration.report"       read   Granted [O A B] [];
    DownloadMigrationReport  = "migration.report_csv"   read   Granted [O A B] [];
    PrintMigrationReport     = "migration.report_pdf"   read   Granted [O A B] [];
    ListMigrationMissing     = "migration.missing"      read   Granted [O A B] [];
    ShowMigrationShadow      = "migration.shadow"       read   Granted [O A B] [];
    SignMigrationReport      = "migration.sign"         change Granted [O A] [];
    SwitchMigrationSource    = "migration.switch"       change Granted [O] [];
    DownloadMigrationDisableList = "migration.disable_list" read Granted [O A] [];
    ShowMigrationContent     = "migration.content"      read   Granted [O A] [];
    SetMigrationContent      = "migration.set_content"  change Granted [O A] [];
    SurveyMigrationContent   = "migration.survey"       change Granted [O A] [];
    DeliverMigrationContent  = "migration.deliver"      change Granted [O A] [];
    ListMigrationMailboxes   = "migration.mailboxes"    read   Granted [O A] [];
    ShowMigrationMailbox     = "migration.mailbox"      read   Granted [O A] [];
    InviteMailbox            = "migration.invite"       change Granted [O A] [];
    RevokeMailboxLink        = "migration.revoke"       change Granted [O A] [];
    ClaimMailbox             = "migration.claim"        change Anyone  [] [];
    ShowMailboxClaim         = "migration.claimed"      read   Anyone  [] [];
    // The office
    ShowDashboard       = "reports.dashboard"        read   Granted [O A B S] [];
    Search              = "reports.search"           read   Granted [O A B S] [o m];
    Verify              = "reports.verify"           read   Granted [O A] [];
    ListAudit           = "audit.list"               read   Granted [O A] [];
    ListMails           = "mails.list"               read   Granted [O A B S] [];
    ShowMail            = "mails.show"               read   Granted [O A B S] [];
    ResendMail          = "mails.resend"             change Granted [O A B S] [];
    ShowSettings        = "settings.show"            read   Granted [O A] [];
    UpdateSettings      = "settings.update"          change Granted [O A] [];
    ShowClock           = "clock.show"               read   Granted [O A] [];
    AdvanceClock        = "clock.advance"            change Granted [O] [];
}

impl Action {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.rule().name
    }

    /// The action of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }

    /// Whether this staff role may, everywhere.
    #[must_use]
    pub fn allows_staff(self, role: StaffRole) -> bool {
        self.rule().staff.contains(&role)
    }

    /// Whether this role within a customer may, on that customer's objects.
    #[must_use]
    pub fn allows_member(self, role: MemberRole) -> bool {
        self.rule().members.contains(&role)
    }
}
