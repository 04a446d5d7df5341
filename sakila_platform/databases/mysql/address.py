"""Where a MySQL server is, and as whom to log in: an address, and what it says of TLS."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote, urlsplit

from sakila_platform.databases.mysql.tls import AS_USUAL, Tls
from sakila_platform.errors import UsageError


@dataclass(frozen=True)
class Address:
    """Where a MySQL server listens and as whom to log in. The password never shows in a repr or a message."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str = ""
    tls: Tls = AS_USUAL

    @classmethod
    def parse(cls, url: str, setting: str = "SAKILA_MYSQL_URL") -> Address:
        """From mysql://user:password@host:port[/database][?ssl-mode=…&ssl-ca=…]. Raises UsageError on anything else."""
        wrong = UsageError(
            f"{setting} is not a MySQL address. Give mysql://user:password@host:3306, with %XX (UTF-8) for characters "
            "that a URL can't have."
        )
        try:
            parts = urlsplit(url)
            port = parts.port or 3306
            user, password = (unquote(part or "", errors="strict") for part in (parts.username, parts.password))
        except ValueError:
            raise wrong from None
        if parts.scheme not in ("mysql", "mysql+pymysql", "mariadb") or not parts.hostname or parts.fragment:
            raise wrong
        return cls(
            host=parts.hostname,
            port=port,
            user=user or "root",
            password=password,
            database=parts.path.strip("/"),
            tls=Tls.parse(parts.query, setting),
        )

    def on(self, database: str) -> Address:
        """The same server, with another database selected."""
        return replace(self, database=database)

    @property
    def url(self) -> str:
        """The address as a URL, password included: for drivers, never for messages."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        more = f"?{self.tls.query}" if self.tls.query else ""
        return f"mysql://{login}@{self.host}:{self.port}/{self.database}{more}"

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.database}"
