"""The shop's database as Spark reads it: by JDBC, a table in several ranges of its key side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pymysql
from pyspark.sql import DataFrame, SparkSession

from sakila_platform.capture.source_tables import carried_columns
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.reader.columns import column
from sakila_platform.databases.mysql.reader.rows import describe
from sakila_platform.databases.mysql.session import session_sql
from sakila_platform.databases.mysql.where import quoted
from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import Table, arrow_schema
from sakila_platform.spark.source.columns import PARTITION_KEY, decoded_columns, source_query, source_types
from sakila_platform.spark.source.jdbc_protection import MYSQL_DRIVER, protection

# A range smaller than this is not worth a connection of its own.
_KEYS_PER_RANGE = 20_000
_ROWS_PER_FETCH = "10000"
# Glue's own, and MariaDB's, which also speaks to MySQL. Spark must be given it: it finds none by itself in a jar.
_DRIVERS = (MYSQL_DRIVER, "org.mariadb.jdbc.Driver")


@dataclass(frozen=True)
class JdbcSource:
    """A MySQL database: its address, whose password no message shows, and how many connections may read a table."""

    address: Address
    most_connections: int

    @property
    def url(self) -> str:
        """The URL for any MySQL driver, without the login and what protects it: drivers have words of their own."""
        # As a MariaDB URL, Spark would quote names as MySQL quotes text.
        return f"jdbc:mysql://{self.address.host}:{self.address.port}/{self.address.database}"

    def read(self, spark: SparkSession, connection: pymysql.Connection, table: Table, condition: str = "") -> DataFrame:
        """The rows of a table that fulfil a condition (MySQL), typed as its contract says; nothing is read yet.

        The connection is asked for the bounds of the key. Every row is in one range, whatever changes meanwhile.
        """
        driver = _driver(spark)
        properties = {
            "driver": driver,
            "user": self.address.user,
            "password": self.address.password,
            "fetchsize": _ROWS_PER_FETCH,
            # Else MySQL's own driver holds a whole result in memory; MariaDB's does not know the word.
            "useCursorFetch": "true",
            **protection(self.address, driver),
        }
        session = session_sql(connection.get_server_info())
        reader = spark.read.option("customSchema", source_types(table)).option("sessionInitStatement", session)
        query = f"({source_query(table, condition)}) AS source"
        ranges = list(key_ranges(self._bounds(connection, table), self.most_connections))
        rows = reader.jdbc(self.url, query, predicates=ranges, properties=properties)
        return rows.selectExpr(*decoded_columns(table))

    @staticmethod
    def _bounds(connection: pymysql.Connection, table: Table) -> tuple[int, int]:
        key = quoted(table.primary_key[0])
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT MIN({key}), MAX({key}) FROM {quoted(table.name.table)}")
            ((lowest, highest),) = cursor.fetchall()
        return (lowest or 0, highest or 0)


def require_readable(connection: pymysql.Connection, tables: list[Table]) -> None:
    """Raise PlatformError when a column of the source does not go together with its contract's type."""
    for table in tables:
        names = ", ".join(quoted(name) for name in carried_columns(table))
        schema = arrow_schema(table)
        described = describe(connection, f"SELECT {names} FROM {quoted(table.name.table)}")
        try:
            for name, source in zip(carried_columns(table), described, strict=True):
                column(schema.field(name), source)
        except PlatformError as error:
            raise PlatformError(f"The source's {table.name.table}: {error}. Nothing was published.") from None


def _driver(spark: SparkSession) -> str:
    """The first driver that the session has. Raises PlatformError when it has none."""
    jvm = spark.sparkContext._jvm
    assert jvm is not None
    for driver in _DRIVERS:
        if jvm.org.apache.spark.util.Utils.classIsLoadable(driver):
            return driver
    raise PlatformError("Spark has no JDBC driver for MySQL. Name its jar by --jars (Debian: libmariadb-java).")


def key_ranges(bounds: tuple[int, int], most: int) -> Iterator[str]:
    """Conditions that part all keys, also those beyond the bounds (lowest, highest), into at most so many ranges."""
    lowest, highest = bounds
    count = max(1, min(most, -(-(highest - lowest + 1) // _KEYS_PER_RANGE)))
    borders = [lowest + (highest - lowest + 1) * n // count for n in range(1, count)]
    for low, high in zip([None, *borders], [*borders, None], strict=True):
        ends = [f"{PARTITION_KEY} >= {low}"] if low is not None else []
        ends += [f"{PARTITION_KEY} < {high}"] if high is not None else []
        yield " AND ".join(ends) or "1 = 1"
