"""Dashboards as code: what one declares, the page that it becomes, and what it becomes in QuickSight.

Not how a number is computed: that is in the marts.
"""
