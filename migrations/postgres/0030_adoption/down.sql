DROP TABLE network_in_use;
DROP TABLE server_adoptions;
DROP TABLE found_guests;
