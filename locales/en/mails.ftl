# What mails say. Each kind has a subject, a body and the words of its one link.

mail-footer = This mail was sent automatically. Replies to it are not read.

mail-confirm-mail-subject = Please confirm your mail address
mail-confirm-mail-body =
    Hello,

    somebody, most likely you, signed up with this mail address. Please confirm that it is yours. The link works once and for two days.

    If it was not you, do nothing: without the confirmation there is no account.
mail-confirm-mail-action = Confirm this address

mail-already-registered-subject = You already have an account
mail-already-registered-body =
    Hello,

    somebody, most likely you, tried to sign up with this mail address. It already has an account, so nothing was changed.

    Sign in with your password. If you no longer know it, choose a new one on the sign-in page.
mail-already-registered-action = Sign in

mail-reset-password-subject = Choose a new password
mail-reset-password-body =
    Hello { $name },

    somebody, most likely you, asked for a new password for your account. The link works once and for an hour.

    If it was not you, do nothing: your password stays as it is.
mail-reset-password-action = Choose a new password

mail-password-changed-subject = Your password was changed
mail-password-changed-body =
    Hello { $name },

    the password of your account was changed a moment ago.

    If it was not you, choose a new one now and tell us.
mail-password-changed-action = Choose a new password

mail-invite-subject = { $inviter } invites you
mail-invite-body =
    Hello,

    { $inviter } has made an account for you. Choose a password to use it. The link works once and for a week.

    If you do not know what this is about, do nothing.
mail-invite-action = Accept the invitation

mail-invoice-issued-subject = Invoice { $number } over { $total }
mail-invoice-issued-body =
    Hello { $name },

    invoice { $number } over { $total } is attached as a PDF. It is due on { $due }.
mail-invoice-issued-action = Show the invoice

mail-payment-received-subject = We have received { $amount }
mail-payment-received-body =
    Hello { $name },

    we have received your payment of { $amount }. Thank you.

    Reference: { $reference }
mail-payment-received-action = Show your account

mail-invoice-reminder-1-subject = Reminder: invoice { $number } was due on { $due }
mail-invoice-reminder-1-body =
    Hello { $name },

    invoice { $number } was due on { $due }. { $total } is still open. Perhaps it only slipped your mind: please pay it in the next days.

    If you have paid already, this mail and your payment have crossed, and there is nothing to do.
mail-invoice-reminder-1-action = Show the invoice

mail-invoice-reminder-2-subject = Second reminder: invoice { $number } is overdue
mail-invoice-reminder-2-body =
    Hello { $name },

    invoice { $number } was due on { $due }, and { $total } is still open. Please pay it now, so that everything keeps running.

    If you cannot pay or the invoice is wrong, please write to us: we will find a way.
mail-invoice-reminder-2-action = Show the invoice

mail-invoice-reminder-3-subject = Last reminder: invoice { $number } is overdue
mail-invoice-reminder-3-body =
    Hello { $name },

    invoice { $number } was due on { $due }, and { $total } is still open. If it is not paid soon, what it pays for will be stopped.

    Your data is not touched by that. Once the invoice is paid, everything starts again within a minute.
mail-invoice-reminder-3-action = Pay the invoice

mail-server-suspended-subject = { $server } was stopped: invoice { $number } is overdue
mail-server-suspended-body =
    Hello { $name },

    your server { $server } was stopped, because invoice { $number } was due on { $due }. Your data is safe.

    Pay { $amount } and it starts within a minute.
mail-server-suspended-action = Pay the invoice

mail-server-suspended-by-staff-subject = { $server } was stopped
mail-server-suspended-by-staff-body =
    Hello { $name },

    your server { $server } was stopped by our staff. Your data is safe.

    Reason: { $reason }

    If you have questions, please open a ticket.
mail-server-suspended-by-staff-action = Show the server

mail-server-resumed-subject = { $server } starts again
mail-server-resumed-body =
    Hello { $name },

    thank you: your server { $server } is no longer suspended and starts again now.
mail-server-resumed-action = Show the server

mail-server-ready-subject = { $server } is ready
mail-server-ready-body =
    Hello { $name },

    your server { $server } is running at { $address }.

    You can start, stop and restart it on its page, and see its console there.
mail-server-ready-action = Show the server

mail-server-terminated-subject = { $server } was ended
mail-server-terminated-body =
    Hello { $name },

    your server { $server } was ended and no longer runs. We keep its disk until { $until }.

    If you need your data or want the server back, please open a ticket before then. After that day the disk is deleted for good.
mail-server-terminated-action = Show your servers

mail-ticket-opened-subject = [#{ $number }] { $subject }
mail-ticket-opened-body =
    Hello { $name },

    we have your ticket { $number }, { $subject }. { $department } will answer it.

    This is what was written:

    { $message }
mail-ticket-opened-action = Show the ticket

mail-ticket-replied-subject = [#{ $number }] Answer: { $subject }
mail-ticket-replied-body =
    Hello { $name },

    { $author } answered ticket { $number }, { $subject }:

    { $message }
mail-ticket-replied-action = Show the ticket and answer

mail-ticket-opened-staff-subject = [#{ $number }] New: { $subject }
mail-ticket-opened-staff-body =
    { $customer } opened ticket { $number }, { $subject }, for { $department }. { $author } wrote:

    { $message }
mail-ticket-opened-staff-action = Show the ticket and answer

mail-ticket-replied-staff-subject = [#{ $number }] { $customer } wrote: { $subject }
mail-ticket-replied-staff-body =
    { $author } of { $customer } wrote to ticket { $number }, { $subject }:

    { $message }
mail-ticket-replied-staff-action = Show the ticket and answer

# Why we gave a mail up ourselves.
mail-fault-recipient = The recipient is not a mail address.
mail-fault-link = Its one-time link can no longer be opened, because the key file was changed. Ask the person to request a new link.
mail-fault-unsure = Twice the connection ended before the mail server answered. It may or may not have been delivered.
