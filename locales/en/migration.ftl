# Moving in from other systems

migration-status-verified = Verified
migration-status-failed = Failed
migration-status-automatically_approved = Approved automatically
migration-status-manual_approval = Waits for approval
migration-status-manually_approved = Approved by hand
migration-status-approved = Approved
migration-status-rejected = Rejected
migration-status-passed_over = Passed over
migration-status-not_selected = Not selected

migration-reason-no_domains = The account has no domains.
migration-reason-no_domain_selected = None of its domains is selected.
migration-reason-domain_failed = A domain of it did not pass.
migration-reason-parent_not_migrated = The account above it was not migrated.
migration-reason-reseller_not_associated = It is not associated with a reseller here.
migration-reason-subscription_failed = A subscription of it did not pass.
migration-reason-hosting_on_several_servers = Hosting for it was found on several source servers.
migration-reason-unmapped_subscriptions = A subscription for it is not mapped.
migration-reason-registration_missing = No domain registration was found.
migration-reason-several_registrations = More than one domain registration fits.
migration-reason-several_hostings = More than one hosting subscription fits.
migration-reason-only_parking = It has no hosting; it can be parked.
migration-reason-parking_not_allowed = It has no hosting, and the settings do not park.
migration-reason-nothing_provides_it = Nothing fit for migration provides it.
migration-reason-not_mapped = What it is based on is not mapped.
migration-reason-expired = It is expired, and its protective interval is over.
migration-reason-protective = It is expired and within its protective interval.
migration-reason-identifier_missing = The source gives it no identifier.
migration-reason-resource_with_domains = It is mapped as a resource and provides domains.
migration-reason-more_than_one_domain = It is mapped with a registration and provides more than one domain.
migration-reason-wrong_dates = It is over before it begins.
migration-reason-dates_missing = It has neither a first day nor a day of expiry.
migration-reason-owner_failed = The account of its owner did not pass.
migration-reason-ended = It had ended at the source.
migration-reason-billed_elsewhere = Its money comes from the main billing platform.
migration-reason-decided_by_hand = A person decided.

migration-not_here-account_not_selected = Its account is not selected
migration-not_here-account_not_verified = Its account did not pass
migration-not_here-not_transferred = Not transferred yet
migration-not_here-no_account = It names no account that was read
migration-not_here-no_parent = What it hangs on is not here
migration-not_here-not_verified = It did not pass
migration-not_here-not_selected = A person took it out
migration-not_here-ended = It had ended at the source
migration-not_here-gone = The last reading did not meet it
migration-not_here-mapped = Mapped to a plan
migration-not_here-not_mapped = Not mapped
migration-not_here-waits_for_hosting = Waits for hosting
migration-not_here-waits_for_adoption = Waits for the adoption of guests
migration-not_here-told_only = Told and compared only

migration-fate-with_source = Lands with the source
migration-fate-with_account = Lands with its account
migration-fate-with_parent = Lands with what it hangs on
migration-fate-mapped = Is mapped
migration-fate-waits_for_hosting = Waits for hosting
migration-fate-waits_for_adoption = Waits for adoption
migration-fate-told_only = Is told only

migration-kind-staff = Staff
migration-kind-party = Accounts
migration-kind-login = Logins
migration-kind-contact = Contacts
migration-kind-tax_rule = Tax rules
migration-kind-product = Products
migration-kind-subscription = Subscriptions
migration-kind-domain = Domain registrations
migration-kind-invoice = Invoices
migration-kind-invoice_line = Invoice lines
migration-kind-payment = Payments
migration-kind-credit_entry = Credit history
migration-kind-payment_token = Cards and accounts
migration-kind-department = Departments
migration-kind-ticket = Tickets
migration-kind-ticket_message = Ticket messages
migration-kind-server = Servers
migration-kind-guest = Guests
migration-kind-hosting_account = Hosting accounts
migration-kind-site = Web sites
migration-kind-zone = DNS zones
migration-kind-mailbox = Mailboxes
migration-kind-mail_rule = Mail rules
migration-kind-database = Databases
migration-kind-database_user = Database users
migration-kind-file_user = File users
migration-kind-cron_line = Cron lines
migration-kind-certificate = Certificates
migration-kind-domain_name = Domains
migration-kind-balance = Balances

migration-class-hosting = Hosting
migration-class-domain_registration = Domain registration
migration-class-hosting_and_registration = Hosting and registration
migration-class-resource = Resource
migration-class-server = Private server

migration-scheme-v1 = Early edition, migration API 1
migration-scheme-v2 = Early edition, migration API 2
migration-scheme-v5 = Edition 5.0: accounts and subscriptions

migration-step-register = Register the source
migration-step-collect = Collect
migration-step-map = Map what it sells
migration-step-select = Select
migration-step-verify = Verify and resolve
migration-step-transfer = Transfer
migration-step-sign = Compare and sign
migration-step-switch = Switch over

migration-step_state-done = Done
migration-step_state-next = Next
migration-step_state-running = Running
migration-step_state-attention = Look at it
migration-step_state-later = Later

migration-collection-reading = Reading
migration-collection-done = Read to the end
migration-collection-refused = Refused

migration-landing-landed = Landed
migration-landing-found = Was here
migration-landing-skipped = Skipped

migration-transfer_state-queued = Waits
migration-transfer_state-done = Here
migration-transfer_state-parked = Parked

migration-decision-approved = Approve
migration-decision-not_migrated = Do not migrate

migration-sum-balances = Balances
migration-sum-unpaid = Open on documents
migration-sum-next = Next amounts

migration-differs-only_theirs = Only the source charges
migration-differs-only_ours = Only we charge
migration-differs-day = Another day
migration-differs-amount = Another amount
migration-differs-both = Another day and amount

error-migration-source_name = Give the source a name of 1 to { $max } characters.
error-migration-source_host = This is not a host name. Enter one like panel.example.com, or leave it empty.
error-migration-source_zone = Choose a time zone from the list.
error-migration-protective_days = The protective interval is 0 to { $max } days.
error-migration-kind_unknown = No reader is called that. Choose one of: { $kinds }.
error-migration-name_taken = There is already a source named { $name }. Choose another name.
error-migration-main_taken = Another source is the main billing platform. There can be only one.
error-migration-changed = Somebody else changed this at the same moment. Look at it again, then repeat your change.
error-migration-has_landed = Records of this source are here. Undo the transfer first.
error-migration-busy = Something runs over this source. Wait until it has ended.
error-migration-switched = This source was switched over. Nothing is changed any more.
error-migration-paths_missing = Name 1 to { $max } files or folders of the import folder, one a line.
error-migration-path_outside = { $path } leads outside the import folder.
error-migration-path_unknown = There is no { $path } in the import folder.
error-migration-file_unreadable = The file { $name } could not be taken. Give it a plain name and send it again.
error-migration-files_missing = Choose a file.
error-migration-file_exists = There is already a file named { $name } in the import folder. Nothing is overwritten.
error-migration-product_unknown = The source has no such product.
error-migration-plan_unknown = Choose a plan of this class from the list.
error-migration-tld_missing = Name the product or the top-level domain.
error-migration-tld_unreadable = This is not a top-level domain. Enter one like com or co.uk.
error-migration-not_selectable = Only accounts and domains are selected.
error-migration-reason_missing = Say why. The reason is kept with the decision.
error-migration-reason_too_long = The reason may have at most { $max } characters.
error-migration-not_decidable = Only accounts, domains and subscriptions are decided on.
error-migration-customer_unknown = There is no such customer.
error-migration-already_landed = It is here already. Undo the transfer first.
error-migration-not_collected = Collect the source first.
error-migration-not_verified = Verify the source first: something changed since it was last verified.
error-migration-nothing_landed = Nothing of this source is here.
error-migration-report_changed = The report says something else by now. Read it again before you sign it.
error-migration-not_signed = Sign the report as it is now first.
error-migration-not_switched = Switch over first. Until then the source bills these subscriptions.
