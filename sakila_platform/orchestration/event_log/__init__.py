"""Dagster's instance and event log, and who is notified of what stands in it.

Not what a run does.
"""
