"""Every dashboard of every domain, in the order in which pages lead to them. Pure."""

from sakila_platform.catalogue.dashboards import DASHBOARDS as CATALOGUE
from sakila_platform.rentals.dashboards import DASHBOARDS as RENTALS
from sakila_platform.reviews.dashboards import DASHBOARDS as REVIEWS

ALL_DASHBOARDS = (*RENTALS, *REVIEWS, *CATALOGUE)
