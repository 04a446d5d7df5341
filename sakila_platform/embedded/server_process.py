"""The server as a process of the operating system: launched so that it outlives us, recognised, and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from sakila_platform.embedded.state_folder import ServerFolder
from sakila_platform.errors import PlatformError

_STOP_SECONDS = 60.0
_CHANGE_SECONDS = 5.0
# Through a shell, so that the server belongs to no one's process tree, and its id is known before it runs.
_DETACH = '"$@" & echo $! > "$0"'


def launch_detached(folder: ServerFolder, command: Sequence[str]) -> None:
    """Start the server's command in a session of its own: neither our end nor a Ctrl-C in our terminal reaches it."""
    folder.remove_leftovers()
    with folder.log.open("wb") as log:
        subprocess.run(
            ["/bin/sh", "-c", _DETACH, str(folder.launched_pid), *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder.root,
            start_new_session=True,
            check=True,
        )


def end_server(folder: ServerFolder, pid: int, request: signal.Signals = signal.SIGTERM) -> None:
    """An orderly shutdown; a server that ignores it for a minute is killed, which loses nothing committed.

    `request` is the signal that asks this kind of server for it.
    """
    for demand in (request, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, demand)
        deadline = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < deadline:
            if live_pid(folder) != pid:
                return
            time.sleep(0.02)
    raise PlatformError(f"Process {pid} serves {folder.data} and can't be stopped. End it by hand.")


def live_pid(folder: ServerFolder) -> int | None:
    """The process of the last start, if it lives and serves this folder: process ids are used again by others."""
    pid = folder.pid()
    return pid if pid and folder.mark in command_line(pid) else None


def command_line(pid: int) -> str:
    """A process's command as one text, "" when it has ended."""
    if not Path("/proc/self/stat").exists():
        answer = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
        return answer.stdout
    deadline = time.monotonic() + _CHANGE_SECONDS
    while time.monotonic() < deadline:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
            state = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
            threads = len(os.listdir(f"/proc/{pid}/task"))
        except OSError:
            return ""
        # A zombie that has threads still holds its files and its port.
        if words or (state in "ZX" and threads <= 1):
            return words.replace("\0", " ")
        # A process that is just becoming another program, or ending but still holding its files, shows no command.
        time.sleep(0.002)
    return ""
