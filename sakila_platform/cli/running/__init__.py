"""Commands that run days in Dagster.

Not what a run does.
"""
