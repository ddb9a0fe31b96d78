# Server und Aufgaben

servers-state-running = Läuft
servers-state-shut_off = Aus
servers-state-paused = Angehalten
servers-state-crashed = Abgestürzt
servers-state-unknown = Unbekannt
servers-state-absent = Fehlt auf seinem Node
servers-state-planned = Noch nicht gebaut
servers-state-unpaid = Wartet auf Zahlung
servers-state-suspended = Gesperrt
servers-state-deleted = Gelöscht

task-servers-create = Bauen und starten
task-servers-start = Starten
task-servers-shut-down = Herunterfahren
task-servers-reboot = Neu starten
task-servers-power-off = Ausschalten
task-servers-suspend = Sperren
task-servers-resume = Sperre aufheben
task-servers-delete = Löschen
task-servers-restore = Wiederherstellen
task-servers-reconcile = In den gewünschten Zustand bringen
task-servers-observe = Alle Server eines Nodes ansehen
task-servers-purge = Festplatte endgültig löschen
task-renewals-run = Verlängerungslauf
task-renewals-one = Einen Vertrag verlängern
task-nodes-probe = Einen Node ansehen
task-notifications-send = Eine Mail senden

task-state-queued = Wartet
task-state-running = In Arbeit
task-state-done = Erledigt
task-state-attention = Braucht Aufmerksamkeit
task-state-cancelled = Aufgegeben

step-look = Nachsehen
step-ensure_volume = Festplatte anlegen
step-ensure_seed = Hostname, Schlüssel und Adressen schreiben
step-ensure_filter = Adressen schützen
step-ensure_domain = Server definieren
step-start = Einschalten
step-read_greeting = Auf sein erstes Lebenszeichen warten
step-shut_down = Um Herunterfahren bitten
step-await_stop = Warten, bis er aus ist
step-power_off = Strom trennen
step-reboot = Um Neustart bitten
step-reset = Zurücksetzen
step-undefine = Vom Node nehmen
step-remove_filter = Adressschutz entfernen
step-quarantine_volume = Festplatte beiseitelegen
step-restore_volume = Festplatte zurückholen
step-remove_seed = Einrichtungsdaten entfernen
step-drop_disk = Festplatte austragen
step-release_addresses = Adressen zurückgeben

error-servers-suspended = { $reason ->
    [none] Dieser Server ist gesperrt.
   *[other] Dieser Server ist gesperrt: { $reason }.
}
error-servers-not_paid = Dieser Server wird gebaut, sobald seine erste Rechnung bezahlt ist.
error-servers-deleted = Dieser Server ist gelöscht.
error-servers-not_deleted = Dieser Server ist nicht gelöscht, es gibt nichts zurückzunehmen.
error-servers-not_restorable = Die Festplatte dieses Servers ist endgültig gelöscht.
error-servers-changed = Jemand anderes hat diesen Server im selben Moment geändert. Sehen Sie noch einmal nach und wiederholen Sie es dann.
error-servers-no_room = Zurzeit hat kein Node Platz für diesen Server. Wählen Sie einen kleineren Tarif oder fragen Sie uns.
error-servers-image_too_large = Dieser Tarif ist zu klein für dieses System. Wählen Sie einen größeren Tarif oder ein anderes System.
error-servers-bad_hostname = Das ist kein Hostname. Erlaubt sind Buchstaben, Ziffern und Bindestriche, etwa web-01 oder web-01.example.com.
error-servers-bad_ssh_key = Zeile { $number } ist kein öffentlicher SSH-Schlüssel. Er beginnt mit ssh-ed25519, ssh-rsa oder ecdsa-sha2-.
error-servers-too_many_keys = Ein Server nimmt höchstens { $most } Schlüssel.
error-servers-node_silent = Der Node antwortet gerade nicht, deshalb ist die Konsole nicht lesbar. Der Server kann trotzdem laufen.
error-servers-no_console = Für diesen Server gibt es noch keine Konsole.
error-servers-task_not_waiting = Diese Aufgabe wartet nicht, es gibt nichts zu wiederholen.
