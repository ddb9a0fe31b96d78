-- SQLite changes no constraint of a table that is there, so the table is made anew. What
-- refers to its rows is looked at when the transaction ends, and then they are there again.
PRAGMA defer_foreign_keys = ON;
CREATE TEMPORARY TABLE plans_before AS SELECT * FROM plans;
DROP TABLE plans;
CREATE TABLE plans (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    kind TEXT NOT NULL,
    vcpus INTEGER NOT NULL,
    memory_mib INTEGER NOT NULL,
    disk_gib INTEGER NOT NULL,
    traffic_gib INTEGER NOT NULL,
    private INTEGER NOT NULL CHECK (private IN (0, 1)),
    renewal_choices TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    tlds TEXT NOT NULL,
    CHECK ((kind = 'private_server') = (vcpus > 0 AND memory_mib > 0 AND disk_gib > 0))
) STRICT;
INSERT INTO plans SELECT *, '' FROM plans_before;
DROP TABLE plans_before;
