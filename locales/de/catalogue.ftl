# Tarife und Preise.

catalogue-kind-private_server = Privater Server
catalogue-state-active = Im Verkauf
catalogue-state-archived = Archiviert
catalogue-price-active = Angeboten
catalogue-price-retired = Zurückgezogen
catalogue-renewal-automatic = Verlängert sich von selbst
catalogue-renewal-expire = Endet von selbst

error-catalogue-name = Ein Tarif braucht einen Namen mit 1 bis 80 Zeichen.
error-catalogue-description = Die Beschreibung darf bis zu 2.000 Zeichen haben.
error-catalogue-size = Muss zwischen { $least } und { $most } liegen.
error-catalogue-renewal_choices = Wählen Sie mindestens eine Art der Verlängerung.
error-catalogue-amount = Das ist kein Betrag in { $currency }, oder er liegt unter null.
error-catalogue-setup = Das ist kein Betrag in { $currency }, oder er liegt unter null.
error-catalogue-archived = Der Tarif ist archiviert.
error-catalogue-retired = Der Preis ist bereits zurückgezogen.
error-catalogue-not_for_sale = Dieser Tarif wird zu diesem Preis nicht (mehr) verkauft. Bitte wählen Sie neu.
error-catalogue-changed_meanwhile = Jemand anderes hat dies im selben Augenblick geändert. Bitte sehen Sie noch einmal nach.
