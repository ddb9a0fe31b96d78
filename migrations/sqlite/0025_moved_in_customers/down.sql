DROP TABLE reseller_links;
DROP TABLE customer_fields;
DROP TABLE customer_contacts;
DROP TABLE customer_origins;
ALTER TABLE customers DROP COLUMN tax_exempt;
