DROP TABLE links;
DROP TABLE recovery_codes;
DROP TABLE api_keys;
DROP TABLE sessions;
DROP TABLE people;
