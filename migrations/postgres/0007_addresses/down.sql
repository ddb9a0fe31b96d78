DROP TABLE macs;
DROP TABLE addresses;
DROP TABLE address_pools;
