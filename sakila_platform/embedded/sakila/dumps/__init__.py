"""A dump of Sakila: found, unpacked, read statement by statement, held to what is allowed.

Not how it is loaded.
"""
