# Knoten.

nodes-probe = Knoten ansehen

nodes-hypervisor-kvm = KVM/QEMU
nodes-hypervisor-xen = Xen
nodes-hypervisor-test = Testtreiber
nodes-acceleration-kvm = Hardware
nodes-acceleration-emulation = Emulation
nodes-state-active = Aktiv
nodes-state-maintenance = Wartung
nodes-state-removed = Entfernt
nodes-link-unknown = Unbekannt
nodes-link-up = Erreichbar
nodes-link-degraded = Eingeschränkt
nodes-link-down = Nicht erreichbar

error-nodes-name = Ein Name hat 1 bis 63 Zeichen aus a-z, 0-9, Bindestrich und Punkt.
error-nodes-text = Muss 1 bis 100 Zeichen haben.
error-nodes-total = Muss zwischen 0 und { $most } liegen.
error-nodes-uri = Das ist keine Adresse, die libvirt für diesen Hypervisor öffnet. Sie beginnt mit { $driver }.
error-nodes-name_taken = Ein anderer Knoten hat diesen Namen.
error-nodes-unreachable = Der Knoten antwortet nicht, daher ist seine Größe nicht bekannt: { $reason }. Prüfen Sie die Adresse, oder geben Sie alle drei Gesamtwerte an.
error-nodes-totals_below_reserved = Auf dem Knoten ist mehr belegt als diese Gesamtwerte.
error-nodes-in_use = Auf diesem Knoten sind noch Server.
error-nodes-removed = Der Knoten ist entfernt.
error-nodes-no_room = Auf dem Knoten ist dafür kein Platz.
error-nodes-changed_meanwhile = Jemand anderes hat dies im selben Augenblick geändert. Bitte sehen Sie noch einmal nach.
