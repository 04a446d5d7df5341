"""Dagster's home in the state folder: its configuration, its processes' environment, and runs that died in it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from sakila_platform.private_folders import make_private_folder

CONFIGURATION_FILE = "dagster.yaml"
# Runs and schedules need no entry: Dagster keeps them in SQLite files beside this one.
# One run at a time: two runs must not own the same days at once, and a laptop's two cores are busy with one.
# No run monitoring: on a laptop it sees neither a run that a shell works through nor one whose process was killed.
_CONFIGURATION = """\
# Written by the platform; changes here are overwritten.
event_log_storage:
  module: sakila_platform.orchestration.event_log.storage
  class: BatchedSqliteEventLogStorage
  config:
    base_dir: {event_log}
concurrency:
  runs:
    max_concurrent_runs: 1
run_monitoring:
  enabled: false
telemetry:
  enabled: false
nux:
  enabled: false
"""


def dagster_home(home: Path) -> Path:
    """Where Dagster keeps its instance within a state folder (absolute; it may not exist yet)."""
    return home.resolve() / "dagster_home"


def ensure_dagster_home(home: Path) -> Path:
    """Dagster's home within the state folder, with its dagster.yaml as this version of the platform wants it."""
    folder = dagster_home(home)
    make_private_folder(home)
    folder.mkdir(exist_ok=True)
    wanted = _CONFIGURATION.format(event_log=json.dumps(str(folder / "history" / "runs")))
    file = folder / CONFIGURATION_FILE
    if not file.exists() or file.read_text(encoding="utf-8") != wanted:
        aside = file.with_name(f"{CONFIGURATION_FILE}.{os.getpid()}")
        aside.write_text(wanted, encoding="utf-8")
        aside.replace(file)
    return folder


def dagster_environment(home: Path) -> dict[str, str]:
    """The variables that every process of Dagster must have: webserver, daemon, code server, runs, and the shell.

    Dagster reads the batch size whenever it stores an event, so it may be set as late as before the first run.
    Processes that `dagster dev` starts inherit them all.
    """
    return {
        "DAGSTER_HOME": str(dagster_home(home)),
        "DAGSTER_EVENT_BATCH_SIZE": "1000",
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        # Rows off the wire need not be aligned; Arrow would say so for each table before it aligns them.
        "ACERO_ALIGNMENT_HANDLING": "reallocate",
    }


@contextmanager
def opened_instance() -> Iterator[dg.DagsterInstance]:
    """The environment's instance, in which no run stands as started whose process is gone."""
    with dg.DagsterInstance.get() as instance:
        fail_abandoned_runs(instance)
        yield instance


def fail_abandoned_runs(instance: dg.DagsterInstance) -> list[str]:
    """Report runs as failed whose process is gone (killed, or the machine went down), and return their ids.

    They would stand as started for ever, and the queue lets no other run pass. Call it wherever work begins.
    """
    abandoned = []
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
        starts = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.RUN_START).records
        pids = {event.pid for record in starts if (event := record.event_log_entry.dagster_event) and event.pid}
        if pids and not any(_is_alive(pid) for pid in pids):
            instance.report_run_failed(run, "The run's process is gone. Run its days again: that is always safe.")
            abandoned.append(run.run_id)
    return abandoned


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
