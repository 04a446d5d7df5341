"""Every check passes on the official data, and fails on data broken for it, with the rule in its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from sakila_platform.capture.tables import Capture, capture_days
from sakila_platform.definitions import platform_definitions
from sakila_platform.errors import PlatformError
from sakila_platform.lake.audits.rows import audit_table
from sakila_platform.lake.files import Lake
from sakila_platform.lake.parquet_files import encode_parquet
from sakila_platform.model.contracts import Table, arrow_schema
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.rentals import source, star, warehouse_star
from sakila_platform.rentals.dates.years import publish_year
from sakila_platform.rentals.star_build import star_build
from sakila_platform.star.transform import build_days
from sakila_platform.warehouse.mysql.dates import load_year
from sakila_platform_tests.platform import LAYERS, Platform

DAY = date(2005, 5, 26)
NOON = datetime(2005, 5, 26, 12)
LAKE_TABLES = (*source.STAGE_TABLES, *star.DAILY_TABLES)
RENTAL_LAYERS = [[layer, "sakila"] for layer in LAYERS]
BY_NAME = pytest.mark.parametrize("table", LAKE_TABLES, ids=lambda table: str(table.name))


# All of them, on the official data


def test_every_check_passes_on_the_official_data(platform: Platform) -> None:
    result = platform.run_in_dagster("2005-05-24", "2005-05-26")

    assert result.success
    reported = result.get_asset_check_evaluations()
    assert [fact for fact in reported if not fact.passed] == []
    evaluated = {(fact.asset_key.to_user_string(), fact.check_name, fact.partition) for fact in reported}
    days = ("2005-05-24", "2005-05-25", "2005-05-26")
    declared = [(str(table.name), "contract") for table in (*LAKE_TABLES, *warehouse_star.DAILY_TABLES)]
    declared += [(str(table.name), "matches_source") for table in source.EVENT_TABLES]
    for layer, check in (("final", "matches_stage"), ("warehouse", "matches_final")):
        declared += [(f"{layer}/sakila/{fact}", check) for fact in ("fact_rental", "fact_return", "fact_payment")]
    assert evaluated == {(table, check, day) for table, check in declared for day in days}
    assert platform.stale_days("rental") == platform.stale_days("payment") == {}


def test_every_check_that_dagster_shows_is_described_here() -> None:
    asset_checks = platform_definitions().resolve_asset_graph().asset_check_keys
    checks = {check.name for check in asset_checks if check.asset_key.path[:2] in RENTAL_LAYERS}

    assert checks == {"contract", "matches_source", "matches_stage", "matches_final", "stale_days"}


# contract: one good row of each table, broken in each way that its contract knows


def a_row(table: Table) -> pa.Table:
    """A row that keeps the table's contract."""
    text = "PG" if table.name.table == "dim_film" else "text"
    good: dict[pa.DataType, object] = {pa.string(): text, pa.bool_(): True, pa.date32(): DAY}
    values: dict[str, object] = {}
    for column in table.columns:
        kind = column.type.arrow
        values[column.name] = NOON if pa.types.is_timestamp(kind) else good.get(kind, column.minimum or 1)
    return pa.Table.from_pylist([values], schema=nullable(arrow_schema(table)))


def nullable(schema: pa.Schema) -> pa.Schema:
    return pa.schema([field.with_nullable(True) for field in schema])


def with_value(rows: pa.Table, column: str, value: object) -> pa.Table:
    place = rows.schema.get_field_index(column)
    return rows.set_column(
        place, rows.schema.field(column), pa.array([value] * len(rows), rows.schema.field(column).type)
    )


def broken_rules(table: Table, rows: pa.Table) -> Mapping[str, int]:
    kept, rejected, broken = audit_table(rows, table, DAY)
    assert kept.num_rows + rejected.num_rows == rows.num_rows
    assert kept.schema.equals(arrow_schema(table))
    return broken


@BY_NAME
def test_a_good_row_keeps_the_contract(table: Table) -> None:
    assert broken_rules(table, a_row(table)) == {}


@BY_NAME
def test_contract_fails_on_a_null_where_there_must_be_a_value(table: Table) -> None:
    for column in table.columns:
        broken = broken_rules(table, with_value(a_row(table), column.name, None))
        expected = {} if column.nullable else {f"{column.name} is not null": 1}
        assert broken == expected, column.name


@BY_NAME
def test_contract_fails_on_a_key_that_comes_twice(table: Table) -> None:
    twice = pa.concat_tables([a_row(table), a_row(table)])

    assert broken_rules(table, twice) == {"primary key is unique": 1}


@BY_NAME
def test_contract_fails_on_a_value_out_of_range(table: Table) -> None:
    for column in table.columns:
        if column.minimum is not None:
            broken = broken_rules(table, with_value(a_row(table), column.name, column.minimum - 1))
            assert broken[f"{column.name} is at least {column.minimum}"] == 1
        if column.maximum is not None:
            broken = broken_rules(table, with_value(a_row(table), column.name, column.maximum + 1))
            assert broken[f"{column.name} is at most {column.maximum}"] == 1
        if column.allowed:
            broken = broken_rules(table, with_value(a_row(table), column.name, "XXX"))
            assert broken == {f"{column.name} is one of {', '.join(column.allowed)}": 1}


def test_the_contracts_know_ranges_allowed_values_and_rules_of_their_own() -> None:
    columns = [column for table in star.DAILY_TABLES for column in table.columns]

    assert any(column.minimum is not None for column in columns)
    assert any(column.maximum is not None for column in columns)
    assert any(column.allowed for column in columns)
    assert any(table.rules for table in star.DAILY_TABLES)


def put(platform: Platform, table: str, rows: list[dict]) -> None:
    """Put these rows in place of a table's day."""
    schema = platform.schema(table, str(DAY))
    platform.lake_files.publish(platform.lake_path(table, str(DAY)), encode_parquet(pa.Table.from_pylist(rows, schema)))


@pytest.mark.parametrize("fact", [t for t in star.DAILY_TABLES if t.references], ids=lambda table: str(table.name))
def test_contract_fails_on_a_key_that_its_dimension_lacks(platform: Platform, fact: Table) -> None:
    platform.run(str(DAY), layers=["stage", "final"])
    for column, dimension in fact.references.items():
        key = dimension.removeprefix("dim_") + "_id"
        rows = platform.lake(f"final/sakila/{dimension}", str(DAY))
        used = platform.lake(str(fact.name), str(DAY))[0][column]
        kept = [row for row in rows if row[key] != used]
        put(platform, f"final/sakila/{dimension}", kept)
        platform.set(ALLOWED_BAD_SHARE=1)

        outcomes = platform.run(str(DAY), layers=["final"], tables=[fact.name.table])

        assert outcomes[fact.name][DAY].broken.keys() == {f"{column} names a row of {dimension}"}
        put(platform, f"final/sakila/{dimension}", list(rows))


# The layer boundaries


def make_losing(lake: Lake, stored: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a lake store something else than it is given, where it is given events."""
    publish, publish_each = lake.publish, lake.publish_each

    def kept(path: str, content: bytes) -> bytes:
        return stored if path.startswith(("stage/sakila/rental", "stage/sakila/payment")) else content

    monkeypatch.setattr(lake, "publish", lambda path, content: publish(path, kept(path, content)))
    monkeypatch.setattr(lake, "publish_each", lambda paths, content: publish_each(paths, kept(paths[0], content)))


@pytest.mark.parametrize("table", source.EVENT_TABLES, ids=lambda table: str(table.name))
def test_matches_source_fails_when_the_lake_holds_other_rows_than_the_shop(platform: Platform, table: Table) -> None:
    platform.run(str(DAY), "2005-05-27", layers=["stage"], tables=[table.name.table])
    lake = platform.lake_files
    make_losing(lake, lake.read(platform.lake_path(str(table.name), "2005-05-27")), platform.monkeypatch)
    capture = Capture(platform.shop, lake, platform.clock, 0.01, platform.folder / "spill")

    outcome = capture_days(capture, [table], [DAY])[table.name][DAY]

    assert outcome.checks["matches_source"].startswith("the source has")


@pytest.mark.parametrize("fact", ["fact_rental", "fact_return", "fact_payment"])
def test_matches_stage_fails_when_a_query_loses_an_event(platform: Platform, fact: str) -> None:
    platform.run(str(DAY), layers=["stage", "final"])
    build = replace(star_build(platform.lake_files), sql_folder=losing_sql(platform.folder / "sql", fact))
    (table,) = (table for table in star.DAILY_TABLES if table.name.table == fact)

    outcome = build_days(build, [table], [DAY])[table.name][DAY]

    assert outcome.checks["matches_stage"] == (
        f"stage/sakila/{table.taken_from[0] if table.taken_from else ''} has {outcome.rows + 1} events, "
        f"final and quarantine {outcome.rows}"
    )


def losing_sql(folder: Path, fact: str) -> Path:
    """The fact's query, without the row of the day that has the highest number."""
    folder.mkdir()
    text = (SQL_FOLDER / "rentals" / "final" / f"{fact}.sql").read_text(encoding="utf-8")
    grain, _, query = text.partition("\n")
    key = "payment_id" if fact == "fact_payment" else "rental_id"
    (folder / f"{fact}.sql").write_text(
        f"{grain}\nWITH every AS (\n{query}\n)\nSELECT {', '.join(f'every.{c}' for c in columns_of(fact))}\n"
        f"FROM every WHERE every.{key} < (SELECT max(e.{key}) FROM every AS e)\n"
    )
    return folder


def columns_of(fact: str) -> tuple[str, ...]:
    (table,) = (table for table in star.DAILY_TABLES if table.name.table == fact)
    return ("dt", *table.column_names)


# dim_date


def test_dim_date_keeps_its_contract_for_every_year_of_the_calendar(platform: Platform) -> None:
    for year in (2005, 2006, 2024):
        assert publish_year(platform.lake_files, year) == (366 if year == 2024 else 365)


def test_dim_date_is_refused_in_the_warehouse_when_the_lake_has_no_such_year(platform: Platform) -> None:
    with platform.warehouse_database.connect() as connection, pytest.raises(PlatformError, match="has no 2007"):
        load_year(connection, platform.lake_files, star.DIM_DATE, 2007)


def test_dim_date_fails_on_a_month_that_is_none() -> None:
    broken = broken_rules(star.DIM_DATE, with_value(a_row(star.DIM_DATE), "month", 13))

    assert broken == {"month is at most 12": 1}
