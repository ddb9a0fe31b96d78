# Was Mails sagen. Jede Art hat einen Betreff, einen Text und die Worte ihres einen Links.

mail-footer = Diese Mail wurde automatisch versandt. Antworten darauf werden nicht gelesen.

mail-confirm-mail-subject = Bitte bestätigen Sie Ihre Mailadresse
mail-confirm-mail-body =
    Guten Tag,

    jemand, vermutlich Sie, hat sich mit dieser Mailadresse registriert. Bitte bestätigen Sie, dass sie Ihnen gehört. Der Link gilt einmal und zwei Tage lang.

    Wenn Sie es nicht waren, müssen Sie nichts tun: Ohne die Bestätigung entsteht kein Konto.
mail-confirm-mail-action = Adresse bestätigen

mail-already-registered-subject = Sie haben bereits ein Konto
mail-already-registered-body =
    Guten Tag,

    jemand, vermutlich Sie, wollte sich mit dieser Mailadresse registrieren. Zu ihr gibt es bereits ein Konto, daher wurde nichts geändert.

    Melden Sie sich mit Ihrem Passwort an. Wenn Sie es nicht mehr wissen, wählen Sie auf der Anmeldeseite ein neues.
mail-already-registered-action = Anmelden

mail-reset-password-subject = Neues Passwort wählen
mail-reset-password-body =
    Guten Tag { $name },

    jemand, vermutlich Sie, hat ein neues Passwort für Ihr Konto angefordert. Der Link gilt einmal und eine Stunde lang.

    Wenn Sie es nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.
mail-reset-password-action = Neues Passwort wählen

mail-password-changed-subject = Ihr Passwort wurde geändert
mail-password-changed-body =
    Guten Tag { $name },

    das Passwort Ihres Kontos wurde soeben geändert.

    Wenn Sie es nicht waren, wählen Sie jetzt ein neues und sagen Sie uns Bescheid.
mail-password-changed-action = Neues Passwort wählen

mail-invite-subject = { $inviter } lädt Sie ein
mail-invite-body =
    Guten Tag,

    { $inviter } hat ein Konto für Sie angelegt. Wählen Sie ein Passwort, um es zu nutzen. Der Link gilt einmal und eine Woche lang.

    Wenn Sie nicht wissen, worum es geht, müssen Sie nichts tun.
mail-invite-action = Einladung annehmen

mail-invoice-issued-subject = Rechnung { $number } über { $total }
mail-invoice-issued-body =
    Guten Tag { $name },

    die Rechnung { $number } über { $total } liegt als PDF bei. Sie ist am { $due } fällig.
mail-invoice-issued-action = Rechnung ansehen

mail-payment-received-subject = Wir haben { $amount } erhalten
mail-payment-received-body =
    Guten Tag { $name },

    wir haben Ihre Zahlung über { $amount } erhalten. Vielen Dank.

    Verwendungszweck: { $reference }
mail-payment-received-action = Konto ansehen

mail-invoice-reminder-1-subject = Erinnerung: Rechnung { $number } war am { $due } fällig
mail-invoice-reminder-1-body =
    Guten Tag { $name },

    die Rechnung { $number } war am { $due } fällig. Offen sind noch { $total }. Vielleicht ist sie nur untergegangen: Bitte bezahlen Sie sie in den nächsten Tagen.

    Falls Sie schon bezahlt haben, haben sich diese Mail und Ihre Zahlung überschnitten, und Sie müssen nichts tun.
mail-invoice-reminder-1-action = Rechnung ansehen

mail-invoice-reminder-2-subject = Zweite Erinnerung: Rechnung { $number } ist überfällig
mail-invoice-reminder-2-body =
    Guten Tag { $name },

    die Rechnung { $number } war am { $due } fällig, und { $total } sind noch offen. Bitte bezahlen Sie sie jetzt, damit alles weiterläuft.

    Wenn Sie nicht zahlen können oder die Rechnung falsch ist, schreiben Sie uns bitte: Wir finden einen Weg.
mail-invoice-reminder-2-action = Rechnung ansehen

mail-invoice-reminder-3-subject = Letzte Erinnerung: Rechnung { $number } ist überfällig
mail-invoice-reminder-3-body =
    Guten Tag { $name },

    die Rechnung { $number } war am { $due } fällig, und { $total } sind noch offen. Wird sie nicht bald bezahlt, wird angehalten, was mit ihr bezahlt wird.

    Ihre Daten bleiben davon unberührt. Sobald die Rechnung bezahlt ist, läuft alles innerhalb einer Minute wieder an.
mail-invoice-reminder-3-action = Rechnung bezahlen

mail-server-suspended-subject = { $server } wurde angehalten: Rechnung { $number } ist überfällig
mail-server-suspended-body =
    Guten Tag { $name },

    Ihr Server { $server } wurde angehalten, weil die Rechnung { $number } am { $due } fällig war. Ihre Daten sind sicher.

    Bezahlen Sie { $amount }, und er startet innerhalb einer Minute.
mail-server-suspended-action = Rechnung bezahlen

mail-server-suspended-by-staff-subject = { $server } wurde angehalten
mail-server-suspended-by-staff-body =
    Guten Tag { $name },

    Ihr Server { $server } wurde von uns angehalten. Ihre Daten sind sicher.

    Grund: { $reason }

    Wenn Sie Fragen haben, öffnen Sie bitte ein Ticket.
mail-server-suspended-by-staff-action = Server ansehen

mail-server-resumed-subject = { $server } startet wieder
mail-server-resumed-body =
    Guten Tag { $name },

    vielen Dank: Ihr Server { $server } ist nicht mehr gesperrt und startet jetzt wieder.
mail-server-resumed-action = Server ansehen

mail-server-ready-subject = { $server } ist bereit
mail-server-ready-body =
    Guten Tag { $name },

    Ihr Server { $server } läuft unter { $address }.

    Auf seiner Seite können Sie ihn starten, anhalten und neu starten und seine Konsole sehen.
mail-server-ready-action = Server ansehen

mail-server-terminated-subject = { $server } wurde beendet
mail-server-terminated-body =
    Guten Tag { $name },

    Ihr Server { $server } wurde beendet und läuft nicht mehr. Seine Platte bewahren wir bis zum { $until } auf.

    Wenn Sie Ihre Daten brauchen oder den Server zurückhaben möchten, öffnen Sie bitte vorher ein Ticket. Nach diesem Tag wird die Platte endgültig gelöscht.
mail-server-terminated-action = Server ansehen

mail-ticket-opened-subject = [#{ $number }] { $subject }
mail-ticket-opened-body =
    Guten Tag { $name },

    Ihr Ticket { $number }, { $subject }, ist bei uns angekommen. { $department } wird es beantworten.

    Das wurde geschrieben:

    { $message }
mail-ticket-opened-action = Ticket ansehen

mail-ticket-replied-subject = [#{ $number }] Antwort: { $subject }
mail-ticket-replied-body =
    Guten Tag { $name },

    { $author } hat auf das Ticket { $number }, { $subject }, geantwortet:

    { $message }
mail-ticket-replied-action = Ticket ansehen und antworten

mail-ticket-opened-staff-subject = [#{ $number }] Neu: { $subject }
mail-ticket-opened-staff-body =
    { $customer } hat das Ticket { $number }, { $subject }, für { $department } geöffnet. { $author } schrieb:

    { $message }
mail-ticket-opened-staff-action = Ticket ansehen und antworten

mail-ticket-replied-staff-subject = [#{ $number }] { $customer } schrieb: { $subject }
mail-ticket-replied-staff-body =
    { $author } von { $customer } schrieb zum Ticket { $number }, { $subject }:

    { $message }
mail-ticket-replied-staff-action = Ticket ansehen und antworten

# Warum wir eine Mail selbst aufgegeben haben.
mail-fault-recipient = Der Empfänger ist keine Mailadresse.
mail-fault-link = Ihr einmaliger Link lässt sich nicht mehr öffnen, weil die Schlüsseldatei geändert wurde. Bitten Sie die Person, einen neuen Link anzufordern.
mail-fault-unsure = Zweimal brach die Verbindung ab, bevor der Mailserver antwortete. Die Mail kann zugestellt worden sein oder nicht.
