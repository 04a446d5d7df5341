"""A file of the lake says what it was made by: its contract, the SQL with its functions, and the settings used."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sakila_platform.cli.asking.versions import VersionDays, outdated_ranges, show_versions, versions_of
from sakila_platform.cli.terminal import Terminal
from sakila_platform.domains import DOMAINS
from sakila_platform.lake.parquet_files import encode_parquet
from sakila_platform.orchestration.layers.daily import daily_assets
from sakila_platform.orchestration.layers.unpartitioned import unpartitioned_assets
from sakila_platform.rentals.domain import DOMAIN as RENTALS
from sakila_platform_tests.changed_contracts import change_select
from sakila_platform_tests.platform import Platform

FIRST, SECOND, THIRD = "2005-05-24", "2005-05-25", "2005-05-26"
LAKE = ("stage", "final")


def found(platform: Platform) -> list[VersionDays]:
    return list(versions_of(platform.lake_files, RENTALS))


def of(platform: Platform, table: str) -> list[tuple[str, list[str]]]:
    """What made the partitions of a table, and which."""
    return [
        (each.made_by, [partition.partition("=")[2] for partition in each.partitions])
        for each in found(platform)
        if each.table.name.table == table
    ]


def test_every_file_of_a_run_says_that_today_s_versions_made_it(platform: Platform) -> None:
    platform.run(FIRST)

    made = {(each.table.name.layer, each.made_by) for each in found(platform)}

    assert made == {("stage", "today's"), ("final", "today's")}
    assert {each.table.name for each in found(platform)} == {table.name for table in RENTALS.lake_tables}


def test_days_that_another_select_made_are_named_and_run_again_by_the_printed_command(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as older:
        change_select(
            older, tmp_path / "sql", "fact_return", "rental.dt) AS rental_days", "rental.dt) + 1 AS rental_days"
        )
        platform.run(FIRST, SECOND, layers=LAKE)
    platform.run(THIRD, layers=LAKE)

    assert of(platform, "fact_return") == [("older SQL", [FIRST, SECOND]), ("today's", [THIRD])]
    assert of(platform, "fact_rental") == [("today's", [FIRST, SECOND, THIRD])]
    shown = io.StringIO()
    show_versions(Terminal.on(shown))
    assert "`sakila-platform run rentals --from 2005-05-24 --to 2005-05-25`" in shown.getvalue()

    platform.run(FIRST, SECOND, layers=LAKE)

    assert of(platform, "fact_return") == [("today's", [FIRST, SECOND, THIRD])]
    assert outdated_ranges(found(platform)) == []


def test_files_from_before_versions_were_kept_are_unknown_and_nobody_has_to_run_them_again(platform: Platform) -> None:
    platform.run(FIRST, layers=LAKE)
    path = platform.lake_path("final/sakila/fact_payment", FIRST)
    rows = pq.read_table(pa.BufferReader(platform.lake_files.read(path))).replace_schema_metadata(None)
    platform.lake_files.publish(path, encode_parquet(rows))

    assert of(platform, "fact_payment") == [("unknown (before files carried it)", [FIRST])]
    assert outdated_ranges(found(platform)) == []


def test_a_year_of_dates_says_whose_holidays_it_has(platform: Platform) -> None:
    platform.run(FIRST)
    assert of(platform, "dim_date") == [("today's", ["2005"])]

    platform.set(HOLIDAY_COUNTRY="US")

    assert of(platform, "dim_date") == [("older settings", ["2005"])]


def test_a_capture_to_which_a_member_was_added_is_still_of_the_version_that_captured_it(platform: Platform) -> None:
    platform.run(FIRST, layers=("stage",))
    path = platform.lake_path("stage/sakila/customer", FIRST)
    rows = pq.read_table(pa.BufferReader(platform.lake_files.read(path)))
    platform.lake_files.publish(path, encode_parquet(rows.slice(0, 100)))

    platform.run(FIRST, layers=("stage",))

    assert len(platform.lake("stage/sakila/customer", FIRST)) > 100
    assert of(platform, "customer") == [("today's", [FIRST])]


def test_dagster_knows_the_version_of_each_table_as_the_version_of_its_code() -> None:
    for domain in DOMAINS:
        versions = domain.versions()
        assets = [
            *(daily_assets(domain, layer) for layer in domain.daily),
            *(unpartitioned_assets(domain, layer) for layer in domain.unpartitioned),
        ]
        of_assets = {tuple(spec.key.path): spec.code_version for each in assets for spec in each.specs}
        of_tables = {tuple(name.key): str(version) for name, version in versions.items()}
        assert of_assets == {key: of_tables[key] for key in of_assets}


def test_days_to_run_again_come_in_pieces_without_a_gap(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as older:
        change_select(
            older, tmp_path / "sql", "fact_return", "rental.dt) AS rental_days", "rental.dt) + 1 AS rental_days"
        )
        platform.run(FIRST, THIRD, layers=LAKE)
    platform.run(SECOND, layers=LAKE)

    pieces = outdated_ranges(found(platform))

    assert pieces == [[date.fromisoformat(FIRST)], [date.fromisoformat(THIRD)]]
