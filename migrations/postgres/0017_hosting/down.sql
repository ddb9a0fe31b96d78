DROP TABLE zone_imports;
DROP TABLE zone_records;
DROP TABLE zones;
DROP TABLE domains;
