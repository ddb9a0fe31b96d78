-- Accounts that wait are found without a look at those that are through.
CREATE INDEX migration_records_in_transfer ON migration_records (source_id, transfer, kind, id)
    WHERE transfer IS NOT NULL;
-- What leads to some records of a source is found without a look at all that leads anywhere.
CREATE INDEX migration_links_of_target ON migration_links (source_id, to_kind, to_id, kind, external_id);
