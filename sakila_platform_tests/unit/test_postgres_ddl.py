"""A contract as PostgreSQL's and Redshift's table: the same types, but for how long a text may be."""

from __future__ import annotations

from sakila_platform.model.ddl import postgres_ddl
from sakila_platform.reviews.purchases.table import PURCHASES
from sakila_platform.reviews.star import DIM_OS


def test_a_dimension_has_its_key_and_lengths_in_characters() -> None:
    assert postgres_ddl(DIM_OS) == (
        'CREATE TABLE IF NOT EXISTS "dim_os" (\n'
        '  "os_key" BIGINT NOT NULL,\n'
        '  "os" VARCHAR(30) NOT NULL,\n'
        '  "is_apple" BOOLEAN NOT NULL,\n'
        '  PRIMARY KEY ("os_key")\n'
        ")"
    )


def test_redshift_counts_bytes_of_which_a_character_may_have_four() -> None:
    assert '"os" VARCHAR(120) NOT NULL' in postgres_ddl(DIM_OS, bytes_per_character=4)


def test_a_table_without_a_key_has_none_and_takes_nulls() -> None:
    reported = postgres_ddl(PURCHASES)
    assert "PRIMARY KEY" not in reported
    assert '"unit_price" NUMERIC(8,3) NULL' in reported
