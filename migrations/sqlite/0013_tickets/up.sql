CREATE TABLE departments (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX departments_name ON departments (name);

CREATE TABLE tickets (
    id TEXT NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL,
    customer_id TEXT NOT NULL REFERENCES customers,
    department_id TEXT NOT NULL REFERENCES departments,
    server_id TEXT,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    priority TEXT NOT NULL,
    opened_by TEXT NOT NULL,
    assigned_to TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX tickets_number ON tickets (number);
CREATE INDEX tickets_by_customer ON tickets (customer_id, id);
CREATE INDEX tickets_by_state ON tickets (state, updated_at);

CREATE TABLE ticket_messages (
    id TEXT NOT NULL PRIMARY KEY,
    ticket_id TEXT NOT NULL REFERENCES tickets,
    author_id TEXT NOT NULL,
    author_name TEXT NOT NULL,
    from_staff INTEGER NOT NULL CHECK (from_staff IN (0, 1)),
    internal INTEGER NOT NULL CHECK (internal IN (0, 1)),
    body TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX ticket_messages_by_ticket ON ticket_messages (ticket_id, id);

CREATE TABLE ticket_attachments (
    id TEXT NOT NULL PRIMARY KEY,
    ticket_id TEXT NOT NULL REFERENCES tickets,
    message_id TEXT NOT NULL REFERENCES ticket_messages,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    content BLOB NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX ticket_attachments_by_ticket ON ticket_attachments (ticket_id);
