ALTER TABLE subscriptions ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));

CREATE TABLE subscription_origins (
    subscription_id TEXT NOT NULL PRIMARY KEY REFERENCES subscriptions,
    system TEXT NOT NULL,
    reference TEXT NOT NULL,
    cycle TEXT NOT NULL,
    currency TEXT NOT NULL,
    price_minor INTEGER NOT NULL,
    first_minor INTEGER,
    setup_minor INTEGER,
    renewal_minor INTEGER,
    transfer_minor INTEGER,
    non_refundable_minor INTEGER,
    refund_days INTEGER,
    started TEXT,
    expires TEXT,
    last_billed TEXT,
    next_due TEXT,
    next_invoice TEXT,
    price_made INTEGER NOT NULL CHECK (price_made IN (0, 1)),
    created_at TEXT NOT NULL
) STRICT;
