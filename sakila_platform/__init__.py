"""An open data platform for a film-rental company: Sakila to lake, warehouse, marts and dashboards."""
