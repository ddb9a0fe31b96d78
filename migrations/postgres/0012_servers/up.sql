CREATE TABLE servers (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    subscription_id TEXT NOT NULL REFERENCES subscriptions,
    node_id TEXT NOT NULL REFERENCES nodes,
    image_id TEXT NOT NULL REFERENCES images,
    hostname TEXT NOT NULL,
    ssh_keys TEXT NOT NULL,
    vcpus BIGINT NOT NULL,
    memory_mib BIGINT NOT NULL,
    disk_gib BIGINT NOT NULL,
    mac TEXT NOT NULL,
    uuid TEXT NOT NULL,
    desired TEXT NOT NULL,
    suspended BOOLEAN NOT NULL,
    released BOOLEAN NOT NULL,
    generation BIGINT NOT NULL,
    reboots BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    stop_mode TEXT NOT NULL,
    purge_after TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX servers_subscription ON servers (subscription_id);
CREATE UNIQUE INDEX servers_uuid ON servers (uuid);
CREATE UNIQUE INDEX servers_mac ON servers (mac);
CREATE INDEX servers_by_customer ON servers (customer_id, id);
CREATE INDEX servers_by_node ON servers (node_id, id);

CREATE TABLE server_observations (
    server_id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    generation BIGINT NOT NULL,
    reboots_done BIGINT NOT NULL,
    built BOOLEAN NOT NULL,
    greeting TEXT,
    boot_id TEXT,
    facts TEXT NOT NULL,
    reason TEXT,
    observed_at TIMESTAMP NOT NULL,
    changed_at TIMESTAMP NOT NULL
);

CREATE TABLE server_disks (
    id TEXT NOT NULL PRIMARY KEY,
    server_id TEXT NOT NULL REFERENCES servers,
    node_id TEXT NOT NULL REFERENCES nodes,
    name TEXT NOT NULL,
    size_gib BIGINT NOT NULL,
    state TEXT NOT NULL,
    purge_after TIMESTAMP,
    changed_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX server_disks_name ON server_disks (node_id, name);
CREATE INDEX server_disks_by_server ON server_disks (server_id);
