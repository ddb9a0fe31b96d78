PRAGMA defer_foreign_keys = ON;
-- What is neither server nor sold any more stays, for the subscriptions that refer to it.
UPDATE plans SET kind = 'private_server', vcpus = 1, memory_mib = 32, disk_gib = 1, private = 1, state = 'archived'
    WHERE kind <> 'private_server';
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
    CHECK (vcpus > 0),
    CHECK (memory_mib > 0),
    CHECK (disk_gib > 0)
) STRICT;
INSERT INTO plans
    SELECT id, name, description, kind, vcpus, memory_mib, disk_gib, traffic_gib, private, renewal_choices, state,
           created_at, version
    FROM plans_before;
DROP TABLE plans_before;
