"""A PostgreSQL database as Spark reads it, by JDBC: queries of the project's own, typed as a contract says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pyspark.sql import DataFrame, SparkSession

from sakila_platform.databases.postgres.address import SYSTEM, PostgresAddress
from sakila_platform.databases.postgres.session import SESSION_SQL
from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import DAY_PARTITION
from sakila_platform.spark.session import failing_in_one_line
from sakila_platform.spark.source.columns import spark_type

_DRIVER = "org.postgresql.Driver"
_ROWS_PER_FETCH = "10000"
_RENAMED = {"gssencmode": "gssEncMode", "channel_binding": "channelBinding"}


@dataclass(frozen=True)
class PostgresJdbc:
    """A database: its address, whose password no message shows."""

    address: PostgresAddress

    @property
    def url(self) -> str:
        """The URL without the login, and with how the connection is protected: libpq's words are the driver's."""
        asked = dict(self.address.protection)
        if asked.get("sslrootcert") == SYSTEM:
            # The authorities that Java trusts; the driver would look for a file of libpq's.
            del asked["sslrootcert"]
            asked["sslfactory"] = "org.postgresql.ssl.DefaultJavaSSLFactory"
        renamed = {_RENAMED.get(name, name): value for name, value in asked.items()}
        place = f"jdbc:postgresql://{self.address.host}:{self.address.port}/{self.address.database}"
        return f"{place}?{urlencode(renamed)}"

    def read(self, spark: SparkSession, queries: Sequence[str], types: str) -> DataFrame:
        """The rows of these queries, each by a connection of its own, in these Spark types. Nothing is read yet.

        Raises PlatformError when the session has no driver or the first look fails.
        """
        _require_driver(spark)
        reader = (
            spark.read.format("jdbc")
            .option("url", self.url)
            .option("driver", _DRIVER)
            .option("user", self.address.user)
            .option("password", self.address.password)
            .option("fetchsize", _ROWS_PER_FETCH)
            .option("sessionInitStatement", SESSION_SQL)
            .option("preferTimestampNTZ", "true")
            .option("customSchema", types)
        )
        with failing_in_one_line(f"{self.address} can't be read"):
            first, *others = (reader.option("dbtable", f"({query}) AS source").load() for query in queries)
        for other in others:
            first = first.unionByName(other)
        return first


def typed(table: Table) -> str:
    """The Spark types of a query that gives a contract's columns and `dt`."""
    columns = [f"`{column.name}` {spark_type(column.type.arrow).simpleString()}" for column in table.columns]
    return ", ".join([*columns, f"`{DAY_PARTITION}` date"])


def _require_driver(spark: SparkSession) -> None:
    jvm = spark.sparkContext._jvm
    assert jvm is not None
    if not jvm.org.apache.spark.util.Utils.classIsLoadable(_DRIVER):
        raise PlatformError(
            "Spark has no JDBC driver for PostgreSQL. Name its jar by --jars (Debian: libpostgresql-jdbc-java)."
        )
