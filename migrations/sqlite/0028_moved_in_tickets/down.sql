DROP INDEX tickets_by_reference;
ALTER TABLE tickets DROP COLUMN external_reference;
