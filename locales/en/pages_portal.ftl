# Pages of customers.

portal-hello = Hello { $name }
portal-all = All
portal-actions = Actions
portal-change = Change
portal-customer = Customer
portal-months = { $months ->
    [1] 1 month
    [12] 1 year
   *[other] { $months } months
}
portal-period = { $from } to { $to }
portal-price-per = { $months ->
    [1] { $amount } a month
    [12] { $amount } a year
   *[other] { $amount } for { $months } months
}

# Overview
portal-owed = To pay
portal-owed-since = Overdue since { $day }
portal-owed-until = Due on { $day }
portal-owed-nothing = Nothing is open
portal-credit = Credit
portal-credit-hint = You can use it to pay invoices

# Servers
portal-servers = Servers
portal-servers-search = Name or address
portal-servers-none = No servers yet
portal-servers-none-text = Here you will see your servers with their state and addresses. The first one is ready about a minute after it is paid.
portal-servers-none-found = Nothing found
portal-servers-none-found-text = No server has this name or address.
portal-server = Server
portal-server-name = Name
portal-server-state = State
portal-server-address = Address
portal-server-size = Size
portal-server-system = System
portal-state-working = Working
portal-state-delayed = Delayed
portal-seen = seen { $ago }
portal-address-v4 = IPv4
portal-address-v6 = IPv6
portal-address-network = Prefix length { $prefix }, gateway { $gateway }
portal-ssh = Sign in
portal-keys = SSH keys
portal-keys-count = { $count ->
    [0] None
    [1] 1 key
   *[other] { $count } keys
}
portal-keys-hint = Your public keys, one a line. You sign in with them as root. Without a key there is no way in over the network.
portal-mac = Hardware address
portal-ordered = Ordered
portal-back-to-server = To the server

portal-power = Power
portal-power-what = Action
portal-power-meaning = What it does
portal-start = Start
portal-shut-down = Shut down
portal-reboot = Reboot
portal-power-off = Power off
portal-power-start = Switches the server on.
portal-power-shut_down = Asks the system to shut down and switches it off after a minute if it does not. It is still billed.
portal-power-reboot = Asks the system to reboot and resets it after a minute if it does not.
portal-power-power_off = Cuts the power at once. Only for a system that no longer reacts.
portal-power-off-question = Cut the power of { $name } at once?
portal-power-off-lost = Everything that the system has not yet written to its disk

portal-console = Console
portal-console-all = Whole console
portal-console-read = What it wrote
portal-console-tail = The last lines
portal-console-hint = What the server wrote on its console, the newest at the end.
portal-console-none = Nothing can be read from the console just now.

portal-usage = Since it was switched on
portal-usage-cpu = Processor time
portal-usage-memory = Memory in use
portal-usage-received = Received
portal-usage-sent = Sent
portal-usage-read = Read from disk
portal-usage-written = Written to disk

portal-under-way = Under way
portal-tasks = What was done
portal-tasks-none = Nothing yet.
portal-task = Task
portal-task-state = State
portal-task-when = Asked for
portal-task-duration = Took
portal-task-asked = Asked for on { $when }
portal-steps = Steps

portal-why-suspended-money = Suspended on { $day }: invoice { $number } is { $days ->
    [1] 1 day
   *[other] { $days } days
} overdue. Pay { $amount } and it starts within a minute.
portal-why-suspended-paid = Suspended on { $day } for an unpaid invoice. It is paid now, and the server starts within a minute.
portal-why-suspended-other = Suspended on { $day }: { $reason }. Write to us to have it started again.
portal-why-unpaid = Invoice { $number } over { $amount } is not paid yet. Once it is, the server is built and started within a minute.
portal-why-unpaid-soon = The server is built once its first invoice is paid.
portal-why-overdue = Invoice { $number } is { $days ->
    [1] 1 day
   *[other] { $days } days
} overdue. Pay { $amount }, so that the server keeps running.
portal-why-unknown = Its node does not answer (last change { $since }), so we do not know how the server is. It may well be running. We are looking at it.
portal-why-delayed = This takes longer than it should. Our people have been told, and we keep trying. Nothing of yours is lost.
portal-why-ends = Cancelled: it runs until { $day } and then ends. You can still change your mind.
portal-why-deleted-title = This server is deleted
portal-why-deleted = Its disk is kept until { $until }. Write to us before then if you want it back.
portal-why-deleted-gone = Its disk is gone for good.
portal-pay = Pay { $amount }

# Contract
portal-contract = Contract
portal-contracts = Contracts
portal-contracts-none = No contracts yet
portal-contracts-none-text = Here you will see what you have ordered, what it costs and until when it is paid.
portal-contract-title = Contract: { $plan }
portal-contract-state = State
portal-to-contract = To the contract
portal-plan = Plan
portal-plans = Plans
portal-plan-vcpus = vCPU
portal-plan-memory = Memory
portal-plan-disk = Disk
portal-plan-traffic = Traffic
portal-traffic = { $gib } GiB a month
portal-traffic-free = Without limit
portal-price = Price without tax
portal-setup = Setup
portal-setup-fee = and { $amount } once for the setup
portal-began = Began
portal-ended = Ended
portal-suspended-since = Suspended since
portal-billed-until = Billed until
portal-then = After that
portal-next-invoice = Next invoice
portal-next-invoice-on = { $day }: { $total } with tax
portal-next-invoice-none = None
portal-renewal = How it goes on
portal-renewal-automatic = It renews by itself
portal-renewal-automatic-hint = You get an invoice in time before each period.
portal-renewal-expire = It ends
portal-renewal-expire-hint = No further invoice. The server is deleted at the end.
portal-cancel = Cancel
portal-cancel-text = It runs until { $day } and then ends. Until then you can change your mind under “How it goes on”.
portal-cancel-question = Cancel this contract at { $day }?
portal-cancel-lost = The server { $name } with all its data, after that day
portal-open-invoices = Open invoices

# Order
portal-order = Order a server
portal-order-step-plan = 1 of 3: choose a plan
portal-order-step-details = 2 of 3: how it is to be
portal-order-step-accept = 3 of 3: look at the price and accept
portal-order-net = Prices without tax. Before you order you see what you pay with tax.
portal-order-no-customer = You cannot order
portal-order-no-customer-text = Only an owner of an account can order. Ask the owner of yours.
portal-order-no-plans = Nothing is on offer just now
portal-order-no-plans-text = Come back later, or write to us.
portal-order-no-images = No system is on offer just now
portal-order-image-too-large = Needs a larger plan
portal-order-your-server = Your server
portal-hostname = Name
portal-hostname-hint = Letters, digits and dashes. The server calls itself so.
portal-order-show-price = Show the price
portal-order-other-plan = Another plan
portal-order-price = What it costs
portal-order-yours = Your order
portal-order-choose = Choose
portal-order-once = Setup, once
portal-order-total = To pay now
portal-order-next = Next invoice on { $day }: { $total }.
portal-order-ends = No further invoice: it ends after { $day }.
portal-order-good-until = This price holds until { $until }.
portal-order-accept = Order for { $total }
portal-order-change = Change something
portal-order-again = Make a new quote
portal-net = Without tax
portal-tax = Tax

# Invoices
portal-invoice = Invoice
portal-invoice-named = Invoice { $number }
portal-invoice-credit-note = Credit note
portal-invoice-draft = Draft
portal-invoice-open = Open
portal-invoice-paid = Paid
portal-invoice-credited = Credited
portal-invoice-overdue = { $days ->
    [1] 1 day overdue
   *[other] { $days } days overdue
}
portal-invoices = Invoices
portal-invoices-all = All invoices
portal-invoices-open = Open
portal-invoices-overdue = Overdue
portal-invoices-paid = Paid
portal-invoices-search = Invoice number
portal-invoices-none = No invoices yet
portal-invoices-none-text = Each order and each renewal has an invoice. You get it by mail and find it here.
portal-invoices-none-found = Nothing found
portal-invoices-none-found-text = No invoice is like this.
portal-invoice-number = Number
portal-invoice-state = State
portal-invoice-issued = Issued
portal-invoice-due = Due
portal-invoice-total = Total
portal-invoice-to-pay = To pay
portal-invoice-pdf = Download PDF
portal-invoice-period = Period
portal-invoice-corrects = Takes back invoice
portal-invoice-history = What happened to it
portal-invoice-was-issued = Issued
portal-invoice-to-credit-note = To the credit note
portal-invoice-paid-note = This invoice is paid. Thank you.
portal-vat = VAT number { $number }
portal-customer-number = Customer
portal-tax-rate = { $rate } VAT ({ $country })
portal-tax-reverse = Reverse charge
portal-tax-none = Not taxable
portal-settled-payment = { $amount } paid
portal-settled-credit = { $amount } paid from credit
portal-settled-credit-note = { $amount } taken back
portal-settled-history = { $amount } settled in the previous system
portal-pay-title = How to pay
portal-pay-until = Please transfer { $amount } by { $due }.
portal-pay-overdue = { $amount } was due on { $due }, { $days ->
    [1] 1 day
   *[other] { $days } days
} ago. Please transfer it now.
portal-pay-to = Account holder
portal-pay-account = Account
portal-pay-amount = Amount
portal-pay-reference = Reference
portal-pay-hint = The reference lets us find your payment. What waits for it starts by itself.
portal-pay-ask = Ask { $email } how to pay.
portal-pay-credit-have = You have { $credit } of credit.
portal-pay-credit = Pay { $amount } from credit

# Tickets
portal-tickets = Tickets
portal-tickets-open = Open tickets
portal-tickets-yours = Your turn
portal-tickets-waiting = With us
portal-tickets-closed = Closed
portal-tickets-search = Number or subject
portal-tickets-none = No open tickets
portal-tickets-none-text = If something does not work or is not clear, write to us here. Answers come by mail too.
portal-tickets-none-found = Nothing found
portal-tickets-none-found-text = No ticket is like this.
portal-tickets-none-server = No conversation about this server.
portal-tickets-nobody = Nobody takes tickets just now
portal-tickets-nobody-text = Write us a mail instead.
portal-ticket-open = With us
portal-ticket-waiting = With us
portal-ticket-answered = Answered
portal-ticket-closed = Closed
portal-ticket-state = State
portal-ticket-number = Number
portal-ticket-subject = Subject
portal-ticket-subject-hint = In one line: what is it about?
portal-ticket-department = Department
portal-ticket-updated = Last change
portal-ticket-opened = Opened
portal-ticket-priority = Priority
portal-ticket-facts = This ticket
portal-ticket-yours = Your question
portal-ticket-server = About
portal-ticket-no-server = No particular server
portal-ticket-message = Message
portal-ticket-message-hint = What did you do, what happened, what did you expect? Never send us your password.
portal-ticket-files = Files
portal-ticket-files-hint = Up to 5 files of 5 MiB each.
portal-ticket-new = Ask a question
portal-ticket-new-text = We answer here and by mail.
portal-ticket-reply = Your answer
portal-ticket-reopen = Write again: this opens the ticket
portal-ticket-send = Send
portal-ticket-close = Close the ticket
portal-priority-low = It can wait
portal-priority-normal = Normal
portal-priority-high = Soon
portal-priority-urgent = Urgent

# Account
portal-account = Account
portal-account-you = You
portal-account-security = Security
portal-account-company = Company and people
portal-account-none = You belong to no customer
portal-account-none-text = Somebody who owns an account can add you to it.
portal-customer-title = Customer { $number }
portal-customer-name = Name
portal-customer-contact = Contact
portal-customer-email = Mail address for invoices
portal-customer-email-hint = Invoices and reminders go there.
portal-customer-address = Address
portal-customer-language = Language of invoices
portal-customer-currency = Currency
portal-members = People
portal-member-role = Role
portal-member-role-owner = Orders, pays, and decides about people
portal-member-role-member = Uses servers and tickets, and sees invoices
portal-member-invited = Invited
portal-member-name-hint = For the invitation, if they have no account yet.
portal-member-add = Add
portal-member-remove = Remove
portal-member-remove-question = Remove { $name } from this account?
portal-member-remove-lost = Their access to its servers, tickets and invoices

done-customers-update = The details are saved. They stand on the next invoice.
done-customers-add_member = Added. Who had no account gets an invitation by mail.
done-customers-remove_member = Removed.
done-orders-place = Thank you for your order. The server is built once this invoice is paid.
done-subscriptions-set_renewal = Saved.
done-subscriptions-cancel = We have noted your cancellation.
done-credits-apply = Paid from credit.
done-servers-start = The server is being started.
done-servers-shut_down = The server was asked to shut down.
done-servers-reboot = The server was asked to reboot.
done-servers-power_off = The power is being cut.
done-tickets-open = Thank you. We have your question and will answer soon.
done-tickets-reply = Sent.
done-tickets-close = The ticket is closed. Write again and it is open.
