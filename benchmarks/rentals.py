"""The table that extraction and loading are measured on: rentals like Sakila's over 730 days, the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import click
import numpy as np
import pyarrow as pa

from sakila_platform.databases.mysql import connection as mysql
from sakila_platform.databases.mysql.writer import load_batches

DATABASE = "sakila_benchmark"
DAYS = [date(2023, 1, 1) + timedelta(days=n) for n in range(730)]
ROWS_PER_SCALE = 16_044
SCHEMA = pa.schema(
    {
        "rental_id": pa.int32(),
        "rental_date": pa.timestamp("us"),
        "inventory_id": pa.int32(),
        "customer_id": pa.int32(),
        "return_date": pa.timestamp("us"),
        "staff_id": pa.int16(),
        "last_update": pa.timestamp("us", tz="UTC"),
    }
)
DDL = """CREATE TABLE {table} (
    rental_id INT NOT NULL, rental_date DATETIME NOT NULL, inventory_id MEDIUMINT UNSIGNED NOT NULL,
    customer_id SMALLINT UNSIGNED NOT NULL, return_date DATETIME, staff_id TINYINT UNSIGNED NOT NULL,
    last_update TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (rental_id),
    KEY by_date (rental_date), KEY by_inventory (inventory_id), KEY by_customer (customer_id)) ENGINE=InnoDB"""
CHECKSUM = """SELECT COUNT(*), CAST(SUM(rental_id) AS SIGNED), CAST(SUM(inventory_id) AS SIGNED),
    CAST(SUM(TO_DAYS(rental_date)) AS SIGNED) FROM {table}"""


def rentals(scale: int) -> Iterator[pa.Table]:
    """Rentals in the order of their ids and, nearly, of their time; one in ninety is still out."""
    random = np.random.default_rng(1)
    count = ROWS_PER_SCALE * scale
    start = np.datetime64(DAYS[0], "us").astype(np.int64)
    taken = start + np.sort(random.integers(0, len(DAYS) * 86_400, count)) * 1_000_000
    for first in range(0, count, 100_000):
        piece = taken[first : first + 100_000]
        back = piece + random.integers(20 * 3600, 9 * 86_400, piece.size) * 1_000_000
        columns = {
            "rental_id": np.arange(first + 1, first + 1 + piece.size),
            "rental_date": piece,
            "inventory_id": random.integers(1, 4_582, piece.size),
            "customer_id": random.integers(1, 600, piece.size),
            "return_date": pa.array(back, mask=random.random(piece.size) < 1 / 90),
            "staff_id": random.integers(1, 3, piece.size),
            "last_update": back,
        }
        yield pa.table({name: pa.array(values).cast(SCHEMA.field(name).type) for name, values in columns.items()})


def ensure_rentals(address: mysql.Address, scale: int) -> mysql.Address:
    """The database that holds `rental` at this scale; filled if it is not there."""
    with mysql.connect(address, local_infile=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE IF NOT EXISTS {DATABASE}")
        cursor.execute(f"USE {DATABASE}")
        cursor.execute("SHOW TABLES LIKE 'rental'")
        if cursor.fetchone():
            cursor.execute("SELECT COUNT(*) FROM rental")
            if cursor.fetchone() == (scale * ROWS_PER_SCALE,):
                return address.on(DATABASE)
            cursor.execute("DROP TABLE rental")
        click.echo(f"Making {scale * ROWS_PER_SCALE:,} rentals ...")
        cursor.execute(DDL.format(table="rental"))
        load_batches(connection, "rental", rentals(scale))
        connection.commit()
    return address.on(DATABASE)


def checksum(address: mysql.Address, table: str) -> tuple[int, ...]:
    """What a copy of the table must agree with: rows, sums and nulls."""
    with mysql.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(CHECKSUM.format(table=table))
        return cursor.fetchone()  # type: ignore[return-value]
