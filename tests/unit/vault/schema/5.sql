-- The index fills itself: its triggers are there already.
.read 4.sql
