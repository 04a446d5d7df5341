"""The chain from the shop's tables to the warehouse, as Dagster runs it: its seconds, its memory, its events.

    python -m benchmarks.chain

Against it: MySQL's own LOAD DATA LOCAL of the three facts' files that lie ready, into the same tables.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, run
from time import perf_counter

import click
import dagster as dg

from benchmarks import measuring
from benchmarks.shops import Shop, say, shop
from sakila_platform.cli.running.jobs import open_runs
from sakila_platform.databases.mysql.connection import connect, sending
from sakila_platform.databases.mysql.reader.batches import read_batches
from sakila_platform.databases.mysql.tab_separated import FORMAT, encode_rows
from sakila_platform.embedded.mysql_address import WAREHOUSE_DATABASE
from sakila_platform.model.contracts import arrow_schema
from sakila_platform.model.ddl import mysql_ddl
from sakila_platform.orchestration import day_runs
from sakila_platform.orchestration.event_log.runs import Runs
from sakila_platform.rentals.warehouse_star import STAR

JOB = "rentals_daily"
READY = "sakila_ready"
LIMIT = "load_data_of_ready_files"


def chain(home: Path, first: str, last: str) -> dict[str, str]:
    """Run the daily job over these days in one run. Raises click.ClickException when an event is missing."""
    layers: dict[str, float] = {}
    work_through = day_runs._work_through

    def timed(context: dg.AssetExecutionContext, *arguments: object) -> None:
        start = perf_counter()
        work_through(context, *arguments)  # type: ignore[arg-type]
        layers[context.op_def.name.rpartition("__")[2]] = perf_counter() - start

    day_runs._work_through = timed  # type: ignore[assignment]
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    with open_runs(home) as runs:
        start = perf_counter()
        runs.execute(JOB, (first, last), lambda _: None)
        seconds = perf_counter() - start
        assets = _require_events(runs, days)
    timings = {layer: f"{taken:.2f}" for layer, taken in layers.items()}
    dagster_ms = (seconds - sum(layers.values())) * 1000 / (assets * days)
    return {"run": f"{seconds:.2f}", "dagster_ms": f"{dagster_ms:.2f}", **timings}


def _require_events(runs: Runs, days: int) -> int:
    """Look that the newest run left an event for each asset and day, and an evaluation for each check and day.

    Returns how many assets the job has.
    """
    log, graph = runs.instance.event_log_storage, runs._repository.asset_graph
    keys = runs._assets(JOB)
    checks = [key for key in graph.asset_check_keys if key.asset_key in keys and key.name != "stale_days"]
    missing = {str(key): days - len(runs.instance.get_materialized_partitions(key)) for key in keys}
    for check in checks:
        evaluated = {info.partition_key for info in log.get_asset_check_partition_info([check]) if info.is_current}
        missing[str(check)] = days - len(evaluated)
    if any(missing.values()):
        raise click.ClickException(f"Events are missing: { {name: n for name, n in missing.items() if n} }")
    return len(keys)


def measured_chain(of: Shop, days: int | None = None) -> measuring.Measured:
    """A shop's history (or as many of its days) in a process of its own; the seconds are those of the run."""
    last = of.days[days - 1] if days else of.days[-1]
    command = [sys.executable, "-m", "benchmarks.chain", "--chain", str(of.home), str(of.days[0]), str(last)]
    through = measuring.measure("oltp_to_warehouse", command, times=1)
    return replace(through, seconds=float(through.result["run"]))


def ready_load(of: Shop, folder: Path) -> measuring.Measured:
    """LOAD DATA LOCAL of the warehouse's facts, from files into empty tables of the same definition."""
    with closing(connect(of.server, local_infile=True)) as connection, connection.cursor() as cursor:
        for fact in STAR.facts:
            with open(folder / fact.name.table, "wb") as file:
                cursor.execute(f"USE {WAREHOUSE_DATABASE}")
                for batch in read_batches(connection, fact.name.table, arrow_schema(fact)):
                    file.write(encode_rows(batch))
        cursor.execute(f"CREATE DATABASE {READY} CHARACTER SET utf8mb4")
        cursor.execute(f"USE {READY}")
        for fact in STAR.facts:
            cursor.execute(mysql_ddl(fact))
        start = perf_counter()
        for fact in STAR.facts:
            columns = ", ".join(fact.column_names)
            path = folder / fact.name.table
            statement = f"LOAD DATA LOCAL INFILE %s INTO TABLE {fact.name.table} {FORMAT} ({columns})"
            with sending(cursor, path):
                cursor.execute(statement, (str(path),))
            connection.commit()
        seconds = perf_counter() - start
        cursor.execute(f"DROP DATABASE {READY}")
    return measuring.Measured(LIMIT, seconds, 0, {})


def against_ready_load(of: Shop) -> list[measuring.Measured]:
    """The chain of a large shop, after the ready load of what it loaded."""
    through = measured_chain(of)
    with tempfile.TemporaryDirectory(prefix="ready-", dir=of.home) as folder:
        return [ready_load(of, Path(folder)), through]


@dataclass(frozen=True)
class OneDay:
    """Median seconds of a day's run: from a shell and within a process, up to the warehouse and with what follows."""

    shell: float
    shell_all: float
    inside: float
    inside_all: float


def one_day(of: Shop, times: int = 3) -> OneDay:
    """Runs of the days after the history, each simulated, staged, transformed and loaded, then answered."""
    days = [str(of.days[-1] + timedelta(days=n + 1)) for n in range(3 * times)]
    command = str(Path(sys.executable).with_name("sakila-platform"))

    def from_shell(day: str, *options: str) -> float:
        return _timed(lambda: run([command, "run", "rentals", "--from", day, "--to", day, *options], check=True, stdout=DEVNULL))  # fmt: skip  # noqa: E501

    # The first one parses the marts' project, once for ever.
    from_shell(days[0])
    shell = median(from_shell(day, "--no-analysis") for day in days[:times])
    shell_all = median(from_shell(day) for day in days[times : 2 * times])
    daily, after = [], []
    with open_runs(of.home) as runs:
        runs.domains()
        for day in days[2 * times :]:
            daily.append(_timed(lambda day=day: runs.execute(JOB, (day, day), lambda _: None)))  # type: ignore[misc]
            after.append(_timed(lambda: runs.execute_unpartitioned("rentals", lambda _: None)))
    return OneDay(shell, shell_all, median(daily), median(daily) + median(after))


def _timed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


@click.command()
@click.option("--chain", "what", nargs=3, hidden=True)
@click.option("--scale", default=200, show_default=True, help="Times Sakila's 16,044 rentals.")
def main(what: tuple[str, str, str] | None, scale: int) -> None:
    """Measure the chain."""
    if what:
        measuring.run_candidate(lambda home: chain(Path(home), *what[1:]), what[0])
        return
    with shop(1) as small:
        through = measured_chain(small)
        say(f"{len(small.days)} days of history: {through.seconds:.1f} s, {through.peak_mb} MB, {dict(through.result)}")
        say(str(one_day(small)))
    with shop(scale) as large:
        found = against_ready_load(large)
        measuring.show(found, LIMIT)
        say(str(dict(found[1].result)))


if __name__ == "__main__":
    main()
