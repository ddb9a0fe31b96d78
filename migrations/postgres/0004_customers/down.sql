DROP TABLE members;
DROP TABLE customers;
