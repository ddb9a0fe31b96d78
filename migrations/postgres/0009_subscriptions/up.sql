CREATE TABLE subscriptions (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    plan_id TEXT NOT NULL REFERENCES plans,
    price_id TEXT NOT NULL REFERENCES prices,
    plan_name TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    months BIGINT NOT NULL,
    anchor DATE NOT NULL,
    periods_billed BIGINT NOT NULL,
    billed_until DATE NOT NULL,
    renewal TEXT NOT NULL,
    state TEXT NOT NULL,
    suspended_at TIMESTAMP,
    suspended_reason TEXT,
    cancelled_at TIMESTAMP,
    terminated_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX subscriptions_by_customer ON subscriptions (customer_id, id);
CREATE INDEX subscriptions_due ON subscriptions (state, billed_until, id);
