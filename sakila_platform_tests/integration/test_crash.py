"""Killed at any moment, the platform or its database server: running again gives what an uninterrupted run gives."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.mariadb.server import ensure_server, stop_server
from sakila_platform.embedded.sakila.database import load_sakila
from sakila_platform.embedded.server_process import live_pid
from sakila_platform.embedded.state_folder import StateFolder
from sakila_platform_tests.integration import backfills
from sakila_platform_tests.integration.backfills import Backfill, random_calls, start
from sakila_platform_tests.platform import Contents, new_platform

FIRST, LAST = "2005-05-24", "2005-05-29"
KILLS = 24
# Two dozen times a backfill and its repetition: a minute on two free cores, many on busy ones.
PATIENT = pytest.mark.timeout(1200)
CLOCK = "2006-02-25T12:00:00+00:00"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A state folder whose server the tests may kill."""
    home = Path(tempfile.mkdtemp(prefix="sakila-crash-"))
    yield home
    stop_server(home)
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def shop(home: Path, official_dump: Path) -> Address:
    """The official Sakila on that server."""
    server = ensure_server(home)
    load_sakila(server, str(official_dump), lambda _: None)
    return server.on("sakila")


def kill_server(home: Path) -> None:
    pid = live_pid(StateFolder(home))
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def contents_after_running(backfill: Backfill) -> Contents:
    """Run the days to their end in this process; gives what is there then, and removes it."""
    with new_platform(backfill.shop, backfill.warehouse, backfill.folder) as platform:
        platform.run(backfill.first, backfill.last)
        return platform.contents()


@PATIENT
def test_a_backfill_killed_at_any_moment_is_made_whole_by_running_it_again(
    home: Path, shop: Address, tmp_path: Path
) -> None:
    def backfill(name: str) -> Backfill:
        server = ensure_server(home)
        return Backfill(server.on("sakila"), server.on(f"warehouse_{name}"), tmp_path / name, FIRST, LAST)

    expected = contents_after_running(backfill("uninterrupted"))
    ends = []
    for attempt, kill_point in enumerate(random_calls(backfill("measured"), KILLS)):
        cut_off = backfill(f"attempt_{attempt}")
        process, progress = start(cut_off, kill_point)
        progress.recv()
        if attempt % 6 == 3:
            # The server dies, and the process with what it does about that.
            kill_server(home)
        elif attempt % 6 == 5:
            kill_server(home)
            process.kill()
        else:
            process.kill()
        process.join()
        ends.append(process.exitcode)

        server = ensure_server(home)
        again = replace(cut_off, shop=server.on("sakila"), warehouse=server.on(cut_off.warehouse.database))
        assert contents_after_running(again) == expected, f"killed in attempt {attempt}: {process.exitcode}"
        shutil.rmtree(cut_off.folder)
    assert sum(end != 0 for end in ends) > KILLS * 0.8, "most were killed before they were done"


def run_through_dagster(folder: Path, server: Address, *, killed_in: str = "", delay: float = 0) -> int:
    """Run the daily job over days with and without simulation; killed a while after that step began, if one is named.

    Returns the exit code.
    """
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "SAKILA_HOME": str(folder),
        "SAKILA_MYSQL_URL": server.url,
        "SAKILA_CLOCK": CLOCK,
    }
    command = [sys.executable, "-m", backfills.__name__, "2006-02-13", "2006-02-17"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if killed_in and line.startswith(killed_in):
                time.sleep(delay)
                process.kill()
                break
        return process.wait()


@PATIENT
def test_the_daily_job_killed_in_each_of_its_steps_ends_in_the_same_data(
    home: Path, shop: Address, official_dump: Path, tmp_path: Path
) -> None:
    found = {}
    for name in ("uninterrupted", "killed"):
        server = ensure_server(home)
        with connect(server, autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute("DROP DATABASE IF EXISTS sakila")
            cursor.execute("DROP DATABASE IF EXISTS datawarehouse_sakila")
        load_sakila(server, str(official_dump), lambda _: None)
        folder = tmp_path / name
        if name == "killed":
            for step, delay in (
                ("oltp", 0.05),
                ("rentals_stage", 0.1),
                ("rentals_final", 0.1),
                ("rentals_warehouse", 0.2),
            ):
                assert run_through_dagster(folder, server, killed_in=step, delay=delay) == -signal.SIGKILL
        assert run_through_dagster(folder, server) == 0
        with new_platform(server.on("sakila"), server.on("datawarehouse_sakila"), folder) as platform:
            rentals = platform.sql("SELECT rental_id, rental_date, inventory_id, return_date FROM rental ORDER BY 1")
            found[name] = (rentals.drawn(), platform.contents())

    assert found["killed"] == found["uninterrupted"]
