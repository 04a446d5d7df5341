"""Rows of a day and records of a file held against their contract, parted into those kept and those set aside.

Not where they are published.
"""
