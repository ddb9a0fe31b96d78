# Tarife und Preise.

catalogue-kind-private_server = Privater Server
catalogue-kind-hosting = Webhosting
catalogue-kind-domain_registration = Domainregistrierung
catalogue-kind-hosting_and_registration = Hosting und Domain
catalogue-kind-resource = Ressource
catalogue-state-active = Im Verkauf
catalogue-state-archived = Archiviert
catalogue-price-active = Angeboten
catalogue-price-retired = Zurückgezogen
catalogue-renewal-automatic = Verlängert sich von selbst
catalogue-renewal-expire = Endet von selbst

error-catalogue-name = Ein Tarif braucht einen Namen mit 1 bis 80 Zeichen.
error-catalogue-description = Die Beschreibung darf bis zu 2.000 Zeichen haben.
error-catalogue-size = Muss zwischen { $least } und { $most } liegen.
error-catalogue-size_not_wanted = Nur private Server haben Größen. Lassen Sie sie bei dieser Art weg.
error-catalogue-tld = „{ $tld }“ ist keine Top-Level-Domain. Schreiben Sie sie wie de, com oder co.uk, eine je Zeile; andere Schriften als xn--….
error-catalogue-tlds_missing = Nennen Sie mindestens eine Top-Level-Domain, etwa de oder com.
error-catalogue-tlds_not_wanted = Nur Registrierungen haben Top-Level-Domains. Lassen Sie sie bei dieser Art weg.
error-catalogue-tlds_too_many = Ein Tarif hat höchstens { $max } Top-Level-Domains.
error-catalogue-renewal_choices = Wählen Sie mindestens eine Art der Verlängerung.
error-catalogue-amount = Das ist kein Betrag in { $currency }, oder er liegt unter null.
error-catalogue-setup = Das ist kein Betrag in { $currency }, oder er liegt unter null.
error-catalogue-archived = Der Tarif ist archiviert.
error-catalogue-retired = Der Preis ist bereits zurückgezogen.
error-catalogue-not_for_sale = Dieser Tarif wird zu diesem Preis nicht (mehr) verkauft. Bitte wählen Sie neu.
error-catalogue-changed_meanwhile = Jemand anderes hat dies im selben Augenblick geändert. Bitte sehen Sie noch einmal nach.
