"""PostgreSQL: one way to connect.

Not what is asked of it.
"""
