# Verträge.

subscriptions-state-ordered = Bestellt
subscriptions-state-active = Aktiv
subscriptions-state-suspended = Gesperrt
subscriptions-state-cancelled = Storniert
subscriptions-state-terminated = Beendet

error-subscriptions-state = { $state ->
    [ordered] Das geht nicht, solange die erste Rechnung nicht bezahlt ist.
    [active] Das geht nicht, solange der Vertrag aktiv ist.
    [suspended] Das geht nicht, solange der Vertrag gesperrt ist.
   *[other] Das geht jetzt nicht.
}
error-subscriptions-ended = Der Vertrag ist beendet.
error-subscriptions-adoption_cycle = Dort wird es alle { $cycle } abgerechnet; hier dauert ein Zeitraum ganze Monate.
error-subscriptions-adoption_price = Die Quelle nennt keinen Preis, der berechnet werden könnte.
error-subscriptions-adoption_due = Die Quelle nennt keinen nächsten Fälligkeitstag.
error-subscriptions-renewal_not_offered = Der Tarif bietet diese Verlängerung nicht an.
error-subscriptions-cancelled_already = Der Vertrag ist bereits gekündigt und endet am { $day }.
error-subscriptions-reason = Bitte geben Sie einen Grund mit 1 bis 500 Zeichen an.
error-subscriptions-changed_meanwhile = Jemand anderes hat dies im selben Augenblick geändert. Bitte sehen Sie noch einmal nach.
error-subscriptions-no_further_period = Es kann kein weiterer Zeitraum berechnet werden.
error-subscriptions-customer = Diesen Kunden gibt es nicht.
error-subscriptions-currency = Der Preis ist in { $price }, und der Kunde zahlt in einer anderen Währung.
