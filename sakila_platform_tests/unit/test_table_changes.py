"""Which type holds all of another, and how a server is told to change its tables."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakila_platform.model.contracts import BIGINT, Column, Table, decimal, text
from sakila_platform.model.ddl import mysql_column, postgres_column
from sakila_platform.warehouse.changing.differences import Change, changes
from sakila_platform.warehouse.changing.found import MYSQL, POSTGRES, REDSHIFT, Dialect, found_tables, holds
from sakila_platform.warehouse.changing.statements import mysql_statements, postgres_statements, redshift_statements
from sakila_platform_tests.bike_star import DIM_BRAND, FACT_HIRE

SIZES = st.integers(1, 38).flatmap(lambda precision: st.tuples(st.just(precision), st.integers(0, precision)))


@given(SIZES, SIZES)
def test_a_number_holds_another_exactly_when_it_takes_its_largest_value_to_its_last_digit(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    precision, scale = other
    largest = Fraction(10**precision - 1, 10**scale)
    fits = largest < 10 ** (one[0] - one[1]) and one[1] >= scale
    assert holds(f"decimal({one[0]},{one[1]})", f"numeric({precision}, {scale})") is fits


@pytest.mark.parametrize(
    ("one", "other", "is_held"),
    [
        ("bigint(20)", "INT", True),
        ("int", "BIGINT", False),
        ("int(10) unsigned", "INT", False),
        ("tinyint(1)", "BOOLEAN", True),
        ("character varying(40)", "VARCHAR(20)", True),
        ("varchar(20)", "VARCHAR(40)", False),
        ("text", "VARCHAR(40)", True),
        ("datetime(6)", "DATETIME", True),
        ("datetime", "DATETIME(6)", False),
        ("double", "DECIMAL(10,2)", False),
        ("date", "DATETIME(6)", False),
        ("timestamp with time zone", "TIMESTAMPTZ", True),
    ],
)
def test_a_type_holds_another(one: str, other: str, is_held: bool) -> None:
    assert holds(one, other) is is_held


DEFAULTS = {
    # What a column holds in older rows, and how MySQL and PostgreSQL are told.
    Column("n", BIGINT, "", default=0): ("`n` BIGINT NOT NULL DEFAULT 0", '"n" BIGINT NOT NULL DEFAULT 0'),
    Column("paid", decimal(10, 2), "", default=Decimal("0.50")): (
        "`paid` DECIMAL(10,2) NOT NULL DEFAULT 0.50",
        '"paid" NUMERIC(10,2) NOT NULL DEFAULT 0.50',
    ),
    Column("name", text(20), "", nullable=True, default="O'Neil \\"): (
        "`name` VARCHAR(20) NULL DEFAULT 'O''Neil \\\\'",
        "\"name\" VARCHAR(20) NULL DEFAULT 'O''Neil \\'",
    ),
    Column("note", text(2000), "", default=""): (
        "`note` TEXT NOT NULL DEFAULT ('')",
        "\"note\" VARCHAR(2000) NOT NULL DEFAULT ''",
    ),
}


@pytest.mark.parametrize("column", DEFAULTS, ids=lambda column: column.name)
def test_a_default_is_written_as_each_server_reads_it(column: Column) -> None:
    assert (mysql_column(column), postgres_column(column)) == DEFAULTS[column]


def of_hires(dialect: Dialect, schema: str) -> list[Change]:
    """Brands get a colour; hires are counted in a wider type, by a name of its own."""
    types = {column.name: dialect.type_name(column.type) for column in (*DIM_BRAND.columns, *FACT_HIRE.columns)}
    rows = [
        (schema, table.name.table, name, types[name], "NO", "PRI" if name in table.primary_key else "")
        for table in (DIM_BRAND, FACT_HIRE)
        for name in table.column_names
    ]
    colour = Column("colour", text(10), "", nullable=True)
    hires = Column("hires", BIGINT, "", renamed_from="rides")
    brand: Table = replace(DIM_BRAND, columns=(*DIM_BRAND.columns, colour))
    hire: Table = replace(FACT_HIRE, columns=(*FACT_HIRE.columns[:2], hires))
    return changes(found_tables(rows), [brand, hire], dialect)


def test_mysql_changes_a_table_in_one_statement() -> None:
    assert mysql_statements(of_hires(MYSQL, "warehouse")) == [
        "ALTER TABLE `dim_brand` ADD COLUMN `colour` VARCHAR(10) NULL AFTER `brand`",
        "ALTER TABLE `fact_hire` CHANGE COLUMN `rides` `hires` BIGINT NOT NULL",
    ]


def test_postgresql_gives_a_column_its_name_first() -> None:
    assert postgres_statements(of_hires(POSTGRES, "public")) == [
        'ALTER TABLE "dim_brand" ADD COLUMN "colour" VARCHAR(10) NULL',
        'ALTER TABLE "fact_hire" RENAME COLUMN "rides" TO "hires"',
        'ALTER TABLE "fact_hire" ALTER COLUMN "hires" TYPE BIGINT',
    ]


def test_redshift_makes_a_table_anew_whose_types_change() -> None:
    assert redshift_statements(of_hires(REDSHIFT, "public")) == [
        ['ALTER TABLE "dim_brand" ADD COLUMN "colour" VARCHAR(40) NULL'],
        [
            'ALTER TABLE "fact_hire" RENAME TO "fact_hire_before"',
            'CREATE TABLE IF NOT EXISTS "fact_hire" (\n'
            '  "brand_key" BIGINT NOT NULL,\n'
            '  "date_key" INTEGER NOT NULL,\n'
            '  "hires" BIGINT NOT NULL,\n'
            '  PRIMARY KEY ("brand_key", "date_key")\n'
            ")",
            'INSERT INTO "fact_hire" ("brand_key", "date_key", "hires") '
            'SELECT "brand_key", "date_key", "rides" FROM "fact_hire_before"',
            'DROP TABLE "fact_hire_before"',
        ],
    ]
