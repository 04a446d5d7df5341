"""Where the databases are, by the settings: on a server of the user's, or on the private one under the state folder."""

from __future__ import annotations

from sakila_platform import settings
from sakila_platform.embedded.server import running_server
from sakila_platform.errors import PlatformError
from sakila_platform.mysql import Address

OLTP_DATABASE = "sakila"
WAREHOUSE_DATABASE = "datawarehouse_sakila"


def server_address(url: str) -> Address:
    """The server at that URL; for an empty one, the private server that runs under the state folder."""
    if url:
        return Address.parse(url)
    home = settings.HOME.read()
    address = running_server(home)
    if address is None:
        raise PlatformError(
            f"The private database under {home} is not running. "
            "Start it with `sakila-platform up`, or set SAKILA_MYSQL_URL to a server of yours."
        )
    return address


def oltp_address() -> Address:
    """The shop's database, as the settings say."""
    return server_address(settings.MYSQL_URL.read()).on(OLTP_DATABASE)


def warehouse_address() -> Address:
    """The warehouse, as the settings say."""
    return server_address(settings.WAREHOUSE_URL.read() or settings.MYSQL_URL.read()).on(WAREHOUSE_DATABASE)
