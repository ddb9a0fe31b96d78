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

CREATE TABLE prices (
    id TEXT NOT NULL PRIMARY KEY,
    plan_id TEXT NOT NULL REFERENCES plans,
    currency TEXT NOT NULL,
    months INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    setup_minor INTEGER NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CHECK (amount_minor >= 0),
    CHECK (setup_minor >= 0)
) STRICT;
CREATE UNIQUE INDEX prices_one_active ON prices (plan_id, currency, months) WHERE state = 'active';
CREATE INDEX prices_by_plan ON prices (plan_id);
