"""Purchases: lines read from a file, kept in PostgreSQL, staged by day.

Not reviews.
"""
