"""The lake: files and their publishing, quarantine, views of days.

Not how its tables are made.
"""
