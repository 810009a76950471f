-- Contact 1 is told what is read; a message to it was begun.
.read 11.sql
UPDATE settings SET read_marks = 1;
UPDATE contacts SET read_ordinal = 5, read_floor = 2, read_named = 3 WHERE id = 1;
INSERT INTO drafts (contact, text) VALUES (1, 'Dear Bob');
