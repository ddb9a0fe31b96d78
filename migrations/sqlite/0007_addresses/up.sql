CREATE TABLE address_pools (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    node_id TEXT REFERENCES nodes,
    family INTEGER NOT NULL,
    cidr TEXT NOT NULL,
    prefix INTEGER NOT NULL,
    gateway TEXT NOT NULL,
    resolvers TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX address_pools_cidr ON address_pools (cidr);

CREATE TABLE addresses (
    id TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL REFERENCES address_pools,
    address TEXT NOT NULL,
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    server_id TEXT,
    free_after TEXT,
    changed_at TEXT NOT NULL,
    CHECK ((state = 'assigned') = (server_id is not null))
) STRICT;
CREATE UNIQUE INDEX addresses_address ON addresses (address);
CREATE UNIQUE INDEX addresses_position ON addresses (pool_id, position);
CREATE INDEX addresses_free ON addresses (pool_id, state, position);
CREATE INDEX addresses_by_server ON addresses (server_id);

CREATE TABLE macs (
    mac TEXT NOT NULL PRIMARY KEY,
    server_id TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX macs_server ON macs (server_id);
