CREATE TABLE servers (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    subscription_id TEXT NOT NULL REFERENCES subscriptions,
    node_id TEXT NOT NULL REFERENCES nodes,
    image_id TEXT NOT NULL REFERENCES images,
    hostname TEXT NOT NULL,
    ssh_keys TEXT NOT NULL,
    vcpus INTEGER NOT NULL,
    memory_mib INTEGER NOT NULL,
    disk_gib INTEGER NOT NULL,
    mac TEXT NOT NULL,
    uuid TEXT NOT NULL,
    desired TEXT NOT NULL,
    suspended INTEGER NOT NULL CHECK (suspended IN (0, 1)),
    released INTEGER NOT NULL CHECK (released IN (0, 1)),
    generation INTEGER NOT NULL,
    reboots INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    stop_mode TEXT NOT NULL,
    purge_after TEXT,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX servers_subscription ON servers (subscription_id);
CREATE UNIQUE INDEX servers_uuid ON servers (uuid);
CREATE UNIQUE INDEX servers_mac ON servers (mac);
CREATE INDEX servers_by_customer ON servers (customer_id, id);
CREATE INDEX servers_by_node ON servers (node_id, id);

CREATE TABLE server_observations (
    server_id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    generation INTEGER NOT NULL,
    reboots_done INTEGER NOT NULL,
    built INTEGER NOT NULL CHECK (built IN (0, 1)),
    greeting TEXT,
    boot_id TEXT,
    facts TEXT NOT NULL,
    reason TEXT,
    observed_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE TABLE server_disks (
    id TEXT NOT NULL PRIMARY KEY,
    server_id TEXT NOT NULL REFERENCES servers,
    node_id TEXT NOT NULL REFERENCES nodes,
    name TEXT NOT NULL,
    size_gib INTEGER NOT NULL,
    state TEXT NOT NULL,
    purge_after TEXT,
    changed_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX server_disks_name ON server_disks (node_id, name);
CREATE INDEX server_disks_by_server ON server_disks (server_id);
