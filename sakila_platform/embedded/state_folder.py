"""Where a private server keeps its things: paths under the state folder, its lock, its password, what was started."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import stat
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sakila_platform.errors import PlatformError
from sakila_platform.private_folders import make_private_folder

# sockaddr_un holds 104 bytes on macOS and 108 on Linux, the closing zero included.
LONGEST_SOCKET_PATH = 103
_LAST_WORDS_SECONDS = 20.0


@dataclass(frozen=True)
class ServerRecord:
    """What the last start was given: TCP port, server binary, its version text."""

    port: int
    binary: str
    version: str


@dataclass(frozen=True)
class ServerFolder(ABC):
    """A server's part of a state folder. Only its owner can enter."""

    home: Path

    @property
    @abstractmethod
    def root(self) -> Path:
        """Everything of the server is in here."""

    @property
    @abstractmethod
    def mark(self) -> str:
        """What the command line of a server that serves this folder has in it."""

    @property
    def data(self) -> Path:
        """The server's data folder: there when, and only when, it was made completely."""
        return self.root / "data"

    @property
    def half_made_data(self) -> Path:
        """The data folder while it is being made."""
        return self.root / "data.partial"

    @property
    def log(self) -> Path:
        """What the server says, since its last start."""
        return self.root / "server.log"

    @property
    def launched_pid(self) -> Path:
        """The process id of the last start, written before the server runs."""
        return self.root / "launched.pid"

    @property
    def temporary(self) -> Path:
        """The server's own temporary files."""
        return self.root / "tmp"

    def prepare(self) -> None:
        """Make the folders. Raises PlatformError where they can't be made."""
        try:
            make_private_folder(self.home)
            for folder in (self.root, self.temporary):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.root.chmod(0o700)
        except OSError as error:
            raise PlatformError(
                f"The state folder {self.home} can't be used: {error.strerror} ({error.filename}). "
                "Name a folder you can write to in SAKILA_HOME."
            ) from None

    def remove_half_made_data(self) -> None:
        """Remove what an earlier try left of the data folder. Raises PlatformError where it can't be removed.

        Whoever was making it may be alive for a moment after its starter was killed, and still write to it.
        """
        deadline = time.monotonic() + _LAST_WORDS_SECONDS
        while self.half_made_data.exists() and time.monotonic() < deadline:
            shutil.rmtree(self.half_made_data, ignore_errors=True)
            time.sleep(0.02)
        if self.half_made_data.exists():
            raise PlatformError(f"{self.half_made_data} is left from an earlier try and can't be removed. Remove it.")

    @abstractmethod
    def remove_leftovers(self) -> None:
        """Take away what a killed server left in the way of the next one."""

    @contextlib.contextmanager
    def locked(self, report: Callable[[str], None]) -> Iterator[None]:
        """Hold the folder alone, across processes and threads; the lock ends with its holder, however that ends."""
        with (self.root / "lock").open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                report(f"Waiting for another process that starts or stops the server in {self.home}")
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def password(self) -> str:
        """The generated password, "" when there is none yet."""
        return _text_of(self.root / "password")

    def generate_password(self) -> str:
        """A password in a file that only its owner can read."""
        password = secrets.token_urlsafe(24)
        write_private(self.root / "password", password)
        return password

    def record(self) -> ServerRecord | None:
        """The last start, None when there was none (or its record can't be read)."""
        try:
            fields = json.loads(_text_of(self.root / "server.json"))
            return ServerRecord(int(fields["port"]), str(fields["binary"]), str(fields["version"]))
        except (ValueError, KeyError, TypeError):
            return None

    def write_record(self, record: ServerRecord) -> None:
        """Remember a start, before it happens."""
        write_private(self.root / "server.json", json.dumps(record.__dict__))

    def pid(self) -> int | None:
        """The process id of the last start, whether it still lives or not."""
        text = _text_of(self.launched_pid)
        return int(text) if text.isdigit() else None


@dataclass(frozen=True)
class StateFolder(ServerFolder):
    """The private MariaDB's part of a state folder: `<home>/mariadb`."""

    @property
    def root(self) -> Path:
        """Everything of the server is in here."""
        return self.home.resolve() / "mariadb"

    @property
    def mark(self) -> str:
        """What the command line of a server that serves this folder has in it."""
        return f"--datadir={self.data}"

    @property
    def accounts(self) -> Path:
        """SQL that the server runs at each start: its one account, with the password in force."""
        return self.root / "accounts.sql"

    @property
    def socket(self) -> Path:
        """The unix socket: in the folder, or under /tmp where the folder's path is too long for one."""
        inside = self.root / "server.sock"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
            return inside
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        return Path(f"/tmp/sakila-{os.getuid()}-{digest}") / "server.sock"

    def prepare(self) -> None:
        """Make the folders. Raises PlatformError where they can't be made, or the socket's is another's."""
        super().prepare()
        with contextlib.suppress(FileExistsError):
            self.socket.parent.mkdir(mode=0o700)
        self._refuse_foreign_socket_folder()

    def _refuse_foreign_socket_folder(self) -> None:
        # Anyone may make a folder under /tmp, also one with the name that we are about to use.
        found = self.socket.parent.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise PlatformError(
                f"{self.socket.parent} is not a private folder of yours, so the server's socket can't be there. "
                "Remove it, or name a shorter path in SAKILA_HOME."
            )

    def remove_leftovers(self) -> None:
        """The socket and its lock: MySQL takes that for a living server's when the process id is in use."""
        self.socket.unlink(missing_ok=True)
        self.socket.with_name(self.socket.name + ".lock").unlink(missing_ok=True)

    def remove_outside_socket(self) -> None:
        """Leave nothing under /tmp when the server has ended."""
        if self.socket.parent != self.root:
            shutil.rmtree(self.socket.parent, ignore_errors=True)


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    aside = path.with_name(path.name + ".partial")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    aside.replace(path)


def _text_of(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
