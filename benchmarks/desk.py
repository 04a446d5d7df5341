"""Rentals a second at the desk against the same SQL run bare through the same driver, with eight clients each.

    python -m benchmarks.desk [--seconds 8] [--soak-minutes 10]

Both sides look up who is asking, rent one film and commit; the bare side calls the desk's own functions for it, in as
many processes as the desk has workers. Then the desk's memory, under the same load for some minutes.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from benchmarks.desk_clients import CLIENTS, Client, Rate, bare_client, http_client, measured
from benchmarks.shops import own_folder, say
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.mariadb.server import ensure_server, stop_server
from sakila_platform.embedded.sakila.database import load_sakila
from sakila_platform.rental_desk.accounts.accounts import give_clerk_account
from sakila_platform.rental_desk.accounts.migration import ensure_tables
from sakila_platform.settings.desk import DESK_WORKERS
from sakila_platform.settings.places import DUMP, HOME

CLERK, PASSWORD = "BENCHCLERK", "walrus beneath a yellow lamp"
WORKERS = int(DESK_WORKERS.default)
# A rental at a counter with this many copies never finds all of a film out within a measurement.
COPIES_OF_A_FILM = 60
_TENTHS = 10
_BURST_SECONDS = 10


@dataclass(frozen=True)
class DeskMeasured:
    """Rates of the bare SQL and of the desk, and the desk's memory in MB after each tenth of the soak."""

    bare: Rate
    desk: Rate
    soak_minutes: float
    memory: list[float]

    @property
    def lines(self) -> list[str]:
        """What was measured, as Markdown."""
        sides = {"bare SQL": self.bare, "desk": self.desk}
        return [
            f"| rentals, {CLIENTS} clients | per second | p99, ms |",
            "| --- | --- | --- |",
            *(f"| {side} | {rate.per_second:.0f} | {rate.p99:.1f} |" for side, rate in sides.items()),
            "",
            f"Memory of its processes under this load for {self.soak_minutes:g} minutes, MB: "
            f"{', '.join(f'{megabytes:.0f}' for megabytes in self.memory)}.",
        ]


def prepared_shop(home: Path) -> Address:
    """A Sakila with numbers and copies enough for hundreds of thousands of rentals."""
    address = ensure_server(home).on("sakila")
    load_sakila(address.on(""), DUMP.read(), say)
    ensure_tables(address)
    with closing(connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payment MODIFY payment_id INT UNSIGNED NOT NULL AUTO_INCREMENT")
        # A customer takes one copy of a film: nobody has one from before.
        cursor.execute("UPDATE rental SET return_date = rental_date + INTERVAL 1 DAY WHERE return_date IS NULL")
        cursor.execute("UPDATE staff SET username = %s WHERE staff_id = 1", [CLERK])
        give_clerk_account(cursor, CLERK, PASSWORD)
        cursor.executemany(
            "INSERT INTO inventory (film_id, store_id) SELECT film_id, 1 FROM film WHERE film_id <= %s",
            [(1000,)] * COPIES_OF_A_FILM,
        )
        connection.commit()
    return address


def give_all_back(address: Address) -> None:
    """Every rental of the measurements is gone: each begins with the same shop."""
    with closing(connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE payment FROM payment JOIN rental USING (rental_id) WHERE rental_date >= '2006-03-01'")
        cursor.execute("DELETE FROM rental WHERE rental_date >= '2006-03-01'")
        connection.commit()
        cursor.execute("ANALYZE TABLE rental, payment, inventory")


@contextmanager
def running_desk(home: Path, port: int, workers: int) -> Iterator[subprocess.Popen[bytes]]:
    """The desk as people start it."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SAKILA_")},
        HOME.name: str(home),
        DESK_WORKERS.name: str(workers),
    }
    command = [sys.executable, "-c", "from sakila_platform.cli.main import main; main()", "desk", "--port", str(port)]
    with (home / "desk.log").open("wb") as log:
        desk = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_it_answers(port)
        yield desk
    finally:
        desk.send_signal(signal.SIGTERM)
        desk.wait(30)


def _wait_until_it_answers(port: int) -> None:
    for _ in range(600):
        time.sleep(0.1)
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/health")
            connection.getresponse().read()
            return
        except OSError:
            continue
    raise click.ClickException("The desk does not answer.")


def logged_in(port: int) -> str:
    """The clerk's token."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    body = json.dumps({"document": CLERK, "password": PASSWORD})
    connection.request("POST", "/login", body, {"Content-Type": "application/json"})
    return json.loads(connection.getresponse().read())["token"]


def memory_megabytes(process: int) -> float:
    """Resident memory of a process and its children that is its own."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    total = 0
    for pid in (str(process), *children):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(("Private_Clean", "Private_Dirty")):
                total += int(line.split()[1])
    return total / 1024


def results(seconds: float = 8, times: int = 3, soak_minutes: float = 10, workers: int = WORKERS) -> DeskMeasured:
    """Measure both sides in turns, of which the median counts, then soak. On a state folder of its own."""
    home = own_folder("desk")
    try:
        address = prepared_shop(home)
        with closing(connect(address)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT customer_id FROM customer WHERE active")
            customers = [row[0] for row in cursor.fetchall()]
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            port = free.getsockname()[1]
        with running_desk(home, port, workers) as desk:
            token = logged_in(port)
            by_http: Client = partial(http_client, port, token, customers)
            bare: Client = partial(bare_client, address, token, customers)
            rates: list[tuple[Rate, Rate]] = []
            for _ in range(times):
                give_all_back(address)
                alone = measured(bare, seconds, workers)
                give_all_back(address)
                rates.append((alone, measured(by_http, seconds, 1)))
            memory = []
            bursts = max(1, round(soak_minutes * 60 / _TENTHS / _BURST_SECONDS))
            for _ in range(_TENTHS):
                for _ in range(bursts):
                    give_all_back(address)
                    measured(by_http, soak_minutes * 60 / _TENTHS / bursts, 1)
                memory.append(memory_megabytes(desk.pid))
        return DeskMeasured(
            _median([one for one, _ in rates]), _median([one for _, one in rates]), soak_minutes, memory
        )
    finally:
        stop_server(home)


def _median(rates: list[Rate]) -> Rate:
    return sorted(rates, key=lambda rate: rate.per_second)[len(rates) // 2]


@click.command()
@click.option("--seconds", default=8.0, show_default=True, help="Length of each measurement.")
@click.option("--times", default=3, show_default=True, help="Measurements of each side, in turns; the median counts.")
@click.option("--soak-minutes", default=10.0, show_default=True, help="Minutes under load while memory is watched.")
@click.option("--workers", default=WORKERS, show_default=True, help="The desk's processes.")
def main(seconds: float, times: int, soak_minutes: float, workers: int) -> None:
    """Measure the rental desk."""
    found = results(seconds, times, soak_minutes, workers)
    click.echo("\n".join([*found.lines, "", f"{found.desk.per_second / found.bare.per_second:.2f} of the bare rate"]))


if __name__ == "__main__":
    main()
