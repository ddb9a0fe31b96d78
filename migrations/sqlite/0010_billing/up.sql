CREATE TABLE legal_entities (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    street TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    tax_number TEXT NOT NULL,
    email TEXT NOT NULL,
    currency TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    bank_account TEXT NOT NULL,
    series TEXT NOT NULL,
    rounding TEXT NOT NULL,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE tax_rates (
    id TEXT NOT NULL PRIMARY KEY,
    country TEXT NOT NULL,
    rate TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX tax_rates_one ON tax_rates (country, valid_from);

CREATE TABLE number_series (
    legal_entity_id TEXT NOT NULL REFERENCES legal_entities,
    series TEXT NOT NULL,
    year INTEGER NOT NULL,
    last INTEGER NOT NULL,
    last_day TEXT NOT NULL,
    PRIMARY KEY (legal_entity_id, series, year)
) STRICT;

CREATE TABLE invoices (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    legal_entity_id TEXT NOT NULL REFERENCES legal_entities,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    series TEXT,
    year INTEGER,
    sequence INTEGER,
    number TEXT,
    currency TEXT NOT NULL,
    net_minor INTEGER NOT NULL,
    tax_minor INTEGER NOT NULL,
    total_minor INTEGER NOT NULL,
    open_minor INTEGER NOT NULL,
    issue_day TEXT,
    due_day TEXT,
    document TEXT NOT NULL,
    document_hash TEXT,
    corrects TEXT,
    purpose TEXT NOT NULL,
    created_at TEXT NOT NULL,
    issued_at TEXT,
    settled_at TEXT,
    version INTEGER NOT NULL,
    CHECK (open_minor >= 0 and open_minor <= total_minor),
    CHECK ((number is null) = (state = 'draft'))
) STRICT;
CREATE UNIQUE INDEX invoices_sequence ON invoices (legal_entity_id, series, year, sequence) WHERE sequence is not null;
CREATE UNIQUE INDEX invoices_number ON invoices (legal_entity_id, number) WHERE number is not null;
CREATE INDEX invoices_by_customer ON invoices (customer_id, id);
CREATE INDEX invoices_open ON invoices (state, due_day, id);
CREATE INDEX invoices_correcting ON invoices (corrects) WHERE corrects is not null;
CREATE INDEX invoices_by_issue ON invoices (issue_day, id);

CREATE TABLE invoice_lines (
    id TEXT NOT NULL PRIMARY KEY,
    invoice_id TEXT NOT NULL REFERENCES invoices,
    position INTEGER NOT NULL,
    description TEXT NOT NULL,
    quantity TEXT NOT NULL,
    unit_minor INTEGER NOT NULL,
    net_minor INTEGER NOT NULL,
    tax_category TEXT NOT NULL,
    tax_rate TEXT NOT NULL,
    kind TEXT NOT NULL,
    subscription_id TEXT,
    period_start TEXT,
    period_end TEXT
) STRICT;
CREATE UNIQUE INDEX invoice_lines_position ON invoice_lines (invoice_id, position);
CREATE INDEX invoice_lines_by_subscription ON invoice_lines (subscription_id);

CREATE TABLE charges (
    id TEXT NOT NULL PRIMARY KEY,
    subscription_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    period_start TEXT NOT NULL,
    period_end TEXT NOT NULL,
    invoice_id TEXT NOT NULL REFERENCES invoices,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CHECK (period_start < period_end)
) STRICT;
CREATE UNIQUE INDEX charges_once ON charges (subscription_id, kind, period_start) WHERE state = 'live';
CREATE INDEX charges_by_invoice ON charges (invoice_id);

CREATE TABLE ledger_accounts (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    customer_id TEXT,
    debits_minor INTEGER NOT NULL,
    credits_minor INTEGER NOT NULL,
    never_negative INTEGER NOT NULL CHECK (never_negative IN (0, 1)),
    created_at TEXT NOT NULL,
    CHECK (never_negative = 0 or kind not in ('liability') or credits_minor >= debits_minor),
    CHECK (never_negative = 0 or kind not in ('asset') or debits_minor >= credits_minor),
    CHECK (debits_minor >= 0 and credits_minor >= 0)
) STRICT;
CREATE UNIQUE INDEX ledger_accounts_code ON ledger_accounts (code, currency);
CREATE INDEX ledger_accounts_by_customer ON ledger_accounts (customer_id);

CREATE TABLE ledger_transfers (
    id TEXT NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    leg INTEGER NOT NULL,
    currency TEXT NOT NULL,
    debit_account_id TEXT NOT NULL REFERENCES ledger_accounts,
    credit_account_id TEXT NOT NULL REFERENCES ledger_accounts,
    amount_minor INTEGER NOT NULL,
    reason TEXT NOT NULL,
    position INTEGER,
    hash TEXT,
    CHECK (amount_minor > 0),
    CHECK (debit_account_id <> credit_account_id)
) STRICT;
CREATE UNIQUE INDEX ledger_transfers_once ON ledger_transfers (kind, reference, leg);
CREATE UNIQUE INDEX ledger_transfers_position ON ledger_transfers (position) WHERE position is not null;
CREATE INDEX ledger_transfers_unsealed ON ledger_transfers (id) WHERE position is null;
CREATE INDEX ledger_transfers_by_debit ON ledger_transfers (debit_account_id, id);
CREATE INDEX ledger_transfers_by_credit ON ledger_transfers (credit_account_id, id);

CREATE TABLE payments (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    method TEXT NOT NULL,
    reference TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    received_day TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CHECK (amount_minor > 0)
) STRICT;
CREATE UNIQUE INDEX payments_once ON payments (method, reference);
CREATE INDEX payments_by_customer ON payments (customer_id, id);

CREATE TABLE allocations (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    invoice_id TEXT NOT NULL REFERENCES invoices,
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    CHECK (amount_minor > 0)
) STRICT;
CREATE INDEX allocations_by_invoice ON allocations (invoice_id);
CREATE INDEX allocations_by_source ON allocations (source, source_id);
