-- Messages with contact 1 are kept here for a month; its first one vanishes a year after it was read.
.read 10.sql
UPDATE contacts SET retention = 30, keep_days = 30, read_ordinal = 3, sweep_ms = 1700000100000 WHERE id = 1;
UPDATE messages SET vanish = 31536000, from_ms = 1690000000000, expires_ms = 1721536000000
 WHERE contact = 1 AND ordinal = 2;
