"""Load rentals into InnoDB (a primary key and three indexes): the platform's way against LOAD DATA of a ready file.

python -m benchmarks.load mysql://user:password@host:port [--scale 200]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import click
import pyarrow as pa

from benchmarks import measuring
from benchmarks.rentals import DATABASE, DAYS, DDL, SCHEMA, checksum, ensure_rentals
from sakila_platform.databases.mysql import connection as mysql
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.reader.batches import read_batches
from sakila_platform.databases.mysql.tab_separated import FORMAT, encode_rows
from sakila_platform.databases.mysql.where import Within
from sakila_platform.databases.mysql.writer import load_batches
from sakila_platform.errors import PlatformError

LIMIT = "ready_file"
COPY = "rental_copy"


def ready_file(address: Address, folder: Path) -> None:
    """MySQL's own LOAD DATA LOCAL of a file that lies ready."""
    with mysql.connect(address, local_infile=True) as connection, connection.cursor() as cursor:
        with mysql.sending(cursor, folder / "rental.tsv"):
            cursor.execute(f"LOAD DATA LOCAL INFILE %s INTO TABLE {COPY} {FORMAT}", (str(folder / "rental.tsv"),))
        connection.commit()


def arrow_streamed(address: Address, folder: Path) -> None:
    """The platform: Arrow rows encoded while the server reads."""
    with mysql.connect(address, local_infile=True) as connection:
        load_batches(connection, COPY, _arrow_rows(folder))
        connection.commit()


def _arrow_rows(folder: Path) -> Iterator[pa.RecordBatch]:
    with pa.OSFile(str(folder / "rental.arrow")) as file, pa.ipc.open_stream(file) as reader:
        yield from reader


CANDIDATES = {"ready_file": ready_file, "arrow_streamed": arrow_streamed}


def prepare(address: Address, folder: Path) -> None:
    """The same rows as an Arrow file and as text."""
    with (
        pa.ipc.new_stream(str(folder / "rental.arrow"), SCHEMA) as arrow,
        open(folder / "rental.tsv", "wb") as text,
    ):
        for batch in read_batches(address, "rental", SCHEMA):
            arrow.write_batch(batch)
            text.write(encode_rows(batch))


def empty_copy(address: Address) -> None:
    """A fresh table to load into."""
    with mysql.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {COPY}")
        cursor.execute(DDL.format(table=COPY))


def one_day_again(address: Address) -> float:
    """Median seconds to delete a day of the full table and load it again, in one transaction."""
    day, next_day = DAYS[365], DAYS[366]
    rows = list(read_batches(address, COPY, SCHEMA, Within(("rental_date",), day, next_day)))
    taken = []
    with mysql.connect(address, local_infile=True) as connection, connection.cursor() as cursor:
        for _ in range(5):
            start = perf_counter()
            deleted = cursor.execute(
                f"DELETE FROM {COPY} WHERE rental_date >= %s AND rental_date < %s", (day, next_day)
            )
            if load_batches(connection, COPY, rows) != deleted:
                raise PlatformError(f"{day} was not loaded as it was.")
            connection.commit()
            taken.append(perf_counter() - start)
    click.echo(f"{deleted:,} rows of one day again: {statistics.median(taken) * 1000:.0f} ms")
    return statistics.median(taken)


def results(server: Address, scale: int, times: int = 3) -> list[measuring.Measured]:
    """Each candidate's measurements, verified. The copy is full afterwards."""
    address = ensure_rentals(server, scale)
    found = []
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        prepare(address, Path(folder))
        for name in CANDIDATES:
            command = [sys.executable, "-m", "benchmarks.load", address.url, "--candidate", name, folder]
            found.append(measuring.measure(name, command, times))
            if checksum(address, "rental") != checksum(address, COPY):
                raise click.ClickException(f"{name} loaded other rows into {DATABASE}.{COPY} than it was given.")
    return found


@click.command()
@click.argument("url")
@click.option("--scale", default=200, show_default=True, help="Times Sakila's 16,044 rentals.")
@click.option("--times", default=3, show_default=True, help="Runs of each; the median counts.")
@click.option("--candidate", nargs=2, hidden=True)
def main(url: str, scale: int, times: int, candidate: tuple[str, str] | None) -> None:
    """Measure loading into MySQL."""
    if candidate:
        name, folder = candidate
        empty_copy(Address.parse(url))

        def load(argument: str) -> dict[str, str]:
            CANDIDATES[name](Address.parse(argument), Path(folder))
            return {}

        measuring.run_candidate(load, url)
        return
    server = Address.parse(url)
    measuring.show(results(server, scale, times), LIMIT)
    one_day_again(server.on(DATABASE))


if __name__ == "__main__":
    main()
