"""The database that a function works on: its address from the settings, its login from Secrets Manager."""

from __future__ import annotations

import json
from dataclasses import replace

import pymysql

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.errors import PlatformError
from sakila_platform.lambdas.secrets import secret_text
from sakila_platform.settings.aws import MYSQL_SECRET
from sakila_platform.settings.places import MYSQL_URL


def open_database(default: str) -> pymysql.Connection:
    """An open connection to the database that SAKILA_MYSQL_URL names, or to `default` on its server.

    Raises PlatformError, without the password, when the secret or the server can't be reached.
    """
    address = Address.parse(MYSQL_URL.read())
    if not address.database:
        address = address.on(default)
    secret = MYSQL_SECRET.read()
    return connect(_with_login(address, secret) if secret else address)


def _with_login(address: Address, secret: str) -> Address:
    text = secret_text(secret)
    try:
        login = json.loads(text)
        return replace(address, user=login["username"], password=login["password"])
    except (KeyError, TypeError, ValueError):
        raise PlatformError(f"Secret {secret} has no username and password as JSON. Write it anew.") from None
