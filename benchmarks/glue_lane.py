"""Stage and final of a scaled shop by both lanes on one machine: the numbers of docs/scale.md.

    python -m benchmarks.glue_lane SCALE

Each lane has two cores and writes a lake of its own; the rows of both are counted and compared.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import click
from pyspark.sql import SparkSession

from benchmarks.shops import Shop, say, shop
from sakila_platform.capture.tables import Capture, capture_days
from sakila_platform.embedded.mysql_address import OLTP_DATABASE
from sakila_platform.lake.location import open_lake
from sakila_platform.model.days import Clock, chunks
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform.rentals.star import DAILY_TABLES
from sakila_platform.rentals.star_build import star_build
from sakila_platform.settings.calendar import TIME_ZONE
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE, DAYS_PER_CHUNK
from sakila_platform.spark.arguments import job_clock
from sakila_platform.spark.lake_views import LakeViews
from sakila_platform.spark.session import spark_session
from sakila_platform.spark.source.extraction import Extraction, extract_days
from sakila_platform.spark.source.jdbc import JdbcSource
from sakila_platform.spark.star import build_days
from sakila_platform.star import transform
from sakila_platform_tests.spark import jdbc_driver

_CORES = 2
_MEMORY = "4g"
Step = Callable[[list[date]], Outcomes]


def main(scale: int) -> None:
    """Measure both lanes and say what each step took."""
    with shop(scale) as place:
        local = {"stage": _local_stage(place), "final": _local_final(place)}
        of_local = {layer: _timed(f"local {layer}", step, place.days) for layer, step in local.items()}
        start = time.perf_counter()
        spark = _session()
        say(f"a Spark session: {time.perf_counter() - start:.1f} s")
        glue = {"stage": _glue_stage(place, spark), "final": _glue_final(place, spark)}
        of_glue = {layer: _timed(f"Spark {layer}", step, place.days) for layer, step in glue.items()}
        if of_local != of_glue:
            raise click.ClickException("The lanes differ in rows.")
        files = (place.home / "glue").glob("final/*/fact_rental/*/*.parquet")
        sizes = sorted(path.stat().st_size for path in files)
        middle, most = sizes[len(sizes) // 2] / 1e3, sizes[-1] / 1e3
        click.echo(f"{place.rentals} rentals on {len(place.days)} days, equal rows in both lanes")
        click.echo(f"a day of fact_rental: {middle:.0f} kB in the middle, {most:.0f} kB at most")
        spark.stop()


def _timed(name: str, step: Step, days: Sequence[date]) -> dict[str, int]:
    """Rows by table; the time, and the most memory of this process and its children, are said."""
    rows: dict[str, int] = {}
    start = time.perf_counter()
    with _Peak() as peak:
        for chunk in chunks(days, DAYS_PER_CHUNK.read()):
            for table, by_day in step(chunk).items():
                rows[str(table)] = rows.get(str(table), 0) + sum(outcome.rows for outcome in by_day.values())
    seconds = time.perf_counter() - start
    click.echo(f"{name}: {seconds:.1f} s, {peak.cpu_seconds:.1f} s of processor, peak {peak.most_mb} MB")
    return rows


class _Peak:
    """The most memory that this process and its descendants (Java, Python workers) hold together, looked at often,
    and the seconds of processor that they took: those depend less on what else the machine does."""

    def __enter__(self) -> _Peak:
        self.most_mb, self.cpu_seconds = 0, 0.0
        self._ticks: dict[int, int] = {}
        self._look()
        self._before = sum(self._ticks.values())
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._keep_looking, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()
        self._look()
        self.cpu_seconds = (sum(self._ticks.values()) - self._before) / os.sysconf("SC_CLK_TCK")

    def _keep_looking(self) -> None:
        while not self._ended.wait(0.5):
            self._look()

    def _look(self) -> None:
        """Shared pages count once for each process, so this is at most too much."""
        parents, resident, ticks = {}, {}, {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            number = int(folder.name)
            parents[number], ticks[number] = int(fields[1]), int(fields[11]) + int(fields[12])
            resident[number] = int(fields[21]) * os.sysconf("SC_PAGE_SIZE") >> 20
        mine = {os.getpid()}
        while more := {child for child, parent in parents.items() if parent in mine} - mine:
            mine |= more
        self.most_mb = max(self.most_mb, sum(resident.get(number, 0) for number in mine))
        self._ticks |= {number: ticks[number] for number in mine if number in ticks}


def _local_stage(place: Shop) -> Step:
    clock = Clock(TIME_ZONE.read(), None)
    source, lake = place.server.on(OLTP_DATABASE), open_lake(str(place.home / "local"))
    capture = Capture(source, lake, clock, ALLOWED_BAD_SHARE.read(), place.home / "spill")
    return lambda days: capture_days(capture, STAGE_TABLES, days)


def _local_final(place: Shop) -> Step:
    build = star_build(open_lake(str(place.home / "local")))
    return lambda days: transform.build_days(build, DAILY_TABLES, days)


def _session() -> SparkSession:
    builder = SparkSession.builder.master(f"local[{_CORES}]").config("spark.driver.memory", _MEMORY)
    builder.config("spark.jars", str(jdbc_driver())).config("spark.ui.enabled", "false")
    builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark = spark_session("benchmark")
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def _glue_stage(place: Shop, spark: SparkSession) -> Step:
    location = str(place.home / "glue")
    extraction = Extraction(
        source=JdbcSource(place.server.on(OLTP_DATABASE), _CORES),
        lake=open_lake(location),
        views=LakeViews(spark, location),
        clock=job_clock(),
        allowed_bad_share=ALLOWED_BAD_SHARE.read(),
    )
    return lambda days: extract_days(extraction, STAGE_TABLES, days)


def _glue_final(place: Shop, spark: SparkSession) -> Step:
    location = str(place.home / "glue")
    build, views = star_build(open_lake(location)), LakeViews(spark, location)
    return lambda days: build_days(build, views, DAILY_TABLES, days)


if __name__ == "__main__":
    main(int(sys.argv[1]))
