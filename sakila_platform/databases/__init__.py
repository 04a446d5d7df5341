"""Reaching a database server: addresses, readers, writers.

Not what is asked of it, and not where the laptop's own runs (`embedded`).
"""
