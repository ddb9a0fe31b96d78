DROP TABLE migration_mailbox_folders;
DROP TABLE migration_mailboxes;
DROP TABLE migration_content;
