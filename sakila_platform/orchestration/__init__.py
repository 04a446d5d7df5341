"""All that knows Dagster: partitions, runs, schedules, checks, Glue as compute.

Not what a domain's data mean.
"""
