CREATE TABLE migration_sources (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    host TEXT NOT NULL,
    zone TEXT NOT NULL,
    currency TEXT NOT NULL,
    scheme TEXT NOT NULL,
    protective_days BIGINT NOT NULL,
    is_main_billing BOOLEAN NOT NULL,
    finds_conflicts BOOLEAN NOT NULL,
    parks_domains BOOLEAN NOT NULL,
    refuses_unmapped BOOLEAN NOT NULL,
    needs_registration BOOLEAN NOT NULL,
    associates_resellers BOOLEAN NOT NULL,
    collection BIGINT NOT NULL,
    pass BIGINT NOT NULL,
    verified_at TIMESTAMP,
    transferred_at TIMESTAMP,
    signed_by TEXT,
    signed_name TEXT,
    signed_digest TEXT,
    signed_at TIMESTAMP,
    switched_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX migration_sources_name ON migration_sources (name);
CREATE UNIQUE INDEX migration_sources_main ON migration_sources (is_main_billing) WHERE is_main_billing;

CREATE TABLE migration_collections (
    id TEXT NOT NULL PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES migration_sources,
    number BIGINT NOT NULL,
    first_pass BIGINT NOT NULL,
    last_pass BIGINT NOT NULL,
    paths TEXT NOT NULL,
    options TEXT NOT NULL,
    state TEXT NOT NULL,
    records BIGINT NOT NULL,
    added BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    repeated BIGINT NOT NULL,
    vanished BIGINT NOT NULL,
    gaps BIGINT NOT NULL,
    facts TEXT NOT NULL,
    refusal_code TEXT,
    refusal_place TEXT,
    refusal_reason TEXT,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP
);
CREATE UNIQUE INDEX migration_collections_number ON migration_collections (source_id, number);

CREATE TABLE migration_records (
    id TEXT NOT NULL PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES migration_sources,
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    party TEXT,
    parent TEXT,
    domain TEXT,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    amount_minor BIGINT,
    currency TEXT,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    seen_in BIGINT NOT NULL,
    changed_in BIGINT NOT NULL,
    added_in BIGINT NOT NULL,
    is_gone BOOLEAN NOT NULL,
    is_selected BOOLEAN NOT NULL,
    decision TEXT,
    decision_reason TEXT,
    associated_with TEXT,
    verdict TEXT,
    reasons TEXT NOT NULL,
    transfer TEXT,
    transfer_reason TEXT
);
CREATE UNIQUE INDEX migration_records_once ON migration_records (source_id, kind, external_id);
CREATE INDEX migration_records_by_kind ON migration_records (source_id, kind, id);
CREATE INDEX migration_records_by_party ON migration_records (source_id, party, kind);
CREATE INDEX migration_records_by_parent ON migration_records (source_id, parent, kind);

CREATE TABLE migration_links (
    source_id TEXT NOT NULL REFERENCES migration_sources,
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    to_kind TEXT NOT NULL,
    to_id TEXT NOT NULL,
    PRIMARY KEY (source_id, kind, external_id, to_kind, to_id)
);
CREATE INDEX migration_links_to ON migration_links (to_kind, to_id, source_id);

CREATE TABLE migration_gaps (
    id TEXT NOT NULL PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES migration_sources,
    collection BIGINT NOT NULL,
    kind TEXT NOT NULL,
    place TEXT NOT NULL,
    record TEXT,
    external_id TEXT,
    field TEXT,
    reason TEXT NOT NULL,
    count BIGINT NOT NULL
);
CREATE INDEX migration_gaps_by_source ON migration_gaps (source_id, id);

CREATE TABLE migration_templates (
    id TEXT NOT NULL PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES migration_sources,
    product TEXT NOT NULL,
    tld TEXT NOT NULL,
    class TEXT NOT NULL,
    plan_id TEXT NOT NULL REFERENCES plans,
    created_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX migration_templates_once ON migration_templates (source_id, product, tld);

CREATE TABLE migration_landings (
    id TEXT NOT NULL PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES migration_sources,
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    slice TEXT NOT NULL,
    object_id TEXT NOT NULL,
    customer_id TEXT,
    hash TEXT NOT NULL,
    reason TEXT NOT NULL,
    remarks TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX migration_landings_once ON migration_landings (source_id, kind, external_id);
CREATE INDEX migration_landings_by_object ON migration_landings (object_id);
CREATE INDEX migration_landings_by_outcome ON migration_landings (source_id, outcome, kind, id);
