-- As it was first released.
.read people.sql
.read talk-1.sql
