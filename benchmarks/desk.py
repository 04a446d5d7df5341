"""Rentals a second at the desk against the same SQL run bare through the same driver, with eight clients each.

python -m benchmarks.desk [--seconds 8] [--soak-minutes 10]

Both sides look up who is asking, rent one film and commit; the bare side calls the desk's own functions for it, in as
many processes as the desk has workers. On a state folder of its own; SAKILA_DUMP names the official Sakila.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from sakila_platform import settings
from sakila_platform.days import Clock
from sakila_platform.embedded.sakila import load_sakila
from sakila_platform.embedded.server import ensure_server, stop_server
from sakila_platform.mysql import Address, connect
from sakila_platform.rental_desk.accounts import give_clerk_account, session_holder
from sakila_platform.rental_desk.migration import ensure_tables
from sakila_platform.rental_desk.renting import RentalRequest, rent

CLIENTS = 8
PORT = 8077
CLERK, PASSWORD = "BENCHCLERK", "walrus beneath a yellow lamp"
# A rental at a counter with this many copies never finds all of a film out within a measurement.
COPIES_OF_A_FILM = 60
ENOUGH = 0.6
# Makes a client from a seed; the client rents once each time it is called.
Client = Callable[[int], Callable[[], None]]
ACTIVE: list[int] = []
CREATED = b" 201 "


@dataclass(frozen=True)
class Rate:
    """What a side did: requests, the seconds they took together, and milliseconds of each."""

    count: int
    seconds: float
    milliseconds: list[float]

    @property
    def per_second(self) -> float:
        """Rentals a second."""
        return self.count / self.seconds

    @property
    def p99(self) -> float:
        """Milliseconds that one in a hundred takes longer than."""
        return statistics.quantiles(self.milliseconds, n=100)[98]


def prepared_shop(home: Path) -> Address:
    """A Sakila with numbers and copies enough for hundreds of thousands of rentals."""
    address = ensure_server(home).on("sakila")
    load_sakila(address.on(""), settings.DUMP.read(), click.echo)
    ensure_tables(address)
    with closing(connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payment MODIFY payment_id INT UNSIGNED NOT NULL AUTO_INCREMENT")
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


def timed(seconds: float, clients: int, make_client: Client) -> Rate:
    """Let clients, one a thread, work as fast as they can."""
    ready = threading.Barrier(clients + 1)
    taken: list[list[float]] = [[] for _ in range(clients)]
    end = [0.0]

    def work(number: int) -> None:
        once = make_client(number)
        once()
        ready.wait()
        while time.perf_counter() < end[0]:
            began = time.perf_counter()
            once()
            taken[number].append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=work, args=[number]) for number in range(clients)]
    for thread in threads:
        thread.start()
    end[0] = time.perf_counter() + seconds + 1
    ready.wait()
    began = time.perf_counter()
    end[0] = began + seconds
    for thread in threads:
        thread.join()
    every = [each for one in taken for each in one]
    return Rate(len(every), time.perf_counter() - began, every)


def bare_client(address: Address, token: str, seed: int) -> Callable[[], None]:
    """All the SQL of the desk's request, who is asking included, on a connection of one's own and without the desk."""
    clock = Clock(settings.TIME_ZONE.read())
    drawn = random.Random(seed)
    connection = connect(address)
    cursor = connection.cursor()
    cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")

    def once() -> None:
        by = session_holder(cursor, token)
        if by is None:
            raise click.ClickException("The session is over.")
        rent(cursor, RentalRequest(str(drawn.choice(ACTIVE)), [drawn.randint(1, 1000)], 1), by, clock)
        connection.commit()

    return once


def http_client(token: str, seed: int) -> Callable[[], None]:
    """One connection that is kept, as a browser keeps it; of the answer only what has to be read is read.

    A client library would take as much of the processor as the desk does, and both share this machine.
    """
    connection = socket.create_connection(("127.0.0.1", PORT))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    answers = connection.makefile("rb")
    drawn = random.Random(seed)
    head = (
        f"POST /rentals HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    )

    def once() -> None:
        body = f'{{"document":"{drawn.choice(ACTIVE)}","films":[{drawn.randint(1, 1000)}],"store_id":1}}'
        connection.sendall(f"{head}{len(body)}\r\n\r\n{body}".encode())
        status, length = answers.readline(), 0
        while (line := answers.readline()) not in (b"\r\n", b""):
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        told = answers.read(length)
        if CREATED not in status:
            raise click.ClickException((status + told).decode())

    return once


def _share(client: Client, seconds: float, clients: int, results: multiprocessing.Queue, first: int) -> None:
    results.put(timed(seconds, clients, lambda number: client(first + number)))


def measured(client: Client, seconds: float, processes: int) -> Rate:
    """Eight clients spread over processes, so that no client waits for another one's interpreter."""
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    each = CLIENTS // processes
    shares = [context.Process(target=_share, args=(client, seconds, each, results, n * each)) for n in range(processes)]
    for share in shares:
        share.start()
    rates = [results.get(timeout=seconds + 60) for _ in shares]
    for share in shares:
        share.join()
    return Rate(
        sum(rate.count for rate in rates),
        max(rate.seconds for rate in rates),
        [one for rate in rates for one in rate.milliseconds],
    )


@contextmanager
def running_desk(home: Path, workers: int) -> Iterator[subprocess.Popen[bytes]]:
    """The desk as people start it."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SAKILA_")},
        settings.HOME.name: str(home),
        settings.DESK_WORKERS.name: str(workers),
    }
    command = [sys.executable, "-c", "from sakila_platform.cli import main; main()", "desk", "--port", str(PORT)]
    with (home / "desk.log").open("wb") as log:
        desk = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        for _ in range(600):
            time.sleep(0.1)
            try:
                connection = http.client.HTTPConnection("127.0.0.1", PORT)
                connection.request("GET", "/health")
                connection.getresponse().read()
                break
            except OSError:
                continue
        yield desk
    finally:
        desk.send_signal(signal.SIGTERM)
        desk.wait(30)


def logged_in() -> str:
    """The clerk's token."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
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


def soak(desk: subprocess.Popen[bytes], address: Address, token: str, minutes: float) -> list[float]:
    """Memory of the desk, in MB, at the end of each tenth of the time, under load all along."""
    seen = []
    for _ in range(10):
        measured(partial(http_client, token), minutes * 6, 1)
        seen.append(memory_megabytes(desk.pid))
        click.echo(f"  {seen[-1]:.1f} MB")
        give_all_back(address)
    return seen


@click.command()
@click.option("--seconds", default=8.0, show_default=True, help="Length of each measurement.")
@click.option("--times", default=3, show_default=True, help="Measurements of each side, in turns; the median counts.")
@click.option("--soak-minutes", default=10.0, show_default=True, help="Minutes under load while memory is watched.")
@click.option("--workers", default=int(settings.DESK_WORKERS.default), show_default=True, help="The desk's processes.")
def main(seconds: float, times: int, soak_minutes: float, workers: int) -> None:
    """Measure the rental desk."""
    home = Path(tempfile.mkdtemp(prefix="desk-bench-"))
    try:
        address = prepared_shop(home)
        with closing(connect(address)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT customer_id FROM customer WHERE active")
            ACTIVE.extend(row[0] for row in cursor.fetchall())
        sides: dict[str, list[Rate]] = {"bare": [], "desk": []}
        with running_desk(home, workers) as desk:
            token = logged_in()
            for _ in range(times):
                for side, client, processes in (
                    ("bare", partial(bare_client, address, token), workers),
                    ("desk", partial(http_client, token), 1),
                ):
                    give_all_back(address)
                    sides[side].append(measured(client, seconds, processes))
            _show(sides)
            give_all_back(address)
            click.echo(f"\nMemory of the desk's processes under load, {soak_minutes:g} minutes:")
            seen = soak(desk, address, token, soak_minutes)
            click.echo(f"{seen[0]:.1f} MB at first, {seen[-1]:.1f} MB at the end")
    finally:
        stop_server(home)
        shutil.rmtree(home, ignore_errors=True)


def _show(sides: dict[str, list[Rate]]) -> None:
    medians = {side: sorted(rates, key=lambda rate: rate.per_second)[len(rates) // 2] for side, rates in sides.items()}
    click.echo(f"\n| rentals, {CLIENTS} clients | per second | p99 ms |\n| --- | --- | --- |")
    for side, rate in medians.items():
        click.echo(f"| {side} | {rate.per_second:.0f} | {rate.p99:.1f} |")
    ratio = medians["desk"].per_second / medians["bare"].per_second
    click.echo(f"\nThe desk does {ratio:.2f} of the bare rate (at least {ENOUGH} is wanted).")


if __name__ == "__main__":
    main()
