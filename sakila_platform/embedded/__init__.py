"""The laptop's own MariaDB, and the Sakila data put into it."""
