"""The raw zone of films and series: how its files are called, and which there are.

Not what is in them.
"""
