-- Accounts that wait are found without a look at those that are through.
CREATE INDEX migration_records_in_transfer ON migration_records (source_id, transfer, kind, id)
    WHERE transfer IS NOT NULL;
