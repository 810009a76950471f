-- An index only.
.read 20.sql
