CREATE TABLE found_guests (
    id TEXT NOT NULL PRIMARY KEY,
    node_id TEXT NOT NULL REFERENCES nodes,
    uuid TEXT NOT NULL,
    name TEXT NOT NULL,
    standing TEXT NOT NULL,
    facts TEXT NOT NULL,
    document TEXT NOT NULL,
    wanted TEXT,
    refusal TEXT,
    server_id TEXT REFERENCES servers,
    found_at TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX found_guests_uuid ON found_guests (node_id, uuid);
CREATE UNIQUE INDEX found_guests_server ON found_guests (server_id);

CREATE TABLE server_adoptions (
    server_id TEXT NOT NULL PRIMARY KEY REFERENCES servers,
    node_id TEXT NOT NULL REFERENCES nodes,
    name TEXT NOT NULL,
    pool TEXT,
    volume TEXT NOT NULL,
    document TEXT NOT NULL,
    addresses TEXT NOT NULL,
    adopted_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX server_adoptions_name ON server_adoptions (node_id, name);

CREATE TABLE network_in_use (
    what TEXT NOT NULL,
    node_id TEXT NOT NULL REFERENCES nodes,
    guest_uuid TEXT NOT NULL,
    guest_name TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (what, node_id, guest_uuid)
) STRICT;
CREATE INDEX network_in_use_by_guest ON network_in_use (node_id, guest_uuid);
