CREATE TABLE migration_content (
    source_id TEXT NOT NULL PRIMARY KEY REFERENCES migration_sources,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    source_secret TEXT,
    target_secret TEXT,
    mailboxes_at_once INTEGER NOT NULL,
    connections INTEGER NOT NULL,
    bytes_per_second INTEGER,
    asked TEXT
) STRICT;

CREATE TABLE migration_mailboxes (
    id TEXT NOT NULL PRIMARY KEY,
    source_id TEXT NOT NULL REFERENCES migration_sources,
    external_id TEXT NOT NULL,
    address TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    state TEXT NOT NULL,
    asked TEXT,
    is_running INTEGER NOT NULL CHECK (is_running IN (0, 1)),
    tries INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    largest_folder TEXT,
    largest_bytes INTEGER,
    lacks_bytes INTEGER NOT NULL,
    measured_at TEXT,
    is_dry INTEGER NOT NULL CHECK (is_dry IN (0, 1)),
    found INTEGER NOT NULL,
    copied INTEGER NOT NULL,
    copied_bytes INTEGER NOT NULL,
    already INTEGER NOT NULL,
    planned INTEGER NOT NULL,
    planned_bytes INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    code TEXT,
    reason TEXT,
    ended_at TEXT,
    source_secret TEXT,
    target_secret TEXT,
    link_hash TEXT,
    link_expires_at TEXT,
    link_used_at TEXT
) STRICT;
CREATE UNIQUE INDEX migration_mailboxes_once ON migration_mailboxes (source_id, address);
CREATE UNIQUE INDEX migration_mailboxes_by_link ON migration_mailboxes (link_hash);
CREATE INDEX migration_mailboxes_by_size ON migration_mailboxes (source_id, bytes, id);

CREATE TABLE migration_mailbox_folders (
    mailbox_id TEXT NOT NULL REFERENCES migration_mailboxes,
    folder TEXT NOT NULL,
    messages INTEGER NOT NULL,
    progress TEXT NOT NULL,
    PRIMARY KEY (mailbox_id, folder)
) STRICT;
