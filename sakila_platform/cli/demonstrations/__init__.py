"""The demonstration of each domain.

Not the commands that it shows.
"""
