"""A server on loopback that speaks MySQL's protocol and is up to no good: it wants files, or the password."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sakila_platform.databases.mysql.address import Address

_TLS = 0x800
_CAPABILITIES = 0x1 | 0x2 | 0x4 | 0x8 | 0x80 | 0x200 | 0x2000 | 0x8000 | 0x80000
_OK = b"\0\0\0\x02\0\0\0"
_SET = re.compile(r"SESSION (\w+) = ('[^']*'|[\d.]+)")


@dataclass(frozen=True)
class Intent:
    """What the server is up to."""

    wanted_file: bytes = b""
    """The file that it asks for, in place of an answer."""
    patience: int = 0
    """How many statements it answers as they should be before that."""
    waits_for: str = ""
    """Or it asks when this word is in a statement, and never before."""
    plugin: str = ""
    """The plugin by which it has passwords sent; empty: everybody is let in."""
    extra: bytes = b""
    """What it sends once the client has begun with that plugin: its wish for more."""
    certificate: tuple[str, str] | None = None
    """Files of its certificate and key; without them it has no TLS."""
    lies: tuple[tuple[str, str], ...] = ()
    """Session variables that it keeps as they are, whatever is set."""


@dataclass
class Caught:
    """What it got of clients."""

    files: list[bytes] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RogueMysql:
    """A rogue server: where it listens, and what it got."""

    address: Address
    caught: Caught


@contextmanager
def rogue_mysql(intent: Intent) -> Iterator[RogueMysql]:
    """A rogue server on a free port, as long as the block."""
    caught = Caught()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = Address("127.0.0.1", listening.getsockname()[1], "shop", "TopSecretPassword")
        threading.Thread(target=_accept, args=(listening, intent, caught), daemon=True).start()
        yield RogueMysql(address, caught)
        listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, intent: Intent, caught: Caught) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listening.accept()
            threading.Thread(target=_serve, args=(client, intent, caught), daemon=True).start()


def _serve(client: socket.socket, intent: Intent, caught: Caught) -> None:
    wire = _Wire(client)
    with contextlib.suppress(EOFError, OSError):
        if _has_logged_in(wire, intent, caught):
            _Session(wire, intent, caught).answer_all()
    wire.client.close()


class _Wire:
    """Packets, one after the other."""

    def __init__(self, client: socket.socket) -> None:
        self.client = client
        self.number = 0

    def send(self, payload: bytes) -> None:
        self.client.sendall(struct.pack("<I", len(payload))[:3] + bytes([self.number]) + payload)
        self.number = (self.number + 1) % 256

    def receive(self) -> bytes:
        header = self._exactly(4)
        self.number = (header[3] + 1) % 256
        return self._exactly(int.from_bytes(header[:3], "little"))

    def _exactly(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            piece = self.client.recv(count - len(got))
            if not piece:
                raise EOFError
            got += piece
        return got


def _has_logged_in(wire: _Wire, intent: Intent, caught: Caught) -> bool:
    capabilities = _CAPABILITIES | (_TLS if intent.certificate else 0)
    wire.send(
        b"\x0a8.0.36\0"
        + struct.pack("<I", 7)
        + b"abcdefgh\0"
        + struct.pack("<H", capabilities & 0xFFFF)
        + b"\x2d"
        + struct.pack("<H", 2)
        + struct.pack("<H", capabilities >> 16)
        + b"\x15"
        + b"\0" * 10
        + b"ijklmnopqrst\0mysql_native_password\0"
    )
    hello = wire.receive()
    if intent.certificate and len(hello) == 32:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*intent.certificate)
        wire.client = context.wrap_socket(wire.client, server_side=True)
        hello = wire.receive()
    caught.logins.append(hello)
    if intent.plugin:
        wire.send(b"\xfe" + intent.plugin.encode() + b"\0" + b"abcdefghijklmnopqrst\0")
        caught.logins.append(wire.receive())
        if intent.extra:
            wire.send(intent.extra)
            caught.logins.append(wire.receive())
    wire.send(_OK)
    return True


class _Session:
    """A client that was let in: its statements are answered well enough, until it is asked for the file."""

    def __init__(self, wire: _Wire, intent: Intent, caught: Caught) -> None:
        self._wire, self._intent, self._caught = wire, intent, caught
        self._variables: dict[str, str] = {"autocommit": "1"}
        self._answered = 0

    def answer_all(self) -> None:
        while (said := self._wire.receive())[:1] != b"\x01":
            statement = said[1:].decode(errors="replace")
            self._caught.statements.append(statement)
            if self._is_time(statement):
                self._ask()
            elif statement.startswith("SELECT @@SESSION"):
                self._tell(re.findall(r"@@SESSION\.(\w+)", statement))
            else:
                self._note(statement)
                self._wire.send(_OK)
            self._answered += 1

    def _is_time(self, statement: str) -> bool:
        if not self._intent.wanted_file:
            return False
        if self._intent.waits_for:
            return self._intent.waits_for in statement
        return self._answered >= self._intent.patience

    def _ask(self) -> None:
        # Who sends neither a file nor an end has no more to say.
        self._wire.client.settimeout(5)
        self._wire.send(b"\xfb" + self._intent.wanted_file)
        content = b""
        while piece := self._wire.receive():
            content += piece
        self._caught.files.append(content)
        self._wire.send(_OK)

    def _note(self, statement: str) -> None:
        for name, value in _SET.findall(statement):
            self._variables[name] = value.strip("'")
        if statement.startswith("SET NAMES"):
            _, _, character_set, _, collation = statement.split()
            for name in ("client", "connection", "results"):
                self._variables[f"character_set_{name}"] = character_set
            self._variables["collation_connection"] = collation
        if statement.startswith("SET AUTOCOMMIT"):
            self._variables["autocommit"] = statement.split()[-1]
        self._variables |= dict(self._intent.lies)

    def _tell(self, names: list[str]) -> None:
        self._wire.send(bytes([len(names)]))
        for name in names:
            parts = b"".join(bytes([len(part)]) + part for part in (b"def", b"", b"", b"", name.encode(), b""))
            self._wire.send(parts + b"\x0c" + struct.pack("<HIBHB", 45, 1024, 253, 0, 0) + b"\0\0")
        self._wire.send(b"\xfe\0\0\x02\0")
        values = [self._variables.get(name, "").encode() for name in names]
        self._wire.send(b"".join(bytes([len(value)]) + value for value in values))
        self._wire.send(b"\xfe\0\0\x02\0")


def beyond_loopback(address: Address) -> Address:
    """The same server under a name of this machine's that is not known to be loopback."""
    return replace(address, host=socket.gethostname())
