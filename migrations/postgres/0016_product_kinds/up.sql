ALTER TABLE plans ADD COLUMN tlds TEXT NOT NULL DEFAULT '';
ALTER TABLE plans ALTER COLUMN tlds DROP DEFAULT;
ALTER TABLE plans DROP CONSTRAINT plans_vcpus_check;
ALTER TABLE plans DROP CONSTRAINT plans_memory_mib_check;
ALTER TABLE plans DROP CONSTRAINT plans_disk_gib_check;
ALTER TABLE plans ADD CONSTRAINT plans_sizes_check
    CHECK ((kind = 'private_server') = (vcpus > 0 AND memory_mib > 0 AND disk_gib > 0));
