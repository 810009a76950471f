-- Alice has a picture; contact 1 was told of it.
.read 7.sql
UPDATE identities SET profile = 1, picture = zeroblob(12288) WHERE id = 1;
UPDATE contacts SET profile = 1 WHERE id = 1;
