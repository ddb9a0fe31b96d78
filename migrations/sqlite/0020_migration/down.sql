DROP TABLE migration_landings;
DROP TABLE migration_templates;
DROP TABLE migration_gaps;
DROP TABLE migration_links;
DROP TABLE migration_records;
DROP TABLE migration_collections;
DROP TABLE migration_sources;
