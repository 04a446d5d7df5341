"""MySQL and MariaDB: one way to connect, rows as Arrow in and out.

Not what the rows mean.
"""
