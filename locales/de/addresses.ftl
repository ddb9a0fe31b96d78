# Adressbereiche.

addresses-family-v4 = IPv4
addresses-family-v6 = IPv6
addresses-state-free = Frei
addresses-state-reserved = Zurückgehalten
addresses-state-assigned = Vergeben
addresses-state-cooling = Kühlt ab

error-addresses-name = Ein Bereich braucht einen Namen mit 1 bis 80 Zeichen.
error-addresses-cidr = Das ist kein Netz wie 192.0.2.0/24 oder 2001:db8:1::/64.
error-addresses-host_bits = Das ist eine Adresse in einem Netz. Meinten Sie { $network }?
error-addresses-pool_size = Das Präfix muss zwischen { $least } und { $most } liegen.
error-addresses-gateway = Das Gateway muss eine Adresse in { $network } sein, die ein Rechner haben kann, mit Platz für Server dahinter.
error-addresses-resolvers = Geben Sie bis zu vier Adressen von Namensservern an.
error-addresses-node = Diesen Knoten gibt es nicht.
error-addresses-overlaps = Der Bereich { $pool } hat Adressen dieses Netzes: { $network }.
error-addresses-none_free = Es ist keine IPv{ $family }-Adresse frei.
error-addresses-not_free = { $address } ist nicht frei.
error-addresses-not_held = { $address } gehört einem Server oder ist schon frei.
error-addresses-no_mac_left = Alle Hardwareadressen sind vergeben.
