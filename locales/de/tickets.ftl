# Tickets

tickets-state-open = Neu
tickets-state-waiting = Wartet auf uns
tickets-state-answered = Beantwortet
tickets-state-closed = Geschlossen

tickets-priority-low = Niedrig
tickets-priority-normal = Normal
tickets-priority-high = Hoch
tickets-priority-urgent = Dringend

tickets-department-active = Aktiv
tickets-department-archived = Archiviert

error-tickets-department_name = Geben Sie der Abteilung einen Namen mit 1 bis { $max } Zeichen.
error-tickets-department_taken = Es gibt schon eine Abteilung namens { $name }. Wählen Sie einen anderen Namen.
error-tickets-department_email = Das ist keine Mailadresse. Geben Sie eine wie support@example.com ein, oder lassen Sie das Feld leer.
error-tickets-department_unknown = Wählen Sie eine Abteilung aus der Liste.
error-tickets-customer_required = Wählen Sie den Kunden, um den es geht.
error-tickets-server_unknown = Wählen Sie einen Server dieses Kunden oder keinen.
error-tickets-subject_missing = Sagen Sie in einer Zeile, worum es geht.
error-tickets-subject_too_long = Der Betreff darf höchstens { $max } Zeichen haben.
error-tickets-body_missing = Schreiben Sie eine Nachricht.
error-tickets-body_too_long = Eine Nachricht darf höchstens { $max } Zeichen haben. Hängen Sie längere Texte als Datei an.
error-tickets-urgent_by_staff = Wählen Sie niedrig, normal oder hoch. Dringende Tickets kennzeichnen wir.
error-tickets-too_many_files = Hängen Sie höchstens { $max } Dateien an eine Nachricht.
error-tickets-file_unreadable = Die Datei { $name } konnte nicht gelesen werden. Hängen Sie sie noch einmal an.
error-tickets-file_empty = Die Datei { $name } ist leer.
error-tickets-file_too_large = Die Datei { $name } ist zu groß. Eine Datei darf höchstens { $max } MiB haben.
error-tickets-files_too_large = Die Dateien einer Nachricht dürfen zusammen höchstens { $max } MiB haben.
error-tickets-full = Die Dateien eines Tickets dürfen zusammen höchstens { $max } MiB haben. Öffnen Sie für mehr ein neues Ticket.
error-tickets-too_long = Dieses Ticket hat { $max } Nachrichten erreicht. Bitte öffnen Sie ein neues.
error-tickets-too_many_opened = Innerhalb von 24 Stunden wurden { $max } Tickets geöffnet. Schreiben Sie in eines davon, oder versuchen Sie es morgen wieder.
error-tickets-too_many_replies = Sie haben innerhalb einer Stunde { $max } Nachrichten in dieses Ticket geschrieben. Bitte warten Sie ein wenig.
error-tickets-already_closed = Das Ticket { $number } ist schon geschlossen.
error-tickets-changed = Jemand anderes hat dieses Ticket im selben Moment geändert. Sehen Sie es sich noch einmal an, und wiederholen Sie dann Ihre Änderung.
error-tickets-assignee_unknown = Wählen Sie eine aktive Person aus dem Personal.
error-tickets-nothing_to_assign = Wählen Sie eine Person, eine Priorität oder eine Abteilung.
