"""Purchases in PostgreSQL: loaded whole or not at all, twice is once, and readable all the while."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from sakila_platform.cli.asking.status_postgres import postgres_place, postgres_tables
from sakila_platform.databases.postgres.address import PostgresAddress, connect, connected
from sakila_platform.errors import PlatformError
from sakila_platform.reviews.databases import PURCHASES_DATABASE
from sakila_platform.reviews.domain import DOMAIN
from sakila_platform.reviews.generated.purchases import write_purchases
from sakila_platform.reviews.purchases.lines import HEADER, PurchaseFile
from sakila_platform.reviews.purchases.loaded_file import load_purchase_file
from sakila_platform.reviews.purchases.table import LoadedPurchases, load_purchases
from sakila_platform.settings.places import HOME, POSTGRES_URL

LINES = """\
536365,85123A,HEART HOLDER,6,12/1/2010 8:26,2.55,17850.0,United Kingdom
536365,85123A,HEART HOLDER,6,12/1/2010 8:26,2.55,17850.0,United Kingdom
C536379,D,,-1,12/2/2010 9:41,27.5,,EIRE
"""


@pytest.fixture
def connection(empty_postgres: PostgresAddress) -> Iterator[psycopg.Connection]:
    with connected(empty_postgres) as connection:
        yield connection


def load(connection: psycopg.Connection, folder: Path, lines: str) -> LoadedPurchases:
    file = folder / "purchases.csv"
    file.write_text(",".join(HEADER) + "\n" + lines)
    return load_purchases(connection, PurchaseFile.open(file), lambda _: None)


def rows(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    found = connection.execute("SELECT * FROM user_purchase ORDER BY invoice_number").fetchall()
    connection.commit()
    return found


def test_a_file_becomes_the_table_of_the_issue(connection: psycopg.Connection, tmp_path: Path) -> None:
    loaded = load(connection, tmp_path, LINES)
    assert loaded == LoadedPurchases(3, datetime(2010, 12, 1, 8, 26), datetime(2010, 12, 2, 9, 41))
    bought = datetime(2010, 12, 1, 8, 26)
    line = ("536365", "85123A", "HEART HOLDER", 6, bought, Decimal("2.550"), 17850, "United Kingdom")
    given_back = ("C536379", "D", None, -1, datetime(2010, 12, 2, 9, 41), Decimal("27.500"), None, "EIRE")
    assert rows(connection) == [line, line, given_back]
    types = connection.execute(
        "SELECT column_name, data_type, character_maximum_length, numeric_precision, numeric_scale "
        "FROM information_schema.columns WHERE table_name = 'user_purchase' ORDER BY ordinal_position"
    ).fetchall()
    assert types == [
        ("invoice_number", "character varying", 10, None, None),
        ("stock_code", "character varying", 20, None, None),
        ("detail", "character varying", 1000, None, None),
        ("quantity", "integer", None, 32, 0),
        ("invoice_date", "timestamp without time zone", None, None, None),
        ("unit_price", "numeric", None, 8, 3),
        ("customer_id", "integer", None, 32, 0),
        ("country", "character varying", 20, None, None),
    ]


def test_loading_twice_is_loading_once_and_a_shorter_file_replaces(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    load(connection, tmp_path, LINES)
    once = rows(connection)
    load(connection, tmp_path, LINES)
    assert rows(connection) == once
    load(connection, tmp_path, LINES.splitlines(keepends=True)[0])
    assert len(rows(connection)) == 1
    assert load(connection, tmp_path, "") == LoadedPurchases(0, None, None)


def test_a_file_with_a_bad_line_changes_nothing(connection: psycopg.Connection, tmp_path: Path) -> None:
    load(connection, tmp_path, LINES)
    before = rows(connection)
    with pytest.raises(PlatformError, match="line 5: Quantity 'x' can't be read"):
        load(connection, tmp_path, LINES + "1,2,x,x,12/1/2010 8:26,2.55,1,EIRE\n")
    assert rows(connection) == before


@pytest.mark.parametrize(
    ("quoted", "details"),
    [
        (r'"SQUARE TRAY 9\"",PLAIN CUP,"ROUND TRAY 7\""', ['SQUARE TRAY 9"', "PLAIN CUP", 'ROUND TRAY 7"']),
        ('"SQUARE TRAY 9""",PLAIN CUP,"ROUND TRAY 7"""', ['SQUARE TRAY 9"', "PLAIN CUP", 'ROUND TRAY 7"']),
        ('"RED" TRAY,PLAIN "TIN" CUP,TRAY 7"', ['"RED" TRAY', 'PLAIN "TIN" CUP', 'TRAY 7"']),
    ],
)
def test_every_invoice_is_its_own_customers_however_the_file_escapes_quotation_marks(
    connection: psycopg.Connection, tmp_path: Path, quoted: str, details: list[str]
) -> None:
    lines = [f"{n},A,{detail},1,3/4/2011 9:0{n},{2**n}0,50{n},Chile\n" for n, detail in enumerate(quoted.split(","))]
    assert load(connection, tmp_path, "".join(lines)).rows == 3
    assert [(row[2], row[5], row[6]) for row in rows(connection)] == [
        (detail, Decimal(f"{2**n}0.000"), 500 + n) for n, detail in enumerate(details)
    ]


def test_a_mark_that_keeps_to_no_dialect_refuses_the_file_and_changes_nothing(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    load(connection, tmp_path, LINES)
    before = rows(connection)
    damaged = '1,A,"CUP, ""TIN""",1,3/4/2011 9:00,1,1,Chile\n1,A,"TRAY 9\\"",1,3/4/2011 9:00,1,1,Chile\n' + LINES
    with pytest.raises(PlatformError, match="line 3: a quotation mark is not closed"):
        load(connection, tmp_path, damaged)
    assert rows(connection) == before


def test_who_reads_during_a_load_sees_the_old_purchases(
    connection: psycopg.Connection, empty_postgres: PostgresAddress, tmp_path: Path
) -> None:
    load(connection, tmp_path, LINES)
    count = "SELECT count(*) FROM user_purchase"
    with connect(empty_postgres) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        # Its transaction is older than the load, though it has not looked at the table yet.
        reader.execute("SELECT count(*) FROM pg_class")
        load(connection, tmp_path, LINES * 2)
        assert reader.execute(count).fetchall() == [(3,)]
        reader.commit()
        assert reader.execute(count).fetchall() == [(6,)]


def test_the_command_loads_into_the_server_of_the_settings_and_status_tells_of_it(
    empty_postgres: PostgresAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By the address alone: the database is always called reviews.
    server = empty_postgres.on("")
    monkeypatch.setenv(POSTGRES_URL.name, server.url)
    monkeypatch.setenv(HOME.name, str(tmp_path / "home"))
    file = tmp_path / "purchases.csv"
    file.write_text(",".join(HEADER) + "\n" + LINES)
    try:
        reported: list[str] = []
        assert load_purchase_file(file, reported.append) == (
            "3 lines of purchases, 2010-12-01 to 2010-12-02. "
            "Run their days: `sakila-platform run reviews --from 2010-12-01 --to 2010-12-02`."
        )
        assert f"{file} is read as texts in quotation marks, which are doubled within" in reported
        assert ("user_purchase", 3, "2010-12-02") in list(postgres_tables(PURCHASES_DATABASE, DOMAIN.last_days))
        with connect(server.on("reviews"), autocommit=True) as connection:
            connection.execute("INSERT INTO user_purchase (invoice_date) VALUES ('infinity'), (NULL)")
        assert ("user_purchase", 5, "2010-12-02") in list(postgres_tables(PURCHASES_DATABASE, DOMAIN.last_days))
        assert postgres_place() == f"sakila@127.0.0.1:{server.port}/ (SAKILA_POSTGRES_URL)"
    finally:
        with connect(server, autocommit=True) as connection:
            connection.execute("DROP DATABASE reviews WITH (FORCE)")
    assert not (tmp_path / "home").exists()


def test_a_file_that_is_not_there_starts_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(POSTGRES_URL.name, raising=False)
    monkeypatch.setenv(HOME.name, str(tmp_path / "home"))
    with pytest.raises(PlatformError, match="can't be read: No such file"):
        load_purchase_file(tmp_path / "nowhere.csv", lambda _: None)
    assert postgres_place() == ""
    assert not (tmp_path / "home").exists()


def test_generated_purchases_have_the_habits_of_retail(connection: psycopg.Connection, tmp_path: Path) -> None:
    file, again = tmp_path / "one.csv", tmp_path / "two.csv"
    for each in (file, again):
        write_purchases(each, 5_000, date(2010, 12, 1), date(2010, 12, 9))
    assert file.read_bytes() == again.read_bytes()
    loaded = load_purchases(connection, PurchaseFile.open(file), lambda _: None)
    assert loaded.first and loaded.last
    assert (loaded.rows, loaded.first.date(), loaded.last.date()) == (5_000, date(2010, 12, 1), date(2010, 12, 9))
    nobody, given_back, twice = connection.execute(
        "SELECT count(*) FILTER (WHERE customer_id IS NULL), "
        "count(*) FILTER (WHERE quantity < 0 AND invoice_number LIKE 'C%'), "
        "count(*) - count(DISTINCT (invoice_number, stock_code, quantity)) FROM user_purchase"
    ).fetchall()[0]
    assert 0 < given_back < nobody < 2_500
    assert twice > 0
