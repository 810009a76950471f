-- Cover traffic goes to contact 1.
.read 17.sql
UPDATE contacts SET cover = 1 WHERE id = 1;
