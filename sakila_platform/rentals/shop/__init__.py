"""Sakila put into the shop's database, for who has no shop, and shown to newcomers.

Not what is read from it.
"""
