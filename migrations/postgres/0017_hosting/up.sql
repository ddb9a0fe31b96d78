CREATE TABLE domains (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    subscription_id TEXT REFERENCES subscriptions,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    registrar TEXT NOT NULL,
    registered_on DATE,
    expires_on DATE,
    auth_code TEXT,
    name_servers TEXT NOT NULL,
    locked BOOLEAN NOT NULL,
    renews BOOLEAN NOT NULL,
    contacts TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    version BIGINT NOT NULL,
    CHECK ((ended_at IS NOT NULL) = (state IN ('released', 'transferred_away')))
);
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
    default_ttl BIGINT NOT NULL,
    primary_server TEXT NOT NULL,
    hostmaster TEXT NOT NULL,
    refresh BIGINT NOT NULL,
    retry BIGINT NOT NULL,
    expire BIGINT NOT NULL,
    minimum BIGINT NOT NULL,
    serial BIGINT NOT NULL,
    observed_serial BIGINT,
    observed_at TIMESTAMP,
    fault TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL,
    CHECK (serial >= 0 AND serial <= 4294967295)
);
CREATE UNIQUE INDEX zones_of_domain ON zones (domain_id);
CREATE UNIQUE INDEX zones_served ON zones (name) WHERE state = 'served';
CREATE INDEX zones_by_name ON zones (name, id);

CREATE TABLE zone_records (
    id TEXT NOT NULL PRIMARY KEY,
    zone_id TEXT NOT NULL REFERENCES zones,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    ttl BIGINT,
    data TEXT NOT NULL,
    digest TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX zone_records_once ON zone_records (zone_id, digest);

CREATE TABLE zone_imports (
    id TEXT NOT NULL PRIMARY KEY,
    zone_id TEXT NOT NULL REFERENCES zones,
    mode TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    applied_at TIMESTAMP
);
CREATE INDEX zone_imports_by_zone ON zone_imports (zone_id, id);
