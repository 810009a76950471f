.read people.sql
.read trust.sql
.read talk-3.sql
