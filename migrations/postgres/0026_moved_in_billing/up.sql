ALTER TABLE invoices ADD COLUMN origin TEXT;
DROP INDEX invoices_number;
CREATE UNIQUE INDEX invoices_number ON invoices (legal_entity_id, number) WHERE number is not null and origin is null;
CREATE INDEX invoices_moved_in ON invoices (customer_id, number) WHERE origin is not null;

CREATE TABLE past_payments (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    invoice_id TEXT REFERENCES invoices,
    system TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    method TEXT NOT NULL,
    reference TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    fee_minor BIGINT NOT NULL,
    at TIMESTAMP,
    gives_back TEXT,
    note TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX past_payments_by_customer ON past_payments (customer_id, id);
CREATE INDEX past_payments_by_invoice ON past_payments (invoice_id);

CREATE TABLE payment_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    provider TEXT NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    expires TEXT,
    token_sealed TEXT,
    is_default BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX payment_tokens_by_customer ON payment_tokens (customer_id, id);

CREATE TABLE opening_balances (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    day DATE NOT NULL,
    reference TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    CHECK (amount_minor > 0)
);
CREATE INDEX opening_balances_by_customer ON opening_balances (customer_id, id);
