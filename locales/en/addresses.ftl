# Address pools.

addresses-family-v4 = IPv4
addresses-family-v6 = IPv6
addresses-state-free = Free
addresses-state-reserved = Kept out
addresses-state-assigned = Assigned
addresses-state-cooling = Cooling off

error-addresses-name = A pool needs a name of 1 to 80 characters.
error-addresses-cidr = This is not a network such as 192.0.2.0/24 or 2001:db8:1::/64.
error-addresses-host_bits = This is an address inside a network. Did you mean { $network }?
error-addresses-pool_size = The prefix must be { $least } to { $most }.
error-addresses-gateway = The gateway must be an address inside { $network } that a host may have, with room for servers behind it.
error-addresses-resolvers = Give up to four addresses of name servers.
error-addresses-node = There is no such node.
error-addresses-overlaps = The pool { $pool } has addresses of this network: { $network }.
error-addresses-none_free = No IPv{ $family } address is free.
error-addresses-not_free = { $address } is not free.
error-addresses-not_held = { $address } belongs to a server or is free already.
error-addresses-no_mac_left = Every hardware address was given.
