"""Eight clients that rent as fast as they can: of the desk over HTTP, and of its own SQL without the desk."""

from __future__ import annotations

import multiprocessing
import random
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import click

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.model.days import Clock
from sakila_platform.rental_desk.accounts.accounts import session_holder
from sakila_platform.rental_desk.rentals.renting import RentalRequest, rent
from sakila_platform.settings.calendar import TIME_ZONE

CLIENTS = 8
CREATED = b" 201 "
# Makes a client from a seed; the client rents once each time it is called.
Client = Callable[[int], Callable[[], None]]


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


def drawn_pairs(customers: Sequence[int], seed: int) -> Iterator[tuple[int, int]]:
    """Customers and films, in an order of their own for each client. No pair comes twice: a customer takes one copy."""
    pairs = [(customer, film) for customer in customers for film in range(1 + seed % CLIENTS, 1001, CLIENTS)]
    random.Random(seed).shuffle(pairs)
    return iter(pairs)


def bare_client(address: Address, token: str, customers: Sequence[int], seed: int) -> Callable[[], None]:
    """All the SQL of the desk's request, who is asking included, on a connection of one's own and without the desk."""
    clock = Clock(TIME_ZONE.read())
    pairs = drawn_pairs(customers, seed)
    connection = connect(address)
    cursor = connection.cursor()
    cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")

    def once() -> None:
        by = session_holder(cursor, token)
        if by is None:
            raise click.ClickException("The session is over.")
        customer, film = next(pairs)
        rent(cursor, RentalRequest(str(customer), [film], 1), by, clock)
        connection.commit()

    return once


def http_client(port: int, token: str, customers: Sequence[int], seed: int) -> Callable[[], None]:
    """One connection that is kept, as a browser keeps it; of the answer only what has to be read is read.

    A client library would take as much of the processor as the desk does, and both share this machine.
    """
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    answers = connection.makefile("rb")
    pairs = drawn_pairs(customers, seed)
    head = (
        f"POST /rentals HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    )

    def once() -> None:
        customer, film = next(pairs)
        body = f'{{"document":"{customer}","films":[{film}],"store_id":1}}'
        connection.sendall(f"{head}{len(body)}\r\n\r\n{body}".encode())
        status, length = answers.readline(), 0
        while (line := answers.readline()) not in (b"\r\n", b""):
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        body = answers.read(length)
        if CREATED not in status:
            raise click.ClickException((status + body).decode())

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
