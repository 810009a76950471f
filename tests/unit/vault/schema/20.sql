-- Where conversations stand in the list.
.read 19.sql
UPDATE contacts SET shelf = 2 WHERE id = 1;
UPDATE contacts SET archived = 2 WHERE id = 2;
