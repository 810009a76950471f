.read 3.sql
UPDATE settings SET lock_after = 15;
