CREATE TABLE subscriptions (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    plan_id TEXT NOT NULL REFERENCES plans,
    price_id TEXT NOT NULL REFERENCES prices,
    plan_name TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    months INTEGER NOT NULL,
    anchor TEXT NOT NULL,
    periods_billed INTEGER NOT NULL,
    billed_until TEXT NOT NULL,
    renewal TEXT NOT NULL,
    state TEXT NOT NULL,
    suspended_at TEXT,
    suspended_reason TEXT,
    cancelled_at TEXT,
    terminated_at TEXT,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX subscriptions_by_customer ON subscriptions (customer_id, id);
CREATE INDEX subscriptions_due ON subscriptions (state, billed_until, id);
