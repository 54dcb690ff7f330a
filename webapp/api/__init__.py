"""The typed JSON API over the queries and actions of the other apps."""
