"""The domain of reviews in a temporary folder: vendors' files and purchases as a test draws them, then its days."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any
from xml.sax.saxutils import escape

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sakila_platform.databases.postgres.address import PostgresAddress, connected
from sakila_platform.lake.files import Lake
from sakila_platform.lake.location import open_lake
from sakila_platform.model.contracts import Table
from sakila_platform.model.days import days_between
from sakila_platform.model.naming import TableName, data_file, day_partition
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.orchestration.asset_specs import results
from sakila_platform.reviews.purchases.table import ensure_purchases_table
from sakila_platform.reviews.source import LOG_REVIEWS, MOVIE_REVIEW, STAGE_TABLES, VendorFile
from sakila_platform.reviews.stage.days import Staging, stage_days
from sakila_platform.reviews.star import DAILY_TABLES
from sakila_platform.reviews.star_build import star_build, with_missing_logs_named
from sakila_platform.reviews.vendors.days import intake_by_settings
from sakila_platform.settings.every import all_settings
from sakila_platform.settings.places import HOME
from sakila_platform.star.transform import build_days
from sakila_platform_tests.lake_places import LakePlace
from sakila_platform_tests.tables import Rows, drawn_rows, rows_of

DAY = "2021-04-25"
LAYERS = ("stage", "final")
LOG_TAGS = ("logDate", "device", "location", "os", "ipAddress", "phoneNumber")


@dataclass
class ReviewsDomain:
    """What a test may do to the domain. Days are texts such as 2021-04-25."""

    source: PostgresAddress
    place: LakePlace
    monkeypatch: pytest.MonkeyPatch

    # The outside world

    def set(self, **values: object) -> None:
        """Settings by their name without `SAKILA_`."""
        for name, value in values.items():
            self.monkeypatch.setenv(f"SAKILA_{name}", str(value))

    def deliver(self, vendor: VendorFile, content: bytes, day: str = DAY) -> None:
        """Put a vendor's file into the raw zone."""
        self.lake.publish(vendor.path(day), content)

    def deliver_reviews(self, drawn: str, day: str = DAY) -> None:
        """A file of reviews: a table of `cid`, `review_str`, `id_review`; spaces around a text do not count."""
        self.deliver(MOVIE_REVIEW, csv_of(drawn), day)

    def deliver_logs(self, drawn: str, day: str = DAY) -> None:
        """A file of logs: a table of `id_review` and the tags of a log, in any order; `-` leaves a tag out."""
        self.deliver(LOG_REVIEWS, logs_csv(drawn), day)

    def purchases(self, drawn: str) -> None:
        """The rows of user_purchase: a table of its columns; those not drawn, and `null`, are null."""
        lines = drawn_rows(drawn)
        with connected(self.source) as connection:
            ensure_purchases_table(connection)
            connection.execute("DELETE FROM user_purchase")
            for line in lines:
                _insert(connection, line)
            connection.commit()

    # Running

    @property
    def lake(self) -> Lake:
        """The lake."""
        return open_lake()

    def run(self, first: str = DAY, last: str = "", *, layers: Sequence[str] = LAYERS) -> Outcomes:
        """Run days of these layers as one run; raises DaysRefused as the assets do."""
        days = days_between(date.fromisoformat(first), date.fromisoformat(last or first))
        outcomes: Outcomes = {}
        for layer in layers:
            of_layer = self.stage(STAGE_TABLES, days) if layer == "stage" else self.final(days)
            results(of_layer)
            outcomes |= of_layer
        return outcomes

    def stage(self, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
        """Days of stage in the local lane, refused ones described."""
        return stage_days(Staging(intake_by_settings(self.lake), lambda: self.source), tables, days)

    def final(self, days: Sequence[date]) -> Outcomes:
        """Days of final in the local lane, refused ones described."""
        return with_missing_logs_named(self.lake, build_days(star_build(self.lake), DAILY_TABLES, days))

    # What is there afterwards

    def rows(self, table: str, day: str = DAY) -> Rows:
        """A table's day: `stage/reviews/review_logs`, or with `quarantine` for a layer."""
        path = data_file(TableName(*table.split("/")), day_partition(day))
        found = pq.read_table(pa.BufferReader(self.lake.read(path)))
        return rows_of(found.column_names, zip(*(column.to_pylist() for column in found.columns), strict=True))

    def has(self, table: str, day: str = DAY) -> bool:
        """Whether the lake has that table's day."""
        return self.lake.exists(data_file(TableName(*table.split("/")), day_partition(day)))

    def contents(self) -> dict[str, Any]:
        """The rows of every table of the lake by path."""
        lake = self.lake
        return {path: pq.read_table(pa.BufferReader(lake.read(path))) for path in self.place.paths()}


@contextmanager
def reviews_domain(source: PostgresAddress, place: LakePlace, folder: Path) -> Iterator[ReviewsDomain]:
    """A domain on this source and lake; its settings are undone afterwards. The source has no purchases."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for setting in all_settings():
            monkeypatch.delenv(setting.name, raising=False)
        monkeypatch.setenv(HOME.name, str(folder))
        for name, value in place.environment.items():
            monkeypatch.setenv(name, value)
        domain = ReviewsDomain(source, place, monkeypatch)
        domain.purchases("invoice_number | quantity")
        yield domain


def csv_of(drawn: str) -> bytes:
    """An ASCII table as a vendor's CSV; backslash n in a cell is a line break."""
    header = [cell.strip() for cell in dedent(drawn).strip().splitlines()[0].split("|")]
    return _csv(header, [[cell.replace("\\n", "\n") for cell in row.values()] for row in drawn_rows(drawn)])


def logs_csv(drawn: str) -> bytes:
    """An ASCII table of logs as a vendor's CSV."""
    return _csv(["id_review", "log"], [[row["id_review"], xml_of(row)] for row in drawn_rows(drawn)])


def xml_of(row: dict[str, str]) -> str:
    """A log as the vendor writes it; address and phone are made up where they are not drawn."""
    tags = {"ipAddress": "192.0.2.7", "phoneNumber": "555-0100", **row}
    said = "".join(f"<{tag}>{escape(tags[tag])}</{tag}>" for tag in LOG_TAGS if tags.get(tag, "-") != "-")
    return f"<reviewlog><log>{said}</log></reviewlog>"


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def _insert(connection: psycopg.Connection, line: dict[str, str]) -> None:
    values = [None if value == "null" else value for value in line.values()]
    names = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, line))
    marks = psycopg.sql.SQL(", ").join([psycopg.sql.Placeholder()] * len(line))
    connection.execute(psycopg.sql.SQL("INSERT INTO user_purchase ({}) VALUES ({})").format(names, marks), values)
