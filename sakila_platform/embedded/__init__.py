"""The laptop's own MariaDB and PostgreSQL, and the Sakila data put into the former.

Not how a server is reached (`databases`).
"""
