"""Dagster's pages, daemon and code server on this project, at a loopback address."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sakila_platform import settings
from sakila_platform.commands.database import start_database
from sakila_platform.commands.terminal import Report
from sakila_platform.errors import PlatformError
from sakila_platform.resources.dagster_home import dagster_environment, ensure_dagster_home

_LOOPBACK = "127.0.0.1"


def serve_dagster(port: int, report: Report) -> None:
    """Start the database, then become `dagster dev`. Returns never."""
    start_database(report)
    home = settings.HOME.read().resolve()
    ensure_dagster_home(home)
    settings.put_in_environment({**dagster_environment(home), settings.HOME.name: str(home)})
    program = Path(sys.executable).with_name("dagster")
    if not program.exists():
        raise PlatformError(f"{program} is not installed. Install the platform: make dev")
    report(f"Dagster's pages will be on http://{_LOOPBACK}:{port} (Ctrl-C ends them; the database stays up)")
    sys.stdout.flush()
    command = ["dev", "-h", _LOOPBACK, "-p", str(port), "-m", "sakila_platform.definitions"]
    os.execv(program, [str(program), *command])
