CREATE TABLE migration_content (
    source_id TEXT NOT NULL PRIMARY KEY REFERENCES migration_sources,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    source_secret TEXT,
    target_secret TEXT,
    mailboxes_at_once BIGINT NOT NULL,
    connections BIGINT NOT NULL,
    bytes_per_second BIGINT,
    asked TEXT
);

CREATE TABLE migration_mailboxes (
    id TEXT NOT NULL PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES migration_sources,
    external_id TEXT NOT NULL,
    address TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    state TEXT NOT NULL,
    asked TEXT,
    is_running BOOLEAN NOT NULL,
    tries BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    largest_folder TEXT,
    largest_bytes BIGINT,
    lacks_bytes BIGINT NOT NULL,
    measured_at TIMESTAMP,
    is_dry BOOLEAN NOT NULL,
    found BIGINT NOT NULL,
    copied BIGINT NOT NULL,
    copied_bytes BIGINT NOT NULL,
    already BIGINT NOT NULL,
    planned BIGINT NOT NULL,
    planned_bytes BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    code TEXT,
    reason TEXT,
    ended_at TIMESTAMP,
    source_secret TEXT,
    target_secret TEXT,
    link_hash TEXT,
    link_expires_at TIMESTAMP,
    link_used_at TIMESTAMP
);
CREATE UNIQUE INDEX migration_mailboxes_once ON migration_mailboxes (source_id, address);
CREATE UNIQUE INDEX migration_mailboxes_by_link ON migration_mailboxes (link_hash);
CREATE INDEX migration_mailboxes_by_size ON migration_mailboxes (source_id, bytes, id);

CREATE TABLE migration_mailbox_folders (
    mailbox_id TEXT NOT NULL REFERENCES migration_mailboxes,
    folder TEXT NOT NULL,
    messages BIGINT NOT NULL,
    progress TEXT NOT NULL,
    PRIMARY KEY (mailbox_id, folder)
);
