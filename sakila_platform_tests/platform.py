"""A whole platform in a temporary folder: the shop's database, a lake, a warehouse, and a clock that a test moves.

`run` calls what the assets call (`capture_days`, `build_days`, `load_days`) without Dagster, so that a test costs a
second; `run_in_dagster` runs the assets themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any, Protocol

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pymysql
import pytest

from sakila_platform.capture.tables import Capture, capture_days
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.definitions import platform_definitions
from sakila_platform.errors import PlatformError
from sakila_platform.lake.files import Lake
from sakila_platform.lake.location import open_lake
from sakila_platform.model.contracts import Table
from sakila_platform.model.days import Clock, chunks, days_between
from sakila_platform.model.naming import TableName, data_file, day_partition
from sakila_platform.model.outcomes import LoadRefused, Outcomes
from sakila_platform.orchestration.asset_specs import load_refused, results
from sakila_platform.orchestration.layers.stale_days import stale_days_check
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.database import DatabaseResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.rentals import source, star, warehouse_star
from sakila_platform.rentals.databases import SHOP, WAREHOUSE
from sakila_platform.rentals.dates.years import publish_year
from sakila_platform.rentals.star_build import star_build
from sakila_platform.settings.calendar import TIME_ZONE
from sakila_platform.settings.every import all_settings
from sakila_platform.settings.places import lake_location
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE, DAYS_PER_CHUNK
from sakila_platform.star.transform import build_days
from sakila_platform.warehouse.mysql.load import Loading, load_days
from sakila_platform_tests.lake_places import FolderPlace, LakePlace
from sakila_platform_tests.parsed_marts import bring_parsed_marts
from sakila_platform_tests.tables import Rows, rows_of

LAYERS = ("stage", "final", "warehouse")
NOON_AFTER_THE_HISTORY = "2006-03-01 12:00"
# "The same" of design rule 2: every column but when it was read or written, and from which lake.
NOT_COMPARED = ("captured_at", "last_update", "loaded_at", "lake_id", "location")
Contents = dict[str, Any]


class Engine(Protocol):
    """What computes stage and final, when it is not the local lane."""

    def stage(self, platform: Platform, tables: Sequence[Table], days: list[date], recapture: bool) -> Outcomes:
        """Bring days to stage."""

    def final(self, platform: Platform, tables: Sequence[Table], days: list[date]) -> Outcomes:
        """Build days of final."""


class CheckFailed(PlatformError):
    """A check of a layer did not pass; Dagster would stop what is downstream."""


@dataclass
class Platform:
    """One platform, and what a test may do to it. Days are texts such as 2005-05-24."""

    shop: Address
    warehouse_address: Address
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    lake_place: LakePlace | None = None
    engine: Engine | None = None
    clock: Clock = field(init=False)
    loses_history: bool = field(init=False, default=False)
    """Whether the run that goes on may give up captures that were taken in time."""
    _lakes: dict[str, Lake] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for setting in all_settings():
            self.monkeypatch.delenv(setting.name, raising=False)
        self.lake_place = self.lake_place or FolderPlace(self.folder / "lake")
        self.set(HOME=self.folder)
        for name, value in self.lake_place.environment.items():
            self.monkeypatch.setenv(name, value)
        self.clock_stands_at(NOON_AFTER_THE_HISTORY)

    # The outside world

    def set(self, **values: object) -> None:
        """Settings by their name without `SAKILA_`: `platform.set(ALLOWED_BAD_SHARE=0.5)`."""
        for name, value in values.items():
            self.monkeypatch.setenv(f"SAKILA_{name}", str(value))

    def clock_stands_at(self, wall_time: str) -> None:
        """Stop the clock at this wall time (UTC): `2005-06-10 12:00`."""
        instant = datetime.fromisoformat(wall_time).replace(tzinfo=timezone.utc)
        self.set(CLOCK=instant.isoformat())
        self.clock = Clock(TIME_ZONE.read(), instant)

    def sql(self, statement: str, *values: object) -> Rows:
        """Run one statement in the shop's database; what it answers."""
        with closing(connect(self.shop, autocommit=True)) as connection:
            return _fetched(connection, statement, values)

    def damage(self, statement: str, *values: object) -> None:
        """Run one statement in the shop's database that its own rules would refuse: orphans, zero dates."""
        with closing(connect(self.shop, autocommit=True)) as connection:
            with connection.cursor() as cursor:
                cursor.execute("SET foreign_key_checks = 0, sql_mode = ''")
            _fetched(connection, statement, values)

    # Running

    def run(
        self,
        first: str,
        last: str = "",
        *,
        layers: Sequence[str] = LAYERS,
        tables: Collection[str] = (),
        recapture: bool = False,
        lose_history: bool = False,
    ) -> Outcomes:
        """Run days of these layers (and only these tables, when named) as one run. Returns outcomes by table and day.

        Raises what the assets would fail with: PlatformError, DaysRefused, and CheckFailed for a check.
        """
        self.loses_history = lose_history
        days = days_between(date.fromisoformat(first), date.fromisoformat(last or first))
        outcomes: Outcomes = {}
        for layer in layers:
            of_layer = getattr(self, f"_run_{layer}")(tables, days, recapture)
            _require_checks_passed(of_layer)
            outcomes |= of_layer
        return outcomes

    def _run_stage(self, tables: Collection[str], days: list[date], recapture: bool) -> Outcomes:
        capture = Capture(
            source=self.shop,
            lake=self.lake_files,
            clock=self.clock,
            allowed_bad_share=ALLOWED_BAD_SHARE.read(),
            spill_folder=self.folder / "spill",
            recapture=recapture,
            lose_history=self.loses_history,
        )
        selected = _selected(source.STAGE_TABLES, tables)
        pieces = chunks(days, DAYS_PER_CHUNK.read())
        if self.engine:
            engine = self.engine
            return _merged(engine.stage(self, selected, chunk, recapture) for chunk in pieces)
        return _merged(capture_days(capture, selected, chunk) for chunk in pieces)

    def _run_final(self, tables: Collection[str], days: list[date], recapture: bool) -> Outcomes:
        build, selected = star_build(self.lake_files), _selected(star.DAILY_TABLES, tables)
        pieces = chunks(days, DAYS_PER_CHUNK.read())
        if self.engine:
            engine = self.engine
            return _merged(engine.final(self, selected, chunk) for chunk in pieces)
        return _merged(build_days(build, selected, chunk) for chunk in pieces)

    def _run_warehouse(self, tables: Collection[str], days: list[date], recapture: bool) -> Outcomes:
        with self.warehouse_database.connect() as connection:
            loading = Loading(warehouse_star.STAR, connection, self.lake_files, self.clock, publish_year)
            try:
                return load_days(loading, _selected(warehouse_star.DAILY_TABLES, tables), days)
            except LoadRefused as refused:
                raise load_refused(refused) from None

    def run_in_dagster(
        self,
        first: str,
        last: str = "",
        *,
        selection: dg.AssetSelection | None = None,
        instance: dg.DagsterInstance | None = None,
        run_config: Mapping[str, Any] | None = None,
    ) -> dg.ExecuteInProcessResult:
        """Run days of the assets themselves (stage, final and warehouse unless selected), as a backfill does."""
        chosen = selection or dg.AssetSelection.groups(*(f"rentals_{layer}" for layer in LAYERS)) - _DATES
        job = dg.define_asset_job("days", selection=chosen - _STALE_DAYS)
        bring_parsed_marts()
        definitions = dg.Definitions.merge(platform_definitions(), dg.Definitions(jobs=[job]))
        return definitions.resolve_job_def("days").execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "ERROR"}}}, **(run_config or {})},
            resources={
                "rentals_source": DatabaseResource.of(SHOP.at(self.shop.url, self.shop.database)),
                "rentals_warehouse": self.warehouse_resource,
                "clock": ClockResource(),
            },
            tags={"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last or first},
        )

    def start_over(self) -> None:
        """An empty lake and no warehouse; the shop stays as it is."""
        with closing(connect(self.warehouse_address.on(""), autocommit=True)) as connection:
            _fetched(connection, f"DROP DATABASE IF EXISTS `{self.warehouse_address.database}`", [])
        self.place.clear()

    # What is there afterwards

    @property
    def place(self) -> LakePlace:
        """Where the lake is, and what is known of it without the platform's help."""
        assert self.lake_place is not None
        return self.lake_place

    def open_lake_anew(self) -> None:
        """Forget what was copied of the lake, as a process that begins knows nothing of it."""
        self._lakes.clear()

    @property
    def lake_files(self) -> Lake:
        """The lake."""
        location = lake_location()
        # One object for each place: what it has copied of a store need not be fetched for each look.
        if location not in self._lakes:
            self._lakes[location] = open_lake(location)
        return self._lakes[location]

    @property
    def warehouse_database(self) -> MySQLDatabase:
        """The warehouse, as the domain declares it."""
        return WAREHOUSE.at(self.warehouse_address.url, self.warehouse_address.database)

    @property
    def warehouse_resource(self) -> DatabaseResource:
        """The warehouse, as the assets get it."""
        return DatabaseResource.of(self.warehouse_database)

    def lake(self, table: str, day: str) -> Rows:
        """The rows of a table's day: `platform.lake("final/sakila/fact_rental", "2005-05-24")`, or `"undated"`."""
        rows = self._read(self.lake_path(table, day))
        return rows_of(rows.column_names, zip(*(column.to_pylist() for column in rows.columns), strict=True))

    def schema(self, table: str, day: str) -> pa.Schema:
        """The schema that the file of a table's day carries."""
        return self._read(self.lake_path(table, day)).schema

    def lake_path(self, table: str, day: str) -> str:
        """Where a table's day is, within the lake."""
        return data_file(TableName(*table.split("/")), day_partition(day))

    def has(self, table: str, day: str) -> bool:
        """Whether the lake has that table's day."""
        return self.lake_files.exists(self.lake_path(table, day))

    def stale_days(self, table: str) -> dict[str, str]:
        """The days that the `stale_days` check of an event table lists, with what differs; empty when it passes."""
        (declared,) = _selected(source.EVENT_TABLES, [table])
        resources = {
            "shop": DatabaseResource.of(SHOP.at(self.shop.url, self.shop.database)),
            "lake": LakeResource(),
        }
        found = stale_days_check(declared, "shop")(dg.build_asset_check_context(resources=resources))
        assert isinstance(found, dg.AssetCheckResult)
        listed: Any = found.metadata.get("stale_days")
        assert found.passed is (listed is None)
        return dict(listed.value) if listed else {}

    def warehouse(self, statement: str, *values: object) -> Rows:
        """What the warehouse answers."""
        with closing(connect(self.warehouse_address, autocommit=True)) as connection:
            return _fetched(connection, statement, values)

    def files(self) -> dict[str, bytes]:
        """Every file of the lake, byte by byte."""
        return {path: self.lake_files.read(path) for path in self.place.paths()}

    def contents(self) -> Contents:
        """All of the lake and the warehouse that "the same" of design rule 2 is about, for `==`."""
        return {**self.lake_contents(), **self.warehouse_contents()}

    def lake_contents(self) -> Contents:
        """The rows of every file of the lake, by path."""
        found = {path: self._read(path) for path in self.place.paths()}
        return {path: rows.drop_columns(_not_compared(rows.column_names)) for path, rows in found.items()}

    def warehouse_contents(self) -> Contents:
        """The rows of every table of the warehouse, by its name; nothing when there is no warehouse yet."""
        with closing(connect(self.warehouse_address.on(""), autocommit=True)) as connection:
            tables = _fetched(
                connection,
                "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = %s",
                [self.warehouse_address.database],
            )
        return {name: self._warehouse_table(name) for name in sorted(tables.column("name"))}

    def _warehouse_table(self, name: str) -> list[tuple]:
        rows = self.warehouse(f"SELECT * FROM `{name}`")
        columns = [column for column in (rows[0] if rows else ()) if column not in NOT_COMPARED]
        return sorted((tuple(row[column] for column in columns) for row in rows), key=repr)

    def _read(self, path: str) -> pa.Table:
        return pq.read_table(pa.BufferReader(self.lake_files.read(path)))


_DATES = dg.AssetSelection.assets(*(dg.AssetKey(t.name.key) for t in (star.DIM_DATE, warehouse_star.DIM_DATE)))

_STALE_DAYS = dg.AssetSelection.checks(
    *(dg.AssetCheckKey(dg.AssetKey(table.name.key), "stale_days") for table in source.EVENT_TABLES)
)


@contextmanager
def new_platform(
    shop: Address, warehouse: Address, folder: Path, lake_place: LakePlace | None = None
) -> Iterator[Platform]:
    """A platform on these databases; its settings are undone and its warehouse dropped afterwards."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        try:
            yield Platform(shop, warehouse, folder, monkeypatch, lake_place)
        finally:
            with closing(connect(warehouse.on(""), autocommit=True)) as connection, connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS `{warehouse.database}`")


def _fetched(connection: pymysql.Connection, statement: str, values: Sequence[object]) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(statement, tuple(values) or None)
        return rows_of([column[0] for column in cursor.description or ()], cursor.fetchall())


def _selected(tables: Sequence[Any], names: Collection[str]) -> list[Any]:
    return [table for table in tables if not names or table.name.table in names]


def _merged(parts: Iterator[Outcomes]) -> Outcomes:
    """The outcomes of a run's chunks. Raises DaysRefused as the assets do."""
    merged: Outcomes = {}
    for part in parts:
        results(part)
        for name, by_day in part.items():
            merged.setdefault(name, {}).update(by_day)
    return merged


def _require_checks_passed(outcomes: Outcomes) -> None:
    for name, by_day in outcomes.items():
        for day, outcome in by_day.items():
            for check, fault in outcome.checks.items():
                if fault:
                    raise CheckFailed(f"{name} on {day}: {check}: {fault}")


def _not_compared(columns: Sequence[str]) -> list[str]:
    return [column for column in columns if column in NOT_COMPARED]
