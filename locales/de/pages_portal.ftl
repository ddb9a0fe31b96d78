# Seiten der Kunden.

portal-hello = Hallo { $name }
portal-all = Alle
portal-actions = Aktionen
portal-change = Ändern
portal-customer = Kunde
portal-months = { $months ->
    [1] 1 Monat
    [12] 1 Jahr
   *[other] { $months } Monate
}
portal-period = { $from } bis { $to }
portal-price-per = { $months ->
    [1] { $amount } im Monat
    [12] { $amount } im Jahr
   *[other] { $amount } für { $months } Monate
}

# Übersicht
portal-owed = Zu zahlen
portal-owed-since = Überfällig seit { $day }
portal-owed-until = Fällig am { $day }
portal-owed-nothing = Nichts ist offen
portal-credit = Guthaben
portal-credit-hint = Damit können Sie Rechnungen zahlen

# Server
portal-servers = Server
portal-servers-search = Name oder Adresse
portal-servers-none = Noch keine Server
portal-servers-none-text = Hier sehen Sie Ihre Server mit Zustand und Adressen. Der erste ist etwa eine Minute nach der Zahlung bereit.
portal-servers-none-found = Nichts gefunden
portal-servers-none-found-text = Kein Server hat diesen Namen oder diese Adresse.
portal-server = Server
portal-server-name = Name
portal-server-state = Zustand
portal-server-address = Adresse
portal-server-size = Größe
portal-server-system = System
portal-state-working = In Arbeit
portal-state-delayed = Verzögert
portal-seen = gesehen { $ago }
portal-address-v4 = IPv4
portal-address-v6 = IPv6
portal-address-network = Präfixlänge { $prefix }, Gateway { $gateway }
portal-ssh = Anmelden
portal-keys = SSH-Schlüssel
portal-keys-count = { $count ->
    [0] Keine
    [1] 1 Schlüssel
   *[other] { $count } Schlüssel
}
portal-keys-hint = Ihre öffentlichen Schlüssel, einer je Zeile. Damit melden Sie sich als root an. Ohne Schlüssel gibt es über das Netz keinen Zugang.
portal-mac = Hardware-Adresse
portal-ordered = Bestellt
portal-back-to-server = Zum Server

portal-power = Strom
portal-power-what = Aktion
portal-power-meaning = Was sie bewirkt
portal-start = Starten
portal-shut-down = Herunterfahren
portal-reboot = Neu starten
portal-power-off = Ausschalten
portal-power-start = Schaltet den Server ein.
portal-power-shut_down = Bittet das System, herunterzufahren, und schaltet es nach einer Minute aus, falls es das nicht tut. Abgerechnet wird er weiter.
portal-power-reboot = Bittet das System, neu zu starten, und setzt es nach einer Minute zurück, falls es das nicht tut.
portal-power-power_off = Trennt sofort den Strom. Nur für ein System, das nicht mehr reagiert.
portal-power-off-question = Den Strom von { $name } sofort trennen?
portal-power-off-lost = Alles, was das System noch nicht auf seine Festplatte geschrieben hat

portal-console = Konsole
portal-console-all = Ganze Konsole
portal-console-read = Was er geschrieben hat
portal-console-tail = Die letzten Zeilen
portal-console-hint = Was der Server auf seine Konsole geschrieben hat, das Neueste am Ende.
portal-console-none = Von der Konsole ist gerade nichts zu lesen.

portal-usage = Seit dem Einschalten
portal-usage-cpu = Prozessorzeit
portal-usage-memory = Belegter Speicher
portal-usage-received = Empfangen
portal-usage-sent = Gesendet
portal-usage-read = Von der Festplatte gelesen
portal-usage-written = Auf die Festplatte geschrieben

portal-under-way = In Arbeit
portal-tasks = Was getan wurde
portal-tasks-none = Noch nichts.
portal-task = Aufgabe
portal-task-state = Stand
portal-task-when = Verlangt
portal-task-duration = Dauer
portal-task-asked = Verlangt am { $when }
portal-steps = Schritte

portal-why-suspended-money = Gesperrt am { $day }: Rechnung { $number } ist { $days ->
    [1] 1 Tag
   *[other] { $days } Tage
} überfällig. Zahlen Sie { $amount }, und er startet innerhalb einer Minute.
portal-why-suspended-paid = Gesperrt am { $day } wegen einer unbezahlten Rechnung. Sie ist jetzt bezahlt, und der Server startet innerhalb einer Minute.
portal-why-suspended-other = Gesperrt am { $day }: { $reason }. Schreiben Sie uns, damit er wieder gestartet wird.
portal-why-unpaid = Rechnung { $number } über { $amount } ist noch nicht bezahlt. Sobald sie es ist, wird der Server innerhalb einer Minute gebaut und gestartet.
portal-why-unpaid-soon = Der Server wird gebaut, sobald seine erste Rechnung bezahlt ist.
portal-why-overdue = Rechnung { $number } ist { $days ->
    [1] 1 Tag
   *[other] { $days } Tage
} überfällig. Zahlen Sie { $amount }, damit der Server weiterläuft.
portal-why-unknown = Sein Knoten antwortet nicht (letzte Änderung { $since }), deshalb wissen wir nicht, wie es dem Server geht. Er kann durchaus laufen. Wir sehen nach.
portal-why-delayed = Das dauert länger, als es sollte. Unsere Leute wissen davon, und wir versuchen es weiter. Nichts von Ihnen ist verloren.
portal-why-ends = Gekündigt: Er läuft bis { $day } und endet dann. Sie können es sich noch anders überlegen.
portal-why-deleted-title = Dieser Server ist gelöscht
portal-why-deleted = Seine Festplatte wird bis { $until } aufbewahrt. Schreiben Sie uns vorher, wenn Sie ihn zurückwollen.
portal-why-deleted-gone = Seine Festplatte ist endgültig gelöscht.
portal-pay = { $amount } zahlen

# Vertrag
portal-contract = Vertrag
portal-contracts = Verträge
portal-contracts-none = Noch keine Verträge
portal-contracts-none-text = Hier sehen Sie, was Sie bestellt haben, was es kostet und bis wann es bezahlt ist.
portal-contract-title = Vertrag: { $plan }
portal-contract-state = Stand
portal-to-contract = Zum Vertrag
portal-plan = Tarif
portal-plans = Tarife
portal-plan-vcpus = vCPU
portal-plan-memory = Speicher
portal-plan-disk = Festplatte
portal-plan-traffic = Datenverkehr
portal-traffic = { $gib } GiB im Monat
portal-traffic-free = Unbegrenzt
portal-price = Preis ohne Steuer
portal-setup = Einrichtung
portal-setup-fee = und einmalig { $amount } für die Einrichtung
portal-began = Begonnen
portal-ended = Beendet
portal-suspended-since = Gesperrt seit
portal-billed-until = Abgerechnet bis
portal-then = Danach
portal-next-invoice = Nächste Rechnung
portal-next-invoice-on = { $day }: { $total } mit Steuer
portal-next-invoice-none = Keine
portal-renewal = Wie es weitergeht
portal-renewal-automatic = Er verlängert sich von selbst
portal-renewal-automatic-hint = Vor jedem Zeitraum bekommen Sie rechtzeitig eine Rechnung.
portal-renewal-expire = Er endet
portal-renewal-expire-hint = Keine weitere Rechnung. Am Ende wird der Server gelöscht.
portal-cancel = Kündigen
portal-cancel-text = Er läuft bis { $day } und endet dann. Bis dahin können Sie es sich unter „Wie es weitergeht“ anders überlegen.
portal-cancel-question = Diesen Vertrag zum { $day } kündigen?
portal-cancel-lost = Der Server { $name } mit allen Daten, nach diesem Tag
portal-open-invoices = Offene Rechnungen

# Bestellen
portal-order = Server bestellen
portal-order-step-plan = 1 von 3: Tarif wählen
portal-order-step-details = 2 von 3: wie er sein soll
portal-order-step-accept = 3 von 3: Preis ansehen und annehmen
portal-order-net = Preise ohne Steuer. Vor der Bestellung sehen Sie, was Sie mit Steuer zahlen.
portal-order-no-customer = Sie können nicht bestellen
portal-order-no-customer-text = Nur ein Inhaber eines Kontos kann bestellen. Fragen Sie den Inhaber des Ihren.
portal-order-no-plans = Zurzeit ist nichts im Angebot
portal-order-no-plans-text = Kommen Sie später wieder oder schreiben Sie uns.
portal-order-no-images = Zurzeit ist kein System im Angebot
portal-order-image-too-large = Braucht einen größeren Tarif
portal-order-your-server = Ihr Server
portal-hostname = Name
portal-hostname-hint = Buchstaben, Ziffern und Bindestriche. So nennt sich der Server selbst.
portal-order-show-price = Preis zeigen
portal-order-other-plan = Anderer Tarif
portal-order-price = Was es kostet
portal-order-yours = Ihre Bestellung
portal-order-choose = Wählen
portal-order-once = Einrichtung, einmalig
portal-order-total = Jetzt zu zahlen
portal-order-next = Nächste Rechnung am { $day }: { $total }.
portal-order-ends = Keine weitere Rechnung: Er endet nach dem { $day }.
portal-order-good-until = Dieser Preis gilt bis { $until }.
portal-order-accept = Zahlungspflichtig bestellen: { $total }
portal-order-change = Etwas ändern
portal-order-again = Neues Angebot erstellen
portal-net = Ohne Steuer
portal-tax = Steuer

# Rechnungen
portal-invoice = Rechnung
portal-invoice-named = Rechnung { $number }
portal-invoice-credit-note = Rechnungskorrektur
portal-invoice-draft = Entwurf
portal-invoice-open = Offen
portal-invoice-paid = Bezahlt
portal-invoice-credited = Gutgeschrieben
portal-invoice-overdue = { $days ->
    [1] 1 Tag überfällig
   *[other] { $days } Tage überfällig
}
portal-invoices = Rechnungen
portal-invoices-all = Alle Rechnungen
portal-invoices-open = Offen
portal-invoices-overdue = Überfällig
portal-invoices-paid = Bezahlt
portal-invoices-search = Rechnungsnummer
portal-invoices-none = Noch keine Rechnungen
portal-invoices-none-text = Jede Bestellung und jede Verlängerung hat eine Rechnung. Sie bekommen sie per Mail und finden sie hier.
portal-invoices-none-found = Nichts gefunden
portal-invoices-none-found-text = Keine Rechnung passt dazu.
portal-invoice-number = Nummer
portal-invoice-state = Stand
portal-invoice-issued = Ausgestellt
portal-invoice-due = Fällig
portal-invoice-total = Summe
portal-invoice-to-pay = Zu zahlen
portal-invoice-pdf = PDF herunterladen
portal-invoice-period = Zeitraum
portal-invoice-corrects = Nimmt zurück: Rechnung
portal-invoice-history = Was mit ihr geschah
portal-invoice-was-issued = Ausgestellt
portal-invoice-to-credit-note = Zur Rechnungskorrektur
portal-invoice-paid-note = Diese Rechnung ist bezahlt. Vielen Dank.
portal-vat = Umsatzsteuer-Nummer { $number }
portal-customer-number = Kunde
portal-tax-rate = { $rate } Umsatzsteuer ({ $country })
portal-tax-reverse = Steuerschuldnerschaft des Leistungsempfängers
portal-tax-none = Nicht steuerbar
portal-settled-payment = { $amount } gezahlt
portal-settled-credit = { $amount } aus Guthaben gezahlt
portal-settled-credit-note = { $amount } zurückgenommen
portal-settled-history = { $amount } im vorherigen System beglichen
portal-pay-title = So zahlen Sie
portal-pay-until = Bitte überweisen Sie { $amount } bis { $due }.
portal-pay-overdue = { $amount } war am { $due } fällig, vor { $days ->
    [1] 1 Tag
   *[other] { $days } Tagen
}. Bitte überweisen Sie es jetzt.
portal-pay-to = Kontoinhaber
portal-pay-account = Konto
portal-pay-amount = Betrag
portal-pay-reference = Verwendungszweck
portal-pay-hint = Am Verwendungszweck erkennen wir Ihre Zahlung. Was darauf wartet, startet von selbst.
portal-pay-ask = Fragen Sie { $email }, wie Sie zahlen können.
portal-pay-credit-have = Sie haben { $credit } Guthaben.
portal-pay-credit = { $amount } aus Guthaben zahlen

# Tickets
portal-tickets = Tickets
portal-tickets-open = Offene Tickets
portal-tickets-yours = Sie sind dran
portal-tickets-waiting = Bei uns
portal-tickets-closed = Geschlossen
portal-tickets-search = Nummer oder Betreff
portal-tickets-none = Keine offenen Tickets
portal-tickets-none-text = Wenn etwas nicht geht oder unklar ist, schreiben Sie uns hier. Antworten kommen auch per Mail.
portal-tickets-none-found = Nichts gefunden
portal-tickets-none-found-text = Kein Ticket passt dazu.
portal-tickets-none-server = Kein Gespräch über diesen Server.
portal-tickets-nobody = Zurzeit nimmt niemand Tickets an
portal-tickets-nobody-text = Schreiben Sie uns stattdessen eine Mail.
portal-ticket-open = Bei uns
portal-ticket-waiting = Bei uns
portal-ticket-answered = Beantwortet
portal-ticket-closed = Geschlossen
portal-ticket-state = Stand
portal-ticket-number = Nummer
portal-ticket-subject = Betreff
portal-ticket-subject-hint = In einer Zeile: Worum geht es?
portal-ticket-department = Abteilung
portal-ticket-updated = Letzte Änderung
portal-ticket-opened = Eröffnet
portal-ticket-priority = Dringlichkeit
portal-ticket-facts = Dieses Ticket
portal-ticket-yours = Ihre Frage
portal-ticket-server = Worüber
portal-ticket-no-server = Kein bestimmter Server
portal-ticket-message = Nachricht
portal-ticket-message-hint = Was haben Sie getan, was geschah, was haben Sie erwartet? Senden Sie uns nie Ihr Passwort.
portal-ticket-files = Dateien
portal-ticket-files-hint = Bis zu 5 Dateien mit je 5 MiB.
portal-ticket-new = Frage stellen
portal-ticket-new-text = Wir antworten hier und per Mail.
portal-ticket-reply = Ihre Antwort
portal-ticket-reopen = Noch einmal schreiben: Das öffnet das Ticket
portal-ticket-send = Senden
portal-ticket-close = Ticket schließen
portal-priority-low = Hat Zeit
portal-priority-normal = Normal
portal-priority-high = Bald
portal-priority-urgent = Dringend

# Konto
portal-account = Konto
portal-account-you = Sie
portal-account-security = Sicherheit
portal-account-company = Firma und Personen
portal-account-none = Sie gehören zu keinem Kunden
portal-account-none-text = Der Inhaber eines Kontos kann Sie hinzufügen.
portal-customer-title = Kunde { $number }
portal-customer-name = Name
portal-customer-contact = Ansprechpartner
portal-customer-email = Mailadresse für Rechnungen
portal-customer-email-hint = Rechnungen und Erinnerungen gehen dorthin.
portal-customer-address = Anschrift
portal-customer-language = Sprache der Rechnungen
portal-customer-currency = Währung
portal-members = Personen
portal-member-role = Rolle
portal-member-role-owner = Bestellt, zahlt und entscheidet über Personen
portal-member-role-member = Benutzt Server und Tickets und sieht Rechnungen
portal-member-invited = Eingeladen
portal-member-name-hint = Für die Einladung, falls es noch kein Konto gibt.
portal-member-add = Hinzufügen
portal-member-remove = Entfernen
portal-member-remove-question = { $name } aus diesem Konto entfernen?
portal-member-remove-lost = Der Zugang zu seinen Servern, Tickets und Rechnungen

done-customers-update = Die Angaben sind gespeichert. Sie stehen auf der nächsten Rechnung.
done-customers-add_member = Hinzugefügt. Wer noch kein Konto hatte, bekommt eine Einladung per Mail.
done-customers-remove_member = Entfernt.
done-orders-place = Danke für Ihre Bestellung. Der Server wird gebaut, sobald diese Rechnung bezahlt ist.
done-subscriptions-set_renewal = Gespeichert.
done-subscriptions-cancel = Ihre Kündigung ist notiert.
done-credits-apply = Aus Guthaben gezahlt.
done-servers-start = Der Server wird gestartet.
done-servers-shut_down = Der Server wurde gebeten, herunterzufahren.
done-servers-reboot = Der Server wurde gebeten, neu zu starten.
done-servers-power_off = Der Strom wird getrennt.
done-tickets-open = Danke. Wir haben Ihre Frage und antworten bald.
done-tickets-reply = Gesendet.
done-tickets-close = Das Ticket ist geschlossen. Schreiben Sie wieder, und es ist offen.
