CREATE TABLE migration_sources (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    host TEXT NOT NULL,
    zone TEXT NOT NULL,
    currency TEXT NOT NULL,
    scheme TEXT NOT NULL,
    protective_days INTEGER NOT NULL,
    is_main_billing INTEGER NOT NULL CHECK (is_main_billing IN (0, 1)),
    finds_conflicts INTEGER NOT NULL CHECK (finds_conflicts IN (0, 1)),
    parks_domains INTEGER NOT NULL CHECK (parks_domains IN (0, 1)),
    refuses_unmapped INTEGER NOT NULL CHECK (refuses_unmapped IN (0, 1)),
    needs_registration INTEGER NOT NULL CHECK (needs_registration IN (0, 1)),
    associates_resellers INTEGER NOT NULL CHECK (associates_resellers IN (0, 1)),
    collection INTEGER NOT NULL,
    pass INTEGER NOT NULL,
    verified_at TEXT,
    transferred_at TEXT,
    signed_by TEXT,
    signed_name TEXT,
    signed_digest TEXT,
    signed_at TEXT,
    switched_at TEXT,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX migration_sources_name ON migration_sources (name);
CREATE UNIQUE INDEX migration_sources_main ON migration_sources (is_main_billing) WHERE is_main_billing = 1;

CREATE TABLE migration_collections (
    id TEXT NOT NULL PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES migration_sources,
    number INTEGER NOT NULL,
    first_pass INTEGER NOT NULL,
    last_pass INTEGER NOT NULL,
    paths TEXT NOT NULL,
    options TEXT NOT NULL,
    state TEXT NOT NULL,
    records INTEGER NOT NULL,
    added INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    repeated INTEGER NOT NULL,
    vanished INTEGER NOT NULL,
    gaps INTEGER NOT NULL,
    facts TEXT NOT NULL,
    refusal_code TEXT,
    refusal_place TEXT,
    refusal_reason TEXT,
    started_at TEXT NOT NULL,
    finished_at TEXT
) STRICT;
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
    amount_minor INTEGER,
    currency TEXT,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    seen_in INTEGER NOT NULL,
    changed_in INTEGER NOT NULL,
    added_in INTEGER NOT NULL,
    is_gone INTEGER NOT NULL CHECK (is_gone IN (0, 1)),
    is_selected INTEGER NOT NULL CHECK (is_selected IN (0, 1)),
    decision TEXT,
    decision_reason TEXT,
    associated_with TEXT,
    verdict TEXT,
    reasons TEXT NOT NULL,
    transfer TEXT,
    transfer_reason TEXT
) STRICT;
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
) STRICT;
CREATE INDEX migration_links_to ON migration_links (to_kind, to_id, source_id);

CREATE TABLE migration_gaps (
    id TEXT NOT NULL PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES migration_sources,
    collection INTEGER NOT NULL,
    kind TEXT NOT NULL,
    place TEXT NOT NULL,
    record TEXT,
    external_id TEXT,
    field TEXT,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL
) STRICT;
CREATE INDEX migration_gaps_by_source ON migration_gaps (source_id, id);

CREATE TABLE migration_templates (
    id TEXT NOT NULL PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES migration_sources,
    product TEXT NOT NULL,
    tld TEXT NOT NULL,
    class TEXT NOT NULL,
    plan_id TEXT NOT NULL REFERENCES plans,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
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
    at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX migration_landings_once ON migration_landings (source_id, kind, external_id);
CREATE INDEX migration_landings_by_object ON migration_landings (object_id);
CREATE INDEX migration_landings_by_outcome ON migration_landings (source_id, outcome, kind, id);
