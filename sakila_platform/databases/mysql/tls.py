"""How a connection to MySQL is protected: what an address says of it, and what that means for the driver.

Belongs here: modes, certificates, and what may be asked for in an address. Nothing connects.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, fields
from enum import Enum
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from sakila_platform.databases.hosts import is_loopback
from sakila_platform.errors import PlatformError, UsageError


class Mode(str, Enum):
    """What is asked of TLS, in MySQL's own words."""

    DISABLED = "disabled"
    PREFERRED = "preferred"
    REQUIRED = "required"
    VERIFY_CA = "verify_ca"
    VERIFY_IDENTITY = "verify_identity"

    @property
    def is_verifying(self) -> bool:
        """Whether the server has to show who it is."""
        return self in (Mode.VERIFY_CA, Mode.VERIFY_IDENTITY)


@dataclass(frozen=True)
class Tls:
    """What an address says of TLS; each part may be empty. Files are of this machine, in PEM."""

    ssl_mode: str = ""
    ssl_ca: str = ""
    ssl_cert: str = ""
    ssl_key: str = ""
    server_public_key_path: str = ""
    """The server's own RSA key, by which passwords may be sent where there is no TLS."""
    ssl_truststore: str = ""
    """The CA once more as a key store of Java's (JKS), for MySQL's Java driver: that reads no PEM."""

    @classmethod
    def parse(cls, query: str, setting: str) -> Tls:
        """What the parameters of an address say. Raises UsageError, by name, for one that is not known."""
        known = {field.name.replace("_", ""): field.name for field in fields(cls)}
        found: dict[str, str] = {}
        for given, value in parse_qsl(query, keep_blank_values=True):
            name = known.get(given.lower().replace("-", "").replace("_", ""))
            if name is None:
                names = ", ".join(field.name.replace("_", "-") for field in fields(cls))
                raise UsageError(f"{setting} has the parameter {given!r}, which is not known. Known are {names}.")
            if name in found or not value:
                raise UsageError(f"{setting} has the parameter {given!r} twice or without a value. Give one.")
            found[name] = value
        mode = found.get("ssl_mode", "").lower().replace("-", "_")
        if mode and mode not in [one.value for one in Mode]:
            words = ", ".join(one.value for one in Mode)
            raise UsageError(f"{setting}: ssl-mode={found['ssl_mode']} is not known. Give one of {words}.")
        return cls(**found | {"ssl_mode": mode})

    @property
    def query(self) -> str:
        """The parameters as they stand in an address, without the question mark."""
        said = {field.name.replace("_", "-"): getattr(self, field.name) for field in fields(self)}
        return urlencode({name: value for name, value in said.items() if value}, safe="/")

    def mode(self, host: str) -> Mode:
        """What is asked for: what the address says; else, beyond this machine, a server that shows who it is."""
        if self.ssl_mode:
            return Mode(self.ssl_mode)
        return Mode.PREFERRED if is_loopback(host) and not self.ssl_ca else Mode.VERIFY_IDENTITY

    def context(self, host: str) -> ssl.SSLContext | None:
        """What TLS is spoken with, where it has to be. Raises PlatformError for a file that can't be used."""
        mode = self.mode(host)
        if mode in (Mode.DISABLED, Mode.PREFERRED):
            return None
        return _context(mode, self.ssl_ca, self.ssl_cert, self.ssl_key)

    @property
    def server_public_key(self) -> bytes | None:
        """The server's own RSA key. Raises PlatformError when it can't be read."""
        if not self.server_public_key_path:
            return None
        try:
            return Path(self.server_public_key_path).expanduser().read_bytes()
        except OSError as error:
            raise _unreadable("server-public-key-path", self.server_public_key_path, error) from None


AS_USUAL = Tls()
"""What holds where an address says nothing."""


@cache
def unverified_context() -> ssl.SSLContext:
    """Encryption alone: no certificate is asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


# Reading the system's certificates takes longer than to connect.
@cache
def _context(mode: Mode, ca: str, cert: str, key: str) -> ssl.SSLContext:
    if mode.is_verifying:
        try:
            context = ssl.create_default_context(cafile=str(Path(ca).expanduser()) if ca else None)
        except OSError as error:
            raise _unreadable("ssl-ca", ca, error) from None
        # The certificates that MySQL makes itself are not as strict as Python 3.13 would have them.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.check_hostname = mode is Mode.VERIFY_IDENTITY
    elif cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        return unverified_context()
    if cert:
        try:
            context.load_cert_chain(Path(cert).expanduser(), Path(key).expanduser() if key else None)
        except OSError as error:
            raise _unreadable("ssl-cert or ssl-key", cert, error) from None
    return context


def _unreadable(parameter: str, path: str, error: OSError) -> PlatformError:
    reason = error.strerror or error
    return PlatformError(
        f"{path}, which {parameter} of the database's address names, can't be used: {reason}. Name a PEM file."
    )
