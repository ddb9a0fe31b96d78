CREATE TABLE domains (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    subscription_id TEXT REFERENCES subscriptions,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    registrar TEXT NOT NULL,
    registered_on TEXT,
    expires_on TEXT,
    auth_code TEXT,
    name_servers TEXT NOT NULL,
    locked INTEGER NOT NULL CHECK (locked IN (0, 1)),
    renews INTEGER NOT NULL CHECK (renews IN (0, 1)),
    contacts TEXT NOT NULL,
    created_at TEXT NOT NULL,
    ended_at TEXT,
    version INTEGER NOT NULL,
    CHECK ((ended_at IS NOT NULL) = (state IN ('released', 'transferred_away')))
) STRICT;
CREATE UNIQUE INDEX domains_held ON domains (name) WHERE ended_at IS NULL;
CREATE INDEX domains_by_name ON domains (name, id);
CREATE INDEX domains_by_customer ON domains (customer_id, name);
CREATE INDEX domains_by_subscription ON domains (subscription_id);
CREATE INDEX domains_by_expiry ON domains (state, expires_on);

CREATE TABLE zones (
    id TEXT NOT NULL PRIMARY KEY,
    domain_id TEXT NOT NULL REFERENCES domains,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    default_ttl INTEGER NOT NULL,
    primary_server TEXT NOT NULL,
    hostmaster TEXT NOT NULL,
    refresh INTEGER NOT NULL,
    retry INTEGER NOT NULL,
    expire INTEGER NOT NULL,
    minimum INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    observed_serial INTEGER,
    observed_at TEXT,
    fault TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    CHECK (serial >= 0 AND serial <= 4294967295)
) STRICT;
CREATE UNIQUE INDEX zones_of_domain ON zones (domain_id);
CREATE UNIQUE INDEX zones_served ON zones (name) WHERE state = 'served';
CREATE INDEX zones_by_name ON zones (name, id);

CREATE TABLE zone_records (
    id TEXT NOT NULL PRIMARY KEY,
    zone_id TEXT NOT NULL REFERENCES zones,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    ttl INTEGER,
    data TEXT NOT NULL,
    digest TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX zone_records_once ON zone_records (zone_id, digest);

CREATE TABLE zone_imports (
    id TEXT NOT NULL PRIMARY KEY,
    zone_id TEXT NOT NULL REFERENCES zones,
    mode TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at TEXT NOT NULL,
    applied_at TEXT
) STRICT;
CREATE INDEX zone_imports_by_zone ON zone_imports (zone_id, id);
