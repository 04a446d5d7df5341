"""Dagster's web UI, daemon and code server on this project, at a loopback address."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from sakila_platform.cli.database import start_databases
from sakila_platform.cli.loopback import LOOPBACK, is_taken
from sakila_platform.cli.terminal import Report
from sakila_platform.errors import PlatformError
from sakila_platform.orchestration.event_log.instance import (
    CONFIGURATION_FILE,
    dagster_environment,
    dagster_home,
    ensure_dagster_home,
    opened_instance,
)
from sakila_platform.settings.every import put_in_environment, require_usable
from sakila_platform.settings.places import HOME

_WORKSPACE = Path(__file__).resolve().parents[2] / "workspace.yaml"
# What is beta or a preview in Dagster is no news to whoever reads its pages.
_WARNINGS = "ignore:Parameter `,ignore:Function `"
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SECONDS_BETWEEN_LOOKS = 0.5


def serve_dagster(port: int, report: Report) -> None:
    """Start the database and `dagster dev`, and exit with it.

    Raises PlatformError when the port is taken, UsageError when a setting can't be used.
    """
    if is_taken(port):
        raise PlatformError(f"Port {port} is taken by another program. Give another: sakila-platform dev --port 3001")
    require_usable()
    start_databases(report)
    home = HOME.read().resolve()
    ensure_dagster_home(home)
    put_in_environment({**dagster_environment(home), HOME.name: str(home), "PYTHONWARNINGS": _WARNINGS})
    with opened_instance():
        pass
    program = Path(sys.executable).with_name("dagster")
    if not program.exists():
        raise PlatformError(f"{program} is not installed. Install the platform: make dev")
    report(f"Dagster's web UI will be on http://{LOOPBACK}:{port} (Ctrl-C ends it; the database stays up)")
    sys.stdout.flush()
    command = ["dev", "-h", LOOPBACK, "-p", str(port), "-w", str(_WORKSPACE)]
    sys.exit(_watched([str(program), *command], dagster_home(home)))


def _watched(command: list[str], folder: Path) -> int:
    """Run Dagster's web UI until it ends or is stopped. Raises PlatformError when its folder is removed meanwhile.

    They are in a session of their own, so that all of them can be ended at once: without their folder, each would say
    so again and again, and for ever. Who starts us in the background has us ignore Ctrl-C, and Dagster would take from
    that that it is to ignore being ended, too; so both signals get a handler here, and are passed on as Ctrl-C.
    """
    # A handler is reset to the default in a new program, an ignored signal is not.
    for number in _ENDING:
        signal.signal(number, signal.default_int_handler)
    pages = subprocess.Popen(command, start_new_session=True)
    for number in _ENDING:
        signal.signal(number, lambda *_: pages.send_signal(signal.SIGINT))
    mark = folder / CONFIGURATION_FILE
    while True:
        with suppress(subprocess.TimeoutExpired):
            return pages.wait(_SECONDS_BETWEEN_LOOKS)
        if not mark.exists():
            os.killpg(pages.pid, signal.SIGKILL)
            pages.wait()
            raise PlatformError(
                f"{folder} was removed while Dagster's web UI was using it, so it has stopped. Start it again: make dev"
            )
