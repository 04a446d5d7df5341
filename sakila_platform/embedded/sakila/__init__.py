"""Sakila in a database: the official dump, generated data, longer histories, their verification.

Not the server.
"""
