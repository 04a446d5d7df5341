"""A lake on S3, over HTTP: it answers as a lake in a folder does, page by page, in parts, and by whole local copies."""

from __future__ import annotations

import gc
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sakila_platform.cli.asking.query import asked
from sakila_platform.cli.asking.status import all_tables
from sakila_platform.cli.doctor import examine
from sakila_platform.cli.terminal import Terminal
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.lake.duckdb import create_mart_view, create_view_of_files, open_duckdb
from sakila_platform.lake.files import Lake
from sakila_platform.lake.folder import FolderLake
from sakila_platform.lake.location import open_lake
from sakila_platform.lake.parquet_files import encode_parquet
from sakila_platform.lake.s3 import bucket as s3_bucket
from sakila_platform.lake.spill import spill_folder
from sakila_platform.model.contracts import arrow_schema, unknown_member
from sakila_platform.model.naming import TableName, data_file, mart_file
from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform.settings.places import HOME, LAKE_ENDPOINT
from sakila_platform_tests.lake_places import S3Place, s3_place
from sakila_platform_tests.s3_faults import FaultyDoor, stop_waiting
from sakila_platform_tests.s3_servers import S3Server, moto_application, served

RENTAL = TableName("stage", "sakila", "rental")
STORE = TableName("final", "sakila", "dim_store")
DAYS = ["dt=2005-05-24", "dt=2005-05-25", "dt=2005-12-31", "dt=undated"]
ATHENAS = "marts/rentals/6f2c/20261120_part"
PATHS = [*(data_file(table, day) for table in (RENTAL, STORE) for day in DAYS), mart_file("films"), ATHENAS]
# Beside the days: two that no reader takes for one, and one that every reader passes by.
PATHS += [
    f"{RENTAL.path}/{beside}"
    for beside in ("dt=old/part-0.parquet", "dt=2006-01-01/old/part-0.parquet", "_logs/part-0.parquet")
]


@pytest.fixture(scope="module")
def door() -> FaultyDoor:
    """The door that every call of these tests goes through, which notes it."""
    return FaultyDoor(moto_application())


@pytest.fixture(scope="module")
def server(door: FaultyDoor) -> Iterator[S3Server]:
    """The S3 server of these tests."""
    with served(door) as endpoint:
        yield S3Server(endpoint)


@pytest.fixture
def place(server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Place]:
    """An empty bucket; the settings lead there."""
    with s3_place(server) as place:
        for name, value in {HOME.name: str(tmp_path / "home"), **place.environment}.items():
            monkeypatch.setenv(name, value)
        yield place


@pytest.fixture
def lake(place: S3Place) -> Lake:
    """A lake there."""
    return open_lake()


def parquet(rows: int) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"n": range(rows)}), file)
    return file.getvalue()


@pytest.fixture
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls are tried again at once."""
    stop_waiting(monkeypatch)


# As in a folder


def answers(lake: Lake) -> list[Any]:
    """All that a lake says of what is in it, fingerprints aside: those are compared with each other only."""
    alike = [[sorted(names) for names in groups_of_equal(lake.fingerprints(table, DAYS))] for table in (RENTAL, STORE)]
    present = [path for path in PATHS if lake.exists(path)]
    return [
        *(lake.folders(table) for table in (RENTAL, STORE)),
        *(lake.present(table, reversed(DAYS)) for table in (RENTAL, STORE)),
        *(lake.missing(table, DAYS) for table in (RENTAL, STORE)),
        lake.tables(),
        lake.marts(),
        present,
        [lake.read(path) for path in present],
        [Path(file).read_bytes() for file in lake.local_files(present)],
        lake.row_counts(present),
        alike,
    ]


def groups_of_equal(fingerprints: Mapping[str, str]) -> list[list[str]]:
    return sorted([p for p, each in fingerprints.items() if each == one] for one in set(fingerprints.values()))


steps = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.sampled_from(PATHS), st.integers(0, 2)),
        st.tuples(st.just("publish_file"), st.sampled_from(PATHS), st.integers(0, 2)),
        st.tuples(st.just("publish_each"), st.lists(st.sampled_from(PATHS), max_size=4), st.integers(0, 2)),
        st.tuples(st.just("delete"), st.sampled_from(PATHS), st.just(0)),
    ),
    max_size=8,
)


def do(lake: Lake, step: tuple[str, Any, int], folder: Path) -> None:
    verb, where, rows = step
    if verb == "delete":
        lake.delete(where)
    elif verb == "publish_file":
        (folder / "local").write_bytes(parquet(rows))
        lake.publish_file(where, folder / "local")
    else:
        getattr(lake, verb)(where, parquet(rows))


def test_a_lake_on_s3_answers_as_one_in_a_folder(
    place: S3Place, lake: Lake, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @hypothesis_settings(max_examples=15, deadline=None)
    @given(steps)
    def the_same(steps: list[tuple[str, Any, int]]) -> None:
        place.clear()
        folder = tmp_path_factory.mktemp("lake")
        other = FolderLake(str(folder / "lake"))
        for step in steps:
            do(lake, step, folder)
            do(other, step, folder)
        assert answers(lake) == answers(other)

    the_same()


def test_what_is_not_there_is_reported_in_one_line(lake: Lake) -> None:
    for look in (lake.read, lambda path: lake.local_files([path]), lambda path: lake.row_counts([path])):
        with pytest.raises(PlatformError, match=r"^stage/sakila/rental/dt=2005-05-24/part-0\.parquet .*\.$"):
            look(PATHS[0])


# What only S3 has


def test_listing_goes_on_after_the_thousandth_file(lake: Lake) -> None:
    days = [f"dt={date(1900, 1, 1) + timedelta(days=number)}" for number in range(1_050)]
    lake.publish_each([data_file(RENTAL, day) for day in days], b"")

    assert lake.partitions(RENTAL) == days
    assert lake.missing(RENTAL, [*days, "dt=2099-01-01"]) == ["dt=2099-01-01"]
    assert lake.tables() == [RENTAL]


def test_a_large_file_goes_up_in_parts_and_comes_back_whole(door: FaultyDoor, lake: Lake, tmp_path: Path) -> None:
    content = bytes(range(256)) * (s3_bucket.MULTIPART_FROM // 256 + 1)
    (tmp_path / "large").write_bytes(content)
    for publish in (
        lambda: lake.publish(PATHS[0], content),
        lambda: lake.publish_file(PATHS[0], tmp_path / "large"),
    ):
        door.watch()
        publish()

        assert [call.split("?")[1].split("=")[0] for call in door.calls if call.startswith("POST")] == [
            "uploads",
            "uploadId",
        ]
        assert lake.read(PATHS[0]) == content


def test_rows_are_counted_from_the_end_of_a_file_however_large_its_footer_is(door: FaultyDoor, lake: Lake) -> None:
    wide, long = io.BytesIO(), io.BytesIO()
    pq.write_table(pa.table({f"column_{number}": [number] * 3 for number in range(1_000)}), wide)
    pq.write_table(pa.table({"n": range(100_000)}), long, compression="none", use_dictionary=False)
    for path, content in zip(PATHS, (wide, long), strict=False):
        lake.publish(path, content.getvalue())
    door.watch()

    assert lake.row_counts(PATHS[:2]) == [3, 100_000]
    assert sum(call.startswith("GET") and "list-type" not in call for call in door.calls) == 3


def test_every_file_goes_up_with_a_checksum_that_the_store_checks(place: S3Place, lake: Lake) -> None:
    lake.publish(PATHS[0], b"rows")

    key = place.server.keys(place.bucket)[0]
    stored = place.server.client().head_object(Bucket=place.bucket, Key=key, ChecksumMode="ENABLED")
    assert [name for name in stored if name.startswith("ChecksumCRC")]


def test_files_of_equal_content_are_fetched_once_and_again_only_when_they_change(door: FaultyDoor, lake: Lake) -> None:
    paths = [data_file(STORE, day) for day in DAYS]
    lake.publish_each(paths, parquet(1))
    door.watch()
    first = lake.local_files(paths)
    lake.publish(paths[0], parquet(2))
    second = lake.local_files(paths)

    assert sum(call.startswith("GET") and "list-type" not in call for call in door.calls) == 2
    assert [pq.read_metadata(file).num_rows for file in first] == [1, 1, 1, 1]
    assert [pq.read_metadata(file).num_rows for file in second] == [2, 1, 1, 1]
    assert all(file.endswith(path) for file, path in zip(second, paths, strict=True))


class Meddler:
    """Somebody who replaces a file just before the first reader of it is served."""

    def __init__(self, behind: Callable[..., Iterable[bytes]], meddle: Callable[[], None]) -> None:
        self.behind = behind
        self.meddle: Callable[[], None] | None = meddle

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET" and "list-type" not in environ["QUERY_STRING"] and self.meddle:
            meddle, self.meddle = self.meddle, None
            meddle()
        return self.behind(environ, start_response)


def test_a_file_replaced_between_listing_and_fetching_is_one_version_and_its_copies_keep_theirs(
    place: S3Place, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [data_file(STORE, day) for day in DAYS]
    lake.publish_each(paths, parquet(1))
    # Of equal files the last one is fetched, and the others are linked to it.
    with served(Meddler(moto_application(), lambda: lake.publish(paths[-1], parquet(2)))) as endpoint:
        monkeypatch.setenv(LAKE_ENDPOINT.name, endpoint)
        reader = open_lake()
        files = reader.local_files(paths)
        assert [pq.read_metadata(file).num_rows for file in files] == [1, 1, 1, 2]


def test_a_view_keeps_what_it_began_with_while_the_lake_changes(lake: Lake) -> None:
    lake.publish(data_file(RENTAL, DAYS[0]), parquet(3))
    with open_duckdb() as connection:
        create_view_of_files(connection, lake, RENTAL, DAYS[:1])
        lake.publish(data_file(RENTAL, DAYS[0]), parquet(4))

        assert connection.execute(f"SELECT count(*) FROM {RENTAL.sql}").fetchall() == [(3,)]
        create_view_of_files(connection, lake, RENTAL, DAYS[:1])
        assert connection.execute(f"SELECT dt, count(*) FROM {RENTAL.sql} GROUP BY 1").fetchall()[0][1] == 4


def test_copies_are_gone_with_the_lake_object(place: S3Place) -> None:
    lake = open_lake()
    lake.publish(PATHS[0], b"rows")
    (copy,) = lake.local_files([PATHS[0]])
    assert Path(copy).is_relative_to(spill_folder())

    del lake
    gc.collect()

    assert list(spill_folder().iterdir()) == []


def test_copies_stay_as_long_as_a_connection_reads_them(place: S3Place) -> None:
    open_lake().publish(mart_file("films"), parquet(3))
    with open_duckdb() as connection:
        # Nobody but the connection keeps this lake.
        create_mart_view(connection, open_lake(), "films")
        gc.collect()

        assert connection.execute("SELECT count(*) FROM marts.films").fetchall() == [(3,)]
    del connection
    gc.collect()

    assert list(spill_folder().iterdir()) == []


def test_parts_that_a_dead_process_left_are_removed_a_day_later(
    place: S3Place, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "company/lake/stage/sakila/rental/dt=2005-05-24/part-0.parquet"
    place.server.client().create_multipart_upload(Bucket=place.bucket, Key=key)

    # All uploads to moto began in 2010.
    with monkeypatch.context() as patience:
        patience.setattr(s3_bucket, "_ABANDONED_AFTER", timedelta(days=100 * 365))
        lake.sweep()
    assert place.left_aside() == [key]
    lake.sweep()
    assert place.left_aside() == []


# What people ask


def test_status_query_and_doctor_see_the_lake_on_s3(lake: Lake) -> None:
    (rental,) = (table for table in STAGE_TABLES if table.name == RENTAL)
    noon = datetime(2005, 5, 24, 12, tzinfo=timezone.utc)
    three = pa.Table.from_pylist([unknown_member(rental, noon)] * 3, arrow_schema(rental))
    lake.publish_each([data_file(RENTAL, day) for day in DAYS[:2]], encode_parquet(three))
    lake.publish(mart_file("films"), parquet(5))

    known = {(table.domain, table.layer, table.table): (table.rows, table.last_day) for table in all_tables()}
    assert known["rentals", "stage", "rental"] == (6, "2005-05-25")
    assert known["rentals", "marts", "films"] == (5, "")
    with asked("lake", f"SELECT dt, count(*) AS n FROM {RENTAL.sql} GROUP BY dt ORDER BY dt") as answer:
        assert [tuple(str(value) for value in row) for row in answer.rows] == [("2005-05-24", "3"), ("2005-05-25", "3")]
    with asked("lake", "SELECT count(*) FROM marts.films") as answer:
        assert [tuple(row) for row in answer.rows] == [(5,)]
    with (
        pytest.raises(UsageError, match=r"Did you mean stage_sakila\.rental"),
        asked("lake", "SELECT 1 FROM stage_sakila.rentl"),
    ):
        pass
    shown = io.StringIO()
    examine(Terminal.on(shown))
    assert any("lake" in line and "ok" in line and lake.location in line for line in shown.getvalue().splitlines())


# What can be wrong


WRONG = {
    "a bucket that is not there": (
        {"SAKILA_LAKE": "s3://nobody-made-this/lake"},
        r"the lake at s3://nobody-made-this/lake \(http.*\): there is no such bucket\. Create it, or correct",
    ),
    "no credentials": (
        {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
        r"no AWS credentials were found\. Sign in, or set AWS_PROFILE \(or AWS_ACCESS_KEY_ID and AWS_SECRET.*\)",
    ),
    "half of the credentials": (
        {"AWS_SECRET_ACCESS_KEY": ""},
        r"no AWS credentials were found\. Sign in, or set AWS_PROFILE",
    ),
    "a profile that is not there": ({"AWS_PROFILE": "nobody"}, r"\(nobody\).*\. Correct the AWS configuration"),
    "an endpoint where nothing listens": (
        {"SAKILA_LAKE_ENDPOINT": "http://127.0.0.1:9"},
        r"Could not connect to the endpoint URL.*\. Correct SAKILA_LAKE_ENDPOINT or the network, then try again\.",
    ),
    "a host that nobody knows": (
        {"SAKILA_LAKE_ENDPOINT": "http://store.invalid"},
        r"Could not connect to the endpoint URL.*\. Correct SAKILA_LAKE_ENDPOINT or the network, then try again\.",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_with_the_lake_is_reported_in_one_line(
    wrong: str, place: S3Place, monkeypatch: pytest.MonkeyPatch, without_waiting: None
) -> None:
    variables, reported = WRONG[wrong]
    errors = []
    with monkeypatch.context() as environment:
        for name, value in variables.items():
            environment.setenv(name, value) if value else environment.delenv(name)
        for look in (
            lambda: open_lake().publish(PATHS[0], b"rows"),
            lambda: open_lake().partitions(RENTAL),
            lambda: open_lake().read(PATHS[0]),
            lambda: open_lake().require_usable(),
        ):
            with pytest.raises(PlatformError) as error:
                look()
            errors.append(str(error.value))

    for error in errors:
        assert re.search(reported, error), error
        assert "\n" not in error
        assert "sakila-secret" not in error


@pytest.mark.parametrize("location", ["s3://", "s3:///lake"])
def test_a_location_without_a_bucket_is_refused(location: str) -> None:
    with pytest.raises(UsageError, match=r"^SAKILA_LAKE: .* names no bucket: give s3://bucket/prefix\.$"):
        open_lake(location)


@pytest.mark.parametrize("location", ["s3://bucket/lake?versionId=1", "s3://lake-x/a#b", "s3://bucket/lake?"])
def test_a_prefix_with_a_sign_that_ends_a_path_is_refused_for_that(location: str) -> None:
    with pytest.raises(UsageError, match=r"^SAKILA_LAKE: .* has a \? or # in it.*: give s3://bucket/prefix with .*\.$"):
        open_lake(location)


@pytest.mark.parametrize(
    "location", ["s3:/bucket/lake", "S3://bucket", "s3a://bucket/lake", "s3:bucket", "gs://bucket", "https://host/lake"]
)
def test_an_address_that_is_not_written_as_s3_is_is_no_folder(location: str) -> None:
    with pytest.raises(UsageError, match=r"^SAKILA_LAKE: .* is no folder and not written as S3 is: give s3://bucket"):
        open_lake(location)


def test_a_folder_may_be_called_as_an_address_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for location in ("./s3:/bucket", "C:/lake", "a=b/c"):
        open_lake(location).publish(PATHS[0], b"rows")
        assert (tmp_path / location / PATHS[0]).is_file()


def test_an_endpoint_that_is_no_address_is_refused(place: S3Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LAKE_ENDPOINT.name, "localhost:9000")
    with pytest.raises(UsageError, match=r"SAKILA_LAKE_ENDPOINT: 'localhost:9000' is not usable: give an address"):
        open_lake()
