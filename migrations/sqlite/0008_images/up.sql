CREATE TABLE images (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    family TEXT NOT NULL,
    boot TEXT NOT NULL,
    kernel TEXT,
    initrd TEXT,
    disk TEXT,
    command_line TEXT NOT NULL,
    minimum_memory_mib INTEGER NOT NULL,
    minimum_disk_gib INTEGER NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX images_name ON images (name);
