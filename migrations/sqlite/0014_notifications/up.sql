CREATE TABLE mails (
    id TEXT NOT NULL PRIMARY KEY,
    recipient TEXT NOT NULL,
    person_id TEXT,
    customer_id TEXT,
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    locale TEXT NOT NULL,
    subject TEXT NOT NULL,
    text_body TEXT NOT NULL,
    html_body TEXT NOT NULL,
    link_path TEXT,
    link_sealed TEXT,
    attached_invoice_id TEXT,
    state TEXT NOT NULL,
    error TEXT,
    tries INTEGER NOT NULL,
    claim TEXT,
    unsure INTEGER NOT NULL CHECK (unsure IN (0, 1)),
    created_at TEXT NOT NULL,
    sent_at TEXT
) STRICT;
CREATE UNIQUE INDEX mails_once ON mails (kind, subject_id, recipient, occurrence);
CREATE INDEX mails_by_customer ON mails (customer_id, id);
CREATE INDEX mails_by_state ON mails (state, id);
CREATE INDEX mails_by_recipient ON mails (recipient, kind, created_at);
