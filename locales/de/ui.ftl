# Wörter des Rahmens und der Teile, aus denen jede Seite besteht.

# Tage und Zeitpunkte
ui-month-1 = Januar
ui-month-2 = Februar
ui-month-3 = März
ui-month-4 = April
ui-month-5 = Mai
ui-month-6 = Juni
ui-month-7 = Juli
ui-month-8 = August
ui-month-9 = September
ui-month-10 = Oktober
ui-month-11 = November
ui-month-12 = Dezember
ui-day = { $day }. { $month } { $year }
ui-instant = { $day }, { $time } ({ $zone })
ui-span-seconds = { $n } s
ui-span-minutes = { $n } min
ui-span-hours = { $n } h
ui-span-days = { $n } Tg.
ui-times-in = Zeiten in { $zone }

# Rahmen
ui-skip = Zum Inhalt springen
ui-menu = Menü
ui-nav-main = Hauptmenü
ui-nav-phone = Menü
ui-crumbs = Wo Sie sind
ui-search = Suchen
ui-search-everything = Alles durchsuchen
ui-search-hint = Kunde, Rechnung, Server, IP …
ui-sign-in = Anmelden
ui-sign-out = Abmelden
ui-own-account = Ihr Konto
ui-theme = Darstellung
ui-theme-auto = Wie das System
ui-theme-light = Hell
ui-theme-dark = Dunkel
ui-language = Sprache
ui-apply = Übernehmen
ui-undo = Rückgängig
ui-nav-overview = Übersicht
ui-nav-customers = Kunden
ui-nav-orders = Bestellungen
ui-nav-servers = Server
ui-nav-domains = Domains
ui-nav-nodes = Knoten
ui-nav-addresses = Adressen
ui-nav-catalogue = Katalog
ui-nav-invoices = Rechnungen
ui-nav-payments = Zahlungen
ui-nav-renewals = Verlängerungen
ui-nav-tickets = Tickets
ui-nav-tasks = Aufgaben
ui-nav-mails = Mails
ui-nav-migration = Umzug
ui-nav-audit = Protokoll
ui-nav-settings = Einstellungen
ui-nav-people = Personen
ui-nav-account = Konto

# Formulare
ui-save = Speichern
ui-cancel = Abbrechen
ui-optional = (freiwillig)
ui-choose = Bitte wählen
ui-error = Fehler
ui-errors-title = Das hat noch nicht geklappt
ui-confirm-lost = Das geht verloren:

# Listen
ui-filters = Filter
ui-pages = Seiten
ui-previous = Zurück
ui-next = Weiter

# Kleine Teile
ui-copy = Kopieren
ui-copied = Kopiert
ui-copy-what = { $text } kopieren
ui-timeline-empty = Bisher ist nichts geschehen.
ui-attachments = Anhänge
ui-message-staff = Support
ui-message-internal = Interne Notiz: Der Kunde sieht sie nicht

# Aufgaben
ui-steps-done = { $done } von { $total } Schritten
ui-step-waiting = Wartet
ui-step-running = Läuft
ui-step-done = Erledigt
ui-step-skipped = Nicht nötig
ui-step-retrying = Wird erneut versucht
ui-step-failed = Braucht Hilfe
ui-console-empty = Bisher wurde nichts ausgegeben.

# Diagramme
ui-chart-numbers = Zahlen zeigen
ui-chart-when = Wann
ui-meter-of = { $percent } % von { $total }

# Rechnung
ui-invoice-from = Von
ui-invoice-to = An
ui-invoice-due = Fällig
ui-invoice-lines = Positionen
ui-invoice-what = Leistung
ui-invoice-quantity = Menge
ui-invoice-unit-price = Einzelpreis
ui-invoice-tax = Steuer
ui-invoice-amount = Netto
ui-invoice-net = Summe netto
ui-invoice-tax-on = { $tax } auf { $base }
ui-invoice-gross = Gesamtbetrag
ui-invoice-paid = Bereits bezahlt
ui-invoice-payable = Zu zahlen
ui-invoice-how-to-pay = So bezahlen Sie

# Nichts zu zeigen
ui-problem-not-found = Hier ist nichts
ui-problem-not-found-text = Diese Seite gibt es nicht, oder Sie dürfen sie nicht sehen. Prüfen Sie die Adresse, oder beginnen Sie bei der Übersicht.
ui-problem-forbidden = Nicht erlaubt
ui-problem-forbidden-text = Ihre Rolle erlaubt das nicht. Bitten Sie einen Inhaber des Kontos, es zu tun oder Ihre Rolle zu ändern.
ui-problem-stale = Diese Seite war zu lange offen
ui-problem-stale-text = Zu Ihrer Sicherheit wurde nichts geändert. Öffnen Sie die Seite erneut und wiederholen Sie den Schritt.
ui-problem-too-many = Zu viele Versuche
ui-problem-too-many-text = Warten Sie eine Minute und versuchen Sie es erneut.
ui-problem-unavailable = Gerade nicht erreichbar
ui-problem-unavailable-text = Ein Teil des Systems antwortet nicht. Es wurde nichts geändert. Versuchen Sie es in einer Minute erneut.
ui-problem-failed = Das ist bei uns fehlgeschlagen
ui-problem-failed-text = Es wurde nichts geändert. Wir haben festgehalten, was geschah; wenn es wieder geschieht, nennen Sie uns die Referenz.
ui-problem-again = Seite erneut öffnen
ui-problem-home = Zur Übersicht
ui-problem-reference = Referenz { $reference }

# Wörter, die Kunden und Personal teilen
ui-just-now = gerade eben
ui-ago = vor { $span }
ui-size = { $vcpus } vCPU · { $memory } · { $disk }
ui-task-other = { $title }
ui-task-attempt = Versuch { $attempt }
ui-task-took = Dauerte { $span }
ui-step-tries = { $tries }-mal versucht
