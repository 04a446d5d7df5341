"""Dagster's home in the state folder: the instance's configuration, and the environment that its processes need."""

from __future__ import annotations

import json
import os
from pathlib import Path

# Runs and schedules need no entry: Dagster keeps them in SQLite files beside this one.
# One run at a time: two runs must not own the same days at once, and a laptop's two cores are busy with one.
# No run monitoring: it would declare dead a run that a shell works through, since no launcher started it.
_CONFIGURATION = """\
# Written by the platform; changes here are overwritten.
event_log_storage:
  module: sakila_platform.resources.event_log
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
    folder.mkdir(parents=True, exist_ok=True)
    wanted = _CONFIGURATION.format(event_log=json.dumps(str(folder / "history" / "runs")))
    file = folder / "dagster.yaml"
    if not file.exists() or file.read_text(encoding="utf-8") != wanted:
        aside = file.with_name(f"dagster.yaml.{os.getpid()}")
        aside.write_text(wanted, encoding="utf-8")
        aside.replace(file)
    return folder


def dagster_environment(home: Path) -> dict[str, str]:
    """The variables that every process of Dagster must have: webserver, daemon, code server, runs, and the shell.

    Dagster reads the batch size whenever it stores an event, so it may be set as late as before the first run.
    Processes that `dagster dev` starts inherit all three.
    """
    return {
        "DAGSTER_HOME": str(dagster_home(home)),
        "DAGSTER_EVENT_BATCH_SIZE": "1000",
        "DAGSTER_DISABLE_TELEMETRY": "yes",
    }
