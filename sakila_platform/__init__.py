"""An open data platform for a film-rental company: Sakila to lake, warehouse, marts and dashboards.

Not the servers, jobs and files that run it: those are beside this package.
"""
