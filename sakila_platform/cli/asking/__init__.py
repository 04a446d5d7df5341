"""Commands that only read: query and status.

Nothing here writes.
"""
