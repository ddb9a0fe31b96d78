# Outgoing mail, as staff sees it.

error-mails-on_its_way = This mail is still on its way. Wait until it was sent or given up.
error-mails-link_gone = This mail carried a one-time link, which is not kept once it was sent. Ask the person to request a new link.
error-mails-too_many = This recipient has had { $max } mails of this kind within the hour. Try again later.

job-notifications-send = Send a mail
job-step-hand_over = Hand the mail to the mail server

notifications-state-queued = Waiting
notifications-state-sending = Being sent
notifications-state-sent = Sent
notifications-state-failed = Not sent
notifications-state-suppressed = Held back

notifications-kind-confirm-mail = Confirm address
notifications-kind-already-registered = Already registered
notifications-kind-reset-password = New password
notifications-kind-password-changed = Password changed
notifications-kind-invite = Invitation
notifications-kind-invoice-issued = Invoice
notifications-kind-payment-received = Payment received
notifications-kind-invoice-reminder-1 = Reminder
notifications-kind-invoice-reminder-2 = Second reminder
notifications-kind-invoice-reminder-3 = Last reminder
notifications-kind-server-suspended = Server suspended
notifications-kind-server-suspended-by-staff = Server suspended by staff
notifications-kind-server-resumed = Server resumed
notifications-kind-server-ready = Server ready
notifications-kind-server-terminated = Server ended
notifications-kind-ticket-opened = Ticket opened
notifications-kind-ticket-replied = Ticket answered
notifications-kind-ticket-opened-staff = New ticket, to staff
notifications-kind-ticket-replied-staff = Ticket reply, to staff
