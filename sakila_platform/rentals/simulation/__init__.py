"""Customers renting by the day: who, what, when, and what was simulated already.

Not how stage sees it.
"""
