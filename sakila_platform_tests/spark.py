"""What tests of the Glue lane stand on: a JDBC driver of Debian's, and one small Spark session per test file."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from pyspark import SparkContext
from pyspark.sql import SparkSession

from sakila_platform.capture.tables import Capture, capture_days
from sakila_platform.embedded.machine import Machine
from sakila_platform.model.contracts import Table
from sakila_platform.model.days import consecutive_runs
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.rentals import star, warehouse_star
from sakila_platform.rentals.dates.years import publish_year
from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform.rentals.star_build import star_build
from sakila_platform.settings.places import lake_location
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE
from sakila_platform.spark.lake_views import LakeViews
from sakila_platform.spark.session import spark_session
from sakila_platform.spark.source.extraction import Extraction, extract_days
from sakila_platform.spark.source.jdbc import JdbcSource
from sakila_platform.spark.star import build_days
from sakila_platform.star import transform
from sakila_platform.warehouse.mysql.load import Loading, load_days
from sakila_platform_tests.platform import LAYERS, Platform


@dataclass(frozen=True)
class DriverPackage:
    """A Debian package with a JDBC driver, and its jar."""

    package: str
    jar: str


MARIADB = DriverPackage("libmariadb-java", "mariadb-java-client.jar")
POSTGRES = DriverPackage("libpostgresql-jdbc-java", "postgresql.jar")
# A test is over before a second compiler would have paid off.
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"
_JARS = Path("/usr/share/java")
_KEPT = Path(__file__).resolve().parents[1] / ".sakila" / "jdbc"


def jdbc_driver(driver: DriverPackage = MARIADB) -> Path:
    """A JDBC driver: the installed one, else Debian's package unpacked in a folder that is kept.

    Skips the test, saying why, on a machine without Java or without a way to the package.
    """
    machine = Machine()
    if not machine.which("java"):
        pytest.skip("there is no Java. Install a Java 17 runtime to test the Glue lane")
    installed = _JARS / driver.jar
    folder = _KEPT if driver is MARIADB else _KEPT.with_name(f"jdbc-{driver.package}")
    kept = folder / installed.relative_to("/")
    if installed.exists():
        return installed
    if not kept.exists():
        fault = _unpack(machine, driver.package, folder)
        if fault:
            pytest.skip(f"there is no JDBC driver: {fault}. Install {driver.package}")
    return kept


def _unpack(machine: Machine, package: str, folder: Path) -> str:
    """Fetch a package and unpack it in the folder, which needs no root. Returns why not, or ""."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix="unpacking-", dir=folder.parent))
    try:
        outcome = machine.run(("apt-get", "-q", "download", package), aside)
        if outcome.code:
            machine.run(("apt-get", "-q", "update"), None)
            outcome = machine.run(("apt-get", "-q", "download", package), aside)
        for archive in aside.glob("*.deb") if outcome.code == 0 else ():
            outcome = machine.run(("dpkg", "-x", str(archive), str(aside)), None)
            archive.unlink()
        if outcome.code:
            return outcome.last_line
        # Another test process may have been faster: then its folder stays.
        if not folder.exists():
            aside.rename(folder)
        return ""
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def small_spark_defaults(folder: Path) -> Path:
    """A folder for SPARK_CONF_DIR, with which a script of its own process starts as small a session."""
    settings = {
        "spark.master": "local[2]",
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": _JAVA,
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": folder / "spark-warehouse",
        "spark.ui.enabled": "false",
    }
    place = folder / "spark"
    place.mkdir()
    (place / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    return place


@contextmanager
def small_spark(folder: Path, driver: DriverPackage = MARIADB) -> Iterator[SparkSession]:
    """A session on two cores with a gigabyte, set up as a job sets it up; its Java process ends with it."""
    (
        SparkSession.builder.master("local[2]")
        .config("spark.jars", str(jdbc_driver(driver)))
        .config("spark.driver.memory", "1g")
        .config("spark.driver.extraJavaOptions", _JAVA)
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.warehouse.dir", str(folder / "spark-warehouse"))
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    spark = spark_session("tests")
    assert spark.sparkContext.pythonExec == sys.executable
    spark.sparkContext.setLogLevel("OFF")
    try:
        yield spark
    finally:
        spark.stop()
        gateway = SparkContext._gateway
        if gateway is not None:
            gateway.shutdown()
            gateway.proc.stdin.close()
            gateway.proc.wait()
        SparkContext._gateway = SparkContext._jvm = None


@dataclass(frozen=True)
class SparkEngine:
    """The Glue lane's code on a session, as what computes a platform's days."""

    spark: SparkSession

    def stage(self, platform: Platform, tables: Sequence[Table], days: list[date], recapture: bool = False) -> Outcomes:
        """Extract days as the script does, each table by three connections."""
        extraction = Extraction(
            source=JdbcSource(platform.shop, most_connections=3),
            lake=platform.lake_files,
            views=LakeViews(self.spark, lake_location()),
            clock=platform.clock,
            allowed_bad_share=ALLOWED_BAD_SHARE.read(),
            recapture=recapture,
            lose_history=platform.loses_history,
        )
        return extract_days(extraction, tables, days)

    def final(self, platform: Platform, tables: Sequence[Table], days: list[date]) -> Outcomes:
        """Build days as the script does."""
        views = LakeViews(self.spark, lake_location())
        return build_days(star_build(platform.lake_files), views, tables, days)


@dataclass
class TwoLanes:
    """One shop and two platforms on it: the same days by the local lane and by the Glue lane."""

    local: Platform
    glue: Platform
    spark: SparkSession

    def run(self, days: Sequence[date], *, layers: Sequence[str] = LAYERS) -> tuple[Outcomes, Outcomes]:
        """Run days, gaps allowed, in both lanes; what each of them came to, also where it was refused."""
        return self.run_local(days, layers), self.run_glue(days, layers)

    def run_local(self, days: Sequence[date], layers: Sequence[str] = LAYERS) -> Outcomes:
        """The days in the local lane, a run for each piece without a gap."""
        lane, outcomes = self.at(self.local), Outcomes()
        for run in consecutive_runs(days):
            if "stage" in layers:
                share = ALLOWED_BAD_SHARE.read()
                capture = Capture(lane.shop, lane.lake_files, lane.clock, share, lane.folder / "spill")
                _add(outcomes, capture_days(capture, STAGE_TABLES, run))
            if "final" in layers:
                _add(outcomes, transform.build_days(star_build(lane.lake_files), star.DAILY_TABLES, run))
            if "warehouse" in layers:
                _add(outcomes, _load(lane, run))
        return outcomes

    def run_glue(self, days: Sequence[date], layers: Sequence[str] = LAYERS) -> Outcomes:
        """The days in the Glue lane, as its scripts run them."""
        lane, outcomes, engine = self.at(self.glue), Outcomes(), SparkEngine(self.spark)
        if "stage" in layers:
            _add(outcomes, engine.stage(lane, STAGE_TABLES, list(days)))
        if "final" in layers:
            _add(outcomes, engine.final(lane, star.DAILY_TABLES, list(days)))
        if "warehouse" in layers:
            for run in consecutive_runs(days):
                _add(outcomes, _load(lane, run))
        return outcomes

    def at(self, lane: Platform) -> Platform:
        """The lane, with the settings pointing at its lake."""
        for name, value in lane.place.environment.items():
            lane.monkeypatch.setenv(name, value)
        return lane

    def clock_stands_at(self, wall_time: str) -> None:
        """Stop both clocks."""
        for lane in (self.local, self.glue):
            lane.clock_stands_at(wall_time)


def _load(lane: Platform, days: list[date]) -> Outcomes:
    with lane.warehouse_database.connect() as connection:
        loading = Loading(warehouse_star.STAR, connection, lane.lake_files, lane.clock, publish_year)
        return load_days(loading, warehouse_star.DAILY_TABLES, days)


def _add(outcomes: Outcomes, more: Outcomes) -> None:
    for name, by_day in more.items():
        outcomes.setdefault(name, {}).update(by_day)
