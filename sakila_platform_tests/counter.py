"""What happens at the shop's counter, as tests have it happen: rentals, returns, payments, people and films.

Sakila's triggers put NOW() in place of a date on insert, so a dated row is inserted and then dated.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

from sakila_platform.databases.mysql.connection import connect
from sakila_platform_tests.platform import Platform


def rent(platform: Platform, at: str, *, customer: int = 1, copy: int = 1, staff: int = 1) -> int:
    """A customer takes a copy, at `2005-05-24 12:00`. Returns the rental's number."""
    columns = {"inventory_id": copy, "customer_id": customer, "staff_id": staff}
    return _insert_dated(platform, "rental", columns, "rental_date", at)


def give_back(platform: Platform, rental: int, at: str | None) -> None:
    """The copy of a rental comes back (None: it is out after all)."""
    platform.sql("UPDATE rental SET return_date = %s WHERE rental_id = %s", at, rental)


def pay(platform: Platform, at: str, amount: str, *, rental: int | None = None, customer: int = 1) -> int:
    """A customer pays. Returns the payment's number."""
    columns = {"customer_id": customer, "staff_id": 1, "rental_id": rental, "amount": amount}
    return _insert_dated(platform, "payment", columns, "payment_date", at)


def sign_up(platform: Platform, first_name: str, *, city: str) -> int:
    """A customer of a city that the shop has not heard of. Returns the customer's number."""
    platform.sql("INSERT INTO city (city, country_id) VALUES (%s, 1)", city)
    # As another address is: MySQL's has a column that MariaDB's has not.
    columns = platform.sql("SHOW COLUMNS FROM address WHERE Field <> 'address_id'").column("Field")
    platform.sql(f"INSERT INTO address ({', '.join(columns)}) SELECT {', '.join(columns)} FROM address LIMIT 1")
    platform.sql("UPDATE address SET city_id = (SELECT MAX(city_id) FROM city) ORDER BY address_id DESC LIMIT 1")
    platform.sql(
        "INSERT INTO customer (store_id, first_name, last_name, address_id, create_date) "
        "SELECT 1, %s, 'Newcomer', MAX(address_id), NOW() FROM address",
        first_name,
    )
    return platform.sql("SELECT MAX(customer_id) AS id FROM customer")[0]["id"]


def buy_film(platform: Platform, title: str) -> tuple[int, int]:
    """A film with one actor, one category and one copy. Returns the numbers of film and copy."""
    platform.sql("INSERT INTO film (title, language_id) VALUES (%s, 1)", title)
    film = platform.sql("SELECT MAX(film_id) AS id FROM film")[0]["id"]
    platform.sql("INSERT INTO film_actor (actor_id, film_id) VALUES (7, %s)", film)
    platform.sql("INSERT INTO film_category (film_id, category_id) VALUES (%s, 3)", film)
    platform.sql("INSERT INTO inventory (film_id, store_id) VALUES (%s, 1)", film)
    return film, platform.sql("SELECT MAX(inventory_id) AS id FROM inventory")[0]["id"]


def _insert_dated(platform: Platform, table: str, columns: Mapping[str, object], date_column: str, at: str) -> int:
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    with closing(connect(platform.shop)) as connection, connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}, {date_column}) VALUES ({marks}, %s)", (*columns.values(), at))
        key = cursor.lastrowid
        cursor.execute(f"UPDATE {table} SET {date_column} = %s WHERE {table}_id = %s", (at, key))
        connection.commit()
    return key
