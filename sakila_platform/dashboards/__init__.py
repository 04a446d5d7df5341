"""Dashboards as code: what one declares, the page it becomes on a laptop, and the definition it becomes in QuickSight."""
