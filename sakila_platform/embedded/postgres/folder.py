"""The private PostgreSQL's part of a state folder: made once, whole or not at all, with the password in force."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sakila_platform.embedded.postgres.binary import PostgresBinary
from sakila_platform.embedded.server_process import command_line
from sakila_platform.embedded.state_folder import ServerFolder
from sakila_platform.errors import PlatformError

USER = "sakila"
_LOGINS = f"# The one account, by password, from this machine only.\nhost all {USER} 127.0.0.1/32 scram-sha-256\n"
_COMPLAINTS = ("FATAL:", "PANIC:", "error:", "ERROR:")
# A statement that is refused would be logged, and with it the password. PostgreSQL 13 would keep an MD5 of it, by which
# nobody gets in.
_WITH_PASSWORD = ("-c", "log_min_error_statement=panic", "-c", "password_encryption=scram-sha-256")
# A process id that no system gives.
_NOBODYS_PID = 2**31 - 1


@dataclass(frozen=True)
class PostgresFolder(ServerFolder):
    """`<home>/postgres`."""

    @property
    def root(self) -> Path:
        """Everything of the server is in here."""
        return self.home.resolve() / "postgres"

    @property
    def mark(self) -> str:
        """What the command line of a server that serves this folder has in it."""
        return f"-D {self.data} "

    def remove_leftovers(self) -> None:
        """The process id of a server that was killed: it may be a stranger's by now, and PostgreSQL would not start.

        The rest of the file stays: by it PostgreSQL finds processes that remain.
        """
        left = self.data / "postmaster.pid"
        try:
            pid, *others = left.read_text().splitlines()
        except (OSError, ValueError):
            return
        if pid.isdigit() and self.mark not in command_line(int(pid)):
            left.write_text("\n".join([str(_NOBODYS_PID), *others]) + "\n")

    @property
    def major_version(self) -> str:
        """Of the PostgreSQL that made the data folder, such as "16"; "" where there is none yet."""
        try:
            return (self.data / "PG_VERSION").read_text().strip()
        except OSError:
            return ""


def ensure_data_folder(binary: PostgresBinary, folder: PostgresFolder, report: Callable[[str], None]) -> None:
    """Make the data folder if it isn't there; one left half-made is made again. Raises PlatformError when it can't."""
    if folder.data.exists():
        return
    report(f"Making the data folder of a private {binary.name} in {folder.root}")
    folder.remove_half_made_data()
    folder.half_made_data.mkdir(mode=0o700)
    binary.owner.take(folder.half_made_data)
    # Nothing is lost by a crash here: a folder that was not finished is made again. So nothing is synced.
    options = ["--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C", "--auth=trust", f"--username={USER}"]
    result = subprocess.run(
        [*binary.command("initdb"), "-D", str(folder.half_made_data), *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        start_new_session=True,
    )
    folder.log.write_bytes(result.stdout)
    if result.returncode:
        raise PlatformError(f"{binary.name} could not make its data folder: {last_complaint(folder)} ({folder.log})")
    (folder.half_made_data / "pg_hba.conf").write_text(_LOGINS)
    folder.half_made_data.rename(folder.data)


def put_password_in_force(binary: PostgresBinary, folder: PostgresFolder, password: str) -> bool:
    """Give the account its password, before the server runs: nobody can log in with any other, or none.

    False where PostgreSQL refuses: its log says why. The password's alphabet needs no escaping.
    """
    folder.remove_leftovers()
    result = subprocess.run(
        [*binary.command("postgres"), "--single", "-D", str(folder.data), *_WITH_PASSWORD, "template1"],
        input=f"ALTER ROLE {USER} PASSWORD '{password}'\n".encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        start_new_session=True,
    )
    folder.log.write_bytes(result.stdout)
    return result.returncode == 0


def last_complaint(folder: PostgresFolder) -> str:
    """The line of the server's log that says best why it gave up."""
    try:
        lines = [line.strip() for line in folder.log.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return "it left no log"
    for line in reversed(lines):
        for word in _COMPLAINTS:
            if word in line:
                return line.partition(word)[2].strip()
    return lines[-1] if lines else "it said nothing"
