"""Dashboards as code: what one declares, the page that it becomes, and what it becomes in QuickSight."""
