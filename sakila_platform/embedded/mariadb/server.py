"""The laptop's own MariaDB: started, stopped and described. It outlives whoever started it, and a kill -9 of itself."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Callable
from pathlib import Path

import pymysql

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import Connection
from sakila_platform.embedded.machine import Machine
from sakila_platform.embedded.mariadb.binaries import obtain_binaries
from sakila_platform.embedded.mariadb.data_folder import ensure_data_folder, last_complaint
from sakila_platform.embedded.mariadb.server_binary import ServerBinary
from sakila_platform.embedded.mariadb.server_options import run_options
from sakila_platform.embedded.server_process import (
    ServerDescription,
    Waiting,
    await_answer,
    described,
    end_server,
    launch_detached,
    live_pid,
)
from sakila_platform.embedded.state_folder import ServerRecord, StateFolder, write_private
from sakila_platform.errors import PlatformError

USER = "sakila"
_HOST = "127.0.0.1"
_ATTEMPTS = 3
# Recovery after a crash reads at most the 512 MB log again: seconds on a disk, minutes on a bad one.
_START_SECONDS = 300.0
_START_BEFORE_STOP_SECONDS = 30.0
_ANSWER_SECONDS = 10.0


def _say_nothing(_: str) -> None:
    """For callers that show no progress."""


def ensure_server(home: Path, report: Callable[[str], None] = _say_nothing, machine: Machine | None = None) -> Address:
    """The address of the state folder's server, which is obtained, set up and started if it doesn't run.

    Raises PlatformError when no server is available, when the folder can't be used, or when the server gives up.
    """
    address = running_server(home)
    if address:
        return address
    folder = StateFolder(home)
    folder.prepare()
    with folder.locked(report):
        return running_server(home) or _start(folder, report, machine or Machine())


def has_server(home: Path) -> bool:
    """Whether the state folder has a private server, running or not."""
    return StateFolder(home).data.is_dir()


def running_server(home: Path) -> Address | None:
    """The address of the state folder's server if it lives and answers, else None."""
    folder = StateFolder(home)
    record, password = folder.record(), folder.password()
    if not (record and password and live_pid(folder)):
        return None
    address = Address(_HOST, record.port, USER, password)
    return address if _answers(folder, address) else None


def stop_server(home: Path, report: Callable[[str], None] = _say_nothing) -> bool:
    """Stop the state folder's server and wait until it has. False when it didn't run."""
    folder = StateFolder(home)
    if not folder.root.is_dir():
        return False
    with folder.locked(report):
        pid = live_pid(folder)
        if pid is None:
            return False
        report("Stopping the private server")
        if folder.password():
            # A MariaDB that is asked to stop while it starts never does.
            with contextlib.suppress(PlatformError):
                _await_answer(folder, report, _START_BEFORE_STOP_SECONDS)
        end_server(folder, pid)
        folder.remove_outside_socket()
        return True


def describe_server(home: Path) -> ServerDescription:
    """The state of a state folder's server. Changes nothing."""
    folder = StateFolder(home)
    return described(folder, is_running=running_server(home) is not None, socket=folder.socket)


def _start(folder: StateFolder, report: Callable[[str], None], machine: Machine) -> Address:
    """With the lock held: a server that answers."""
    pid = live_pid(folder)
    if pid is not None and not folder.password():
        # Its password is lost, and with it the way in: a start with a new one sets that.
        end_server(folder, pid)
    password = folder.password() or folder.generate_password()
    binary = obtain_binaries(folder.home, report, machine)
    ensure_data_folder(binary, folder, report)
    for _ in range(_ATTEMPTS):
        if live_pid(folder) is None:
            _launch(binary, folder, password)
        address = _await_answer(folder, report, _START_SECONDS)
        if address:
            report(f"{binary.name} answers on {_HOST}:{address.port}")
            return address
        if not _lost_its_port(folder):
            break
    raise PlatformError(f"{binary.name} does not start: {last_complaint(folder)} (its log is {folder.log})")


def _launch(binary: ServerBinary, folder: StateFolder, password: str) -> None:
    write_private(folder.accounts, _accounts_sql(binary, password))
    last = folder.record()
    port = free_port(last.port if last else 0)
    folder.write_record(ServerRecord(port, str(binary.path), binary.version))
    command = [*binary.command, *run_options(binary, folder, port)]
    launch_detached(folder, command)


def _lost_its_port(folder: StateFolder) -> bool:
    """Whether another program took the port between our look and the server's: worth another try, with another port."""
    return "Bind on TCP/IP port" in folder.log.read_text(errors="replace")


def _accounts_sql(binary: ServerBinary, password: str) -> str:
    """One statement per line, as the server reads it. The password's alphabet needs no escaping."""
    lines = []
    for host in (_HOST, "localhost"):
        account = f"'{USER}'@'{host}'"
        lines.append(f"CREATE USER IF NOT EXISTS {account} IDENTIFIED BY '{password}';")
        lines.append(f"ALTER USER {account} IDENTIFIED BY '{password}';")
        lines.append(f"GRANT ALL PRIVILEGES ON *.* TO {account} WITH GRANT OPTION;")
    if not binary.is_mariadb:
        lines.append(f"ALTER USER IF EXISTS 'root'@'localhost' IDENTIFIED BY '{password}';")
    return "\n".join(lines) + "\n"


def free_port(wished: int) -> int:
    """The wished loopback port if it is free, so that an address outlives a restart; else any free one."""
    for port in (wished, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((_HOST, port))
            return int(probe.getsockname()[1])
    raise PlatformError("No loopback port is free on this machine. Close some programs that listen, and try again.")


def _await_answer(folder: StateFolder, report: Callable[[str], None], seconds: float) -> Address | None:
    return await_answer(folder, lambda: running_server(folder.home), Waiting("the server", seconds, report))


def _answers(folder: StateFolder, address: Address) -> bool:
    """Whether a server listens there that knows our password and serves our data folder."""
    try:
        connection = _login(address)
    # What another program sends on that port is no MySQL greeting, and the driver trips over it in its own ways.
    except (
        pymysql.err.MySQLError,
        PlatformError,
        OSError,
        RuntimeError,
        struct.error,
        IndexError,
        AssertionError,
        ValueError,
    ):
        return False
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT @@datadir")
        row = cursor.fetchone()
    return row is not None and Path(row[0]).resolve() == folder.data


def _login(address: Address) -> pymysql.Connection:
    """Unlike mysql.connect, with limits on every wait: what listens on the port may be anything."""
    return Connection(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password.encode(),
        connect_timeout=2,
        read_timeout=_ANSWER_SECONDS,
        write_timeout=_ANSWER_SECONDS,
    )
