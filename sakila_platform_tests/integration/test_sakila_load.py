"""Sakila put into a real server: what is there afterwards, what is redone, and what is refused in one line."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.sakila import load_record
from sakila_platform.embedded.sakila.database import ALREADY_THERE, LoadReport, load_sakila
from sakila_platform.embedded.sakila.dumps import dump
from sakila_platform.embedded.sakila.dumps.dump import DATA_FILE, SCHEMA_FILE, read_dump
from sakila_platform.embedded.sakila.official import official_sakila
from sakila_platform.embedded.sakila.verification import verify_foreign_keys
from sakila_platform.errors import PlatformError

NOBODY_LISTENS = "https://127.0.0.1:9/sakila-db.tar.gz"
DATE_TRIGGERS = {"customer_create_date", "payment_date", "rental_date"}


def unheard(_: str) -> None:
    """For tests that don't look at what is reported."""


def rows(address: Address, query: str, *values: object) -> list[tuple[Any, ...]]:
    with connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def trigger_names(address: Address) -> set[str]:
    query = "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = %s"
    return {name for (name,) in rows(address, query, address.database)}


@pytest.fixture(scope="module")
def loaded(mysql_server: Address, official_dump: Path) -> Iterator[tuple[Address, LoadReport]]:
    """The official Sakila in a database of this module, which its tests leave as it is; and how it was loaded."""
    address = mysql_server.on(f"test_{uuid.uuid4().hex}")
    report = load_sakila(address, str(official_dump), unheard, database=address.database)
    yield address, report
    with connect(mysql_server) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {address.database}")


@pytest.fixture(scope="module")
def official(loaded: tuple[Address, LoadReport]) -> Address:
    return loaded[0]


@pytest.fixture
def edited_dump(official_dump: Path, tmp_path: Path) -> Callable[[str, str, str], str]:
    """Makes a copy of the official dump with one piece of text replaced; the text must be there."""

    def edit(name: str, old: str, new: str) -> str:
        folder = tmp_path / "dump"
        folder.mkdir(exist_ok=True)
        found = read_dump(str(official_dump))
        for file in (found.schema, found.data):
            text = file.text
            if file.name == name:
                assert old in text
                text = text.replace(old, new, 1)
            (folder / file.name).write_text(text, encoding="utf-8")
        return str(folder)

    return edit


# The official data


def test_the_official_load_is_whole_and_verified(loaded: tuple[Address, LoadReport]) -> None:
    address, report = loaded
    assert (report.origin, report.rows["rental"], report.rows["film_text"]) == ("official", 16_044, 1_000)
    assert report.release and report.release.startswith("1.")
    assert rows(address, "SELECT COUNT(*), SUM(return_date IS NULL) FROM rental") == [(16_044, 183)]
    with connect(address) as connection, connection.cursor() as cursor:
        assert verify_foreign_keys(cursor, address.database) == 22


def test_recorded_dates_are_kept(official: Address) -> None:
    query = "SELECT MIN(rental_date), MAX(rental_date) FROM rental"
    assert rows(official, query) == [(datetime(2005, 5, 24, 22, 53, 30), datetime(2006, 2, 14, 15, 16, 3))]
    query = "SELECT MIN(payment_date), MAX(payment_date) FROM payment"
    assert rows(official, query) == [(datetime(2005, 5, 24, 22, 53, 30), datetime(2006, 2, 14, 15, 16, 3))]
    assert rows(official, "SELECT DISTINCT DATE(create_date) FROM customer") == [(datetime(2006, 2, 14).date(),)]


def test_the_triggers_are_there_and_date_what_is_inserted(official: Address) -> None:
    assert trigger_names(official) == DATE_TRIGGERS | {"ins_film", "upd_film", "del_film"}
    with connect(official) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rental (rental_date, inventory_id, customer_id, staff_id) VALUES ('2000-01-01', 1, 1, 1)"
        )
        cursor.execute("SELECT rental_date, NOW() FROM rental WHERE rental_id = LAST_INSERT_ID()")
        ((rental_date, now),) = cursor.fetchall()
        connection.rollback()
    assert abs(now - rental_date) < timedelta(minutes=1)


def test_views_and_routines_read_the_database_they_are_in(official: Address) -> None:
    assert rows(official, "SELECT category, total_sales FROM sales_by_film_category LIMIT 1") == [
        ("Sports", Decimal("5314.21"))
    ]
    query = "SELECT COUNT(*), SUM(film_info LIKE 'Animation: %%') > 0 FROM actor_info"
    assert rows(official, query) == [(200, 1)]
    query = (
        "SELECT COUNT(*) FROM information_schema.views WHERE table_schema = %s "
        "AND (view_definition LIKE '%%`sakila`.%%' OR view_definition LIKE '%%sakila.%%')"
    )
    assert rows(official, query, official.database) == [(0,)]
    assert rows(official, "SELECT get_customer_balance(1, '2005-09-01'), inventory_in_stock(1)") == [
        (Decimal("0.00"), 1)
    ]


def test_loading_again_does_nothing(official: Address, official_dump: Path) -> None:
    before = rows(
        official, "SELECT create_time FROM information_schema.tables WHERE table_schema = %s", official.database
    )
    heard: list[str] = []
    report = load_sakila(official, str(official_dump), heard.append, database=official.database)
    assert (report.origin, report.rows["rental"]) == (ALREADY_THERE, 16_044)
    assert heard == [f"Sakila (official data) is in {official.database} already: nothing to load."]
    after = rows(
        official, "SELECT create_time FROM information_schema.tables WHERE table_schema = %s", official.database
    )
    assert before == after


def test_an_archive_loads_like_its_folder(empty_database: Address, official_dump: Path, tmp_path: Path) -> None:
    if not official_dump.is_dir():
        pytest.skip("SAKILA_DUMP names an archive: the other tests load it")
    archive = shutil.make_archive(str(tmp_path / "sakila-db"), "gztar", official_dump.parent, official_dump.name)
    report = load_sakila(empty_database, archive, unheard, database=empty_database.database)
    assert (report.origin, report.rows["payment"]) == ("official", rows_in_dump(official_dump)["payment"])


def rows_in_dump(official_dump: Path) -> dict[str, int]:
    return dict(official_sakila(read_dump(str(official_dump))).rows)


def test_emoji_and_quotes_arrive_as_they_are(
    empty_database: Address, edited_dump: Callable[[str, str, str], str]
) -> None:
    source = edited_dump(DATA_FILE, "'ACADEMY DINOSAUR'", "'🦖 O''Hara\\'s \"100%\" (1);'")
    load_sakila(empty_database, source, unheard, database=empty_database.database)
    title = """🦖 O'Hara's "100%" (1);"""
    assert rows(empty_database, "SELECT title FROM film WHERE film_id = 1") == [(title,)]
    assert rows(empty_database, "SELECT title FROM film_text WHERE film_id = 1") == [(title,)]


def test_the_spatial_column_loads_where_the_server_reads_its_version_comments(
    empty_database: Address, official_dump: Path, tmp_path: Path
) -> None:
    """MariaDB skips what MySQL 8 reads there, so here the comments' marks are taken away."""
    found = read_dump(str(official_dump))
    schema = found.schema.text.replace("/*!80003 SRID 0 */", "").replace(
        "/*!50705 location GEOMETRY */", "location GEOMETRY"
    )
    schema = schema.replace("/*!50705 NOT NULL,*/", "NOT NULL,")
    schema = schema.replace(
        "/*!50705 SPATIAL KEY `idx_location` (location),*/", "SPATIAL KEY `idx_location` (location),"
    )
    (tmp_path / SCHEMA_FILE).write_text(schema, encoding="utf-8")
    data = re.sub(r"/\*!50705 (0x\w+,)\*/", r"\1", found.data.text)
    (tmp_path / DATA_FILE).write_text(data, encoding="utf-8")
    load_sakila(empty_database, str(tmp_path), unheard, database=empty_database.database)
    assert rows(empty_database, "SELECT COUNT(ST_X(location)) FROM address") == [(603,)]


# What was begun and not finished


def test_a_half_finished_load_is_redone(
    empty_database: Address, official_dump: Path, edited_dump: Callable[[str, str, str], str]
) -> None:
    broken = edited_dump(DATA_FILE, "(16049,599,", "(16049,NULL,")
    with pytest.raises(PlatformError):
        load_sakila(empty_database, broken, unheard, database=empty_database.database)
    assert rows(empty_database, "SELECT COUNT(*) FROM customer") == [(599,)]

    heard: list[str] = []
    report = load_sakila(empty_database, str(official_dump), heard.append, database=empty_database.database)
    assert (report.origin, report.rows["rental"]) == ("official", 16_044)
    assert heard[0] == f"A half-finished load (loading) is in {empty_database.database}: it is dropped and redone."
    assert trigger_names(empty_database) >= DATE_TRIGGERS


def test_a_load_that_was_killed_is_redone(empty_database: Address, official_dump: Path) -> None:
    script = (
        "import sys; from sakila_platform.embedded.sakila.database import load_sakila; "
        "from sakila_platform.databases.mysql.address import Address; "
        "load_sakila(Address.parse(sys.stdin.readline().strip()), sys.argv[1], str, database=sys.argv[2])"
    )
    loading = subprocess.Popen(
        [sys.executable, "-c", script, str(official_dump), empty_database.database], stdin=subprocess.PIPE, text=True
    )
    assert loading.stdin
    loading.stdin.write(empty_database.on("").url + "\n")
    loading.stdin.close()
    query = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s AND table_name = 'store'"
    while loading.poll() is None and rows(empty_database.on(""), query, empty_database.database) == [(0,)]:
        time.sleep(0.005)
    loading.send_signal(signal.SIGKILL)
    loading.wait()

    report = load_sakila(empty_database, str(official_dump), unheard, database=empty_database.database)
    assert report.origin == "official"
    assert rows(empty_database, "SELECT COUNT(*), SUM(return_date IS NULL) FROM rental") == [(16_044, 183)]


def test_two_loads_of_one_database_do_not_meet(
    empty_database: Address, official_dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_record, "LOCK_WAIT_SECONDS", 0)
    with connect(empty_database) as connection, connection.cursor() as cursor:
        load_record.take_load_lock(cursor, empty_database.database)
        with pytest.raises(PlatformError, match="Another process is loading test_"):
            load_sakila(empty_database, str(official_dump), unheard, database=empty_database.database)


def test_tables_that_are_not_ours_are_never_dropped(empty_database: Address, official_dump: Path) -> None:
    with connect(empty_database) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE precious (id INT)")
    with pytest.raises(PlatformError, match="holds tables, but no Sakila"):
        load_sakila(empty_database, str(official_dump), unheard, database=empty_database.database)
    assert rows(empty_database, "SHOW TABLES") == [("precious",)]


def test_a_sakila_that_someone_else_loaded_is_used_as_it_is(empty_database: Address, official_dump: Path) -> None:
    load_sakila(empty_database, str(official_dump), unheard, database=empty_database.database)
    with connect(empty_database) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE platform_load")
    heard: list[str] = []
    report = load_sakila(empty_database, "/nowhere", heard.append, database=empty_database.database)
    assert report.origin == ALREADY_THERE
    assert "did not load" in heard[0]


# What is refused, in one line that names the place


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        (DATA_FILE, "(3,'ED','CHASE'", "(3,'ED,'CHASE'", "line {line}: a corrupt or cut-off row of table actor"),
        (DATA_FILE, "(3,'ED','CHASE',", "(3,'ED',", "line {line}: the server refuses this: Column count"),
        (
            DATA_FILE,
            "(3,'2005-05-24 23:03:39'",
            "(3,'2005-13-24 23:03:39'",
            "line {line}: the server refuses this: Incorrect datetime value",
        ),
        (SCHEMA_FILE, "CREATE TABLE language (", "CREATE TABLE tongue (", "creates no table language"),
        (DATA_FILE, "INSERT INTO language", "INSERT INTO tongue", "has no rows for table language"),
        (SCHEMA_FILE, "  name VARCHAR(25) NOT", "  name VARCHAR(25) NOT OR", "line {line}: the server refuses this"),
        (DATA_FILE, "(4581,1000,2,", "(4581,1001,2,", "inventory: 1 rows point at no row of film .*the first at 1001"),
    ],
    ids=["missing quote", "missing value", "no date", "no table", "no rows", "bad syntax", "orphan"],
)
def test_a_broken_dump_gets_one_line(
    name: str,
    old: str,
    new: str,
    complaint: str,
    empty_database: Address,
    official_dump: Path,
    edited_dump: Callable[[str, str, str], str],
) -> None:
    found = read_dump(str(official_dump))
    text = found.schema.text if name == SCHEMA_FILE else found.data.text
    expected = complaint.format(line=text[: text.index(old)].count("\n") + 1)
    with pytest.raises(PlatformError, match=expected) as refusal:
        load_sakila(empty_database, edited_dump(name, old, new), unheard, database=empty_database.database)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999, 0.99999])
@pytest.mark.parametrize("name", [SCHEMA_FILE, DATA_FILE])
def test_a_cut_off_file_leaves_the_server_untouched(
    name: str, share: float, empty_database: Address, official_dump: Path, tmp_path: Path
) -> None:
    found = read_dump(str(official_dump))
    for file in (found.schema, found.data):
        text = file.text.rstrip()
        kept = text[: int(len(text) * share)] if file.name == name else text
        (tmp_path / file.name).write_text(kept, encoding="utf-8")
    with pytest.raises(PlatformError, match=rf"^{name}, line \d+: .*Take a complete dump\.$"):
        load_sakila(empty_database, str(tmp_path), unheard, database=empty_database.database)
    assert rows(empty_database, "SHOW TABLES") == []


def test_an_address_given_that_fails_is_an_error_and_no_reason_to_generate(empty_database: Address) -> None:
    with pytest.raises(PlatformError, match=r"can't be read: .*refused"):
        load_sakila(empty_database, NOBODY_LISTENS, unheard, database=empty_database.database)
    assert rows(empty_database, "SHOW TABLES") == []


# The generated data


def test_where_no_dump_can_be_had_the_data_are_generated_and_said_to_be(
    empty_database: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    # sakila.py asks this address when none is given.
    monkeypatch.setattr("sakila_platform.embedded.sakila.database.DOWNLOAD_URL", NOBODY_LISTENS)
    assert dump.DOWNLOAD_URL.startswith("https://")
    heard: list[str] = []
    report = load_sakila(empty_database, "", heard.append, database=empty_database.database)
    assert "The data are GENERATED" in heard[0] and NOBODY_LISTENS in heard[0]
    assert (report.origin, report.release, report.rows["rental"]) == ("generated", None, 16_044)
    with connect(empty_database) as connection, connection.cursor() as cursor:
        assert verify_foreign_keys(cursor, empty_database.database) == 22
    query = "SELECT MIN(rental_date), SUM(return_date IS NULL) FROM rental"
    assert rows(empty_database, query) == [(datetime(2005, 5, 24, 22, 53, 30), 183)]
    assert trigger_names(empty_database) == DATE_TRIGGERS | {"ins_film", "upd_film", "del_film"}
    query = "SELECT DISTINCT get_customer_balance(customer_id, '2006-03-01') FROM customer"
    assert rows(empty_database, query) == [(0,)]


def test_generated_tables_have_the_official_columns_and_keys(
    official: Address, empty_database: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sakila_platform.embedded.sakila.database.DOWNLOAD_URL", NOBODY_LISTENS)
    load_sakila(empty_database, "", unheard, database=empty_database.database)
    for query in (
        "SELECT table_name, column_name, column_type, is_nullable, column_default, extra "
        "FROM information_schema.columns "
        "WHERE table_schema = %s AND column_name <> 'location' AND table_name IN "
        "(SELECT table_name FROM information_schema.tables WHERE table_schema = %s AND table_type = 'BASE TABLE') "
        "ORDER BY table_name, column_name",
        "SELECT table_name, index_name, seq_in_index, column_name, non_unique FROM information_schema.statistics "
        "WHERE table_schema = %s AND %s <> '' AND column_name <> 'location' ORDER BY 1, 2, 3",
    ):
        ours = rows(empty_database, query, empty_database.database, empty_database.database)
        assert ours == rows(official, query, official.database, official.database)
