CREATE TABLE images (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    family TEXT NOT NULL,
    boot TEXT NOT NULL,
    kernel TEXT,
    initrd TEXT,
    disk TEXT,
    command_line TEXT NOT NULL,
    minimum_memory_mib BIGINT NOT NULL,
    minimum_disk_gib BIGINT NOT NULL,
    state TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX images_name ON images (name);
