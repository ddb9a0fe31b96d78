DROP TABLE server_disks;
DROP TABLE server_observations;
DROP TABLE servers;
