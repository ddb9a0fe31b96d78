CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT,
    state TEXT NOT NULL,
    staff_role TEXT,
    locale TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    theme TEXT NOT NULL,
    totp_secret TEXT,
    totp_enabled INTEGER NOT NULL CHECK (totp_enabled IN (0, 1)),
    totp_last_step INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX people_email ON people (email);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people,
    token_hash TEXT NOT NULL,
    previous_hash TEXT,
    created_at TEXT NOT NULL,
    rotated_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_previous ON sessions (previous_hash);
CREATE INDEX sessions_by_person ON sessions (person_id);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    used_at TEXT,
    revoked_at TEXT
) STRICT;
CREATE UNIQUE INDEX api_keys_token ON api_keys (token_hash);
CREATE INDEX api_keys_by_person ON api_keys (person_id);

CREATE TABLE recovery_codes (
    person_id TEXT NOT NULL REFERENCES people,
    code_hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    used_at TEXT,
    PRIMARY KEY (person_id, code_hash)
) STRICT;

CREATE TABLE links (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT REFERENCES people,
    purpose TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT
) STRICT;
CREATE UNIQUE INDEX links_token ON links (token_hash);
CREATE INDEX links_by_person ON links (person_id, purpose);
