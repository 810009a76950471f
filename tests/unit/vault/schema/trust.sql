-- Since schema 2: identities and invitations, trust, continuity. Identity 3 was removed.
UPDATE identities SET strangers = 1, rotated_ms = 1600000000500, seq = 1 WHERE id = 1;
INSERT INTO identities (id, name, onion_seed, mldsa_seed, mldsa_next_seed, seq, created_ms)
VALUES (2, 'Ali', unhex(printf('%064d', 21)), unhex(printf('%064d', 22)), unhex(printf('%064d', 23)), 0, 1600000000100);
UPDATE last_identity SET id = 3;
INSERT INTO rotations (identity, seq, pk, next, sig)
VALUES (1, 0, CAST(printf('%01952d', 12) AS BLOB), unhex(printf('%064d', 212)), CAST(printf('%03309d', 12) AS BLOB));
INSERT INTO invites (id, identity, label, state, contact, created_ms, expires_ms, pqfp, secret) VALUES
	(1, 1, 'for Grace', 1, 0, 1600000000200, 4102444800000, unhex(printf('%064d', 301)), unhex(printf('%064d', 302))),
	(2, 1, 'for Bob', 2, 1, 1600000000201, 4102444800000, unhex(printf('%064d', 303)), x''),
	(3, 2, 'for nobody', 3, 0, 1600000000202, 4102444800000, unhex(printf('%064d', 304)), x''),
	(4, 2, 'too late', 4, 0, 1600000000203, 1600000000300, unhex(printf('%064d', 305)), x'');
INSERT INTO invites_held (contact, pqfp, refused, secret)
VALUES (2, unhex(printf('%064d', 310)), 0, unhex(printf('%064d', 311)));
UPDATE contacts SET trust = 3, rotated_ms = 1600000000600, floor_version = 1, floor_suite = 1 WHERE id = 1;
UPDATE contacts SET trust = 2 WHERE id = 7;
INSERT INTO candidates (contact, pk, next, seq)
VALUES (7, CAST(printf('%01952d', 77) AS BLOB), unhex(printf('%064d', 277)), 0);
INSERT INTO continuity (contact, cur, prev, known)
VALUES (1, unhex(printf('%064d', 321)), unhex(printf('%064d', 322)), 2);
INSERT INTO losses (contact, at_ms) VALUES (1, 1600000000700), (1, 1600000000701);
