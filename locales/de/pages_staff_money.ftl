# Das Büro: Übersicht, Suche, Kunden, Bestellungen, Rechnungen, Zahlungen,
# Hauptbuch, Verlängerungen, Verträge, Einstellungen, Prüfung.

# Überall gebrauchte Wörter
office-all = Alle
office-all-customers = Alle Kunden
office-all-invoices = Alle Rechnungen
office-name = Name
office-number = Nummer
office-email = E-Mail
office-state = Zustand
office-since = Seit
office-what = Was
office-why = Warum
office-how-many = Anzahl
office-edit = Bearbeiten
office-day = Tag
office-days = Tage
office-amount = Betrag
office-total = Gesamt
office-sum = Summe
office-net = Netto
office-net-amount = Nettobetrag
office-tax = Steuer
office-reason = Grund
office-role = Rolle
office-facts = Angaben
office-history = Verlauf
office-history-renewals = Verlängerung oder Mahnung
office-customer = Kunde
office-customers = Kunden
office-server = Server
office-servers = Server
office-ticket = Ticket
office-invoice = Rechnung
office-invoices = Rechnungen
office-payment = Zahlung
office-payments = Zahlungen
office-orders = Bestellungen
office-plan = Tarif
office-plans = Tarife
office-price = Preis
office-period = Zeitraum
office-subscription = Vertrag
office-subscriptions = Verträge
office-contract = Vertrag
office-renewal = Verlängerung
office-renewals = Verlängerungen
office-ledger = Hauptbuch
office-settings = Einstellungen
office-departments = Abteilungen
office-currency = Währung
office-language = Sprache
office-time-zone = Zeitzone
office-country = Land
office-address = Anschrift
office-street = Straße und Hausnummer
office-postal-code = Postleitzahl
office-city = Ort
office-region = Bundesland oder Provinz
office-company = Firma
office-tax-number = USt-IdNr.
office-issued = Ausgestellt
office-due = Fällig
office-due-on = fällig { $day }
office-due-days = Tage zum Zahlen
office-ordered = Bestellt
office-made = Angelegt
office-settled = Beglichen
office-cancelled = Gekündigt
office-ended = Beendet
office-draft = Entwurf
office-still-open = Offen
office-open-invoice = Rechnung
office-open-contract = Vertrag
office-open-server = Server
office-open-invoices = Offene Rechnungen
office-owes = Schuldet
office-owes-nothing = Nichts
office-credit = Guthaben
office-other-state = Sonstige
office-without-tax = Preise ohne Steuer.
office-nothing-fits = Nichts passt
office-nothing-fits-text = Nehmen Sie einen Filter weg oder suchen Sie etwas anderes.
office-price-per = { $months ->
    [1] { $amount } im Monat
    [12] { $amount } im Jahr
   *[other] { $amount } für { $months } Monate
}

# Übersicht
office-dashboard = Übersicht
office-monthly = Verlängerungen im Monat
office-monthly-note = { $customers ->
    [one] ohne Steuer, { $customers } aktiver Kunde
   *[other] ohne Steuer, { $customers } aktive Kunden
}
office-open = Auf Rechnungen offen
office-overdue = Überfällig
office-invoices-count = { $count ->
    [0] keine Rechnung
    [one] { $count } Rechnung
   *[other] { $count } Rechnungen
}
office-tickets-waiting = Wartende Tickets
office-revenue = Umsatz
office-revenue-by-month = Netto berechnet je Monat
office-month-1 = Jan.
office-month-2 = Feb.
office-month-3 = März
office-month-4 = Apr.
office-month-5 = Mai
office-month-6 = Juni
office-month-7 = Juli
office-month-8 = Aug.
office-month-9 = Sep.
office-month-10 = Okt.
office-month-11 = Nov.
office-month-12 = Dez.
office-attention = Braucht Aufmerksamkeit
office-attention-none = Alles ruhig
office-attention-none-text = Keine Rechnung ist überfällig, kein Ticket wartet, keine Aufgabe hängt, und jeder Knoten antwortet.
office-overdue-days = { $days ->
    [one] { $amount }, { $days } Tag überfällig
   *[other] { $amount }, { $days } Tage überfällig
}
office-mails-failed = { $count ->
    [one] { $count } Mail
   *[other] { $count } Mails
}
office-mails-failed-why = Konnte nicht gesendet werden
office-nodes = Knoten
office-nodes-none = Noch kein Knoten
office-nodes-none-text = Server entstehen auf Knoten. Tragen Sie den ersten ein, um etwas zu verkaufen.
office-node-new = Knoten eintragen
office-node-named = Knoten { $name }
office-node-up = Antwortet
office-node-degraded = Antwortet schlecht
office-node-down = Antwortet nicht
office-node-unknown = Noch nicht gefragt
office-memory = Arbeitsspeicher
office-disk = Festplatte
office-reserved = Verkauft
office-subscriptions-by-state = Verträge
office-subscriptions-none-short = Noch keine.
office-servers-by-state = Server, wie zuletzt gesehen
office-servers-none-short = Noch keine.
office-tasks-by-state = Offene Aufgaben
office-tasks-none-short = Nichts wartet.

# Suche
office-search = Suche
office-search-for = „{ $words }“
office-search-hint = Nach Kennung, Nummer, Name, Mailadresse oder IP-Adresse.
office-search-empty = Was suchen Sie?
office-search-empty-text = Schreiben Sie einen Namen, eine Mailadresse, eine Rechnungsnummer, einen Hostnamen oder eine IP-Adresse in das Feld oben. Die Taste / führt dorthin.
office-search-nothing = Nichts gefunden
office-search-nothing-text = Prüfen Sie die Schreibweise oder suchen Sie nach einem Teil davon. Nummern und IP-Adressen müssen vollständig sein.
office-search-customer = Kunden
office-search-server = Server
office-search-domain = Domains
office-search-invoice = Rechnungen
office-search-ticket = Tickets
office-search-name = Name
office-search-detail = Einzelheit
office-wished-running = Soll laufen
office-wished-stopped = Soll aus sein
office-wished-deleted = Gelöscht

# Einen Kunden wählen
office-pick-customer = Für wen ist es?
office-pick-customer-text = Wählen Sie den Kunden. Suchen Sie nach Name, Mailadresse oder Nummer.
office-pick-search = Kunde oder Rechnungsnummer
office-pick-none = Kein Kunde gefunden
office-pick-none-text = Suchen Sie etwas anderes oder legen Sie einen neuen Kunden an.

# Kunden
office-customer-new = Neuer Kunde
office-customers-none = Noch keine Kunden
office-customers-none-text = Wer sich anmeldet, erscheint hier von selbst. Sie können auch jemanden eintragen, der angerufen hat.
office-customers-search = Name, Firma, Mail oder Nummer
office-customer-since = Kunde seit
office-customer-details = Angaben
office-customer-edit = Angaben bearbeiten
office-customer-name = Ansprechpartner
office-customer-name-hint = Die Person oder Abteilung auf der Rechnung.
office-invoice-email = Mailadresse für Rechnungen
office-invoice-email-hint = Dorthin gehen Rechnungen und Erinnerungen.
office-address-hint = Für Rechnungen ab jetzt; ausgestellte behalten die alte Anschrift.
office-country-hint = Bestimmt die Steuer.
office-tax-number-hint = In der EU mit den Buchstaben des Landes, zum Beispiel DE123456789. Damit zahlen Firmen in anderen Ländern hier keine Steuer.
office-currency-hint = Alle Rechnungen dieses Kunden lauten darauf. Sie wird später nicht geändert.
office-notes = Notizen
office-notes-hint = Nur Mitarbeiter sehen sie.
office-invite-owner = Per Mail einladen
office-invite-owner-hint = Schickt einen Link, um ein Passwort zu wählen. Die Person wird Inhaber des Kontos.
office-customer-create = Kunden anlegen
office-customer-subtitle = Kunde { $number }, seit { $day }
office-ticket-new = Neues Ticket
office-order-new = Neue Bestellung
office-suspended-title = { $what } ist seit { $day } gesperrt
office-suspended-since = Gesperrt seit { $day }
office-reason-overdue = Rechnung { $number } ist überfällig. Nach der Zahlung läuft es binnen einer Minute wieder.
office-reason-overdue-any = Eine Rechnung ist überfällig. Nach der Zahlung läuft es binnen einer Minute wieder.
office-servers-running = Server: { $running } von { $all } laufen
office-servers-none = Keine Server
office-servers-none-text = Eine Bestellung bringt den ersten.
office-tickets-open = Offene Tickets
office-tickets-none = Keine offenen Tickets
office-tickets-none-text = Niemand wartet auf eine Antwort.
office-ticket-open = Neu
office-ticket-waiting = Wartet auf uns
office-ticket-answered = Beantwortet
office-ticket-closed = Geschlossen
office-money = Geld
office-payment-record = Zahlung erfassen
office-due-since = Fällig
office-day-ago = { $days ->
    [one] { $day }, vor { $days } Tag
   *[other] { $day }, vor { $days } Tagen
}
office-day-not-yet = { $day }, nicht überfällig
office-next-renewal = Nächste Verlängerung
office-amount-on-day = { $amount } netto am { $day }
office-customer-invoices-none-text = Die erste Bestellung bringt die erste Rechnung.
office-customer-payments-none-text = Es wurde noch nichts gezahlt.
office-subscriptions-none = Keine Verträge
office-subscriptions-none-text = Ein Vertrag entsteht mit einer Bestellung: der Preis, der Zeitraum und was an dessen Ende geschieht.
office-contact = Kontakt und Steuer
office-members = Personen
office-members-none = Noch kann sich niemand für diesen Kunden anmelden.
office-member-add = Person hinzufügen
office-member-remove = Entfernen
office-member-remove-question = { $name } aus diesem Konto entfernen? Die Person kann sich dann nicht mehr dafür anmelden.
office-credit-grant = Guthaben geben
office-credit-reason-hint = Bleibt in den Büchern, zum Beispiel „Ausfall am 3. Mai“.
office-customer-suspend = Konto sperren
office-customer-suspend-text = Der Kunde kann noch lesen und zahlen, aber nicht bestellen. Server laufen weiter.
office-customer-resume = Sperre aufheben
office-customer-resume-text = Der Kunde darf wieder bestellen.

# Bestellungen
office-orders-none = Noch keine Bestellungen
office-orders-none-text = Kunden bestellen im Portal; Sie können für sie bestellen.
office-order-for = Für { $name }
office-order-choose-plan = Tarif und Zeitraum wählen
office-plan-private = { $name } (nicht öffentlich)
office-setup-fee = Einrichtung
office-kind = Art
office-sizes = Größe
office-plans-none = Kein Tarif mit einem Preis in { $currency }
office-plans-none-text = Dieser Kunde zahlt in { $currency }. Setzen Sie zuerst einen Preis darin.
office-to-plans = Zu den Tarifen
office-images-none = Noch kein Abbild
office-images-none-text = Ein Server entsteht aus einem Abbild. Tragen Sie zuerst eines ein.
office-to-images = Zu den Abbildern
office-image = System
office-image-too-large = braucht einen größeren Tarif
office-hostname = Hostname
office-hostname-hint = Buchstaben, Ziffern und Striche; mit oder ohne Domain.
office-ssh-keys = SSH-Schlüssel
office-ssh-keys-hint = Öffentliche Schlüssel, einer je Zeile.
office-order-details = Der Server
office-order-chosen = Gewählt
office-order-quote = Preis zeigen
office-order-other-plan = Anderer Tarif
office-order-confirm = Angebot
office-order-wish = Was bestellt wird
office-order-price = Preis
office-order-total = Jetzt berechnet
office-order-place = Für { $amount } bestellen
office-order-change = Ändern
office-order-next = Danach { $amount } netto für jeden weiteren Zeitraum, zuerst am { $day }.
office-order-ends = Es endet am { $day } von selbst; mehr wird nicht berechnet.
office-quote-until = Gültig bis

# Rechnungen
office-invoices-open = Offen
office-invoices-overdue = Überfällig
office-invoices-draft = Entwürfe
office-invoices-paid = Bezahlt
office-invoices-credited = Storniert
office-invoices-search = Nummer oder Kunde
office-invoices-none = Noch keine Rechnungen
office-invoices-none-text = Bestellungen und Verlängerungen bringen Rechnungen von selbst; Sie können auch eine schreiben.
office-invoice-new = Neue Rechnung
office-invoice-for = Für { $name }
office-invoice-lines = Zeilen
office-draft-hint = Leere Zeilen werden ausgelassen. Bis der Entwurf ausgestellt wird, wird nichts gesendet oder gebucht.
office-line = Zeile { $number }
office-line-description = Beschreibung
office-line-quantity = Menge
office-line-unit = Nettopreis je Stück
office-line-kind = Wofür
office-line-recurring = Ein Zeitraum
office-line-setup = Einrichtung
office-line-other = Etwas anderes
office-line-subscription = Gehört zu
office-plan-since = { $plan }, seit { $day }
office-more-lines = Mehr Zeilen
office-draft-save = Entwurf speichern
office-draft-title = Rechnungsentwurf
office-draft-discard = Verwerfen
office-draft-issue = Ausstellen
office-draft-issue-text = Gibt ihm eine Nummer, bucht und verschickt ihn. Danach nimmt ihn nur eine Rechnungskorrektur zurück.
office-pdf = PDF
office-pay-open = { $amount } sind offen
office-method = Weg
office-method-bank_transfer = Überweisung
office-method-cash = Bar
office-method-card = Karte
office-method-other = Anders
office-reference = Referenz
office-reference-hint = Wie die Bank sie zeigt. Dieselbe Referenz zweimal ist eine Zahlung.
office-received = Eingegangen
office-received-hint = Heute, wenn leer.
office-credit-have = Der Kunde hat { $amount } Guthaben.
office-credit-apply = Guthaben verwenden
office-purpose = Anlass
office-purpose-order = Bestellung
office-purpose-renewal = Verlängerung
office-purpose-manual = Von Hand geschrieben
office-purpose-history = Vom vorherigen System ausgestellt
office-history-reference = Kennung dort
office-history-status = Zustand dort
office-history-differences = Abweichungen dort
office-corrects = Storniert
office-credit-note = Rechnungskorrektur
office-credit-note-open = Rechnungskorrektur öffnen
office-in-the-books = In den Büchern
office-postings = Buchungen
office-fingerprint = Fingerabdruck
office-settlements = Beglichen durch
office-settled-payment = Zahlung über { $amount }
office-settled-credit = Guthaben über { $amount }
office-settled-credit-note = Rechnungskorrektur über { $amount }
office-settled-history = { $amount } im vorherigen System beglichen
office-credit-note-title = Zurücknehmen
office-credit-note-make = Rechnungskorrektur ausstellen
office-credit-note-text = Eine Rechnungskorrektur über die ganzen { $amount } wird mit eigener Nummer ausgestellt. Das lässt sich nicht rückgängig machen.
office-credit-note-paid = Die gezahlten { $amount } werden Guthaben des Kunden.
office-credit-note-reason-hint = Steht auf der Rechnungskorrektur.

# Zahlungen
office-payments-none = Noch keine Zahlungen
office-payments-none-text = Erfassen Sie, was auf der Bank ankam. Es begleicht die am längsten fälligen Rechnungen; der Rest wird Guthaben.
office-payments-search = Referenz
office-settled-what = Beglichen
office-to-credit = Als Guthaben
office-payment-of = Von { $name }
office-pay-which = Für
office-pay-which-hint = Was über die Rechnung hinausgeht, wird Guthaben.
office-pay-oldest = Was am längsten fällig ist
office-pay-becomes-credit = Nichts ist offen. Was Sie erfassen, wird Guthaben.
office-note = Notiz

# Hauptbuch
office-ledger-subtitle = Doppelte Buchführung. Nichts wird je geändert oder gelöscht; Korrekturen sind neue Buchungen.
office-ledger-search = Rechnungskennung, Konto oder Art
office-ledger-search-text = Die Suche nimmt eine ganze Kennung, ein Konto oder eine Art, zum Beispiel „bank“.
office-trial-balance = Saldenliste
office-trial-balance-in = Saldenliste in { $currency }
office-trial-balance-none = Noch ist nichts gebucht. Die erste ausgestellte Rechnung bringt die ersten Buchungen.
office-balance-agrees = Soll gleich Haben
office-balance-differs = Soll und Haben weichen ab
office-account = Konto
office-account-kind = Art
office-account-asset = Aktiva
office-account-liability = Passiva
office-account-revenue = Ertrag
office-account-expense = Aufwand
office-debits = Soll
office-credits = Haben
office-balance = Saldo
office-debit = Soll
office-credit-side = Haben
office-account-receivable = Forderungen an Kunden
office-account-credit = Guthaben der Kunden
office-account-of-receivable = Forderung an { $name }
office-account-of-credit = Guthaben von { $name }
office-account-bank = Bank
office-account-cash = Kasse
office-account-goodwill = Kulanz
office-account-opening = Mitgebracht
office-account-tax = Steuer { $country }, { $percent } %
office-account-revenue-recurring = Erlöse: Zeiträume
office-account-revenue-setup = Erlöse: Einrichtung
office-account-revenue-other = Erlöse: Sonstiges
office-account-clearing-card = Karten, unterwegs
office-account-clearing-other = Anderes, unterwegs
office-entries = Buchungen
office-entries-none = Noch keine Buchungen
office-entries-none-text = Eine Rechnung auszustellen und eine Zahlung zu erfassen bringt Buchungen.
office-posting-invoice_issued = Rechnung ausgestellt
office-posting-credit_note_issued = Rechnungskorrektur ausgestellt
office-posting-payment_received = Zahlung eingegangen
office-posting-credit_applied = Guthaben verwendet
office-posting-credit_granted = Guthaben gegeben
office-posting-opening_balance = Vom vorherigen System mitgebracht
office-posting-opening_reversed = Mitgebrachtes zurückgenommen

# Verlängerungen und Verträge
office-renewals-subtitle = Die nächsten 60 Tage, die nächste zuerst.
office-renewals-none = Nichts verlängert sich bald
office-renewals-none-text = Hier stehen Verträge, die sich in den nächsten 60 Tagen verlängern.
office-renewals-run = Jetzt ausführen
office-invoice-on = Rechnung am
office-period-from = Zeitraum ab
office-ladder = Mahnwesen
office-ladder-change = Ändern
office-ladder-text = Was geschieht, wenn eine Verlängerung nicht bezahlt wird. Tage zählen ab dem Fälligkeitstag.
office-ladder-invoice = Rechnung
office-ladder-reminders = Erinnerungen
office-ladder-suspend = Server halten an
office-ladder-terminate = Es endet
office-ladder-before = { $days ->
    [one] { $days } Tag vor dem Zeitraum
   *[other] { $days } Tage vor dem Zeitraum
}
office-ladder-after = { $days ->
    [one] { $days } Tag nach Fälligkeit
   *[other] { $days } Tage nach Fälligkeit
}
office-ladder-after-list = { $days } Tage nach Fälligkeit
office-billed-until = Berechnet bis
office-then = Danach
office-subscriptions-search = Tarif oder Kennung
office-first-day = Erster Tag
office-billed = Berechnet
office-periods-billed = { $count ->
    [one] Ein Zeitraum ist berechnet: { $from } bis { $until }.
   *[other] { $count } Zeiträume sind berechnet: { $from } bis { $until }.
}
office-all-paid = Alles bezahlt
office-subscription-no-server = Dieser Vertrag hat keinen Server mehr.
office-on-day = Am
office-for = Für
office-no-renewal-ended = Er ist beendet; nichts wird mehr berechnet.
office-no-renewal-expires = Er wird nicht verlängert und endet nach dem { $day }.
office-endings = Sperren oder beenden
office-reason-shown = Der Kunde liest ihn.
office-subscription-resume = Sperre aufheben
office-subscription-cancel = Kündigen
office-subscription-cancel-question = Zum Ende des Berechneten kündigen? Er läuft bis { $day } und wird nicht verlängert.
office-subscription-suspend = Sperren
office-subscription-suspend-text = Der Server wird heruntergefahren, und der Kunde kann ihn nicht starten.
office-subscription-terminate = Sofort beenden
office-subscription-terminate-text = Der Server wird angehalten und gelöscht. Seine Festplatte bleibt einige Tage beiseite und lässt sich zurückholen; seine Adressen gehen zurück. Nichts wird von selbst erstattet.

# Einstellungen
office-brand = Marke
office-brand-name = Name
office-brand-name-hint = Auf jeder Seite und in jeder Mail.
office-entity = Verkäufer
office-entity-name = Eingetragener Name
office-entity-country-hint = Bestimmt mit dem Land des Kunden die Steuer.
office-entity-email = Mailadresse auf Rechnungen
office-entity-email-hint = Wohin Kunden wegen Rechnungen schreiben.
office-bank-account = Bankverbindung
office-bank-account-hint = IBAN und Bank, wie auf Rechnungen gedruckt.
office-series = Kürzel der Nummern
office-rounding = Rundung
office-rounding-half_up = Kaufmännisch
office-rounding-half_even = Halbe zur geraden Zahl
office-rounding-down = Abrunden
office-entity-hint = Gilt für neue Belege. Ausgestellte bleiben, wie sie sind.
office-ladder-ahead = Rechnung vor dem Zeitraum
office-ladder-ahead-hint = 0 bis 60 Tage, bevor der nächste Zeitraum beginnt.
office-ladder-first-due = Erste Rechnung darf offen bleiben
office-ladder-first-due-hint = 0 bis 90 Tage; eine Verlängerung ist fällig, wenn ihr Zeitraum beginnt.
office-ladder-reminder-days = Erinnerungen
office-ladder-reminder-days-hint = Bis zu fünf steigende Zahlen von Tagen, zum Beispiel 1, 5.
office-ladder-suspend-after = Server anhalten nach
office-ladder-suspend-after-hint = Später als die letzte Erinnerung.
office-ladder-terminate-after = Beenden nach
office-ladder-terminate-after-hint = Später als das Anhalten; höchstens 365 Tage.
office-clock = Uhr
office-clock-now = Jetzt
office-clock-ahead = Der echten Zeit voraus
office-clock-not-ahead = Nicht voraus
office-clock-days = Vorstellen um
office-clock-hint = Nur zum Ausprobieren. Verlängerungen laufen sofort; die Uhr geht nie zurück.
office-clock-advance = Uhr vorstellen
office-tax-rates = Steuersätze
office-tax-rate = Satz
office-valid-from = Gültig ab
office-rate-in-force = In Kraft
office-rate-planned = Geplant
office-rate-past = Vergangen
office-tax-new = Ein neuer Satz
office-tax-set = Satz setzen
office-tax-text = Ein geltender Satz wird nie geändert; ein neuer löst ihn ab seinem Tag ab.

# Prüfung
office-verify = Prüfung
office-verify-as-of = Stand { $at }
office-verify-again = Erneut prüfen
office-verify-good = Alles stimmt
office-verify-good-text = Hauptbuch, Belege, Nummern, Zeiträume, Server, Adressen und Protokoll stimmen überein.
office-verify-bad = { $count ->
    [one] { $count } Fehler
   *[other] { $count } Fehler
}
office-verify-bad-text = Etwas stimmt nicht überein. Jeder Fehler ist unten benannt.
office-check = Prüfung
office-outcome = Ergebnis
office-check-good = In Ordnung
office-check-bad = { $count ->
    [one] { $count } Fehler
   *[other] { $count } Fehler
}
office-check-more = Und { $count } weitere.
office-check-ledger = Hauptbuch
office-check-ledger-text = Soll gleich Haben, jeder Saldo ist die Summe seiner Buchungen, und die Kette der Buchungen ist heil.
office-check-documents = Belege
office-check-documents-text = Jede Rechnung geht auf, ist wie ausgestellt und steht mit ihrer Summe in den Büchern.
office-check-payments = Zahlungen
office-check-payments-text = Jede Zahlung ist auf den Cent verwendet oder Guthaben und steht in den Büchern.
office-check-numbering = Nummern
office-check-numbering-text = Jede Reihe läuft ohne Lücke, und Tage gehen nie zurück.
office-check-servers-and-addresses = Server und Adressen
office-check-servers-and-addresses-text = Jede Adresse hat einen Besitzer, und Server sind, wie sie sein sollen.
office-check-domains-and-zones = Domains und Zonen
office-check-domains-and-zones-text = Jeder Name wird einmal gehalten, und der Nameserver antwortet für jede Zone, wie sie gewünscht ist.
office-check-billed-periods = Berechnete Zeiträume
office-check-billed-periods-text = Kein Tag eines Vertrags ist zweimal berechnet.
office-check-paid-and-running = Bezahlt und in Betrieb
office-check-paid-and-running-text = Was bezahlt ist, läuft; was gesperrt oder beendet ist, nicht.
office-check-events-handled = Ereignisse
office-check-events-handled-text = Kein Ereignis wartet länger als fünf Minuten.
office-check-audit-chain = Protokoll
office-check-audit-chain-text = Keine Zeile wurde geändert oder entfernt.

# Was getan wurde
done-customers-create = Der Kunde wurde angelegt.
done-customers-suspend = Das Konto wurde gesperrt.
done-customers-resume = Die Sperre wurde aufgehoben.
done-invoices-draft = Der Entwurf wurde gespeichert.
done-invoices-discard = Der Entwurf wurde verworfen.
done-invoices-issue = Die Rechnung wurde ausgestellt.
done-invoices-credit = Die Rechnungskorrektur wurde ausgestellt.
done-payments-record = Die Zahlung wurde erfasst.
done-credits-grant = Das Guthaben wurde gegeben.
done-entity-update = Die Angaben zum Verkäufer wurden gespeichert.
done-tax-set_rate = Der Steuersatz wurde gesetzt.
done-renewals-run = Der Verlängerungslauf hat begonnen.
done-renewals-set_policy = Das Mahnwesen wurde gespeichert.
done-subscriptions-suspend = Der Vertrag wurde gesperrt.
done-subscriptions-resume = Die Sperre wurde aufgehoben.
done-subscriptions-terminate = Der Vertrag wurde beendet.
done-settings-update = Die Einstellungen wurden gespeichert.
done-clock-advance = Die Uhr wurde vorgestellt.
done-staff-customers-update = Die Angaben wurden gespeichert.
done-staff-customers-add_member = Hinzugefügt. Wer kein Konto hatte, wird per Mail eingeladen.
done-staff-orders-place = Die Bestellung ist aufgegeben. Der Server wird gebaut, sobald diese Rechnung bezahlt ist.
done-staff-credits-apply = Das Guthaben wurde verwendet.
done-staff-subscriptions-set_renewal = Die Verlängerung wurde gespeichert.
done-staff-subscriptions-cancel = Der Vertrag wurde gekündigt.
