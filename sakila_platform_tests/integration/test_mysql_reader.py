"""What reading a MySQL table promises: the contract's types, no date that no calendar has, no silent short read."""

from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal

import pyarrow as pa
import pytest

from sakila_platform.databases.mysql import connection as mysql
from sakila_platform.databases.mysql.reader.batches import read_batches
from sakila_platform.databases.mysql.where import Among, AnyOf, Undated, Within
from sakila_platform.errors import PlatformError


def given(address: mysql.Address, *statements: str) -> None:
    with mysql.connect(address, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("SET sql_mode = ''")
        for statement in statements:
            cursor.execute(statement)


def read(address, table, schema, where=None, **options) -> list[dict]:
    batches = read_batches(address, table, pa.schema(schema), where, **options)
    return [row for batch in batches for row in batch.to_pylist()]


NUMBER = pa.int32()
WALL_TIME = pa.timestamp("us")
INSTANT = pa.timestamp("us", tz="UTC")


@pytest.mark.parametrize(
    ("declared", "literal", "kind", "expected"),
    [
        ("TINYINT UNSIGNED", "255", pa.int16(), 255),
        ("SMALLINT UNSIGNED", "65535", pa.int32(), 65535),
        ("MEDIUMINT UNSIGNED", "16777215", pa.int32(), 16777215),
        ("BIGINT", "-9223372036854775806", pa.int64(), -9223372036854775806),
        ("BIGINT UNSIGNED", "18446744073709551615", pa.decimal128(20, 0), Decimal(18446744073709551615)),
        ("YEAR", "2006", pa.int16(), 2006),
        ("TINYINT(1)", "7", pa.bool_(), True),
        ("TINYINT(1)", "0", pa.bool_(), False),
        ("DECIMAL(5,2)", "-999.99", pa.decimal128(5, 2), Decimal("-999.99")),
        (
            "DECIMAL(38,10)",
            "1234567890123456789012345678.5",
            pa.decimal128(38, 10),
            Decimal("1234567890123456789012345678.5"),
        ),
        ("DOUBLE", "0.1", pa.float64(), 0.1),
        ("DATE", "'9999-12-31'", pa.date32(), date(9999, 12, 31)),
        ("DATE", "'0001-01-01'", pa.date32(), date(1, 1, 1)),
        ("DATETIME", "'2004-02-29 23:59:59'", WALL_TIME, datetime(2004, 2, 29, 23, 59, 59)),
        ("DATETIME(6)", "'1000-01-01 00:00:00.000001'", WALL_TIME, datetime(1000, 1, 1, 0, 0, 0, 1)),
        ("TIMESTAMP NULL", "'2005-05-24 22:53:30'", INSTANT, datetime(2005, 5, 24, 22, 53, 30, tzinfo=timezone.utc)),
        (
            "TIMESTAMP(6) NULL",
            "'2038-01-19 03:14:07.999999'",
            INSTANT,
            datetime(2038, 1, 19, 3, 14, 7, 999999, timezone.utc),
        ),
        ("TIME", "'-01:00:00'", pa.string(), "-01:00:00"),
        ("ENUM('PG','NC-17')", "'NC-17'", pa.string(), "NC-17"),
        ("SET('Trailers','Commentaries')", "'Trailers,Commentaries'", pa.string(), "Trailers,Commentaries"),
        ("TEXT", "'Ünï 🎬 \\t\\n\\\\ \"quoted\"'", pa.string(), 'Ünï 🎬 \t\n\\ "quoted"'),
        ("LONGTEXT", "REPEAT('z', 70000)", pa.string(), "z" * 70000),
        ("VARBINARY(9)", "0x00FF10", pa.binary(), b"\x00\xff\x10"),
        ("CHAR(3)", "''", pa.string(), ""),
    ],
)
def test_each_type_arrives_as_its_contract_says_and_null_as_null(empty_database, declared, literal, kind, expected):
    given(
        empty_database,
        f"CREATE TABLE t (id INT, v {declared})",
        f"INSERT INTO t VALUES (1, {literal}), (2, NULL), (3, {literal})",
    )
    assert [row["v"] for row in read(empty_database, "t", {"id": NUMBER, "v": kind})] == [expected, None, expected]


def test_a_long_text_beyond_the_read_buffer_arrives_whole(empty_database):
    given(
        empty_database,
        "CREATE TABLE film (id INT, story LONGTEXT)",
        "INSERT INTO film VALUES (1, 'short'), (2, REPEAT('scene ', 1000000)), (3, 'end')",
    )
    stories = [row["story"] for row in read(empty_database, "film", {"id": NUMBER, "story": pa.string()})]
    assert stories == ["short", "scene " * 1_000_000, "end"]


def test_zero_dates_become_null_and_are_named(empty_database):
    given(
        empty_database,
        "CREATE TABLE rental (id INT, taken DATETIME, back DATETIME, day DATE, changed TIMESTAMP NULL)",
        """INSERT INTO rental VALUES
        (1, '2005-05-24 22:53:30', NULL,                  '2005-05-24', '2005-05-24 22:53:30'),
        (2, '0000-00-00 00:00:00', '2005-00-10 10:00:00', '2005-05-00', '0000-00-00 00:00:00'),
        (3, '2005-05-25 00:00:00', '2005-05-26 10:00:00', NULL,         NULL)""",
    )
    schema = {"id": NUMBER, "taken": WALL_TIME, "back": WALL_TIME, "day": pa.date32(), "changed": INSTANT}
    rows = read(empty_database, "rental", schema, unusable_dates="unusable_dates")
    assert [row["unusable_dates"] for row in rows] == [None, "taken,back,day,changed", None]
    assert rows[1] == dict.fromkeys(schema) | {"id": 2, "unusable_dates": "taken,back,day,changed"}
    assert rows[2]["back"] == datetime(2005, 5, 26, 10)


def test_a_null_where_the_source_promises_none_is_still_read(empty_database):
    """An outer join, or a view, may describe a column as never null and yet deliver one."""
    given(
        empty_database,
        "CREATE TABLE a (id INT NOT NULL)",
        "CREATE TABLE b (id INT NOT NULL, amount DOUBLE NOT NULL)",
        "INSERT INTO a VALUES (1), (2), (3)",
        "INSERT INTO b VALUES (1, 1.5), (3, 3.5)",
        "CREATE VIEW joined AS SELECT a.id, b.amount FROM a LEFT JOIN b USING (id)",
    )
    rows = read(empty_database, "joined", {"id": NUMBER, "amount": pa.float64()})
    assert sorted((row["id"], row["amount"]) for row in rows) == [(1, 1.5), (2, None), (3, 3.5)]


def test_only_the_asked_rows_are_read(empty_database):
    given(
        empty_database,
        "CREATE TABLE rental (id INT, taken DATETIME, back DATETIME)",
        """INSERT INTO rental VALUES
        (1, '2005-05-24 00:00:00', '2005-05-29 00:00:00'),
        (2, '2005-05-20 00:00:00', '2005-05-24 23:59:59'),
        (3, '2005-05-25 00:00:00', NULL),
        (4, '0000-00-00 00:00:00', NULL),
        (5, NULL,                  '2005-05-24 10:00:00'),
        (6, '2005-00-24 00:00:00', NULL)""",
    )

    def ids(where) -> list[int]:
        return [row["id"] for row in read(empty_database, "rental", {"id": NUMBER}, where)]

    on_the_24th = Within(("taken", "back"), date(2005, 5, 24), date(2005, 5, 25))
    assert ids(on_the_24th) == [1, 2, 5]
    assert ids(Undated("taken")) == [4, 5, 6]
    assert ids(Among("id", [3, 1])) == [1, 3]
    assert ids(Among("id", [])) == []
    assert ids(AnyOf([on_the_24th, Undated("taken"), Among("id", [3])])) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"title": NUMBER}, r"column title is VARCHAR there, which can't be read as int32, as it is in the contract"),
        ({"renamed": NUMBER}, "Unknown column 'renamed'.*The table there and its contract differ"),
        ({"digits": pa.decimal128(4, 1)}, r"column digits is DECIMAL\(9,3\) there"),
        ({"picture": NUMBER}, "column picture is BLOB there"),
        ({"shown": NUMBER}, "column shown is DATETIME there"),
        ({"rate": pa.decimal128(4, 1)}, r"column rate is DECIMAL\(4,2\) there, which can't be read as decimal128"),
        ({"id": pa.int8()}, "film holds a value that its contract's type cannot"),
        ({"rate": pa.decimal128(3, 2)}, "film holds a value that its contract's type cannot"),
    ],
)
def test_a_source_that_changed_is_reported_in_one_line(empty_database, schema, message):
    given(
        empty_database,
        "CREATE TABLE film (id INT, title VARCHAR(9), rate DECIMAL(4,2), digits DECIMAL(9,3) UNSIGNED, picture BLOB, "
        "shown DATETIME)",
        "INSERT INTO film (id, title, rate) VALUES (1000, 'ALADDIN', 49.99)",
    )
    with pytest.raises(PlatformError, match=message) as raised:
        read(empty_database, "film", schema)
    assert "\n" not in str(raised.value)


def test_a_missing_table_is_reported_in_one_line(empty_database):
    with pytest.raises(PlatformError, match=r"inventory could not be read: Table .* doesn't exist"):
        read(empty_database, "inventory", {"id": NUMBER})


@pytest.mark.parametrize("kill", ["KILL", "KILL QUERY"])
@pytest.mark.parametrize("schema", [{"id": pa.int64()}, {"id": pa.int64(), "note": pa.string()}])
def test_a_connection_that_is_cut_raises_and_never_reads_short(empty_database, kill, schema):
    given(
        empty_database,
        "CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY, note VARCHAR(99))",
        "INSERT INTO t SELECT seq, REPEAT('x', 90) FROM (WITH RECURSIVE n AS (SELECT 1 AS seq UNION ALL "
        "SELECT seq + 1 FROM n WHERE seq < 1000) SELECT a.seq * 1000 + b.seq AS seq FROM n a, n b) numbers",
    )
    connection = mysql.connect(empty_database)
    batches = read_batches(connection, "t", pa.schema(schema))
    rows = next(batches).num_rows
    given(empty_database, f"{kill} {connection.thread_id()}")
    with pytest.raises(PlatformError, match="t could not be read"):
        rows += sum(batch.num_rows for batch in batches)
    assert rows < 1_000_000


def test_several_tables_are_read_in_one_snapshot(empty_database):
    given(
        empty_database,
        "CREATE TABLE rental (id INT NOT NULL) ENGINE=InnoDB",
        "CREATE TABLE customer (id INT NOT NULL) ENGINE=InnoDB",
        "INSERT INTO rental VALUES (1)",
        "INSERT INTO customer VALUES (1)",
    )
    with mysql.connect(empty_database) as connection:
        with connection.cursor() as cursor:
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        assert read(connection, "rental", {"id": NUMBER}) == [{"id": 1}]
        given(empty_database, "INSERT INTO customer VALUES (2)")
        assert read(connection, "customer", {"id": NUMBER}) == [{"id": 1}]


def test_an_empty_table_gives_no_rows(empty_database):
    given(empty_database, "CREATE TABLE t (id INT)")
    assert read(empty_database, "t", {"id": NUMBER}) == []


def test_a_read_that_is_left_early_closes_its_connection(empty_database):
    given(empty_database, "CREATE TABLE t (id INT)", "INSERT INTO t VALUES (1)")
    connection = mysql.connect(empty_database)
    batches = read_batches(connection, "t", pa.schema({"id": NUMBER}))
    next(batches)
    batches.close()  # type: ignore[attr-defined]
    with mysql.connect(empty_database) as other:
        assert read(other, "t", {"id": NUMBER}) == [{"id": 1}]
