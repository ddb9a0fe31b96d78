CREATE TABLE orders (
    id TEXT NOT NULL PRIMARY KEY,
    quote_id TEXT NOT NULL,
    customer_id TEXT NOT NULL REFERENCES customers,
    subscription_id TEXT NOT NULL REFERENCES subscriptions,
    invoice_id TEXT NOT NULL REFERENCES invoices,
    server_id TEXT NOT NULL,
    currency TEXT NOT NULL,
    total_minor BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX orders_quote ON orders (quote_id);
CREATE INDEX orders_by_customer ON orders (customer_id, id);
