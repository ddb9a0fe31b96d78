ALTER TABLE customers ADD COLUMN tax_exempt BOOLEAN NOT NULL DEFAULT false;

CREATE TABLE customer_origins (
    customer_id TEXT NOT NULL PRIMARY KEY REFERENCES customers,
    system TEXT NOT NULL,
    reference TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX customer_origins_by_reference ON customer_origins (system, reference);

CREATE TABLE customer_contacts (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers,
    role TEXT NOT NULL,
    name TEXT NOT NULL,
    company TEXT,
    email TEXT,
    phone TEXT,
    street TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    city TEXT NOT NULL,
    region TEXT,
    country TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX customer_contacts_by_customer ON customer_contacts (customer_id, id);

CREATE TABLE customer_fields (
    customer_id TEXT NOT NULL REFERENCES customers,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (customer_id, position)
);

CREATE TABLE reseller_links (
    customer_id TEXT NOT NULL PRIMARY KEY REFERENCES customers,
    reseller_id TEXT NOT NULL REFERENCES customers,
    created_at TIMESTAMP NOT NULL,
    CHECK (customer_id <> reseller_id)
);
CREATE INDEX reseller_links_by_reseller ON reseller_links (reseller_id);
