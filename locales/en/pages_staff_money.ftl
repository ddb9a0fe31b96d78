# The office: dashboard, search, customers, orders, invoices, payments, the
# ledger, renewals, subscriptions, settings, verification.

# Words used everywhere
office-all = All
office-all-customers = All customers
office-all-invoices = All invoices
office-name = Name
office-number = Number
office-email = Mail
office-state = State
office-since = Since
office-what = What
office-why = Why
office-how-many = Count
office-edit = Edit
office-day = Day
office-days = days
office-amount = Amount
office-total = Total
office-sum = Sum
office-net = Net
office-net-amount = Net amount
office-tax = Tax
office-reason = Reason
office-role = Role
office-facts = Facts
office-history = History
office-history-renewals = Renewal or dunning
office-customer = Customer
office-customers = Customers
office-server = Server
office-servers = Servers
office-ticket = Ticket
office-invoice = Invoice
office-invoices = Invoices
office-payment = Payment
office-payments = Payments
office-orders = Orders
office-plan = Plan
office-plans = Plans
office-price = Price
office-period = Period
office-subscription = Subscription
office-subscriptions = Subscriptions
office-contract = Contract
office-renewal = Renewal
office-renewals = Renewals
office-ledger = Ledger
office-settings = Settings
office-departments = Departments
office-currency = Currency
office-language = Language
office-time-zone = Time zone
office-country = Country
office-address = Address
office-street = Street and number
office-postal-code = Postal code
office-city = City
office-region = State or province
office-company = Company
office-tax-number = VAT number
office-issued = Issued
office-due = Due
office-due-on = due { $day }
office-due-days = Days to pay
office-ordered = Ordered
office-made = Made
office-settled = Settled
office-cancelled = Cancelled
office-ended = Ended
office-draft = Draft
office-still-open = Open
office-open-invoice = Invoice
office-open-contract = Contract
office-open-server = Server
office-open-invoices = Open invoices
office-owes = Owes
office-owes-nothing = Nothing
office-credit = Credit
office-other-state = Other
office-without-tax = Prices are without tax.
office-nothing-fits = Nothing fits
office-nothing-fits-text = Take away a filter or search for something else.
office-price-per = { $months ->
    [1] { $amount } a month
    [12] { $amount } a year
   *[other] { $amount } for { $months } months
}

# Dashboard
office-dashboard = Overview
office-monthly = Monthly renewals
office-monthly-note = { $customers ->
    [one] without tax, { $customers } active customer
   *[other] without tax, { $customers } active customers
}
office-open = Open on invoices
office-overdue = Overdue
office-invoices-count = { $count ->
    [0] no invoice
    [one] { $count } invoice
   *[other] { $count } invoices
}
office-tickets-waiting = Tickets waiting
office-revenue = Revenue
office-revenue-by-month = Net invoiced by month
office-month-1 = Jan
office-month-2 = Feb
office-month-3 = Mar
office-month-4 = Apr
office-month-5 = May
office-month-6 = Jun
office-month-7 = Jul
office-month-8 = Aug
office-month-9 = Sep
office-month-10 = Oct
office-month-11 = Nov
office-month-12 = Dec
office-attention = Needs attention
office-attention-none = All quiet
office-attention-none-text = No overdue invoice, no waiting ticket, no stuck task, and every node answers.
office-overdue-days = { $days ->
    [one] { $amount }, { $days } day overdue
   *[other] { $amount }, { $days } days overdue
}
office-mails-failed = { $count ->
    [one] { $count } mail
   *[other] { $count } mails
}
office-mails-failed-why = Could not be sent
office-nodes = Nodes
office-nodes-none = No node yet
office-nodes-none-text = Servers are built on nodes. Register the first one to sell something.
office-node-new = Register a node
office-node-named = Node { $name }
office-node-up = Answers
office-node-degraded = Answers badly
office-node-down = Does not answer
office-node-unknown = Not asked yet
office-memory = Memory
office-disk = Disk
office-reserved = Sold
office-subscriptions-by-state = Subscriptions
office-subscriptions-none-short = None yet.
office-servers-by-state = Servers, as last seen
office-servers-none-short = None yet.
office-tasks-by-state = Open tasks
office-tasks-none-short = Nothing is waiting.

# Search
office-search = Search
office-search-for = “{ $words }”
office-search-hint = By id, number, name, mail address or IP address.
office-search-empty = What are you looking for?
office-search-empty-text = Write a name, a mail address, an invoice number, a host name or an IP address into the box on top. The key / leads there.
office-search-nothing = Nothing found
office-search-nothing-text = Check the spelling, or search for a part of it. Numbers and IP addresses must be whole.
office-search-customer = Customers
office-search-server = Servers
office-search-domain = Domains
office-search-invoice = Invoices
office-search-ticket = Tickets
office-search-name = Name
office-search-detail = Detail
office-wished-running = To be running
office-wished-stopped = To be off
office-wished-deleted = Deleted

# Choosing a customer
office-pick-customer = Whom is it for?
office-pick-customer-text = Choose the customer. Search by name, mail address or number.
office-pick-search = Customer or invoice number
office-pick-none = No customer found
office-pick-none-text = Search for something else, or make a new customer.

# Customers
office-customer-new = New customer
office-customers-none = No customers yet
office-customers-none-text = People who sign up appear here by themselves. You can also add somebody who called.
office-customers-search = Name, company, mail or number
office-customer-since = Customer since
office-customer-details = Details
office-customer-edit = Edit details
office-customer-name = Contact
office-customer-name-hint = The person or department on the invoice.
office-invoice-email = Mail address for invoices
office-invoice-email-hint = Invoices and reminders go there.
office-address-hint = For invoices from now on; those that were issued keep the old address.
office-country-hint = Decides the tax.
office-tax-number-hint = Within the EU with its country letters, for example DE123456789. With it, businesses in other countries pay no tax here.
office-currency-hint = All invoices of this customer are in it. It is never changed later.
office-notes = Notes
office-notes-hint = Only staff sees them.
office-invite-owner = Invite by mail
office-invite-owner-hint = Sends a link to choose a password. The person becomes owner of the account.
office-customer-create = Create customer
office-customer-subtitle = Customer { $number }, since { $day }
office-ticket-new = New ticket
office-order-new = New order
office-suspended-title = { $what } is suspended since { $day }
office-suspended-since = Suspended since { $day }
office-reason-overdue = Invoice { $number } is overdue. It runs again within a minute after payment.
office-reason-overdue-any = An invoice is overdue. It runs again within a minute after payment.
office-servers-running = Servers: { $running } of { $all } running
office-servers-none = No servers
office-servers-none-text = An order makes the first one.
office-tickets-open = Open tickets
office-tickets-none = No open tickets
office-tickets-none-text = Nobody waits for an answer.
office-ticket-open = New
office-ticket-waiting = Waits for us
office-ticket-answered = Answered
office-ticket-closed = Closed
office-money = Money
office-payment-record = Record a payment
office-due-since = Due
office-day-ago = { $days ->
    [one] { $day }, { $days } day ago
   *[other] { $day }, { $days } days ago
}
office-day-not-yet = { $day }, not overdue
office-next-renewal = Next renewal
office-amount-on-day = { $amount } net on { $day }
office-customer-invoices-none-text = The first order brings the first invoice.
office-customer-payments-none-text = Nothing was paid yet.
office-subscriptions-none = No subscriptions
office-subscriptions-none-text = A subscription is what an order makes: the price, the period and what happens at its end.
office-contact = Contact and tax
office-members = People
office-members-none = Nobody can sign in for this customer yet.
office-member-add = Add a person
office-member-remove = Remove
office-member-remove-question = Remove { $name } from this account? They can no longer sign in for it.
office-credit-grant = Grant credit
office-credit-reason-hint = Stays in the books, for example “Outage on 3 May”.
office-customer-suspend = Suspend account
office-customer-suspend-text = The customer can still read and pay, but not order. Servers keep running.
office-customer-resume = End the suspension
office-customer-resume-text = The customer may order again.

# Orders
office-orders-none = No orders yet
office-orders-none-text = Customers order in their portal; you can order for them.
office-order-for = For { $name }
office-order-choose-plan = Choose plan and period
office-plan-private = { $name } (not public)
office-setup-fee = Set-up fee
office-kind = Kind
office-sizes = Size
office-plans-none = No plan with a price in { $currency }
office-plans-none-text = This customer pays in { $currency }. Set a price in it first.
office-to-plans = To the plans
office-images-none = No image yet
office-images-none-text = A server is made from an image. Register one first.
office-to-images = To the images
office-image = System
office-image-too-large = needs a larger plan
office-hostname = Host name
office-hostname-hint = Letters, digits and dashes; with or without a domain.
office-ssh-keys = SSH keys
office-ssh-keys-hint = Public keys, one a line.
office-order-details = The server
office-order-chosen = Chosen
office-order-quote = Show the price
office-order-other-plan = Another plan
office-order-confirm = Quote
office-order-wish = What is ordered
office-order-price = Price
office-order-total = Charged now
office-order-place = Order for { $amount }
office-order-change = Change
office-order-next = Then { $amount } net for each further period, first on { $day }.
office-order-ends = It ends by itself on { $day }; nothing more is charged.
office-quote-until = Good until

# Invoices
office-invoices-open = Open
office-invoices-overdue = Overdue
office-invoices-draft = Drafts
office-invoices-paid = Paid
office-invoices-credited = Credited
office-invoices-search = Number or customer
office-invoices-none = No invoices yet
office-invoices-none-text = Orders and renewals make invoices by themselves; you can also write one.
office-invoice-new = New invoice
office-invoice-for = For { $name }
office-invoice-lines = Lines
office-draft-hint = Lines that stay empty are left out. Nothing is sent or booked until the draft is issued.
office-line = Line { $number }
office-line-description = Description
office-line-quantity = Quantity
office-line-unit = Net price each
office-line-kind = What for
office-line-recurring = A period
office-line-setup = Set-up
office-line-other = Anything else
office-line-subscription = Belongs to
office-plan-since = { $plan }, since { $day }
office-more-lines = More lines
office-draft-save = Save draft
office-draft-title = Draft invoice
office-draft-discard = Discard
office-draft-issue = Issue
office-draft-issue-text = Gives it a number, books it and mails it. After that only a credit note takes it back.
office-pdf = PDF
office-pay-open = { $amount } is open
office-method = Way
office-method-bank_transfer = Bank transfer
office-method-cash = Cash
office-method-card = Card
office-method-other = Other
office-reference = Reference
office-reference-hint = As the bank shows it. The same reference twice is one payment.
office-received = Received
office-received-hint = Today when left empty.
office-credit-have = The customer has { $amount } of credit.
office-credit-apply = Use credit
office-purpose = Purpose
office-purpose-order = Order
office-purpose-renewal = Renewal
office-purpose-manual = Written by hand
office-purpose-history = Issued by the previous system
office-history-reference = Identifier there
office-history-status = State there
office-history-differences = Differences there
office-corrects = Takes back
office-credit-note = Credit note
office-credit-note-open = Open the credit note
office-in-the-books = In the books
office-postings = Postings
office-fingerprint = Fingerprint
office-settlements = Settled by
office-settled-payment = Payment of { $amount }
office-settled-credit = Credit of { $amount }
office-settled-credit-note = Credit note of { $amount }
office-settled-history = { $amount } settled in the previous system
office-credit-note-title = Take it back
office-credit-note-make = Make a credit note
office-credit-note-text = A credit note over the whole { $amount } is issued with a number of its own. This cannot be undone.
office-credit-note-paid = The { $amount } that were paid become credit of the customer.
office-credit-note-reason-hint = Printed on the credit note.

# Payments
office-payments-none = No payments yet
office-payments-none-text = Record what arrived at the bank. It settles the invoices that are due longest; what is left becomes credit.
office-payments-search = Reference
office-settled-what = Settled
office-to-credit = To credit
office-payment-of = From { $name }
office-pay-which = For
office-pay-which-hint = What is more than the invoice becomes credit.
office-pay-oldest = What is due longest
office-pay-becomes-credit = Nothing is open. What you record becomes credit.
office-note = Note

# The ledger
office-ledger-subtitle = Double entry. Nothing is ever changed or deleted; corrections are new entries.
office-ledger-search = Invoice id, account or kind
office-ledger-search-text = The search takes a whole id, account code or kind, for example “bank”.
office-trial-balance = Trial balance
office-trial-balance-in = Trial balance in { $currency }
office-trial-balance-none = Nothing is booked yet. The first issued invoice makes the first entries.
office-balance-agrees = Debits equal credits
office-balance-differs = Debits and credits differ
office-account = Account
office-account-kind = Kind
office-account-asset = Asset
office-account-liability = Liability
office-account-revenue = Revenue
office-account-expense = Expense
office-debits = Debits
office-credits = Credits
office-balance = Balance
office-debit = Debit
office-credit-side = Credit
office-account-receivable = Owed by customers
office-account-credit = Customers’ credit
office-account-of-receivable = Owed by { $name }
office-account-of-credit = Credit of { $name }
office-account-bank = Bank
office-account-cash = Cash
office-account-goodwill = Goodwill
office-account-opening = Brought along
office-account-tax = Tax { $country }, { $percent } %
office-account-revenue-recurring = Revenue: periods
office-account-revenue-setup = Revenue: set-up fees
office-account-revenue-other = Revenue: other
office-account-clearing-card = Cards, on their way
office-account-clearing-other = Other, on its way
office-entries = Entries
office-entries-none = No entries yet
office-entries-none-text = Issuing an invoice and recording a payment make entries.
office-posting-invoice_issued = Invoice issued
office-posting-credit_note_issued = Credit note issued
office-posting-payment_received = Payment received
office-posting-credit_applied = Credit used
office-posting-credit_granted = Credit granted
office-posting-opening_balance = Brought along from the previous system
office-posting-opening_reversed = Brought along, taken back

# Renewals and subscriptions
office-renewals-subtitle = The next 60 days, soonest first.
office-renewals-none = Nothing renews soon
office-renewals-none-text = Subscriptions that renew in the next 60 days are listed here.
office-renewals-run = Run now
office-invoice-on = Invoice on
office-period-from = Period from
office-ladder = Dunning
office-ladder-change = Change
office-ladder-text = What happens when a renewal is not paid. Days are counted from the due day.
office-ladder-invoice = Invoice
office-ladder-reminders = Reminders
office-ladder-suspend = Servers stop
office-ladder-terminate = It ends
office-ladder-before = { $days ->
    [one] { $days } day before the period
   *[other] { $days } days before the period
}
office-ladder-after = { $days ->
    [one] { $days } day after the due day
   *[other] { $days } days after the due day
}
office-ladder-after-list = { $days } days after the due day
office-billed-until = Billed until
office-then = Then
office-subscriptions-search = Plan or id
office-first-day = First day
office-billed = Billed
office-periods-billed = { $count ->
    [one] One period is billed: { $from } to { $until }.
   *[other] { $count } periods are billed: { $from } to { $until }.
}
office-all-paid = All paid
office-subscription-no-server = This contract has no server any more.
office-on-day = On
office-for = For
office-no-renewal-ended = It has ended; nothing more is billed.
office-no-renewal-expires = It is not renewed and ends after { $day }.
office-endings = Hold back or end
office-reason-shown = The customer reads it.
office-subscription-resume = End the suspension
office-subscription-cancel = Cancel
office-subscription-cancel-question = Cancel at the end of what is billed? It runs until { $day } and is not renewed.
office-subscription-suspend = Suspend
office-subscription-suspend-text = The server is shut down and the customer cannot start it.
office-subscription-terminate = End at once
office-subscription-terminate-text = The server is stopped and deleted. Its disk is kept aside for some days and can be brought back; its addresses go back to the pool. Nothing is refunded by itself.

# Settings
office-brand = Brand
office-brand-name = Name
office-brand-name-hint = On every page and in every mail.
office-entity = Seller
office-entity-name = Registered name
office-entity-country-hint = Decides the tax together with the customer’s country.
office-entity-email = Mail address on invoices
office-entity-email-hint = Where customers write about invoices.
office-bank-account = Bank account
office-bank-account-hint = IBAN and bank, as printed on invoices.
office-series = Prefix of numbers
office-rounding = Rounding
office-rounding-half_up = Half up
office-rounding-half_even = Half to even
office-rounding-down = Down
office-entity-hint = Holds for new documents. Those that were issued stay as they are.
office-ladder-ahead = Invoice ahead of the period
office-ladder-ahead-hint = 0 to 60 days before the next period begins.
office-ladder-first-due = First invoice may stay open
office-ladder-first-due-hint = 0 to 90 days; a renewal is due when its period begins.
office-ladder-reminder-days = Reminders
office-ladder-reminder-days-hint = Up to five rising numbers of days, for example 1, 5.
office-ladder-suspend-after = Stop servers after
office-ladder-suspend-after-hint = Later than the last reminder.
office-ladder-terminate-after = End after
office-ladder-terminate-after-hint = Later than the stop; 365 days at most.
office-clock = Clock
office-clock-now = Now
office-clock-ahead = Ahead of the real time
office-clock-not-ahead = Not ahead
office-clock-days = Move ahead by
office-clock-hint = For trying out only. Renewals run at once; the clock never goes back.
office-clock-advance = Move the clock
office-tax-rates = Tax rates
office-tax-rate = Rate
office-valid-from = Valid from
office-rate-in-force = In force
office-rate-planned = Planned
office-rate-past = Past
office-tax-new = A new rate
office-tax-set = Set rate
office-tax-text = A rate that is in force is never changed; a new one replaces it from its day on.

# Verification
office-verify = Verification
office-verify-as-of = As of { $at }
office-verify-again = Check again
office-verify-good = Everything adds up
office-verify-good-text = Ledger, documents, numbers, periods, servers, addresses and the audit log agree with each other.
office-verify-bad = { $count ->
    [one] { $count } break
   *[other] { $count } breaks
}
office-verify-bad-text = Something does not agree. Each break is named below.
office-check = Check
office-outcome = Outcome
office-check-good = In order
office-check-bad = { $count ->
    [one] { $count } break
   *[other] { $count } breaks
}
office-check-more = And { $count } more.
office-check-ledger = Ledger
office-check-ledger-text = Debits equal credits, every balance is the sum of its entries, and the chain of entries is unbroken.
office-check-documents = Documents
office-check-documents-text = Every invoice adds up, is as it was issued, and is in the books with its total.
office-check-payments = Payments
office-check-payments-text = Every payment is spent or kept as credit to the cent, and stands in the books.
office-check-numbering = Numbers
office-check-numbering-text = Every series runs without a gap, and days never go back.
office-check-servers-and-addresses = Servers and addresses
office-check-servers-and-addresses-text = Every address has one owner, and servers are as they are wished.
office-check-domains-and-zones = Domains and zones
office-check-domains-and-zones-text = Every name is held once, and the name server answers every zone as it is wished.
office-check-billed-periods = Billed periods
office-check-billed-periods-text = No day of a subscription is billed twice.
office-check-paid-and-running = Paid and running
office-check-paid-and-running-text = What is paid runs, and what is suspended or ended does not.
office-check-events-handled = Events
office-check-events-handled-text = No event waits longer than five minutes.
office-check-audit-chain = Audit log
office-check-audit-chain-text = No row was changed or taken out.

# What was done
done-customers-create = The customer was created.
done-customers-suspend = The account was suspended.
done-customers-resume = The suspension was ended.
done-invoices-draft = The draft was saved.
done-invoices-discard = The draft was discarded.
done-invoices-issue = The invoice was issued.
done-invoices-credit = The credit note was issued.
done-payments-record = The payment was recorded.
done-credits-grant = The credit was granted.
done-entity-update = The seller’s details were saved.
done-tax-set_rate = The tax rate was set.
done-renewals-run = The renewal run has begun.
done-renewals-set_policy = The dunning was saved.
done-subscriptions-suspend = The subscription was suspended.
done-subscriptions-resume = The suspension was ended.
done-subscriptions-terminate = The subscription was ended.
done-settings-update = The settings were saved.
done-clock-advance = The clock was moved ahead.
done-staff-customers-update = The details were saved.
done-staff-customers-add_member = Added. Who had no account is invited by mail.
done-staff-orders-place = The order was placed. The server is built once this invoice is paid.
done-staff-credits-apply = The credit was used.
done-staff-subscriptions-set_renewal = The renewal was saved.
done-staff-subscriptions-cancel = The subscription was cancelled.
