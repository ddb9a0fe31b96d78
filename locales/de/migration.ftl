# Umzug aus anderen Systemen

migration-status-verified = Verifiziert
migration-status-failed = Durchgefallen
migration-status-automatically_approved = Automatisch freigegeben
migration-status-manual_approval = Wartet auf Freigabe
migration-status-manually_approved = Von Hand freigegeben
migration-status-approved = Freigegeben
migration-status-rejected = Abgelehnt
migration-status-passed_over = Übergangen
migration-status-not_selected = Nicht ausgewählt

migration-reason-no_domains = Das Konto hat keine Domains.
migration-reason-no_domain_selected = Keine seiner Domains ist ausgewählt.
migration-reason-domain_failed = Eine seiner Domains hat nicht bestanden.
migration-reason-parent_not_migrated = Das Konto darüber wurde nicht migriert.
migration-reason-reseller_not_associated = Es ist keinem Reseller hier zugeordnet.
migration-reason-subscription_failed = Eines seiner Abonnements hat nicht bestanden.
migration-reason-hosting_on_several_servers = Hosting dafür wurde auf mehreren Quellservern gefunden.
migration-reason-unmapped_subscriptions = Ein Abonnement dafür ist nicht zugeordnet.
migration-reason-registration_missing = Es wurde keine Domainregistrierung gefunden.
migration-reason-several_registrations = Mehr als eine Domainregistrierung passt.
migration-reason-several_hostings = Mehr als ein Hosting-Abonnement passt.
migration-reason-only_parking = Sie hat kein Hosting; sie kann geparkt werden.
migration-reason-parking_not_allowed = Sie hat kein Hosting, und die Einstellungen parken nicht.
migration-reason-nothing_provides_it = Nichts Migrierbares stellt sie bereit.
migration-reason-not_mapped = Seine Grundlage ist nicht zugeordnet.
migration-reason-expired = Es ist abgelaufen, und seine Schutzfrist ist vorbei.
migration-reason-protective = Es ist abgelaufen und in seiner Schutzfrist.
migration-reason-identifier_missing = Die Quelle gibt ihm keine Kennung.
migration-reason-resource_with_domains = Es ist als Ressource zugeordnet und stellt Domains bereit.
migration-reason-more_than_one_domain = Es ist mit einer Registrierung zugeordnet und stellt mehr als eine Domain bereit.
migration-reason-wrong_dates = Es endet, bevor es beginnt.
migration-reason-dates_missing = Es hat weder einen ersten Tag noch einen Tag des Ablaufs.
migration-reason-owner_failed = Das Konto seines Inhabers hat nicht bestanden.
migration-reason-ended = Es war in der Quelle beendet.
migration-reason-billed_elsewhere = Sein Geld kommt von der Hauptabrechnung.
migration-reason-decided_by_hand = Eine Person hat entschieden.

migration-not_here-account_not_selected = Das Konto ist nicht ausgewählt
migration-not_here-account_not_verified = Das Konto hat nicht bestanden
migration-not_here-not_transferred = Noch nicht übertragen
migration-not_here-no_account = Es nennt kein gelesenes Konto
migration-not_here-no_parent = Woran es hängt, ist nicht hier
migration-not_here-not_verified = Es hat nicht bestanden
migration-not_here-not_selected = Eine Person hat es herausgenommen
migration-not_here-ended = Es war in der Quelle beendet
migration-not_here-gone = Die letzte Lesung traf es nicht an
migration-not_here-mapped = Einem Tarif zugeordnet
migration-not_here-not_mapped = Nicht zugeordnet
migration-not_here-waits_for_hosting = Wartet auf Hosting
migration-not_here-waits_for_adoption = Wartet auf die Übernahme der Gäste
migration-not_here-told_only = Nur genannt und verglichen

migration-fate-with_source = Kommt mit der Quelle
migration-fate-with_account = Kommt mit seinem Konto
migration-fate-with_parent = Kommt mit dem, woran es hängt
migration-fate-mapped = Wird zugeordnet
migration-fate-waits_for_hosting = Wartet auf Hosting
migration-fate-waits_for_adoption = Wartet auf Übernahme
migration-fate-told_only = Wird nur genannt

migration-kind-staff = Mitarbeiter
migration-kind-party = Konten
migration-kind-login = Anmeldungen
migration-kind-contact = Kontakte
migration-kind-tax_rule = Steuerregeln
migration-kind-product = Produkte
migration-kind-subscription = Abonnements
migration-kind-domain = Domainregistrierungen
migration-kind-invoice = Rechnungen
migration-kind-invoice_line = Rechnungszeilen
migration-kind-payment = Zahlungen
migration-kind-credit_entry = Guthabenverlauf
migration-kind-payment_token = Karten und Bankkonten
migration-kind-department = Abteilungen
migration-kind-ticket = Tickets
migration-kind-ticket_message = Ticketnachrichten
migration-kind-server = Server
migration-kind-guest = Gäste
migration-kind-hosting_account = Hosting-Konten
migration-kind-site = Websites
migration-kind-zone = DNS-Zonen
migration-kind-mailbox = Postfächer
migration-kind-mail_rule = Mailregeln
migration-kind-database = Datenbanken
migration-kind-database_user = Datenbankbenutzer
migration-kind-file_user = Dateibenutzer
migration-kind-cron_line = Cron-Zeilen
migration-kind-certificate = Zertifikate
migration-kind-domain_name = Domains
migration-kind-balance = Salden

migration-class-hosting = Hosting
migration-class-domain_registration = Domainregistrierung
migration-class-hosting_and_registration = Hosting und Registrierung
migration-class-resource = Ressource
migration-class-server = Privater Server

migration-scheme-v1 = Frühe Ausgabe, Migrations-API 1
migration-scheme-v2 = Frühe Ausgabe, Migrations-API 2
migration-scheme-v5 = Ausgabe 5.0: Konten und Abonnements

migration-step-register = Quelle eintragen
migration-step-collect = Einlesen
migration-step-map = Angebot zuordnen
migration-step-select = Auswählen
migration-step-verify = Prüfen und klären
migration-step-transfer = Übertragen
migration-step-sign = Vergleichen und zeichnen
migration-step-switch = Umschalten

migration-step_state-done = Erledigt
migration-step_state-next = Als Nächstes
migration-step_state-running = Läuft
migration-step_state-attention = Ansehen
migration-step_state-later = Später

migration-collection-reading = Wird gelesen
migration-collection-done = Vollständig gelesen
migration-collection-refused = Abgewiesen

migration-landing-landed = Angekommen
migration-landing-found = War hier
migration-landing-skipped = Ausgelassen

migration-transfer_state-queued = Wartet
migration-transfer_state-done = Hier
migration-transfer_state-parked = Angehalten

migration-decision-approved = Freigeben
migration-decision-not_migrated = Nicht migrieren

migration-sum-balances = Salden
migration-sum-unpaid = Offen auf Belegen
migration-sum-next = Nächste Beträge

migration-differs-only_theirs = Nur die Quelle berechnet
migration-differs-only_ours = Nur wir berechnen
migration-differs-day = Anderer Tag
migration-differs-amount = Anderer Betrag
migration-differs-both = Anderer Tag und Betrag

error-migration-source_name = Geben Sie der Quelle einen Namen mit 1 bis { $max } Zeichen.
error-migration-source_host = Das ist kein Rechnername. Geben Sie einen wie panel.example.com ein, oder lassen Sie das Feld leer.
error-migration-source_zone = Wählen Sie eine Zeitzone aus der Liste.
error-migration-protective_days = Die Schutzfrist beträgt 0 bis { $max } Tage.
error-migration-kind_unknown = So heißt kein Leser. Wählen Sie einen von: { $kinds }.
error-migration-name_taken = Es gibt schon eine Quelle namens { $name }. Wählen Sie einen anderen Namen.
error-migration-main_taken = Eine andere Quelle ist die Hauptabrechnung. Es kann nur eine geben.
error-migration-changed = Jemand anderes hat dies im selben Moment geändert. Sehen Sie es sich noch einmal an und wiederholen Sie Ihre Änderung.
error-migration-has_landed = Datensätze dieser Quelle sind hier. Nehmen Sie zuerst die Übertragung zurück.
error-migration-busy = Über diese Quelle läuft gerade etwas. Warten Sie, bis es beendet ist.
error-migration-switched = Diese Quelle wurde umgeschaltet. Nichts wird mehr geändert.
error-migration-paths_missing = Nennen Sie 1 bis { $max } Dateien oder Ordner des Importordners, je Zeile eine.
error-migration-path_outside = { $path } führt aus dem Importordner hinaus.
error-migration-path_unknown = Im Importordner gibt es kein { $path }.
error-migration-file_unreadable = Die Datei { $name } konnte nicht angenommen werden. Geben Sie ihr einen einfachen Namen und senden Sie sie noch einmal.
error-migration-files_missing = Wählen Sie eine Datei.
error-migration-file_exists = Im Importordner gibt es schon eine Datei namens { $name }. Nichts wird überschrieben.
error-migration-product_unknown = Die Quelle hat kein solches Produkt.
error-migration-plan_unknown = Wählen Sie einen Tarif dieser Klasse aus der Liste.
error-migration-tld_missing = Nennen Sie das Produkt oder die Top-Level-Domain.
error-migration-tld_unreadable = Das ist keine Top-Level-Domain. Geben Sie eine wie com oder co.uk ein.
error-migration-not_selectable = Nur Konten und Domains werden ausgewählt.
error-migration-reason_missing = Sagen Sie, warum. Der Grund bleibt bei der Entscheidung.
error-migration-reason_too_long = Der Grund darf höchstens { $max } Zeichen haben.
error-migration-not_decidable = Entschieden wird nur über Konten, Domains und Abonnements.
error-migration-customer_unknown = Einen solchen Kunden gibt es nicht.
error-migration-already_landed = Es ist schon hier. Nehmen Sie zuerst die Übertragung zurück.
error-migration-not_collected = Lesen Sie zuerst die Quelle ein.
error-migration-not_verified = Prüfen Sie zuerst die Quelle: Seit der letzten Prüfung hat sich etwas geändert.
error-migration-nothing_landed = Von dieser Quelle ist nichts hier.
error-migration-report_changed = Der Bericht lautet inzwischen anders. Lesen Sie ihn noch einmal, bevor Sie ihn zeichnen.
error-migration-not_signed = Zeichnen Sie zuerst den Bericht, wie er jetzt ist.
error-migration-not_switched = Schalten Sie zuerst um. Bis dahin berechnet die Quelle diese Verträge.
