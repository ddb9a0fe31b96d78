# Kunden

customers-state-active = Aktiv
customers-state-suspended = Gesperrt

error-customers-name_missing = Geben Sie den Namen ein, der auf Rechnungen stehen soll.
error-customers-text_too_long = Dieser Text darf höchstens { $most } Zeichen haben.
error-customers-country_unknown = Wählen Sie ein Land aus der Liste.
error-customers-tax_number_invalid = Das ist keine Steuernummer von { $country }. Geben Sie in der Europäischen Union die USt-IdNr. mit Land ein, zum Beispiel DE123456789.
error-customers-last_owner = Das ist der letzte Inhaber des Kontos. Fügen Sie zuerst einen anderen hinzu.
error-customers-already_member = Diese Person gehört schon zum Konto.
error-customers-suspended = Dieses Konto ist gesperrt und kann nichts bestellen. Fragen Sie den Anbieter nach dem Grund.
error-customers-already_suspended = Dieser Kunde ist schon gesperrt.
error-customers-not_suspended = Dieser Kunde ist nicht gesperrt.
error-customers-changed_meanwhile = Jemand hat diesen Kunden inzwischen geändert. Laden Sie die Seite neu und wiederholen Sie Ihre Änderung.
error-customers-notes_are_staffs = Nur Mitarbeiter können Notizen schreiben.
