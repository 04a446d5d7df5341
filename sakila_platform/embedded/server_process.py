"""The server as a process of the operating system: launched so that it outlives us, recognised, and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sakila_platform.embedded.state_folder import ServerFolder
from sakila_platform.errors import PlatformError

Found = TypeVar("Found")
_STOP_SECONDS = 60.0
_CHANGE_SECONDS = 5.0
# Through a shell, so that the server belongs to no one's process tree, and its id is known before it runs.
_DETACH = '"$@" & echo $! > "$0"'


@dataclass(frozen=True)
class ServerDescription:
    """What `status` and `doctor` show of a private server; port, binary and version are its last start's."""

    is_running: bool
    pid: int | None
    port: int | None
    binary: str
    version: str
    data_folder: Path
    socket: Path | None
    log: Path


@dataclass(frozen=True)
class Waiting:
    """For what a starter waits, how long at most, and who is informed that it takes long."""

    awaited: str
    seconds: float
    report: Callable[[str], None]


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


def described(folder: ServerFolder, *, is_running: bool, socket: Path | None = None) -> ServerDescription:
    """What is known of a folder's server. Changes nothing."""
    record = folder.record()
    return ServerDescription(
        is_running=is_running,
        pid=live_pid(folder),
        port=record.port if record else None,
        binary=record.binary if record else "",
        version=record.version if record else "",
        data_folder=folder.data,
        socket=socket,
        log=folder.log,
    )


def await_answer(folder: ServerFolder, answer: Callable[[], Found | None], waiting: Waiting) -> Found | None:
    """What the server answers once it does, None when it has ended. Raises PlatformError when it does neither."""
    began = time.monotonic()
    next_word = began + 5
    while time.monotonic() < began + waiting.seconds:
        if live_pid(folder) is None:
            return None
        found = answer()
        if found:
            return found
        if time.monotonic() >= next_word:
            waiting.report(f"Waiting for {waiting.awaited} (after a crash it first recovers its data)")
            next_word += 10
        time.sleep(0.02)
    raise PlatformError(
        f"The server in {folder.root} runs but does not answer; its log is {folder.log}. "
        "Stop it with `sakila-platform down` and start it again."
    )
