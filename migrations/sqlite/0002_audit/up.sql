CREATE TABLE audit_log (
    id TEXT NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    customer_id TEXT,
    detail TEXT NOT NULL,
    request_id TEXT NOT NULL,
    position INTEGER,
    hash TEXT
) STRICT;
CREATE UNIQUE INDEX audit_log_position ON audit_log (position) WHERE position is not null;
CREATE INDEX audit_log_unsealed ON audit_log (id) WHERE position is null;
CREATE INDEX audit_log_by_subject ON audit_log (subject, id);
CREATE INDEX audit_log_by_customer ON audit_log (customer_id, id);
