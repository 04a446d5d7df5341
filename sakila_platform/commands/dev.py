"""Dagster's pages, daemon and code server on this project, at a loopback address."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import dagster as dg

from sakila_platform import settings
from sakila_platform.commands.database import start_databases
from sakila_platform.commands.loopback import LOOPBACK, is_taken
from sakila_platform.commands.terminal import Report
from sakila_platform.errors import PlatformError
from sakila_platform.resources.dagster_home import dagster_environment, ensure_dagster_home, fail_abandoned_runs

_WORKSPACE = Path(__file__).resolve().parents[2] / "workspace.yaml"
# What is beta or a preview in Dagster is no news to whoever reads its pages.
_WARNINGS = "ignore:Parameter `,ignore:Function `"


def serve_dagster(port: int, report: Report) -> None:
    """Start the database, then become `dagster dev`: returns never. Raises PlatformError when the port is taken."""
    if is_taken(port):
        raise PlatformError(f"Port {port} is taken by another program. Give another: sakila-platform dev --port 3001")
    start_databases(report)
    home = settings.HOME.read().resolve()
    ensure_dagster_home(home)
    settings.put_in_environment(
        {**dagster_environment(home), settings.HOME.name: str(home), "PYTHONWARNINGS": _WARNINGS}
    )
    with dg.DagsterInstance.get() as instance:
        fail_abandoned_runs(instance)
    program = Path(sys.executable).with_name("dagster")
    if not program.exists():
        raise PlatformError(f"{program} is not installed. Install the platform: make dev")
    report(f"Dagster's pages will be on http://{LOOPBACK}:{port} (Ctrl-C ends them; the database stays up)")
    sys.stdout.flush()
    command = ["dev", "-h", LOOPBACK, "-p", str(port), "-w", str(_WORKSPACE)]
    os.execv(program, [str(program), *command])
