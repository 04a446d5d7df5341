"""The private server on this machine: what it promises when it starts, when it is hurt, and when it is not alone."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.machine import Machine, run_command
from sakila_platform.embedded.mariadb.binaries import packages_folder
from sakila_platform.embedded.mariadb.debian_packages import unpack_packages
from sakila_platform.embedded.mariadb.server import USER, describe_server, ensure_server, running_server, stop_server
from sakila_platform.embedded.state_folder import LONGEST_SOCKET_PATH, StateFolder
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.settings.places import MARIADBD

START_BY_ITSELF = """
import sys
from pathlib import Path
from sakila_platform.embedded.mariadb.server import ensure_server
print(ensure_server(Path(sys.argv[1])).port)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A state folder whose server, if any, is gone after the test."""
    folder = Path(tempfile.mkdtemp(prefix="sakila-server-"))
    yield folder
    stop_server(folder)
    shutil.rmtree(folder)


def start_elsewhere(home: Path) -> subprocess.Popen[str]:
    """Another process that starts the same server."""
    command = [sys.executable, "-c", START_BY_ITSELF, str(home)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def ask(address: Address, sql: str) -> tuple[tuple[object, ...], ...]:
    with connect(address, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def pid_of(home: Path) -> int:
    pid = describe_server(home).pid
    assert pid is not None
    return pid


def kill_server(home: Path) -> None:
    pid = pid_of(home)
    os.kill(pid, signal.SIGKILL)
    while describe_server(home).pid == pid:
        time.sleep(0.01)


def test_it_speaks_utf8_and_utc_and_takes_local_files_on_the_loopback_only(mysql_server: Address) -> None:
    settings = "@@character_set_server, @@time_zone, @@local_infile, @@bind_address, @@skip_name_resolve"
    assert ask(mysql_server, f"SELECT {settings}") == (("utf8mb4", "+00:00", 1, "127.0.0.1", 1),)
    assert mysql_server.host == "127.0.0.1"


def test_an_empty_database_keeps_any_text(empty_database: Address) -> None:
    ask(empty_database, "CREATE TABLE film (title VARCHAR(20))")
    ask(empty_database, "INSERT INTO film VALUES ('🎬 L''été')")
    assert ask(empty_database, "SELECT title FROM film") == (("🎬 L'été",),)


def test_asking_again_finds_the_same_server_at_once(home: Path) -> None:
    said: list[str] = []
    address = ensure_server(home, said.append)
    pid, first_words = pid_of(home), list(said)
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        assert ensure_server(home, said.append) == address
        seconds.append(time.perf_counter() - began)
    assert (pid_of(home), said) == (pid, first_words)
    assert min(seconds) < 0.05


def test_only_its_owner_can_read_the_password_and_no_one_gets_in_without(home: Path) -> None:
    address = ensure_server(home)
    root = StateFolder(home).root
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    for name in ("password", "accounts.sql", "server.json"):
        assert stat.S_IMODE((root / name).stat().st_mode) == 0o600
    for user, password in ((USER, ""), (USER, "guess"), ("root", ""), ("", "")):
        with pytest.raises(pymysql.err.OperationalError):
            pymysql.connect(host=address.host, port=address.port, user=user, password=password)
    words = StateFolder(home).log.read_text() + repr(describe_server(home)) + repr(address)
    assert address.password not in words
    assert address.password not in run_command(["ps", "-ww", "-o", "command=", "-p", str(pid_of(home))]).output


def test_committed_rows_survive_a_kill_and_others_are_undone(home: Path) -> None:
    address = ensure_server(home)
    ask(address, "CREATE DATABASE shop")
    ask(address, "CREATE TABLE shop.rental (rental_id INT PRIMARY KEY)")
    ask(address, "INSERT INTO shop.rental VALUES (1)")
    open_transaction = connect(address)
    open_transaction.cursor().execute("INSERT INTO shop.rental VALUES (2)")
    kill_server(home)
    assert running_server(home) is None
    assert ensure_server(home) == address
    assert ask(address, "SELECT rental_id FROM shop.rental") == ((1,),)


def test_it_outlives_the_process_that_started_it_and_stops_when_told(home: Path) -> None:
    starter = start_elsewhere(home)
    port = int(starter.communicate()[0])
    address = running_server(home)
    assert address is not None
    assert address.port == port
    said: list[str] = []
    assert stop_server(home, said.append)
    assert said == ["Stopping the private server"]
    assert running_server(home) is None
    assert not describe_server(home).is_running
    assert not stop_server(home)


@pytest.mark.parametrize("milestone", ["lock", "data.partial", "data", "launched.pid"])
def test_a_starter_that_is_killed_on_its_way_leaves_nothing_in_the_way(milestone: str, home: Path) -> None:
    starter = start_elsewhere(home)
    while not (StateFolder(home).root / milestone).exists() and starter.poll() is None:
        time.sleep(0.001)
    starter.kill()
    starter.communicate()
    assert ask(ensure_server(home), "SELECT 1") == ((1,),)


def test_a_data_folder_left_half_made_is_made_again(home: Path) -> None:
    half_made = StateFolder(home).half_made_data
    (half_made / "mysql").mkdir(parents=True)
    (half_made / "ibdata1").write_bytes(b"\0" * 4096)
    address = ensure_server(home)
    assert ask(address, "SELECT 1") == ((1,),)
    assert not half_made.exists()


def test_a_server_stopped_in_the_middle_of_its_start_ends(home: Path) -> None:
    starter = start_elsewhere(home)
    while describe_server(home).pid is None and starter.poll() is None:
        time.sleep(0.001)
    starter.kill()
    starter.communicate()
    began = time.monotonic()
    assert stop_server(home)
    assert time.monotonic() - began < 20
    assert describe_server(home).pid is None


def test_two_state_folders_run_side_by_side(mysql_server: Address, home: Path) -> None:
    address = ensure_server(home)
    assert address.port != mysql_server.port
    assert address.password != mysql_server.password
    ask(address, "CREATE DATABASE only_here")
    assert ask(mysql_server, "SHOW DATABASES LIKE 'only_here'") == ()
    with pytest.raises(PlatformError, match="Access denied"):
        connect(Address(address.host, address.port, USER, mysql_server.password))


def test_processes_that_start_it_at_once_share_one_server(home: Path) -> None:
    starters = [start_elsewhere(home) for _ in range(4)]
    ports = {int(starter.communicate()[0]) for starter in starters}
    address = running_server(home)
    assert address is not None
    assert ports == {address.port}
    assert [starter.returncode for starter in starters] == [0, 0, 0, 0]


def test_a_port_that_another_program_took_is_left_to_it(home: Path) -> None:
    before = ensure_server(home)
    stop_server(home)
    with socket.create_server((before.host, before.port)):
        after = ensure_server(home)
        assert after.port != before.port
        assert ask(after, "SELECT 1") == ((1,),)


def test_a_process_id_used_again_by_another_program_is_not_taken_for_the_server(home: Path) -> None:
    ensure_server(home)
    kill_server(home)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as stranger:
        StateFolder(home).launched_pid.write_text(f"{stranger.pid}\n")
        assert running_server(home) is None
        assert not stop_server(home)
        assert ask(ensure_server(home), "SELECT 1") == ((1,),)
        assert stranger.poll() is None


def test_a_lost_password_is_replaced(home: Path) -> None:
    lost = ensure_server(home)
    (StateFolder(home).root / "password").unlink()
    address = ensure_server(home)
    assert address.password != lost.password
    assert ask(address, "SELECT 1") == ((1,),)


def test_a_state_folder_with_a_long_path_gets_its_socket_elsewhere(home: Path) -> None:
    deep = home / ("a-long-name-" * 5) / ("another-long-name-" * 5)
    ensure_server(deep)
    try:
        there = describe_server(deep).socket
        assert len(str(there)) <= LONGEST_SOCKET_PATH
        assert stat.S_IMODE(there.parent.stat().st_mode) == 0o700
        password = StateFolder(deep).password()
        with pymysql.connect(unix_socket=str(there), user=USER, password=password) as connection:
            assert connection.open
    finally:
        stop_server(deep)
    assert not there.parent.exists()


def test_a_binary_that_is_no_server_is_refused_in_one_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARIADBD.name, "/bin/ls")
    with pytest.raises(UsageError, match="SAKILA_MARIADBD: '/bin/ls'") as refused:
        ensure_server(home)
    assert "\n" not in str(refused.value)


def test_a_server_that_gives_up_is_quoted_in_one_line(home: Path) -> None:
    ensure_server(home)
    stop_server(home)
    (StateFolder(home).data / "ibdata1").write_bytes(b"not a tablespace" * 1024)
    with pytest.raises(PlatformError, match=r"does not start: .*ibdata1.*server\.log") as refused:
        ensure_server(home)
    assert "\n" not in str(refused.value)


def test_data_of_the_other_kind_of_server_are_not_touched(home: Path) -> None:
    ensure_server(home)
    stop_server(home)
    other = "MySQL 8.0.36" if "MariaDB" in describe_server(home).version else "MariaDB 10.11.6"
    (StateFolder(home).data / "made_by.txt").write_text(other)
    with pytest.raises(PlatformError, match=f"were made by {other}, and .* Name a server of that kind"):
        ensure_server(home)


def test_a_state_folder_that_is_a_file_is_refused_in_one_line(home: Path) -> None:
    (home / "file").touch()
    with pytest.raises(PlatformError, match="Name a folder you can write to in SAKILA_HOME") as refused:
        ensure_server(home / "file")
    assert "\n" not in str(refused.value)


def test_a_server_unpacked_without_root_runs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MARIADBD.name, raising=False)
    if not shutil.which("apt-get") or run_command(["apt-get", "download", "mysql-common"], home).code:
        pytest.skip("no Debian packages can be fetched here")
    bare = Machine(which=lambda name: None, server_folders=())
    assert unpack_packages(packages_folder(home), Machine(), lambda _: None) == ""
    address = ensure_server(home, machine=bare)
    assert ask(address, "SELECT 1") == ((1,),)
    assert Path(describe_server(home).binary).is_relative_to(packages_folder(home))
