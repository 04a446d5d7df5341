"""The databases of the rental business: the shop's own, and the warehouse, on one server or on two."""

from __future__ import annotations

from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.embedded.mysql_address import OLTP_DATABASE, WAREHOUSE_DATABASE
from sakila_platform.settings.places import MYSQL_URL, WAREHOUSE_URL

SHOP = MySQLDatabase(OLTP_DATABASE, (MYSQL_URL,))
WAREHOUSE = MySQLDatabase(WAREHOUSE_DATABASE, (WAREHOUSE_URL, MYSQL_URL), is_made=True)
