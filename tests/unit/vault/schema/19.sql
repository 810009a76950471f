-- The page keeps something.
.read 18.sql
UPDATE settings SET page = '{"language":"de"}';
