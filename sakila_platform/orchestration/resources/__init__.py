"""Dagster resources: the lake, the databases, the clock, Glue.

No asset logic.
"""
