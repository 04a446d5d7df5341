"""What the desk decides without a shop: times, passwords, documents, lateness, its OpenAPI document, its settings."""

from __future__ import annotations

import json
import re
import stat
import unicodedata
from datetime import datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakila_platform.errors import UsageError
from sakila_platform.model.days import Clock
from sakila_platform.rental_desk.accounts import passwords
from sakila_platform.rental_desk.accounts.people import canonical_document
from sakila_platform.rental_desk.accounts.written_names import document_form, name_form, password_form
from sakila_platform.rental_desk.refusals import Invalid
from sakila_platform.rental_desk.rentals.counter_time import counter_time
from sakila_platform.rental_desk.rentals.returning import late_days
from sakila_platform.rental_desk.web.configuration import DeskConfig, desk_config
from sakila_platform.rental_desk.web.openapi import openapi_document
from sakila_platform.settings.desk import DESK_CORS_ORIGINS, DESK_PORT, DESK_SECRET_KEY
from sakila_platform.settings.places import HOME
from sakila_platform.settings.setting import Setting

BOGOTA = ZoneInfo("America/Bogota")
# 13:30 of 20 May in Bogotá.
CLOCK = Clock(BOGOTA, datetime(2026, 5, 20, 18, 30, 15, 999, tzinfo=timezone.utc))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", "2026-05-20 13:30:15"),
        ("  ", "2026-05-20 13:30:15"),
        (None, "2026-05-20 13:30:15"),
        ("2026-05-20", "2026-05-20 13:30:15"),
        ("2026-05-19", "2026-05-19 13:30:15"),
        ("2026-05-19T23:10", "2026-05-19 23:10:00"),
        ("2026-05-19 23:10:09", "2026-05-19 23:10:09"),
        ("2026-05-20T18:30:00Z", "2026-05-20 13:30:00"),
        ("2026-05-20T20:29:59.5+02:00", "2026-05-20 13:29:59"),
    ],
)
def test_a_moment_is_of_the_shops_clock(written: str | None, meant: str) -> None:
    assert str(counter_time(written, CLOCK)) == meant


@pytest.mark.parametrize(
    ("written", "reported"),
    [
        ("2026-05-21", "in the future"),
        ("2026-05-20T13:31", "in the future"),
        ("2026-05-20T18:30:16Z", "in the future"),
        ("9999-12-31", "in the future"),
        ("2026-02-30", "no such day"),
        ("0000-00-00", "no such day"),
        ("0001-01-01T00:00+14:00", "no such day"),
        ("2026-05-19T25:00", "no such day"),
        ("yesterday", "no day"),
        ("20260519", "no day"),
        ("2026-05-19'; DROP TABLE rental; --", "no day"),
        ("\u0662\u0660\u0662\u0666-\u0660\u0665-\u0661\u0669", "no"),
    ],
)
def test_another_moment_is_refused_in_words_that_help(written: str, reported: str) -> None:
    with pytest.raises(Invalid, match=reported) as refused:
        counter_time(written, CLOCK)
    assert "2026-05-24T18:30" in refused.value.message


@given(st.text(max_size=60))
def test_any_text_is_a_moment_up_to_now_or_is_refused(text: str) -> None:
    try:
        moment = counter_time(text, CLOCK)
    except Invalid:
        return
    assert moment <= CLOCK.wall_time()


@pytest.mark.parametrize(
    "password",
    ["walrus beneath a yellow lamp", "ñandú de mi abuela", "🐘🦒🦓🐊🐢🐍🦎🐙🦑🦐🦞🦀", "xK9#mQ2$vL7!"],
)
def test_a_long_password_that_nobody_guesses_is_good(password: str) -> None:
    passwords.require_good_password(password, ("CC-1234567", "Ana", "Díaz"))


@pytest.mark.parametrize(
    ("password", "reported"),
    [
        ("short", "at least 12"),
        ("x" * 129, "at most 128"),
        ("password1234", "guessed first"),
        ("P@ssw0rd!2024", "guessed first"),
        ("123456789012", "guessed first"),
        ("abababababab", "guessed first"),
        ("abcdefghijklmno", "guessed first"),
        ("qwertyuiop123", "guessed first"),
        ("CC-1234567-Ana", "name or the document"),
        ("Díaz Ana Díaz", "name or the document"),
    ],
)
def test_a_password_that_guessers_try_is_refused(password: str, reported: str) -> None:
    with pytest.raises(Invalid, match=reported) as refused:
        passwords.require_good_password(password, ("CC-1234567", "Ana", "Díaz"))
    assert refused.value.field == "password"
    assert password not in refused.value.message


def test_a_password_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    kept = passwords.hashed("walrus beneath a yellow lamp")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert kept != passwords.hashed("walrus beneath a yellow lamp")
    assert passwords.is_right("walrus beneath a yellow lamp", kept)
    assert not passwords.is_right("walrus beneath a yellow lamb", kept)
    assert not passwords.is_right("walrus beneath a yellow lamp", None)
    assert not passwords.is_right("walrus beneath a yellow lamp", "no hash at all")


@pytest.mark.parametrize(
    ("written", "kept"), [(" 1.234.567 ", "1234567"), ("cc-98", "CC-98"), ("1", "1"), ("ab 12 cd", "AB12CD")]
)
def test_a_document_is_the_same_however_it_is_written(written: str, kept: str) -> None:
    assert canonical_document(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "-1",
        "1' OR '1'='1",
        "é1",
        "1\x002",
        "9" * 21,
        "🎬",
        "\u017fA",
        "\ufb01A",
        "\u0131A",
        "\u00b2",
        "\u0661",
        "\u200b",
        "\u24c2",
    ],
)
def test_what_can_be_no_document_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match="letters"):
        canonical_document(written)


@given(st.text(max_size=30))
def test_every_spelling_has_one_form_that_is_its_own(text: str) -> None:
    form = document_form(text)
    if form is not None:
        assert re.fullmatch("[0-9A-Z][0-9A-Z-]*", form)
        assert {form} == {document_form(each) for each in (form, form.lower(), f" {text}.\u2066", f"\u200b{form}")}
    name = name_form(text)
    assert name is None or (name_form(name) == name and name.strip() == name)
    password = password_form(text)
    assert password_form(password) == password == password_form(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize("name", ["Ana", "Díaz", "\u0634\u0631\u06cc\u0641\u200c\u06cc", "\u674e", "O'Neil-2", "🎬"])
def test_a_name_that_can_be_read_is_taken(name: str) -> None:
    assert name_form(f" {name} ") == name


@pytest.mark.parametrize("name", ["\u0301", " \u0301\u0300 ", "\u200b\u0301", "\u20dd", "\u0903"])
def test_a_combining_mark_alone_is_no_name(name: str) -> None:
    assert name_form(name) is None
    assert name_form(f"A{name.strip()}")


def test_times_of_answers_promise_no_zone_that_they_lack() -> None:
    schemas = openapi_document()["components"]["schemas"]
    assert schemas["RentalLine"]["properties"]["rental_date"]["format"] == "date-time-local"
    assert '"date-time"' not in json.dumps(schemas)


def test_lateness_counts_the_days_of_the_calendar_as_sakila_does() -> None:
    rented = datetime(2026, 5, 1, 23, 59)
    assert late_days(rented, datetime(2026, 5, 4, 23, 59), 3) == 0
    assert late_days(rented, datetime(2026, 5, 5, 0, 1), 3) == 1
    assert late_days(rented, rented, 3) == 0


def test_the_document_describes_every_json_answer_and_names_no_schema_that_it_lacks() -> None:
    document = openapi_document()
    assert {(method, path) for path, methods in document["paths"].items() for method in methods} == {
        ("post", "/register"),
        ("post", "/login"),
        ("post", "/logout"),
        ("get", "/users"),
        ("get", "/check_db"),
        ("get", "/health"),
        ("get", "/films"),
        ("post", "/rentals"),
        ("post", "/returns"),
        ("get", "/rentals"),
        ("get", "/customers/{customer_id}"),
    }
    named = {part.partition('"')[0] for part in str(document).replace("'", '"').split("#/components/schemas/")[1:]}
    assert named <= set(document["components"]["schemas"])
    assert "password_hash" not in str(document)


def test_the_desks_key_is_made_once_and_only_its_owner_can_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME.name, str(tmp_path))
    monkeypatch.delenv(DESK_SECRET_KEY.name, raising=False)
    key = desk_config().secret_key
    assert len(key) >= 48
    assert desk_config().secret_key == key
    assert stat.S_IMODE((tmp_path / "desk" / "secret_key").stat().st_mode) == 0o600
    assert key not in repr(desk_config())


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (DESK_SECRET_KEY, "too short"),
        (DESK_CORS_ORIGINS, "shop.example"),
        (DESK_CORS_ORIGINS, "https://shop.example/path"),
        (DESK_CORS_ORIGINS, "*"),
        (DESK_PORT, "0"),
    ],
)
def test_a_setting_that_would_open_the_desk_is_refused(
    setting: Setting, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(setting.name, value)
    with pytest.raises(UsageError, match=setting.name):
        setting.read()


@pytest.mark.parametrize(
    ("host", "proxies", "is_plain"),
    [("127.0.0.1", 0, True), ("localhost", 0, True), ("::1", 0, True), ("0.0.0.0", 0, False), ("127.0.0.1", 1, False)],
)
def test_cookies_may_go_without_tls_on_this_machine_only(host: str, proxies: int, is_plain: bool) -> None:
    config = DeskConfig(lambda: pytest.fail("no address is needed"), CLOCK, "k" * 48, host=host, proxies=proxies)
    assert config.is_plain_loopback is is_plain
