"""What loading rows into MySQL promises: what went in comes out, all of it or an error, by LOAD DATA or INSERT."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sakila_platform.databases.mysql import connection as mysql
from sakila_platform.databases.mysql.reader.batches import read_batches
from sakila_platform.databases.mysql.writer import load_batches
from sakila_platform.errors import PlatformError

SCHEMA = pa.schema(
    {
        "id": pa.int32(),
        "title": pa.string(),
        "rate": pa.decimal128(5, 2),
        "shot_on": pa.date32(),
        "taken_at": pa.timestamp("us"),
        "changed_at": pa.timestamp("us", tz="UTC"),
        "is_active": pa.bool_(),
        "poster": pa.binary(),
        "score": pa.float64(),
    }
)
DDL = """CREATE TABLE film (id INT PRIMARY KEY, title VARCHAR(200), rate DECIMAL(5,2), shot_on DATE,
    taken_at DATETIME(6), changed_at TIMESTAMP(6) NULL, is_active TINYINT(1), poster BLOB, score DOUBLE)
    CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"""
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.none()
            | st.sampled_from(["NULL", "\\N", "", '"', '""', "\t", "\n", "\r\n", "\\", "🎬", "O'Brien", '"\t"\n', "%s"])
            | st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
            "rate": st.none() | st.decimals("-999.99", "999.99", places=2),
            "shot_on": st.none() | st.dates(),
            "taken_at": st.none() | st.datetimes(),
            "changed_at": st.none() | st.datetimes(datetime(1970, 1, 2), datetime(2038, 1, 18)),
            "is_active": st.none() | st.booleans(),
            "poster": st.none() | st.binary(max_size=20),
            "score": st.none()
            | st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False).map(lambda x: x + 0.0),
        }
    ),
    max_size=20,
)


@pytest.fixture
def film(empty_database: mysql.Address) -> Iterator[mysql.Address]:
    with mysql.connect(empty_database, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(DDL)
    yield empty_database


@pytest.fixture
def no_local_infile(mysql_server: mysql.Address) -> Iterator[None]:
    """The server refuses LOAD DATA LOCAL for a while, as many a managed MySQL does."""
    with mysql.connect(mysql_server, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("SET GLOBAL local_infile = 0")
        yield
        cursor.execute("SET GLOBAL local_infile = 1")


def films(*rows: tuple) -> pa.Table:
    """Rows of (id, title)."""
    return pa.table({"id": pa.array([row[0] for row in rows], pa.int32()), "title": [row[1] for row in rows]})


def stored(address: mysql.Address, schema: pa.Schema = SCHEMA) -> pa.Table:
    return pa.Table.from_batches(read_batches(address, "film", schema), schema).sort_by("id")


def assert_round_trip(address: mysql.Address, rows: list[dict]) -> None:
    table = pa.Table.from_pylist([{"id": n, **row} for n, row in enumerate(rows)], SCHEMA)
    with mysql.connect(address, local_infile=True) as connection:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM film")
        assert load_batches(connection, "film", [table]) == len(rows)
        connection.commit()
    assert stored(address).to_pylist() == table.to_pylist()


ROUND_TRIP = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@ROUND_TRIP
@given(rows=ROWS)
def test_what_goes_in_comes_out(film, rows):
    assert_round_trip(film, rows)


@ROUND_TRIP
@given(rows=ROWS)
def test_what_goes_in_comes_out_where_the_server_refuses_local_files(film, no_local_infile, rows):
    assert_round_trip(film, rows)


def test_rows_that_share_a_key_are_an_error_and_not_left_out(film):
    with mysql.connect(film, local_infile=True) as connection:
        with pytest.raises(PlatformError, match="film was not loaded: Duplicate entry '1'"):
            load_batches(connection, "film", [films((1, "ALADDIN"), (1, "ALIEN"))])
        connection.rollback()
        assert load_batches(connection, "film", [films((1, "ALADDIN"))]) == 1


def test_rows_that_share_a_key_are_an_error_also_where_the_server_sorts_an_empty_tables_indexes_at_once(film):
    with mysql.connect(film, local_infile=True) as connection, connection.cursor() as cursor:
        cursor.execute("SET unique_checks = 0, foreign_key_checks = 0")
        with pytest.raises(PlatformError, match="film was not loaded: Duplicate entry '1'"):
            load_batches(connection, "film", [films(*((number, "ALADDIN") for number in range(5_000)), (1, "ALIEN"))])
        connection.rollback()
        cursor.execute("SELECT COUNT(*) FROM film")
        assert cursor.fetchall() == ((0,),)


@pytest.mark.parametrize("title", ["x" * 201, "x" * 70000])
def test_a_value_that_does_not_fit_is_an_error_and_not_cut(film, title):
    with (
        mysql.connect(film, local_infile=True) as connection,
        pytest.raises(PlatformError, match=r"film was not loaded: Data (truncated|too long) for column 'title'"),
    ):
        load_batches(connection, "film", [films((1, title))])


def test_replacing_gives_rows_of_the_same_key_their_later_values(film):
    with mysql.connect(film, local_infile=True) as connection:
        load_batches(connection, "film", [films((1, "OLD"), (2, "KEPT"))])
        assert load_batches(connection, "film", [films((1, "LATER"), (3, "ADDED"))], replace=True) == 2
        connection.commit()
    assert stored(film, pa.schema({"id": pa.int32(), "title": pa.string()})).to_pydict() == {
        "id": [1, 2, 3],
        "title": ["LATER", "KEPT", "ADDED"],
    }


def test_rows_are_in_the_callers_transaction(film):
    with mysql.connect(film, local_infile=True) as connection:
        assert load_batches(connection, "film", [films((1, "ALADDIN"))]) == 1
        assert stored(film).num_rows == 0
        connection.rollback()
    assert stored(film).num_rows == 0


def test_a_source_that_fails_half_way_fails_the_load_and_leaves_the_connection_usable(film):
    def breaks_after(batches: int) -> Iterator[pa.Table]:
        for n in range(batches):
            yield films(*((n * 1000 + row, "ALADDIN") for row in range(1000)))
        raise PlatformError("the lake went away")

    with mysql.connect(film, local_infile=True) as connection:
        with pytest.raises(PlatformError, match="the lake went away"):
            load_batches(connection, "film", breaks_after(batches=200))
        connection.rollback()
        assert load_batches(connection, "film", [films((1, "ALADDIN"))]) == 1


def test_a_missing_table_or_column_is_reported_in_one_line(film):
    with mysql.connect(film, local_infile=True) as connection:
        with pytest.raises(PlatformError, match=r"actor was not loaded: Table .* doesn't exist"):
            load_batches(connection, "actor", [films((1, "ALADDIN"))])
        with pytest.raises(PlatformError, match="film was not loaded: Unknown column 'name'"):
            load_batches(connection, "film", [pa.table({"name": ["ALADDIN"]})])


def test_a_server_that_goes_away_while_loading_is_an_error(film):
    def cut_the_connection() -> Iterator[pa.Table]:
        yield films((1, "ALADDIN"))
        with mysql.connect(film, autocommit=True) as other, other.cursor() as cursor:
            cursor.execute(f"KILL {connection.thread_id()}")
        for n in range(2, 200):
            yield films(*((n * 1000 + row, "x" * 200) for row in range(1000)))

    connection = mysql.connect(film, local_infile=True)
    with pytest.raises(PlatformError, match="film was not loaded"):
        load_batches(connection, "film", cut_the_connection())


def test_extreme_dates_and_money_survive(film):
    extremes = {
        "title": "",
        "rate": Decimal("-999.99"),
        "shot_on": date(1, 1, 1),
        "taken_at": datetime(9999, 12, 31, 23, 59, 59, 999999),
        "changed_at": datetime(2038, 1, 19, 3, 14, 7, 999999),
        "is_active": False,
        "poster": b"",
        "score": 1.7976931348623157e308,
    }
    assert_round_trip(film, [extremes])


def test_nothing_to_load_is_no_error(film):
    with mysql.connect(film, local_infile=True) as connection:
        assert load_batches(connection, "film", []) == 0
        assert load_batches(connection, "film", [SCHEMA.empty_table()]) == 0
