"""Where a job's database is and as whom it logs in: by arguments, by a secret of Secrets Manager, else by settings."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.tls import AS_USUAL, Tls
from sakila_platform.embedded.mysql_address import server_address
from sakila_platform.errors import PlatformError, UsageError


@dataclass(frozen=True)
class ServerKind:
    """A kind of database server: as messages call it, as URLs do, and its usual port."""

    name: str
    schemes: tuple[str, ...]
    port: int


MYSQL = ServerKind("MySQL", ("mysql", "mariadb"), 3306)
POSTGRES = ServerKind("PostgreSQL", ("postgresql",), 5432)


@dataclass(frozen=True)
class Login:
    """What the arguments say of a database. Each part may be empty."""

    jdbc_url: str = ""
    secret: str = ""

    def address(self, by_settings: str, database: str) -> Address:
        """The database: by the secret and the JDBC URL, else by the settings (a mysql:// URL, or the private server).

        Raises PlatformError when a secret can't be read or no server runs, UsageError when nothing says as whom.
        """
        place = place_of(self.jdbc_url, MYSQL) if self.jdbc_url else None
        if self.secret:
            address = login_of_secret(self.secret, place, MYSQL)
        elif place and not by_settings:
            raise UsageError(
                "Nothing says as whom to log in at --jdbc-url. Give --secret with the name of a secret, "
                "or set SAKILA_MYSQL_URL."
            )
        else:
            known = server_address(by_settings)
            address = replace(place, user=known.user, password=known.password) if place else known
            if place and place.tls == AS_USUAL:
                address = replace(address, tls=known.tls)
        return address if address.database else address.on(database)


def place_of(jdbc_url: str, kind: ServerKind) -> Address:
    """Where a JDBC URL leads, as whom left open. Raises UsageError for one that is not of this kind, or has a login."""
    parts = urlsplit(jdbc_url.removeprefix("jdbc:"))
    if not jdbc_url.startswith("jdbc:") or parts.scheme not in kind.schemes or not parts.hostname:
        example = f"jdbc:{kind.schemes[0]}://host:{kind.port}/database"
        raise UsageError(f"--jdbc-url is not a {kind.name} one. Give {example}, without a password.")
    if parts.username or parts.password or "password=" in parts.query:
        raise UsageError("--jdbc-url holds a login, which anyone who sees the job would see. Give it by --secret.")
    tls = Tls.parse(parts.query, "--jdbc-url") if kind is MYSQL else AS_USUAL
    return Address(parts.hostname, parts.port or kind.port, "", "", parts.path.strip("/"), tls)


def login_of_secret(name: str, place: Address | None, kind: ServerKind) -> Address:
    """As whom a secret says to log in, and where, unless the place is known. Raises PlatformError without one."""
    try:
        text = boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        secret = json.loads(text)
        user, password = str(secret["username"]), str(secret["password"])
        host = place.host if place else str(secret["host"])
        port = place.port if place else int(secret.get("port", kind.port))
        database = place.database if place else str(secret.get("dbname") or "")
    except (BotoCoreError, ClientError) as error:
        raise PlatformError(f"The secret {name} can't be read: {error}. Correct --secret, or the job's role.") from None
    except (KeyError, TypeError, ValueError):
        raise PlatformError(
            f"The secret {name} is not a database's. Keep JSON with username, password, host, port and dbname in it."
        ) from None
    return Address(host, port, user, password, database, place.tls if place else AS_USUAL)
