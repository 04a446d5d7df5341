"""The desk as it is started in earnest: processes of their own, beside a private database that may die."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.mariadb.server import describe_server, ensure_server, running_server, stop_server
from sakila_platform.settings.desk import DESK_THREADS, DESK_WORKERS
from sakila_platform.settings.places import DUMP, HOME, MARIADBD
from sakila_platform_tests.conventions.source_files import ROOT
from sakila_platform_tests.desks import CLERK, PASSWORD

CLIENTS = 50


@dataclass
class Service:
    """A desk that runs, and how it was started."""

    home: Path
    environment: dict[str, str]
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What the desk says on standard error. (Not a pipe: one that nobody reads fills up.)"""
        return self.home / "desk.log"

    def command(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of the platform."""
        return subprocess.run(
            [*_PROGRAM, *words],
            cwd=ROOT,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def start(self) -> None:
        """Start the desk and wait until it answers."""
        command = [*_PROGRAM, "desk", "--port", str(self.port)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                self.ask("GET", "/health")
                return
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                time.sleep(0.05)
        pytest.fail("The desk does not answer.")

    def stop(self) -> str:
        """Tell the desk to stop; returns what it logged."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> str:
        """Wait until the desk has ended; returns what it logged."""
        assert self.process is not None
        code = self.process.wait(30)
        logged = self.log.read_text()
        assert code == 0, logged
        self.process = None
        return logged

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, token: str = "") -> tuple[int, Any]:
        """Status and JSON of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        with closing(connection):
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")

    def sql(self, statement: str) -> tuple[tuple[Any, ...], ...]:
        """What the shop answers."""
        address = running_server(self.home)
        assert address is not None
        with connect(address.on("sakila"), autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()


_PROGRAM = (sys.executable, "-W", "ignore", "-c", "from sakila_platform.cli.main import main; main()")


@pytest.fixture(scope="module")
def service(official_dump: Path) -> Iterator[Service]:
    """A desk on a state folder of its own, with Mike's account."""
    home = Path(tempfile.mkdtemp(prefix="sakila-desk-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", MARIADBD.name)}
    service = Service(
        home,
        {**kept, HOME.name: str(home), DUMP.name: str(official_dump)},
        port,
    )
    try:
        admitted = service.command("desk", "--clerk", "Mike", typed=PASSWORD + "\n")
        assert admitted.returncode == 0, admitted.stderr
        service.start()
        yield service
    finally:
        if service.process:
            service.process.terminate()
            service.process.wait(30)
        stop_server(home)
        shutil.rmtree(home)


@pytest.fixture
def token(service: Service) -> str:
    """Mike is logged in."""
    status, answer = service.ask("POST", "/login", {"document": CLERK, "password": PASSWORD})
    assert status == 200, answer
    return answer["token"]


def test_of_fifty_who_want_the_only_copy_one_gets_it(service: Service, token: str) -> None:
    (((film, store),),) = (
        service.sql(
            "SELECT film_id, store_id FROM inventory GROUP BY film_id, store_id HAVING COUNT(*) = 2 AND SUM("
            "EXISTS (SELECT 1 FROM rental WHERE rental.inventory_id = inventory.inventory_id AND return_date IS NULL)"
            ") = 1 LIMIT 1"
        ),
    )
    ready = threading.Barrier(CLIENTS)

    def want(customer: int) -> tuple[int, Any]:
        ready.wait()
        return service.ask("POST", "/rentals", {"document": str(customer), "films": [film], "store_id": store}, token)

    active = [row[0] for row in service.sql(f"SELECT customer_id FROM customer WHERE active LIMIT {CLIENTS}")]
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(want, active))
    assert Counter(status for status, _ in answers) == {201: 1, 409: CLIENTS - 1}
    assert all(" are out at " in answer["detail"] for status, answer in answers if status == 409)
    ((copy, customer),) = service.sql(
        "SELECT inventory_id, customer_id FROM rental WHERE rental_date >= CURRENT_DATE - INTERVAL 1 DAY"
    )
    (winner,) = [answer for status, answer in answers if status == 201]
    assert (winner["rentals"][0]["inventory_id"], winner["customer_id"]) == (copy, customer)
    assert service.sql("SELECT COUNT(*) FROM payment WHERE payment_date >= CURRENT_DATE - INTERVAL 1 DAY") == ((1,),)


def test_requests_that_never_end_keep_nobody_else_waiting(service: Service, token: str) -> None:
    threads = int(DESK_WORKERS.default) * int(DESK_THREADS.default)
    head = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    begun = (b"Content-Length: 200\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")
    with ExitStack() as opened:
        for number in range(3 * threads):
            slow = opened.enter_context(socket.create_connection(("127.0.0.1", service.port)))
            slow.sendall(head + begun[number % 2])
        # As many more as there are threads, at once: none of these is taken by what never ends.
        with ThreadPoolExecutor(threads) as clients:
            assert set(clients.map(lambda _: service.ask("GET", "/health")[0], range(threads))) == {200}
        assert service.ask("GET", "/users?limit=1", token=token)[0] == 200


def test_json_that_is_too_long_is_refused_as_such_without_a_length_too(service: Service) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)) as connection:
        parts = iter([b"x" * 65_536] * 5)
        connection.request("POST", "/login", parts, {"Content-Type": "application/json"}, encode_chunked=True)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["status"]) == (413, 413)


def test_the_next_request_works_after_the_database_was_killed(service: Service, token: str) -> None:
    # All connections of all processes are in use once, and idle afterwards.
    with ThreadPoolExecutor(32) as clients:
        assert set(clients.map(lambda _: service.ask("GET", "/films")[0], range(200))) == {200}
    pid = describe_server(service.home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while describe_server(service.home).pid == pid:
        time.sleep(0.01)
    status, answer = service.ask("GET", "/check_db")
    assert (status, answer["detail"]) == (
        503,
        "The shop's database does not answer at the moment. Try again in a minute.",
    )
    assert service.ask("GET", "/health")[0] == 200
    ensure_server(service.home)
    with ThreadPoolExecutor(32) as clients:
        assert set(clients.map(lambda _: service.ask("GET", "/check_db")[0], range(64))) == {200}
    assert service.ask("GET", "/users", token=token)[0] == 200


def test_a_request_in_progress_is_ended_when_the_desk_is_told_to_stop(service: Service, token: str) -> None:
    address = running_server(service.home)
    assert address is not None
    with connect(address.on("sakila")) as other, other.cursor() as cursor:
        cursor.execute("SELECT * FROM rental WHERE rental_id = 1 FOR UPDATE")
        with ThreadPoolExecutor(1) as clients:
            # The rental is held by somebody: the request waits for it.
            waiting = clients.submit(service.ask, "POST", "/returns", {"rentals": [1]}, token)
            time.sleep(0.5)
            assert not waiting.done()
            assert service.process is not None
            service.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            other.rollback()
            status, answer = waiting.result(20)
    assert (status, answer["detail"]) == (409, "Rental 1 (BLANKET BEVERLY) came back already.")
    logged = service.ended()
    lines = [json.loads(line) for line in logged.splitlines() if line.startswith("{")]
    assert [lines[0]["event"], lines[-1]["event"]] == ["serving", "stopped"]
    assert {"method": "POST", "route": "/rentals", "status": 409}.items() <= next(
        line for line in lines if line.get("status") == 409
    ).items()
    assert PASSWORD not in logged and token not in logged
    service.start()


def test_who_restarts_the_desk_signs_nobody_out(service: Service, token: str) -> None:
    service.stop()
    service.start()
    assert service.ask("GET", "/users?limit=1", token=token)[0] == 200


def test_a_clerks_password_is_asked_for_and_has_to_be_good(service: Service) -> None:
    for username, password, reported in (
        ("Mike", "password1234", "guessed first"),
        ("Mike", "", "at least 12"),
        ("Nobody", PASSWORD, "No active clerk is called 'Nobody'. There are: Mike, Jon."),
    ):
        refused = service.command("desk", "--clerk", username, typed=password + "\n")
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr
        assert reported in refused.stderr
    again = service.command("desk", "--clerk", "Mike", typed="another walrus entirely\n")
    assert again.returncode == 0
    assert service.ask("POST", "/login", {"document": CLERK, "password": PASSWORD})[0] == 401
    assert service.ask("POST", "/login", {"document": CLERK, "password": "another walrus entirely"})[0] == 200


def test_a_port_that_is_taken_is_reported_in_a_line(service: Service) -> None:
    refused = service.command("desk", "--port", str(service.port))
    assert refused.returncode == 1
    assert f"Port {service.port}" in refused.stderr and "--port" in refused.stderr
    assert "Traceback" not in refused.stderr
