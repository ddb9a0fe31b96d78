CREATE TABLE customers (
    id TEXT NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    company TEXT,
    email TEXT NOT NULL,
    street TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    city TEXT NOT NULL,
    region TEXT,
    country TEXT NOT NULL,
    tax_number TEXT,
    currency TEXT NOT NULL,
    locale TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    state TEXT NOT NULL,
    notes TEXT NOT NULL,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX customers_number ON customers (number);
CREATE INDEX customers_by_name ON customers (name, id);
CREATE INDEX customers_by_email ON customers (email);

CREATE TABLE members (
    customer_id TEXT NOT NULL REFERENCES customers,
    person_id TEXT NOT NULL REFERENCES people,
    role TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (customer_id, person_id)
) STRICT;
CREATE INDEX members_by_person ON members (person_id);
