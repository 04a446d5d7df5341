"""Vendors' deliveries: files found, read, set aside, given their meaning.

Not purchases.
"""
