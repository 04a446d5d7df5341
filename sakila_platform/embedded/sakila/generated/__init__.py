"""Data of Sakila's shape, made up where the official dump can't be had.

Not how they are loaded.
"""
