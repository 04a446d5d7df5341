"""Extract `rental` to day-partitioned Parquet: the platform's way, the field's, and the limit.

    python -m benchmarks.extract mysql://user:password@host:port [--scale 200]

Needs gcc and libmariadb-dev for the limit (a C client that drains the rows); it is left out without them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import click
import duckdb
import pyarrow as pa

from benchmarks import measuring
from benchmarks.rentals import DAYS, SCHEMA, checksum, ensure_rentals
from benchmarks.shops import own_folder
from sakila_platform.capture.event_slices import EventTable, slice_by_day
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.reader.batches import read_batches
from sakila_platform.lake.parquet_files import write_each

LIMIT = "C drain"
QUERY = "SELECT * FROM rental"
TO_DAYS_1970 = 719_528


def platform_by_rental_date(url: str, lake: Path) -> None:
    """The platform, by day of rental only: what the others do."""
    _platform(url, lake, ("rental_date",))


def platform_by_both_dates(url: str, lake: Path) -> None:
    """The platform as it runs: every rental on the day it was taken and on the day it came back."""
    _platform(url, lake, ("rental_date", "return_date"))


def _platform(url: str, lake: Path, day_columns: tuple[str, ...]) -> None:
    def write(day: date, file: pa.Buffer) -> None:
        folder = lake / f"dt={day}"
        folder.mkdir()
        (folder / "part-0.parquet").write_bytes(file)

    event = EventTable(SCHEMA, ("rental_id",), day_columns)
    sliced = slice_by_day(read_batches(Address.parse(url), "rental", SCHEMA), event, DAYS, lake / "spill")
    for _ in write_each(sliced, write):
        pass


def connectorx_whole(url: str, lake: Path) -> None:
    """connectorx into one Polars frame, written by day."""
    import connectorx  # noqa: PLC0415

    _write_by_day(connectorx.read_sql(url, QUERY, return_type="polars"), lake)


def connectorx_stream(url: str, lake: Path) -> None:
    """connectorx as a stream of record batches, gathered in one Polars frame, written by day: memory grows."""
    import connectorx  # noqa: PLC0415
    import polars as pl  # noqa: PLC0415

    reader = connectorx.read_sql(url, QUERY, return_type="arrow_stream", batch_size=50_000)
    _write_by_day(pl.concat([pl.from_arrow(batch) for batch in reader]), lake)  # type: ignore[type-var]


def _write_by_day(frame, lake: Path) -> None:
    import polars as pl  # noqa: PLC0415

    dated = frame.with_columns(dt=pl.col("rental_date").dt.date())
    dated.write_parquet(lake, partition_by="dt", compression="zstd")


def pandas_read_sql(url: str, lake: Path) -> None:
    """pandas.read_sql with SQLAlchemy and PyMySQL, written as one file and not verified."""
    import pandas as pd  # noqa: PLC0415
    import sqlalchemy  # noqa: PLC0415

    frame = pd.read_sql(QUERY, sqlalchemy.create_engine(url.replace("mysql://", "mysql+pymysql://")))
    frame.to_parquet(lake / "all.parquet")


CANDIDATES = {
    candidate.__name__: candidate
    for candidate in (
        platform_by_rental_date,
        platform_by_both_dates,
        connectorx_whole,
        connectorx_stream,
        pandas_read_sql,
    )
}


def extracted(name: str, folder: Path, url: str) -> dict[str, str]:
    """Extract into a fresh folder within `folder`."""
    lake = Path(tempfile.mkdtemp(prefix="lake-", dir=folder))
    CANDIDATES[name](url, lake)
    return {"lake": str(lake)}


def verify(lake: Path, expected: tuple[int, ...]) -> None:
    """Compare the files with the source: row count and sums of the rows on their day of rental."""
    with duckdb.connect() as engine:
        found = engine.execute(
            f"""SELECT COUNT(*), SUM(rental_id)::BIGINT, SUM(inventory_id)::BIGINT,
            SUM(DATE_DIFF('day', DATE '1970-01-01', rental_date::DATE) + {TO_DAYS_1970})::BIGINT
            FROM read_parquet('{lake}/**/*.parquet', hive_partitioning = true) WHERE rental_date::DATE = dt::DATE"""
        ).fetchone()
    if found != expected:
        raise click.ClickException(f"{lake} differs from the source: {found} instead of {expected}.")


def drained(address: Address) -> measuring.Measured | None:
    """The limit, if it can be compiled here."""
    source = Path(__file__).with_name("limits.c")
    if not (shutil.which("gcc") and shutil.which("mariadb_config")):
        return None
    program = own_folder("limits") / "limits"
    flags = subprocess.run(["mariadb_config", "--cflags", "--libs"], capture_output=True, text=True, check=True).stdout
    subprocess.run(["gcc", "-O2", "-o", str(program), str(source), *flags.split()], check=True)
    login = (address.host, str(address.port), address.user, address.password, address.database)
    return measuring.measure(LIMIT, [str(program), *login, QUERY])


def results(server: Address, scale: int) -> list[measuring.Measured]:
    """Each candidate's measurements, verified: the limit first, where it can be compiled."""
    address = ensure_rentals(server, scale)
    expected = checksum(address, "rental")
    folder = own_folder("extract")
    found = [one for one in [drained(address)] if one]
    for name in CANDIDATES:
        command = [sys.executable, "-m", "benchmarks.extract", address.url, "--candidate", name, str(folder)]
        measured = measuring.measure(name, command, times=1 if name == "pandas_read_sql" else 3)
        if name != "pandas_read_sql":
            verify(Path(measured.result["lake"]), expected)
        found.append(measured)
        click.echo(f"{name}: {measured.seconds:.2f} s, {measured.peak_mb} MB", err=True)
    return found


@click.command()
@click.argument("url")
@click.option("--scale", default=200, show_default=True, help="Times Sakila's 16,044 rentals.")
@click.option("--candidate", nargs=2, hidden=True)
def main(url: str, scale: int, candidate: tuple[str, str] | None) -> None:
    """Measure the extraction of `rental`."""
    if candidate:
        name, folder = candidate
        measuring.run_candidate(lambda argument: extracted(name, Path(folder), argument), url)
        return
    measured = results(Address.parse(url), scale)
    measuring.show(measured, measured[0].name)


if __name__ == "__main__":
    main()
