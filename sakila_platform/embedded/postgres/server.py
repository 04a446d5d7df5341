"""The laptop's own PostgreSQL: started, stopped and described. It outlives its starter, and a kill -9 of itself."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.embedded.machine import Machine
from sakila_platform.embedded.mariadb.server import free_port
from sakila_platform.embedded.postgres.binary import PostgresBinary, obtain_postgres
from sakila_platform.embedded.postgres.folder import (
    USER,
    PostgresFolder,
    ensure_data_folder,
    last_complaint,
    put_password_in_force,
)
from sakila_platform.embedded.postgres.owner import owner_for
from sakila_platform.embedded.server_process import (
    ServerDescription,
    Waiting,
    await_answer,
    described,
    end_server,
    launch_detached,
    live_pid,
)
from sakila_platform.embedded.state_folder import ServerRecord
from sakila_platform.errors import PlatformError

_HOST = "127.0.0.1"
_ATTEMPTS = 3
_START_SECONDS = 300.0
# Processes of a server or a starter that was killed end by themselves, each as soon as it notices.
_ORPHANS_SECONDS = 30.0
_HELD = ("still in use", 'lock file "postmaster.pid"')
# Neither TLS nor Kerberos is asked for on the loopback, whatever the user's environment says of them.
_OPTIONS = (("sslmode", "disable"), ("gssencmode", "disable"))


def say_nothing(_: str) -> None:
    """For callers that show no progress."""


def ensure_postgres(
    home: Path, report: Callable[[str], None] = say_nothing, machine: Machine | None = None
) -> PostgresAddress:
    """The address of the state folder's PostgreSQL, which is set up and started if it doesn't run.

    Raises PlatformError when no server is available, when the folder can't be used, or when the server gives up.
    """
    address = running_postgres(home)
    if address:
        return address
    folder = PostgresFolder(home)
    folder.prepare()
    with folder.locked(report):
        return running_postgres(home) or _start(folder, report, machine or Machine())


def running_postgres(home: Path) -> PostgresAddress | None:
    """The address of the state folder's PostgreSQL if it lives and answers, else None."""
    folder = PostgresFolder(home)
    record, password = folder.record(), folder.password()
    if not (record and password and live_pid(folder)):
        return None
    address = PostgresAddress(_HOST, record.port, USER, password, options=_OPTIONS)
    return address if _answers(folder, address) else None


def has_postgres(home: Path) -> bool:
    """Whether the state folder has a PostgreSQL of its own, running or not."""
    return PostgresFolder(home).data.is_dir()


def obtainable_postgres(home: Path, machine: Machine | None = None) -> PostgresBinary:
    """The server that would be started for a state folder. Raises PlatformError when there is none."""
    folder, machine = PostgresFolder(home), machine or Machine()
    return obtain_postgres(folder.major_version, owner_for(folder.home, machine), machine)


def stop_postgres(home: Path, report: Callable[[str], None] = say_nothing) -> bool:
    """Stop the state folder's PostgreSQL and wait until it has. False when it didn't run."""
    folder = PostgresFolder(home)
    if not folder.root.is_dir():
        return False
    with folder.locked(report):
        pid = live_pid(folder)
        if pid is None:
            return False
        report("Stopping the private PostgreSQL")
        # Without waiting for clients: what they have not committed is undone.
        end_server(folder, pid, signal.SIGINT)
        return True


def describe_postgres(home: Path) -> ServerDescription:
    """The state of a state folder's PostgreSQL. Changes nothing."""
    folder = PostgresFolder(home)
    return described(folder, is_running=running_postgres(home) is not None)


def _start(folder: PostgresFolder, report: Callable[[str], None], machine: Machine) -> PostgresAddress:
    """With the lock held: a server that answers."""
    pid = live_pid(folder)
    if pid is not None and not folder.password():
        # Its password is lost, and with it the way in: a start with a new one sets that.
        end_server(folder, pid, signal.SIGINT)
    password = folder.password() or folder.generate_password()
    binary = obtainable_postgres(folder.home, machine)
    binary.owner.pass_through(folder.root)
    ensure_data_folder(binary, folder, report)
    waiting = Waiting("PostgreSQL", _START_SECONDS, report)
    for _ in range(_ATTEMPTS):
        if live_pid(folder) is None:
            _await_password(binary, folder, password)
            _launch(binary, folder)
        address = await_answer(folder, lambda: running_postgres(folder.home), waiting)
        if address:
            report(f"{binary.name} answers on {_HOST}:{address.port}")
            return address
        if "could not bind" not in folder.log.read_text(errors="replace"):
            break
    raise _gave_up(binary, folder)


def _gave_up(binary: PostgresBinary, folder: PostgresFolder) -> PlatformError:
    return PlatformError(f"{binary.name} does not start: {last_complaint(folder)} (its log is {folder.log})")


def _await_password(binary: PostgresBinary, folder: PostgresFolder, password: str) -> None:
    deadline = time.monotonic() + _ORPHANS_SECONDS
    while not put_password_in_force(binary, folder, password):
        said = folder.log.read_text(errors="replace")
        if not any(words in said for words in _HELD) or time.monotonic() > deadline:
            raise _gave_up(binary, folder)
        time.sleep(0.1)


def _launch(binary: PostgresBinary, folder: PostgresFolder) -> None:
    last = folder.record()
    port = free_port(last.port if last else 0)
    folder.write_record(ServerRecord(port, str(binary.folder / "postgres"), binary.version))
    launch_detached(folder, [*binary.command("postgres"), "-D", str(folder.data), *_options(port)])


def _options(port: int) -> list[str]:
    """Private, UTC, and all of its memory and files within the state folder."""
    settings = {
        "listen_addresses": _HOST,
        "port": port,
        "unix_socket_directories": "",
        "max_connections": 50,
        "shared_buffers": "64MB",
        "maintenance_work_mem": "64MB",
        "dynamic_shared_memory_type": "mmap",
        "wal_level": "minimal",
        "max_wal_senders": 0,
        "max_wal_size": "512MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "jit": "off",
    }
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _answers(folder: PostgresFolder, address: PostgresAddress) -> bool:
    """Whether a server listens there that knows our password and serves our data folder."""
    with contextlib.suppress(psycopg.Error), psycopg.connect(address.conninfo, connect_timeout=2) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
        return row is not None and Path(row[0]).resolve() == folder.data
    return False
