-- Since schema 3: what was said, and edits, reactions, replies and deletions. As the program does it, an item is there first,
-- and then what it does to others.
INSERT INTO messages (id, contact, ordinal, msg_id, mine, seq, time_ms, received_ms, kind, body, state, hash, salt)
SELECT column1, column2, column3, unhex(printf('%032d', column1)), column4, column5,
	1600000001000 + column1, 1600000002000 + column1, column6, CAST(column7 AS BLOB), column8,
	unhex(printf('%064d', 400 + column1)), unhex(printf('%032d', 500 + column1)) FROM (VALUES
	(1, 1, 1, 1, 1, 1, 'good morning, Bob', 3),
	(2, 1, 2, 0, 1, 1, 'Good morning Alice', 4),
	(3, 1, 3, 0, 2, 1, 'пароль ünïcode 你好 🙂', 4),
	(4, 1, 4, 1, 2, 1, 'begin' || replace(hex(zeroblob(700)), '00', ' long') || ' end', 3),
	(5, 1, 5, 0, 4, 1, 'what came behind the gap', 4),
	(6, 1, 6, 0, 5, 77, x'00ff', 4),
	(7, 1, 7, 1, 3, 1, 'waits first', 1),
	(8, 1, 8, 1, 4, 1, 'waits second', 1),
	(9, 2, 1, 1, 1, 1, 'are you there?', 1),
	(10, 7, 1, 0, 1, 1, 'before the key changed', 4),
	(11, 7, 2, 1, 1, 1, 'noted', 3),
	(12, 1, 9, 1, 5, 1, 'teh typo', 3),
	(13, 1, NULL, 1, 6, 4, unhex(printf('%032d', 12)) || CAST('the typo' AS BLOB), 3),
	(14, 1, 10, 0, 6, 2, x'01' || unhex(printf('%032d', 12)) || CAST('which typo?' AS BLOB), 4),
	(15, 1, NULL, 0, 7, 3, x'01' || unhex(printf('%032d', 12)) || CAST('👍' AS BLOB), 4),
	(16, 1, 11, 1, 7, 1, 'a regret', 3),
	(17, 1, NULL, 1, 8, 5, unhex(printf('%032d', 16)), 1),
	(18, 1, 12, 0, 8, 1, 'not for my eyes', 4));
UPDATE messages SET target = 12 WHERE id IN (13, 14, 15);
UPDATE messages SET latest = 13 WHERE id = 12;
UPDATE messages SET react_theirs = 15 WHERE id = 12;
UPDATE messages SET target = 16 WHERE id = 17;
UPDATE messages SET latest = 17 WHERE id = 16;
UPDATE messages SET body = x'', salt = x'', gone = 1 WHERE id = 16;
UPDATE messages SET body = x'', salt = x'', gone = 2 WHERE id = 18;
UPDATE contacts SET out_seq = 8 WHERE id = 1;
INSERT INTO outbox (contact, seq, message) VALUES (1, 3, 7), (1, 4, 8), (1, 8, 17), (2, 1, 9);
INSERT INTO heard (contact, top, head, last, above, broken_ms) VALUES
	(1, 2, unhex(printf('%064d', 403)), 8, 5, 0),
	(7, 1, unhex(printf('%064d', 410)), 1, 0, 1600000002345);
