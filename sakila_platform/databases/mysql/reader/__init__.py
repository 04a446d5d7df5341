"""Rows of a MySQL server as Arrow, off the wire.

Not which rows are asked for.
"""
