-- An answer was begun, and an edit of what it waits for.
.read 21.sql
UPDATE drafts SET reply = 10, edit = 1, edited = 'good morning, dear' WHERE contact = 1;
