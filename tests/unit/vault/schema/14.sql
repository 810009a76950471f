-- The clocks of all that contact 1 wrote and that was read run; the wall clock was set forward once, by a second and a half.
.read 13.sql
UPDATE contacts SET clock_ordinal = read_ordinal, read_ms = 1690000000000;
UPDATE settings SET clock_ahead_ms = -1500;
UPDATE messages SET from_ms = received_ms WHERE contact = 1 AND ordinal = 1;
