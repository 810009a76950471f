-- Contact 1 was there last.
.read 14.sql
UPDATE contacts SET seen_ms = 1690000000500 WHERE id = 1;
