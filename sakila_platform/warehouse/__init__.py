"""Final to the warehouse: history, facts, one session per kind of server.

Not what its tables are.
"""
