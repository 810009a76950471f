.read people.sql
.read trust.sql
.read talk-1.sql
