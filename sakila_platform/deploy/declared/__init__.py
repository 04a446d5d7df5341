"""What an environment consists of, by subject, from settings and contracts.

Not how AWS is told.
"""
