"""Requests that nobody thought of: drawn from the desk's own OpenAPI document, and the classics in every field."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import (
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.generation import GenerationMode

from sakila_platform.rental_desk.desk import EXTENSION
from sakila_platform.rental_desk.web.openapi import openapi_document
from sakila_platform_tests.desks import ANA, DeskUnderTest
from sakila_platform_tests.platform import Platform

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
CLASSICS = (
    "",
    " ",
    "0",
    "-1",
    "1e400",
    "NaN",
    "null",
    "true",
    "🎬🍿",
    "x" * 10_000,
    "1' OR '1'='1' -- ",
    "1; DROP TABLE usuarios; --",
    "%s%(x)s{0}",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "\x00",
    "\u202e\ufeff",
    "\u0130stanbul ß",
    "9" * 400,
    "2026-02-30",
    "-0001-01-01",
    "9999-12-31",
    "\u00b2",
    "\u0661",
    "9" * 5000,
)
FIELDS: dict[str, dict[str, Any]] = {
    "/register": {**ANA, "store_id": 1},
    "/login": {"document": "1", "password": "x"},
    "/rentals": {"document": "1", "films": [1], "store_id": 1, "date": "2006-02-28"},
    "/returns": {"rentals": [11496], "date": "2006-02-28", "late_fee_paid": False},
}
# Whom the shop knew before, and what they did.
_UNTOUCHED = (
    "SELECT usuarios.*, COUNT(rental_id) FROM usuarios LEFT JOIN rental ON rental.customer_id = usuarios.customer_id "
    "AND rental_date < '2006-02-15' WHERE usuarios.customer_id < 600 GROUP BY usuario_id ORDER BY usuario_id"
)


@pytest.fixture
def patient(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch) -> DeskUnderTest:
    """A desk where trying often is no offence."""
    monkeypatch.setattr(desk.app.extensions[EXTENSION].attempts, "count", lambda *_: None)
    return desk


def test_no_drawn_request_makes_the_desk_fail(patient: DeskUnderTest) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", patient.app)
    answered: Counter[int] = Counter()
    for found in schema.get_all_operations():
        operation = found.ok()
        # The token that is used has to outlive the test.
        if operation.path != "/logout":
            answered += ask_in_many_ways(operation, patient.clerk)
    # It was no show: what is right came through, and what is wrong was found to be so in more than one way.
    assert answered.total() > 300
    assert {200, 401, 422} <= set(answered)


def ask_in_many_ways(operation: Any, token: str) -> Counter[int]:
    """Requests to one operation, right and wrong; how often which status was answered."""
    answered: Counter[int] = Counter()
    # Where a token is needed, the drawn request lacks one, and the test's own is added: no longer wrong.
    checks = CHECKS if "security" in operation.definition.raw else [*CHECKS, negative_data_rejection]

    @given(case=st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)))
    @settings(
        max_examples=60,
        deadline=timedelta(seconds=5),
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    def ask(case: Any) -> None:
        answer = case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=checks)
        answered[answer.status_code] += 1

    ask()
    return answered


def test_the_classics_in_every_field_are_refused_in_words_or_do_no_harm(
    patient: DeskUnderTest, platform: Platform
) -> None:
    desk = patient
    before = platform.sql(_UNTOUCHED)
    for path, body in FIELDS.items():
        for field in body:
            for text in CLASSICS:
                for value in (text, [text], {"x": text}):
                    answer = desk.post(path, {**body, field: value}, desk.clerk)
                    assert answer.status_code < 500, (path, field, value)
                    if answer.status_code >= 400:
                        assert answer.mimetype == "application/problem+json"
                        assert len(answer.json["detail"]) > 10
                        assert "Traceback" not in answer.text and "SELECT" not in answer.text
    assert platform.sql(_UNTOUCHED) == before


def test_the_classics_in_every_query_and_form_field_do_no_harm(patient: DeskUnderTest) -> None:
    desk = patient
    browser = desk.browser()
    browser.log_in()
    for text in CLASSICS:
        for path in ("/films", "/users", "/rentals"):
            names = ("words", "store_id", "limit", "offset", "named", "after", "day")
            for name in names:
                for ask in (browser.client.get, desk.app.test_client().get):
                    accept = "text/html" if ask is browser.client.get else "application/json"
                    answer = ask(path, query_string={name: text[:2000]}, headers={"Accept": accept})
                    assert answer.status_code < 500, (path, name, text)
        for query in ({"rental": text[:5000]}, {}):
            assert browser.client.get("/customers/1", query_string=query).status_code in (200, 404)
        assert browser.client.get(f"/customers/{quote(text[:5000], safe='')}").status_code in (200, 308, 404)
    for path, page, fields in (
        ("/rentals", "/rentals/new", ("document", "date", "store_id", "words", "films")),
        ("/returns/find", "/returns", ("document", "copy")),
        ("/returns", "/returns", ("rentals", "date", "customer_id")),
        ("/register", "/register", (*ANA, "store_id")),
        ("/login", "/login", ("document", "password")),
    ):
        for name in fields:
            for text in (*CLASSICS[::2], *CLASSICS[-4:]):
                answer = browser.send(path, {"document": "1", name: text}, page)
                assert answer.status_code < 500, (path, name, text)


def test_bodies_that_are_no_json_are_refused(desk: DeskUnderTest) -> None:
    for body in (b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"document": "\\ud800"}', b"[" * 20_000):
        answer = desk.app.test_client().post("/login", data=body, content_type="application/json")
        assert answer.status_code == 422, body[:20]
        assert answer.mimetype == "application/problem+json"


def test_every_status_that_the_desk_answers_with_is_described() -> None:
    for methods in openapi_document()["paths"].values():
        for operation in methods.values():
            assert "503" in operation["responses"]
