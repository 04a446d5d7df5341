"""The databases of reviews, on one PostgreSQL or on two; the warehouse may be on Redshift instead."""

from __future__ import annotations

from sakila_platform.declarations.postgres_database import PostgresDatabase
from sakila_platform.settings.places import POSTGRES_URL
from sakila_platform.settings.reviews import REVIEWS_WAREHOUSE_URL

PURCHASES_DATABASE = PostgresDatabase("reviews", (POSTGRES_URL,))
WAREHOUSE = PostgresDatabase("datawarehouse_reviews", (REVIEWS_WAREHOUSE_URL, POSTGRES_URL))
