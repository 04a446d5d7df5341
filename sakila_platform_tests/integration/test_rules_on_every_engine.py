"""Every kind of rule, with nulls and edge values, has the same outcome on every engine that judges rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
import sqlglot
from pyspark.sql import SparkSession
from pyspark.sql import functions as f

from sakila_platform.databases.mysql import connection as mysql
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.postgres.address import PostgresAddress, connected, ensure_database
from sakila_platform.errors import PlatformError
from sakila_platform.lake.audits.records import part_lines
from sakila_platform.lake.audits.rows import audit_table
from sakila_platform.lake.duckdb import in_memory_cursor
from sakila_platform.model.contracts import BOOLEAN, INTEGER, Column, Table, TableKind, decimal, row_rules, text
from sakila_platform.model.ddl import mysql_ddl, postgres_ddl
from sakila_platform.model.naming import DAY_PARTITION, TableName
from sakila_platform.model.rule_sql import ENGINES, Engine, broken, names_a_row, require_renderable
from sakila_platform.model.rules import Holds, References
from sakila_platform.spark.judging import judged
from sakila_platform_tests.spark import small_spark

DAY = date(2005, 5, 24)


@dataclass(frozen=True)
class Case:
    """A value of one column, and whether the rule that the column stands for is kept."""

    column: str
    value: Any
    is_kept: bool


RATED = Table(
    TableName("final", "test", "fact_rated"),
    TableKind.FACT,
    "One row per value that is tried.",
    (
        Column("id", INTEGER, "Its number."),
        Column("present", text(20), "What must be there."),
        Column("pair_one", INTEGER, "Comes with the other.", present_when="both of the pair are there"),
        Column("pair_two", INTEGER, "Comes with the other.", present_when="both of the pair are there"),
        Column("low", INTEGER, "Not below zero.", nullable=True, minimum=0),
        Column("high", decimal(5, 2), "Not above five.", nullable=True, maximum=5),
        Column("choice", text(20), "One of them.", nullable=True, allowed=("PG", "it's", "back\\slash", "Ñandú", "")),
        Column("short", text(3), "At most three characters.", nullable=True),
        Column("is_one", BOOLEAN, "One of two.", nullable=True),
        Column("is_two", BOOLEAN, "One of two.", nullable=True),
    ),
    ("id",),
    rules=(Holds("one of the two is true", "is_one OR is_two"),),
)
AS_IT_COMES = replace(
    RATED,
    columns=tuple(
        replace(c, nullable=c.name != "id", type=text(200) if c.type.length is not None else c.type)
        for c in RATED.columns
    ),
)
"""The same where a server takes anything, so that the rule alone decides."""
SPARK_TYPES = {pa.int32(): "int", pa.bool_(): "boolean", pa.decimal128(5, 2): "decimal(5,2)", pa.string(): "string"}
GOOD: Mapping[str, Any] = {
    "present": "x", "pair_one": 1, "pair_two": 1, "low": 1, "high": 1, "choice": "PG", "short": "abc",
    "is_one": True, "is_two": False,
}  # fmt: skip
RULES = {
    "present": "present is not null",
    "pair_one": "both of the pair are there",
    "pair_two": "both of the pair are there",
    "low": "low is at least 0",
    "high": "high is at most 5",
    "choice": "choice is one of PG, it's, back\\slash, Ñandú, ",
    "short": "short has at most 3 characters",
    "is_one": "one of the two is true",
}
CASES = (
    Case("present", None, False),
    Case("present", "", True),
    Case("pair_one", None, False),
    Case("pair_two", None, False),
    Case("low", None, True),
    Case("low", 0, True),
    Case("low", -1, False),
    Case("low", -(2**31), False),
    Case("low", 2**31 - 1, True),
    Case("high", None, True),
    Case("high", "5.00", True),
    Case("high", "5.01", False),
    Case("high", "-999.99", True),
    Case("choice", None, True),
    Case("choice", "PG", True),
    Case("choice", "pg", False),
    Case("choice", "PG ", False),
    Case("choice", " PG", False),
    Case("choice", "it's", True),
    Case("choice", "its", False),
    Case("choice", "back\\slash", True),
    Case("choice", "backslash", False),
    Case("choice", "Ñandú", True),
    Case("choice", "Nandu", False),
    Case("choice", "", True),
    Case("choice", " ", False),
    Case("short", None, True),
    Case("short", "äöü", True),
    Case("short", "💿💿💿", True),
    Case("short", "abc ", False),
    Case("short", "e\u0301e\u0301", False),
    Case("is_one", False, False),
    Case("is_one", None, True),
)
WANTED = {number: set() if case.is_kept else {RULES[case.column]} for number, case in enumerate(CASES, 1)}


def rows() -> pa.Table:
    """A row for each case: good but for its column. Decimals are written as text and typed by the contract."""
    tried = [{"id": number, **GOOD, case.column: case.value} for number, case in enumerate(CASES, 1)]
    columns = {
        column.name: pa.array([str(v) if v is not None else None for v in values]).cast(column.type.arrow)
        if pa.types.is_decimal(column.type.arrow)
        else pa.array(values, column.type.arrow)
        for column in RATED.columns
        for values in [[row[column.name] for row in tried]]
    }
    return pa.table(columns)


def by_id(found: Sequence[Mapping[str, Any]]) -> dict[int, set[str]]:
    """The rules that each row breaks."""
    broken_by = {row["id"]: set(row["reason"].split("; ")) for row in found}
    return {number: broken_by.get(number, set()) for number in WANTED}


def test_duckdb_judges_a_days_rows() -> None:
    _, rejected, _ = audit_table(rows(), RATED, DAY)
    assert by_id(rejected.to_pylist()) == WANTED


def test_duckdb_judges_the_records_of_a_file() -> None:
    assert by_id(part_lines(rows(), RATED).rejected.to_pylist()) == WANTED


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session of this file's own: another file may want one with another driver."""
    with small_spark(tmp_path_factory.mktemp("spark")) as session:
        yield session


def test_spark_judges_a_days_rows(spark: SparkSession) -> None:
    types = ", ".join(f"{column.name} {SPARK_TYPES[column.type.arrow]}" for column in RATED.columns)
    frame = spark.createDataFrame([tuple(row.values()) for row in rows().to_pylist()], types)
    found = judged(frame.withColumn(DAY_PARTITION, f.lit(DAY)), RATED).where("reason <> ''").collect()
    assert by_id([row.asDict() for row in found]) == WANTED


def test_mysql_judges_what_it_holds(empty_database: Address) -> None:
    with mysql.connect(empty_database) as connection, connection.cursor() as cursor:
        cursor.execute(mysql_ddl(AS_IT_COMES))
        insert_all(cursor)
        assert judged_by(cursor, "mysql") == WANTED


def test_postgresql_judges_what_it_holds(empty_postgres: PostgresAddress) -> None:
    ensure_database(empty_postgres)
    with connected(empty_postgres) as connection, connection.cursor() as cursor:
        cursor.execute(postgres_ddl(AS_IT_COMES).encode())
        insert_all(cursor)
        assert judged_by(cursor, "postgres") == WANTED


@pytest.mark.parametrize("engine", ENGINES)
def test_a_key_is_one_of_its_dimension_or_none(engine: Engine) -> None:
    rule = References("film_key", "dim_film")
    condition = sqlglot.transpile(names_a_row(rule, "of_film.key_there", engine), read=engine, write="duckdb")[0]
    asked = f"SELECT {condition} FROM (SELECT ? AS film_key), (SELECT ? AS key_there) AS of_film"
    with in_memory_cursor() as duck:
        outcomes = [duck.execute(asked, keys).fetchone() for keys in ([1, 1], [1, None], [None, None])]
    assert outcomes == [(True,), (False,), (True,)]


def test_a_rule_that_an_engine_has_no_words_for_stops_the_definitions() -> None:
    strange = replace(RATED, rules=(Holds("choice sounds like PG", "jaro_similarity(choice, 'PG') > 0.9"),))
    with pytest.raises(
        PlatformError, match="The rule `choice sounds like PG` can't be written in the SQL of duckdb: JARO_SIMILARITY"
    ):
        require_renderable(strange)


def test_a_rule_about_a_column_that_is_not_there_stops_the_definitions() -> None:
    strange = replace(RATED, rules=(Holds("it is paid", "amount > 0"),))
    with pytest.raises(PlatformError, match="The rule `it is paid` of final/test/fact_rated names amount"):
        require_renderable(strange)


def insert_all(cursor: Any) -> None:
    marks = ", ".join(["%s"] * len(RATED.columns))
    cursor.executemany(
        f"INSERT INTO fact_rated ({', '.join(RATED.column_names)}) VALUES ({marks})",
        [tuple(row.values()) for row in rows().to_pylist()],
    )


def judged_by(cursor: Any, engine: Engine) -> dict[int, set[str]]:
    """The rules that each row breaks, asked of a server one by one."""
    found: dict[int, set[str]] = {number: set() for number in WANTED}
    for rule in row_rules(RATED):
        cursor.execute(f"SELECT id FROM fact_rated WHERE {broken(rule, engine)}")
        for (number,) in cursor.fetchall():
            found[number].add(rule.name)
    return found
