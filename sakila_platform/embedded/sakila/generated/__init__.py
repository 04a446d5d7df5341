"""Data of Sakila's shape, made up where the official dump is not available.

Not how they are loaded.
"""
