-- Since schema 1: Alice and whom she knows, in every state; a contact that was removed (9) never gives its number away.
INSERT INTO identities (id, name, onion_seed, mldsa_seed, mldsa_next_seed, seq, created_ms)
VALUES (1, 'Alice', unhex(printf('%064d', 11)), unhex(printf('%064d', 12)), unhex(printf('%064d', 13)), 0, 1600000000000);
INSERT INTO contacts (id, identity, onion, name, their_name, greeting, state, key_changed, out_seq, created_ms) VALUES
	(1, 1, unhex(printf('%064d', 101)), 'Bob', 'Robert', 'hi', 3, 0, 4, 1600000000001),
	(2, 1, unhex(printf('%064d', 102)), 'Carol', '', 'It is me, Alice', 1, 0, 1, 1600000000002),
	(3, 1, unhex(printf('%064d', 103)), '', 'Дейв', 'may I?', 2, 0, 0, 1600000000003),
	(4, 1, unhex(printf('%064d', 104)), '', 'Erin', '', 4, 0, 0, 1600000000004),
	(5, 1, unhex(printf('%064d', 105)), 'Mallory', '', '', 5, 0, 0, 1600000000005),
	(7, 1, unhex(printf('%064d', 107)), '', 'Frank', '', 3, 1, 1, 1600000000007),
	(9, 1, unhex(printf('%064d', 109)), '', 'Gone', '', 3, 0, 0, 1600000000009);
DELETE FROM contacts WHERE id = 9;
INSERT INTO pins (contact, pk, next, seq)
SELECT id, CAST(printf('%01952d', id) AS BLOB), unhex(printf('%064d', 200 + id)), id FROM contacts WHERE id IN (1, 3, 7);
