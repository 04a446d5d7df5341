"""This machine as an installer sees it: its commands, its folders, and who is asking. Tests give another one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# An installation over a slow line may take its time; one that hangs must not hang us.
_COMMAND_SECONDS = 900
# Servers are often installed where a person's PATH does not lead.
_SERVER_FOLDERS = (
    "/usr/sbin",
    "/usr/libexec",
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/local/mysql/bin",
    "/usr/local/mariadb/bin",
    "/opt/homebrew/opt/mariadb/bin",
    "/opt/homebrew/opt/mysql/bin",
    "/usr/local/opt/mariadb/bin",
    "/usr/local/opt/mysql/bin",
    "/home/linuxbrew/.linuxbrew/opt/mariadb/bin",
    "/home/linuxbrew/.linuxbrew/opt/mysql/bin",
)


@dataclass(frozen=True)
class CommandResult:
    """How a command ended: its exit code and all it wrote."""

    code: int
    output: str

    @property
    def last_line(self) -> str:
        """What it said at the end, which is where installers complain."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        return lines[-1] if lines else f"exit code {self.code}"


def run_command(command: Sequence[str], folder: Path | None = None) -> CommandResult:
    """Run a command to its end, in a folder. A command that isn't there, or hangs, is an outcome like any other."""
    try:
        result = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_COMMAND_SECONDS,
        )
    except OSError as error:
        return CommandResult(127, f"{command[0]}: {error.strerror}")
    except subprocess.TimeoutExpired:
        return CommandResult(124, f"{command[0]} took longer than {_COMMAND_SECONDS} seconds")
    return CommandResult(result.returncode, result.stdout)


@dataclass(frozen=True)
class Machine:
    """What can be asked of a machine, each part replaceable."""

    run: Callable[[Sequence[str], Path | None], CommandResult] = run_command
    which: Callable[[str], str | None] = shutil.which
    user_id: int = field(default_factory=os.geteuid)
    server_folders: tuple[Path, ...] = tuple(Path(folder) for folder in _SERVER_FOLDERS)
    package_lists: Path = Path("/var/lib/apt/lists")
