"""The Spark session that a job runs in, and Spark's errors in one line."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from sakila_platform.errors import PlatformError

# ANSI: a value that does not fit its type is an error, as in DuckDB, and never another value.
_SQL_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    # A day is a file: else Spark would start a task to look at each.
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "32",
}
_ERROR_OF_A_WORKER = re.compile(r"^sakila_platform\.errors\.\w+: (.+)$", re.MULTILINE)
# What precedes the reason why a task failed: which one, and where.
_TASK = re.compile(r"^.*\(TID \d+\) \(.*?\): (?:[\w.]+Exception: )?", re.DOTALL)
_TRACES = re.compile(r"\s+(at [\w.$]+\(|Traceback|Driver stacktrace|JVM stacktrace).*", re.DOTALL)


def spark_session(name: str, jars: Sequence[str] = ()) -> SparkSession:
    """The session there is (Glue's), else one of our own; it works in UTC and by the ANSI rules.

    `jars` are JDBC drivers that plain pyspark lacks; they count for a session that is started here.
    """
    builder = SparkSession.builder.appName(name).config("spark.ui.showConsoleProgress", "false")
    if jars:
        builder = builder.config("spark.jars", ",".join(jars))
    spark = builder.getOrCreate()
    for setting, value in _SQL_SETTINGS.items():
        spark.conf.set(setting, value)
    if str(spark.sparkContext.master).startswith("local"):
        # Else workers are whatever `python3` the PATH leads to, which may have neither Arrow nor this package.
        spark.sparkContext.pythonExec = sys.executable
    return spark


@contextmanager
def failing_in_one_line(doing: str) -> Iterator[None]:
    """Raise PlatformError, saying what was done and why it failed, for errors of Spark and of its workers."""
    try:
        yield
    except (PySparkException, Py4JError) as error:
        text = error.java_exception.toString() if isinstance(error, Py4JJavaError) else str(error)
        by_worker = _ERROR_OF_A_WORKER.findall(text)
        if by_worker:
            raise PlatformError(by_worker[-1]) from None
        raise PlatformError(f"{doing}: {_first_sentence(text)}") from None


def _first_sentence(text: str) -> str:
    _, has_trace, trace = text.partition("Traceback (most recent call last):")
    causes = [line.removeprefix("Caused by: ") for line in text.splitlines() if line.startswith("Caused by: ")]
    if has_trace:
        # A worker's error ends its Python trace, at the beginning of a line.
        causes = re.findall(r"^\w[\w.]*(?:: .*)?$", trace.partition("\n\n")[0], re.MULTILINE)
    reason = causes[-1] if causes else _TRACES.sub("", _TASK.sub("", text)).strip()
    return " ".join(reason.split())[:500]
