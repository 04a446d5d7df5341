"""The event log holds exactly what Dagster's own would hold, and loses nothing that was committed."""

import queue
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.events import AssetMaterializationPlannedData
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage

from sakila_platform.orchestration.day_runs import CheckOutcome, DayResult, daily_check, days_of, run_days
from sakila_platform.orchestration.event_log.instance import (
    dagster_environment,
    ensure_dagster_home,
    fail_abandoned_runs,
)
from sakila_platform.orchestration.event_log.storage import BatchedSqliteEventLogStorage

CALENDAR = dg.DailyPartitionsDefinition("2005-05-24", end_offset=1)
FIRST = date(2005, 5, 24)
RENTAL = dg.AssetKey(["stage", "sakila", "rental"])
PAYMENT = dg.AssetKey(["stage", "sakila", "payment"])
KEYS = (RENTAL, PAYMENT)
CONTRACT = dg.AssetCheckKey(RENTAL, "contract")


@dg.multi_asset(
    name="stage",
    specs=[dg.AssetSpec(key, partitions_def=CALENDAR) for key in KEYS],
    check_specs=[daily_check(key, "contract", CALENDAR, "Its contract") for key in KEYS],
    partitions_def=CALENDAR,
    can_subset=True,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def stage(context: dg.AssetExecutionContext) -> Iterator[Any]:
    def commit(chunk: list[date]) -> dict[date, dict[dg.AssetKey, DayResult]]:
        return {day: {key: _result(day) for key in KEYS} for day in chunk}

    yield from run_days(context, days_of(context), 400, commit)


def _result(day: date) -> DayResult:
    sunday = day.isoweekday() == 7
    outcome = CheckOutcome(not sunday, {"rules": 2}, dg.AssetCheckSeverity.WARN, "Closed" if sunday else None)
    return DayResult({"dagster/partition_row_count": day.toordinal()}, {"contract": outcome})


def run(instance: dg.DagsterInstance, count: int, first: date = FIRST) -> dg.ExecuteInProcessResult:
    tags = {
        "dagster/asset_partition_range_start": str(first),
        "dagster/asset_partition_range_end": str(first + timedelta(days=count - 1)),
    }
    return dg.materialize([stage], instance=instance, tags=tags)


def days(count: int) -> set[str]:
    return {str(FIRST + timedelta(days=n)) for n in range(count)}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    ensure_dagster_home(tmp_path)
    for name, value in dagster_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.get() as instance:
        yield instance


@pytest.fixture
def stored(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> list[Sequence[EventLogEntry]]:
    """What Dagster hands to the storage, as it does: batch by batch, a single event as a batch of one."""
    calls: list[Sequence[EventLogEntry]] = []
    storage = instance.event_log_storage
    store_event, store_event_batch = storage.store_event, storage.store_event_batch

    def one(event: EventLogEntry) -> None:
        calls.append([event])
        store_event(event)

    def many(events: Sequence[EventLogEntry]) -> None:
        calls.append(list(events))
        store_event_batch(events)

    monkeypatch.setattr(storage, "store_event", one)
    monkeypatch.setattr(storage, "store_event_batch", many)
    return calls


def contents(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in order of id, without the moment at which it was written."""
    with sqlite3.connect(file) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        for table in sorted(tables):
            columns = [column[1] for column in connection.execute(f"PRAGMA table_info({table})")]
            kept = ", ".join(f'"{c}"' for c in columns if c not in ("create_timestamp", "migration_completed"))
            found[table] = sorted(connection.execute(f"SELECT {kept} FROM {table}").fetchall(), key=repr)
    connection.close()
    return found


def one_per_partition(event: EventLogEntry) -> list[EventLogEntry]:
    """The event as Dagster hands it to its own storage, which knows no events that plan many partitions at once."""
    planned = event.dagster_event
    if event.dagster_event_type != dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED or planned is None:
        return [event]
    assert planned.asset_key and planned.partitions_subset
    return [
        event._replace(
            dagster_event=planned._replace(
                event_specific_data=AssetMaterializationPlannedData(planned.asset_key, partition=partition)
            )
        )
        for partition in planned.partitions_subset.get_partition_keys()
    ]


def test_it_holds_the_rows_that_dagsters_own_storage_holds(
    instance: dg.DagsterInstance, stored: list[Sequence[EventLogEntry]], tmp_path: Path
) -> None:
    runs = [run(instance, 9), run(instance, 1, first=date(2005, 5, 28)), run(instance, 3, first=date(2005, 5, 31))]
    kinds = {event.dagster_event_type for batch in stored if len(batch) > 1 for event in batch}
    assert kinds == {
        dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
        dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
        dg.DagsterEventType.ASSET_MATERIALIZATION,
        dg.DagsterEventType.ASSET_CHECK_EVALUATION,
    }

    theirs = SqliteEventLogStorage(str(tmp_path / "theirs"))
    ours = BatchedSqliteEventLogStorage(str(tmp_path / "ours"))
    for batch in stored:
        for event in batch:
            for alone in one_per_partition(event):
                theirs.store_event(alone)
        if len(batch) > 1:
            ours.store_event_batch(batch)
        else:
            ours.store_event(batch[0])

    for file in ["index.db", *(f"{run.run_id}.db" for run in runs)]:
        rows = contents(tmp_path / "theirs" / file)
        assert len(rows["event_logs"]) > 10
        assert contents(tmp_path / "ours" / file) == rows


def test_an_evaluation_that_nobody_planned_is_a_row_of_its_own(
    instance: dg.DagsterInstance, stored: list[Sequence[EventLogEntry]], tmp_path: Path
) -> None:
    run(instance, 3)
    evaluations = [
        event
        for batch in stored
        for event in batch
        if event.dagster_event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ]
    theirs = SqliteEventLogStorage(str(tmp_path / "theirs"))
    ours = BatchedSqliteEventLogStorage(str(tmp_path / "ours"))
    # The second one of a day replaces the first.
    ours.store_event_batch([*evaluations, *evaluations])
    for event in [*evaluations, *evaluations]:
        theirs.store_event(event)
    rows = contents(tmp_path / "theirs" / "index.db")
    assert len(rows["asset_check_executions"]) == 6
    assert contents(tmp_path / "ours" / "index.db") == rows


def test_a_batch_that_can_not_be_stored_leaves_nothing_behind(
    instance: dg.DagsterInstance,
    stored: list[Sequence[EventLogEntry]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_id = run(instance, 3).run_id
    storage = BatchedSqliteEventLogStorage(str(tmp_path / "ours"))

    def disk_full(*_: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(storage, "_store_asset_event", disk_full)
    with pytest.raises(OSError, match="No space left"):
        storage.store_event_batch(next(batch for batch in stored if len(batch) > 1))
    for file in ("index.db", f"{run_id}.db"):
        assert contents(tmp_path / "ours" / file)["event_logs"] == []


def test_more_events_than_a_batch_holds_are_all_stored(
    instance: dg.DagsterInstance, stored: list[Sequence[EventLogEntry]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAKILA_MAX_DAYS_PER_RUN", "1010")
    result = run(instance, 1010)
    assert max(map(len, stored)) == 1_000
    for key in KEYS:
        assert instance.get_materialized_partitions(key) == days(1010)
    statuses = instance.event_log_storage.get_asset_check_partition_info([CONTRACT])
    assert {info.partition_key for info in statuses if info.is_current} == days(1010)
    counted = Counter(entry.dagster_event_type for entry in instance.all_logs(result.run_id))
    assert counted[dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED] == 2_020
    assert counted[dg.DagsterEventType.ASSET_MATERIALIZATION] == 2_020
    assert counted[dg.DagsterEventType.ASSET_CHECK_EVALUATION] == 2_020


ANOTHER_PROCESS = """
import sys
import time
import dagster as dg
from sakila_platform_tests.integration import test_event_log as tests
{body}
"""


def another_process(body: str) -> subprocess.Popen[str]:
    code = ANOTHER_PROCESS.format(body=body)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


READS_ON = """
with dg.DagsterInstance.get() as instance:
    seen = -1
    print("ready", flush=True)
    while seen < 120:
        now = len(instance.get_materialized_partitions(tests.PAYMENT))
        assert now >= seen and now in (0, 40, 80, 120), (seen, now)
        seen = now
print("saw all", flush=True)
"""


def test_another_process_reads_whole_batches_while_one_writes(instance: dg.DagsterInstance) -> None:
    reader = another_process(READS_ON)
    assert reader.stdout
    assert reader.stdout.readline() == "ready\n"
    for n in range(3):
        run(instance, 40, first=FIRST + timedelta(days=40 * n))
    assert reader.communicate(timeout=60)[0] == "saw all\n"


def test_a_page_that_follows_a_run_hears_of_each_event_while_it_runs(
    instance: dg.DagsterInstance, stored: list[Sequence[EventLogEntry]], tmp_path: Path
) -> None:
    run(instance, 3)
    event = stored[0][0]
    writing = BatchedSqliteEventLogStorage(str(tmp_path / "ours"))
    following = BatchedSqliteEventLogStorage(str(tmp_path / "ours"))
    writing.store_event(event)
    heard: queue.Queue[str] = queue.Queue()
    following.watch(event.run_id, None, lambda entry, cursor: heard.put(entry.run_id))
    for _ in range(3):
        while not heard.empty():
            heard.get_nowait()
        writing.store_event(event)
        assert heard.get(timeout=20) == event.run_id
    following.dispose()


def test_a_wiped_log_is_empty_and_goes_on(
    instance: dg.DagsterInstance, stored: list[Sequence[EventLogEntry]], tmp_path: Path
) -> None:
    run_id = run(instance, 3).run_id
    storage = BatchedSqliteEventLogStorage(str(tmp_path / "ours"))
    for _ in range(2):
        storage.store_event_batch(next(batch for batch in stored if len(batch) > 1))
        assert contents(tmp_path / "ours" / f"{run_id}.db")["event_logs"]
        storage.wipe()
        assert not (tmp_path / "ours" / f"{run_id}.db").exists()
        assert contents(tmp_path / "ours" / "index.db")["event_logs"] == []


RUNS_UNTIL_KILLED = """
with dg.DagsterInstance.get() as instance:
    storage = instance.event_log_storage
    store_event_batch = storage.store_event_batch
    store_tags = storage._store_asset_event_tags
    stored = 0
    def counting(events):
        global stored
        print(events[0].dagster_event_type.value, flush=True)
        store_event_batch(events)
        print("stored", flush=True)
        stored += 1
    def within_a_transaction(*arguments):
        if stored == %d:
            print("waits", flush=True)
            time.sleep(60)
        store_tags(*arguments)
    storage.store_event_batch = counting
    storage._store_asset_event_tags = within_a_transaction
    tests.run(instance, 60)
"""


@pytest.mark.parametrize("stored_batches", [1, 3])
def test_a_killed_run_leaves_a_log_that_reads_well_and_goes_on(home: Path, stored_batches: int) -> None:
    """Killed while it stores its nth batch: what was stored before is there, and running again completes the days."""
    writer = another_process(RUNS_UNTIL_KILLED % stored_batches)
    assert writer.stdout
    stored: list[str] = []
    while len(stored) < stored_batches:
        kind = writer.stdout.readline().strip()
        assert writer.stdout.readline() == "stored\n"
        stored.append(kind)
    writer.stdout.readline()
    assert writer.stdout.readline() == "waits\n"
    with dg.DagsterInstance.get() as instance:
        assert fail_abandoned_runs(instance) == []
        writer.send_signal(signal.SIGKILL)
        writer.wait(timeout=30)
        [killed] = instance.get_runs()
        assert fail_abandoned_runs(instance) == [killed.run_id]
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.FAILURE]
        found = instance.get_materialized_partitions(RENTAL)
        assert found in (set(), days(60))
        if "ASSET_MATERIALIZATION" in stored:
            assert found or instance.get_materialized_partitions(PAYMENT)
        assert run(instance, 60).success
        for key in KEYS:
            assert instance.get_materialized_partitions(key) == days(60)
        statuses = instance.event_log_storage.get_asset_check_partition_info([CONTRACT])
        assert {info.partition_key for info in statuses if info.is_current} == days(60)
    for file in (home / "dagster_home" / "history" / "runs").glob("*.db"):
        with sqlite3.connect(file) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_the_home_is_written_once_and_loads_this_storage(home: Path) -> None:
    file = home / "dagster_home" / "dagster.yaml"
    written = file.stat()
    assert ensure_dagster_home(home) == home / "dagster_home"
    assert file.stat().st_mtime_ns == written.st_mtime_ns
    file.write_text("telemetry:\n  enabled: true\n")
    ensure_dagster_home(home)
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, BatchedSqliteEventLogStorage)
        assert not instance.telemetry_enabled
        assert not instance.run_monitoring_enabled
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1  # type: ignore[union-attr]
    assert (home / "dagster_home" / "history" / "runs.db").exists()
