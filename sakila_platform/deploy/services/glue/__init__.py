"""Glue: jobs, crawlers, workflow, Data Catalog.

Not which of them there are.
"""
