"""A rental desk on a test's own shop: asked as programs and as browsers ask it, in this process or over HTTP."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.model.days import Clock
from sakila_platform.rental_desk.accounts.accounts import give_clerk_account
from sakila_platform.rental_desk.accounts.migration import ensure_tables
from sakila_platform.rental_desk.desk import EXTENSION
from sakila_platform.rental_desk.web.application import create_app
from sakila_platform.rental_desk.web.configuration import DeskConfig

CLERK = "MIKE"
PASSWORD = "walrus beneath a yellow lamp"
ANA = {"document": "CC-1234567", "names": "Ana", "surnames": "Díaz", "birth_date": "1990-02-03", "password": PASSWORD}
_TOKEN_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')

_HIDDEN_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass
class DeskUnderTest:
    """A desk, Mike its clerk, and what a test may ask of it."""

    config: DeskConfig

    @cached_property
    def app(self) -> Flask:
        """The application."""
        return create_app(self.config)

    def with_config(self, **changed: Any) -> DeskUnderTest:
        """The same shop's desk, configured otherwise."""
        return DeskUnderTest(replace(self.config, **changed))

    def get(self, path: str, token: str = "", **headers: str) -> TestResponse:
        """Ask as a program does."""
        return self.app.test_client().get(path, headers={**_bearer(token), **headers})

    def post(self, path: str, body: Mapping[str, Any], token: str = "", **headers: str) -> TestResponse:
        """Send JSON as a program does."""
        return self.app.test_client().post(path, json=body, headers={**_bearer(token), **headers})

    def token(self, document: str = CLERK, password: str = PASSWORD) -> str:
        """Log in as a program does."""
        answer = self.post("/login", {"document": document, "password": password})
        assert answer.status_code == 200, answer.text
        return answer.json["token"]

    @cached_property
    def clerk(self) -> str:
        """Mike's token."""
        return self.token()

    def rent(self, *film_ids: int, document: str = "1", token: str = "", **more: Any) -> TestResponse:
        """Rent films, as Mike unless somebody else is named."""
        return self.post("/rentals", {"document": document, "films": film_ids, **more}, token or self.clerk)

    def browser(self) -> Browser:
        """A browser without a script."""
        return Browser(self.app.test_client())

    def close(self) -> None:
        """Give the connections back."""
        if "app" in self.__dict__:
            self.app.extensions[EXTENSION].shop.close()


@dataclass
class Browser:
    """A browser without a script: keeps cookies, sends forms with their token."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        """Open a page, following redirects."""
        return self.client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)

    def send(self, path: str, fields: Mapping[str, Any], page: str = "") -> TestResponse:
        """Fill in the form on a page (the one at the same address) and send it; redirects are followed."""
        found = _TOKEN_FIELD.search(self.get(page or path).text)
        assert found, f"no form on {page or path}"
        return self.client.post(
            path,
            data={"csrf_token": found[1], **fields},
            headers={"Accept": "text/html"},
            follow_redirects=True,
        )

    def hidden(self, page: str) -> dict[str, str]:
        """What the page's own form carries unseen."""
        return dict(_HIDDEN_FIELD.findall(self.get(page).text.partition("<main")[2]))

    def post(self, path: str, fields: Mapping[str, Any]) -> TestResponse:
        """Send a form as it is, following redirects."""
        return self.client.post(path, data=fields, headers={"Accept": "text/html"}, follow_redirects=True)

    def log_in(self, document: str = CLERK, password: str = PASSWORD) -> TestResponse:
        """Sign in by the page."""
        return self.send("/login", {"document": document, "password": password})


@contextmanager
def desk_on(shop: Address, clock: Clock) -> Iterator[DeskUnderTest]:
    """A desk on this shop, with its tables and one clerk's account."""
    ensure_tables(shop)
    with closing(connect(shop)) as connection, connection.cursor() as cursor:
        assert give_clerk_account(cursor, CLERK.title(), PASSWORD) == CLERK
        connection.commit()
    desk = DeskUnderTest(DeskConfig(lambda: shop, clock, secret_key="s" * 48))
    try:
        yield desk
    finally:
        desk.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The desk at a loopback port, for real browsers."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
