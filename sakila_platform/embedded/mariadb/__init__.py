"""The laptop's own MariaDB: found, installed, started, stopped.

Not what is loaded into it.
"""
