CREATE TABLE plans (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    kind TEXT NOT NULL,
    vcpus BIGINT NOT NULL,
    memory_mib BIGINT NOT NULL,
    disk_gib BIGINT NOT NULL,
    traffic_gib BIGINT NOT NULL,
    private BOOLEAN NOT NULL,
    renewal_choices TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL,
    CHECK (vcpus > 0),
    CHECK (memory_mib > 0),
    CHECK (disk_gib > 0)
);

CREATE TABLE prices (
    id TEXT NOT NULL PRIMARY KEY,
    plan_id TEXT NOT NULL REFERENCES plans,
    currency TEXT NOT NULL,
    months BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    setup_minor BIGINT NOT NULL,
    state TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    CHECK (amount_minor >= 0),
    CHECK (setup_minor >= 0)
);
CREATE UNIQUE INDEX prices_one_active ON prices (plan_id, currency, months) WHERE state = 'active';
CREATE INDEX prices_by_plan ON prices (plan_id);
