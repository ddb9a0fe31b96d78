# Ausgehende Mails, wie das Personal sie sieht.

error-mails-on_its_way = Diese Mail ist noch unterwegs. Warten Sie, bis sie versandt oder aufgegeben wurde.
error-mails-link_gone = Diese Mail trug einen einmaligen Link, der nach dem Versand nicht aufbewahrt wird. Bitten Sie die Person, einen neuen Link anzufordern.
error-mails-too_many = Dieser Empfänger hat innerhalb einer Stunde { $max } Mails dieser Art bekommen. Versuchen Sie es später noch einmal.

job-notifications-send = Mail versenden
job-step-hand_over = Mail an den Mailserver übergeben

notifications-state-queued = Wartet
notifications-state-sending = Wird versandt
notifications-state-sent = Versandt
notifications-state-failed = Nicht versandt
notifications-state-suppressed = Zurückgehalten

notifications-kind-confirm-mail = Adresse bestätigen
notifications-kind-already-registered = Bereits registriert
notifications-kind-reset-password = Neues Passwort
notifications-kind-password-changed = Passwort geändert
notifications-kind-invite = Einladung
notifications-kind-invoice-issued = Rechnung
notifications-kind-payment-received = Zahlung erhalten
notifications-kind-invoice-reminder-1 = Erinnerung
notifications-kind-invoice-reminder-2 = Zweite Erinnerung
notifications-kind-invoice-reminder-3 = Letzte Erinnerung
notifications-kind-server-suspended = Server gesperrt
notifications-kind-server-suspended-by-staff = Server vom Personal gesperrt
notifications-kind-server-resumed = Server entsperrt
notifications-kind-server-ready = Server bereit
notifications-kind-server-terminated = Server beendet
notifications-kind-ticket-opened = Ticket geöffnet
notifications-kind-ticket-replied = Ticket beantwortet
notifications-kind-ticket-opened-staff = Neues Ticket, ans Personal
notifications-kind-ticket-replied-staff = Ticketantwort, ans Personal
