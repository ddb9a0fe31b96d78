CREATE TABLE address_pools (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    node_id TEXT REFERENCES nodes,
    family BIGINT NOT NULL,
    cidr TEXT NOT NULL,
    prefix BIGINT NOT NULL,
    gateway TEXT NOT NULL,
    resolvers TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX address_pools_cidr ON address_pools (cidr);

CREATE TABLE addresses (
    id TEXT NOT NULL PRIMARY KEY,
    pool_id TEXT NOT NULL REFERENCES address_pools,
    address TEXT NOT NULL,
    position BIGINT NOT NULL,
    state TEXT NOT NULL,
    server_id TEXT,
    free_after TIMESTAMP,
    changed_at TIMESTAMP NOT NULL,
    CHECK ((state = 'assigned') = (server_id is not null))
);
CREATE UNIQUE INDEX addresses_address ON addresses (address);
CREATE UNIQUE INDEX addresses_position ON addresses (pool_id, position);
CREATE INDEX addresses_free ON addresses (pool_id, state, position);
CREATE INDEX addresses_by_server ON addresses (server_id);

CREATE TABLE macs (
    mac TEXT NOT NULL PRIMARY KEY,
    server_id TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX macs_server ON macs (server_id);
