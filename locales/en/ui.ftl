# Words of the shell and of the parts that every page is made of.

# Days and moments
ui-month-1 = January
ui-month-2 = February
ui-month-3 = March
ui-month-4 = April
ui-month-5 = May
ui-month-6 = June
ui-month-7 = July
ui-month-8 = August
ui-month-9 = September
ui-month-10 = October
ui-month-11 = November
ui-month-12 = December
ui-day = { $day } { $month } { $year }
ui-instant = { $day }, { $time } ({ $zone })
ui-span-seconds = { $n } s
ui-span-minutes = { $n } min
ui-span-hours = { $n } h
ui-span-days = { $n } d
ui-times-in = Times in { $zone }

# Shell
ui-skip = Skip to content
ui-menu = Menu
ui-nav-main = Main
ui-nav-phone = Menu
ui-crumbs = Breadcrumb
ui-search = Search
ui-search-everything = Search everything
ui-search-hint = Customer, invoice, server, IP …
ui-sign-in = Sign in
ui-sign-out = Sign out
ui-own-account = Your account
ui-theme = Appearance
ui-theme-auto = As the system
ui-theme-light = Light
ui-theme-dark = Dark
ui-language = Language
ui-apply = Apply
ui-undo = Undo
ui-nav-overview = Overview
ui-nav-customers = Customers
ui-nav-orders = Orders
ui-nav-servers = Servers
ui-nav-domains = Domains
ui-nav-nodes = Nodes
ui-nav-addresses = Addresses
ui-nav-catalogue = Catalogue
ui-nav-invoices = Invoices
ui-nav-payments = Payments
ui-nav-renewals = Renewals
ui-nav-tickets = Tickets
ui-nav-tasks = Tasks
ui-nav-mails = Mails
ui-nav-migration = Moving in
ui-nav-audit = Audit
ui-nav-settings = Settings
ui-nav-people = People
ui-nav-account = Account

# Forms
ui-save = Save
ui-cancel = Cancel
ui-optional = (optional)
ui-choose = Please choose
ui-error = Error
ui-errors-title = That did not work yet
ui-confirm-lost = This will be lost:

# Lists
ui-filters = Filters
ui-pages = Pages
ui-previous = Previous
ui-next = Next

# Small parts
ui-copy = Copy
ui-copied = Copied
ui-copy-what = Copy { $text }
ui-timeline-empty = Nothing has happened yet.
ui-attachments = Attachments
ui-message-staff = Support
ui-message-internal = Internal note: the customer does not see this

# Tasks
ui-steps-done = { $done } of { $total } steps
ui-step-waiting = Waiting
ui-step-running = Running
ui-step-done = Done
ui-step-skipped = Not needed
ui-step-retrying = Will be tried again
ui-step-failed = Needs attention
ui-console-empty = Nothing has been written yet.

# Plots
ui-chart-numbers = Show the numbers
ui-chart-when = When
ui-meter-of = { $percent } % of { $total }

# Invoice
ui-invoice-from = From
ui-invoice-to = To
ui-invoice-due = Due
ui-invoice-lines = Lines
ui-invoice-what = What
ui-invoice-quantity = Quantity
ui-invoice-unit-price = Price each
ui-invoice-tax = Tax
ui-invoice-amount = Net amount
ui-invoice-net = Net
ui-invoice-tax-on = { $tax } on { $base }
ui-invoice-gross = Total
ui-invoice-paid = Already paid
ui-invoice-payable = To pay
ui-invoice-how-to-pay = How to pay

# Nothing to show
ui-problem-not-found = Nothing here
ui-problem-not-found-text = This page does not exist, or you may not see it. Check the address, or start again from the overview.
ui-problem-forbidden = Not allowed
ui-problem-forbidden-text = Your role does not allow this. Ask an owner of the account to do it or to change your role.
ui-problem-stale = This page was open too long
ui-problem-stale-text = For your safety nothing was changed. Open the page again and repeat what you did.
ui-problem-too-many = Too many tries
ui-problem-too-many-text = Wait a minute, then try again.
ui-problem-unavailable = Not reachable just now
ui-problem-unavailable-text = A part of the system does not answer. Nothing was changed. Try again in a minute.
ui-problem-failed = This failed on our side
ui-problem-failed-text = Nothing was changed. We have written down what happened; if it happens again, tell us the reference.
ui-problem-again = Open the page again
ui-problem-home = To the overview
ui-problem-reference = Reference { $reference }

# Words that customers and staff share
ui-just-now = just now
ui-ago = { $span } ago
ui-size = { $vcpus } vCPU · { $memory } · { $disk }
ui-task-other = { $title }
ui-task-attempt = Attempt { $attempt }
ui-task-took = Took { $span }
ui-step-tries = tried { $tries } times
