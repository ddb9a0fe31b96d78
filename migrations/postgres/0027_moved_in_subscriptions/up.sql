ALTER TABLE subscriptions ADD COLUMN held BOOLEAN NOT NULL DEFAULT false;

CREATE TABLE subscription_origins (
    subscription_id TEXT NOT NULL PRIMARY KEY REFERENCES subscriptions,
    system TEXT NOT NULL,
    reference TEXT NOT NULL,
    cycle TEXT NOT NULL,
    currency TEXT NOT NULL,
    price_minor BIGINT NOT NULL,
    first_minor BIGINT,
    setup_minor BIGINT,
    renewal_minor BIGINT,
    transfer_minor BIGINT,
    non_refundable_minor BIGINT,
    refund_days BIGINT,
    started DATE,
    expires DATE,
    last_billed DATE,
    next_due DATE,
    next_invoice DATE,
    price_made BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL
);
