"""A star into a warehouse on PostgreSQL: one transaction for all tables and days of a run.

Not what its tables are, which is declared.
"""
