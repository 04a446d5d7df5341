"""Where the databases are, by the settings: on a server of the user's, or on the private one under the state folder."""

from __future__ import annotations

from collections.abc import Callable

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.mariadb.server import ensure_server, running_server
from sakila_platform.errors import PlatformError
from sakila_platform.settings.places import HOME, MYSQL_URL

OLTP_DATABASE = "sakila"
WAREHOUSE_DATABASE = "datawarehouse_sakila"


def server_address(url: str, setting: str = MYSQL_URL.name) -> Address:
    """The server at that URL, which that setting gave; for an empty one, the private server under the state folder."""
    if url:
        return Address.parse(url, setting)
    home = HOME.read()
    address = running_server(home)
    if address is None:
        raise PlatformError(
            f"The private database under {home} is not running. "
            "Start it with `sakila-platform up`, or set SAKILA_MYSQL_URL to a server of yours."
        )
    return address


def started_server(report: Callable[[str], None]) -> Address:
    """The server of the settings, which answers; the private one is started unless SAKILA_MYSQL_URL names another."""
    url = MYSQL_URL.read()
    if not url:
        return ensure_server(HOME.read(), report)
    address = Address.parse(url).on("")
    connect(address).close()
    return address


def oltp_address() -> Address:
    """The shop's database, as the settings say."""
    return server_address(MYSQL_URL.read()).on(OLTP_DATABASE)
