.read 5.sql
-- What is here above the gap in what contact 1 wrote.
INSERT INTO ahead (contact, seq, message) VALUES (1, 4, 5), (1, 5, 6), (1, 6, 14), (1, 7, 15), (1, 8, 18);
