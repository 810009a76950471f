-- Nobody is being removed.
.read 6.sql
