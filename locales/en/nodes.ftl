# Nodes.

nodes-probe = Look at the node

nodes-hypervisor-kvm = KVM/QEMU
nodes-hypervisor-xen = Xen
nodes-hypervisor-test = Test driver
nodes-acceleration-kvm = Hardware
nodes-acceleration-emulation = Emulation
nodes-state-active = Active
nodes-state-maintenance = Maintenance
nodes-state-removed = Removed
nodes-link-unknown = Unknown
nodes-link-up = Up
nodes-link-degraded = Degraded
nodes-link-down = Down

error-nodes-name = A name has 1 to 63 characters of a-z, 0-9, hyphen and full stop.
error-nodes-text = Must have 1 to 100 characters.
error-nodes-total = Must be 0 to { $most }.
error-nodes-uri = This is not an address that libvirt opens for this hypervisor. It begins with { $driver }.
error-nodes-name_taken = Another node has this name.
error-nodes-unreachable = The node does not answer, so its size is not known: { $reason }. Check the address, or give all three totals.
error-nodes-totals_below_reserved = More is reserved on the node than these totals.
error-nodes-in_use = Servers are still on this node.
error-nodes-removed = The node is removed.
error-nodes-no_room = There is no room for this on the node.
error-nodes-changed_meanwhile = Somebody else changed this at the same moment. Please look again.
