DROP TABLE opening_balances;
DROP TABLE payment_tokens;
DROP TABLE past_payments;
DROP INDEX invoices_moved_in;
DROP INDEX invoices_number;
CREATE UNIQUE INDEX invoices_number ON invoices (legal_entity_id, number) WHERE number is not null;
ALTER TABLE invoices DROP COLUMN origin;
