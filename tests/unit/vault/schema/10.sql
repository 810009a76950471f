-- The one row of `restored` is there already.
.read 9.sql
