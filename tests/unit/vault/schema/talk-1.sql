-- Schema 1 and 2: what was said. Bob's third item never came, his fifth is of a kind of a later version; three of ours wait.
INSERT INTO messages (id, contact, ordinal, msg_id, mine, seq, time_ms, received_ms, kind, body, state)
SELECT column1, column2, column3, unhex(printf('%032d', column1)), column4, column5,
	1600000001000 + column1, 1600000002000 + column1, column6, CAST(column7 AS BLOB), column8 FROM (VALUES
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
	(11, 7, 2, 1, 1, 1, 'noted', 3));
INSERT INTO outbox (contact, seq, message) VALUES (1, 3, 7), (1, 4, 8), (2, 1, 9);
