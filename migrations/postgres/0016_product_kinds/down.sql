-- What is neither server nor sold any more stays, for the subscriptions that refer to it.
UPDATE plans SET kind = 'private_server', vcpus = 1, memory_mib = 32, disk_gib = 1, private = TRUE, state = 'archived'
    WHERE kind <> 'private_server';
ALTER TABLE plans DROP CONSTRAINT plans_sizes_check;
ALTER TABLE plans ADD CONSTRAINT plans_vcpus_check CHECK (vcpus > 0);
ALTER TABLE plans ADD CONSTRAINT plans_memory_mib_check CHECK (memory_mib > 0);
ALTER TABLE plans ADD CONSTRAINT plans_disk_gib_check CHECK (disk_gib > 0);
ALTER TABLE plans DROP COLUMN tlds;
