-- Something of contact 1 could not be read twice.
.read 8.sql
INSERT INTO aside (contact, hash, tries, at_ms) VALUES (1, zeroblob(32), 2, 1600000003000);
