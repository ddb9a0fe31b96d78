DROP TABLE links;
DROP TABLE api_keys;
DROP TABLE sessions;
DROP TABLE people;
