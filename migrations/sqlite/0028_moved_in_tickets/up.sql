ALTER TABLE tickets ADD COLUMN external_reference TEXT;
CREATE INDEX tickets_by_reference ON tickets (external_reference) WHERE external_reference is not null;
