"""What the desk owes to OWASP's ASVS at level 1: who gets in, what is disclosed, what is kept, what is logged."""

from __future__ import annotations

import json
import logging
import time
import unicodedata
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from statistics import median

import pytest
from argon2 import PasswordHasher

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.errors import PlatformError
from sakila_platform.rental_desk.accounts.attempts import LOGINS_FROM_AN_ADDRESS, LOGINS_OF_A_DOCUMENT, place_of
from sakila_platform.rental_desk.accounts.migration import ensure_tables
from sakila_platform.rental_desk.web.application import create_app
from sakila_platform.rental_desk.web.request_log import LOGGER, JsonLines
from sakila_platform_tests.desks import ANA, CLERK, PASSWORD, DeskUnderTest
from sakila_platform_tests.platform import Platform

WRONG = {"document": CLERK, "password": "a wrong password it is"}
PROTECTED_PAGES = ("/rentals/new", "/rentals", "/returns", "/users", "/customers/1")


def test_an_unknown_document_is_answered_as_a_wrong_password_is(desk: DeskUnderTest) -> None:
    wrong = desk.post("/login", WRONG)
    answers = [desk.post("/login", {**WRONG, "document": each}) for each in ("99999", "1", "' OR 1=1 --", "🎬")]
    assert {(answer.status_code, answer.data) for answer in answers} == {(401, wrong.data)}


def test_a_guess_takes_as_long_for_an_unknown_document(desk: DeskUnderTest) -> None:
    def seconds(document: str) -> float:
        took = []
        for _ in range(5):
            began = time.perf_counter()
            assert desk.post("/login", {**WRONG, "document": document}).status_code == 401
            took.append(time.perf_counter() - began)
        return median(took)

    desk.post("/login", WRONG)
    known, unknown = seconds(CLERK), seconds("99999")
    assert 0.5 < known / unknown < 2


def test_nobody_guesses_at_leisure_and_the_right_password_begins_anew(desk: DeskUnderTest) -> None:
    for _ in range(LOGINS_OF_A_DOCUMENT.most - 1):
        assert desk.post("/login", WRONG).status_code == 401
    assert desk.token(CLERK, PASSWORD)
    for _ in range(LOGINS_OF_A_DOCUMENT.most):
        assert desk.post("/login", {**WRONG, "document": " mike "}).status_code == 401
    barred = desk.post("/login", {"document": CLERK, "password": PASSWORD})
    assert (barred.status_code, barred.headers["Retry-After"]) == (429, str(LOGINS_OF_A_DOCUMENT.seconds))
    assert "15 minutes" in barred.json["detail"]
    page = desk.browser().log_in()
    assert (page.status_code, "15 minutes" in page.text) == (429, True)


SPELLINGS = (
    "MIKE",
    " m i k e ",
    "M.IKE",
    "MIKE....",
    "\uff2d\uff49\uff2b\uff25",
    "M\u200bIKE",
    "\u202eMIKE\u202c",
    "mi\u00adke",
)


def test_a_document_has_ten_tries_however_it_is_written(desk: DeskUnderTest) -> None:
    for number in range(LOGINS_OF_A_DOCUMENT.most):
        tried = desk.post("/login", {**WRONG, "document": SPELLINGS[number % len(SPELLINGS)]})
        assert tried.status_code == 401
    for spelling in SPELLINGS:
        assert desk.post("/login", {**WRONG, "document": spelling}).status_code == 429, spelling


def test_every_spelling_of_a_document_is_the_same_account(desk: DeskUnderTest) -> None:
    for spelling in SPELLINGS:
        assert desk.token(spelling)
    assert desk.post("/register", ANA).status_code == 201
    again = desk.post("/register", {**ANA, "document": "cc-123\u200b45\uff16\uff17"})
    assert again.status_code == 409
    assert desk.rent(1, document="c.c-123 4567").status_code == 201


def test_who_is_barred_uses_up_nobody_elses_tries(platform: Platform, desk: DeskUnderTest) -> None:
    for number in range(LOGINS_FROM_AN_ADDRESS.most):
        assert desk.post("/login", {**WRONG, "document": f"X{number}"}).status_code == 401
    tries = "SELECT COUNT(*) AS tries FROM desk_attempt"
    before = platform.sql(tries)
    for _ in range(LOGINS_OF_A_DOCUMENT.most + 1):
        assert desk.post("/login", WRONG).status_code == 429
    # Nor does the bar last longer for it.
    assert platform.sql(tries) == before
    elsewhere = {"REMOTE_ADDR": "127.0.0.2"}
    known = {"document": CLERK, "password": PASSWORD}
    assert desk.app.test_client().post("/login", json=known, environ_overrides=elsewhere).status_code == 200


def test_of_many_tries_at_once_no_more_than_ten_are_answered(platform: Platform, desk: DeskUnderTest) -> None:
    desk.post("/login", WRONG)
    with ThreadPoolExecutor(8) as clients:
        answers = Counter(clients.map(lambda _: desk.post("/login", WRONG).status_code, range(24)))
    assert answers[401] + 1 <= LOGINS_OF_A_DOCUMENT.most
    assert answers[401] + answers[429] == 24


def test_a_line_has_one_count_of_tries_for_all_its_ipv6_addresses() -> None:
    assert place_of("2001:db8:1:2::1") == place_of("2001:db8:1:2:ffff::9") != place_of("2001:db8:1:3::1")
    assert place_of("::ffff:192.0.2.1") == place_of("192.0.2.1") == "192.0.2.1"
    assert place_of("a socket") == "a socket"


def test_a_password_is_the_same_from_every_keyboard(platform: Platform, desk: DeskUnderTest) -> None:
    composed, apart = "caf\u00e9 sin az\u00facar hoy", "cafe\u0301 sin\u00a0azu\u0301car hoy"
    assert desk.post("/register", {**ANA, "password": apart}).status_code == 201
    assert desk.token("CC-1234567", composed)
    assert desk.token("CC-1234567", apart)
    assert desk.post("/login", {"document": "CC-1234567", "password": "cafe sin azucar hoy"}).status_code == 401
    # An account from before, kept as the keyboard gave it.
    for kept in (composed, unicodedata.normalize("NFD", composed)):
        platform.sql(
            "UPDATE usuarios SET password_hash = %s WHERE document = 'CC-1234567'", PasswordHasher().hash(kept)
        )
        assert desk.token("CC-1234567", composed)
        assert desk.token("CC-1234567", unicodedata.normalize("NFD", composed))


def test_nobody_tries_all_documents_from_one_address(platform: Platform, desk: DeskUnderTest) -> None:
    # What was tried is counted by the shop, so a restarted desk and its other processes know it too.
    desk.post("/login", WRONG)
    (row,) = platform.sql("SELECT subject_hash FROM desk_attempt ORDER BY attempt_id DESC LIMIT 1")
    for _ in range(LOGINS_FROM_AN_ADDRESS.most):
        platform.sql("INSERT INTO desk_attempt (subject_hash) VALUES (%s)", row["subject_hash"])
    restarted = desk.with_config()
    assert restarted.post("/login", {**WRONG, "document": "598"}).status_code == 429
    restarted.close()


def test_who_logs_in_gets_a_fresh_session_and_who_logs_out_ends_it(platform: Platform, desk: DeskUnderTest) -> None:
    browser = desk.browser()
    browser.get("/login")
    before = browser.client.get_cookie("desk")
    browser.log_in()
    first = browser.client.get_cookie("desk")
    assert before is not None and first is not None and before.value != first.value
    assert browser.get("/users").status_code == 200
    browser.send("/logout", {}, "/")
    assert not platform.sql("SELECT * FROM desk_session")
    # The cookie that somebody copied is worth nothing any more.
    browser.client.set_cookie("desk", first.value)
    assert browser.get("/users").request.path == "/login"
    token = desk.token()
    assert desk.get("/users", token).status_code == 200
    assert desk.post("/logout", {}, token).status_code == 204
    assert desk.get("/users", token).status_code == 401


def test_the_shop_keeps_no_token_that_opens_a_door(platform: Platform, desk: DeskUnderTest) -> None:
    token = desk.token()
    (row,) = platform.sql("SELECT token_hash, expires_at > CURRENT_TIMESTAMP AS lasts FROM desk_session")
    assert token.encode() not in row["token_hash"]
    assert desk.get("/users", row["token_hash"].hex()).status_code == 401
    platform.sql("UPDATE desk_session SET expires_at = CURRENT_TIMESTAMP - INTERVAL 1 SECOND")
    assert desk.get("/users", token).status_code == 401


def test_a_clerk_who_left_the_shop_is_no_clerk_at_once(platform: Platform, desk: DeskUnderTest) -> None:
    token = desk.token()
    platform.sql("UPDATE staff SET active = 0 WHERE staff_id = 1")
    assert desk.get("/users", token).status_code == 403
    assert desk.rent(1, token=token).status_code == 403


def test_cookies_are_kept_from_scripts_and_from_other_sites(desk: DeskUnderTest) -> None:
    cookie = desk.browser().client.get("/login", headers={"Accept": "text/html"}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    public = desk.with_config(host="0.0.0.0")
    cookie = public.browser().client.get("/login", headers={"Accept": "text/html"}).headers["Set-Cookie"]
    assert cookie.startswith("__Host-desk=")
    assert "Secure" in cookie and "HttpOnly" in cookie and "Path=/" in cookie and "Domain" not in cookie


def test_a_form_without_its_token_is_refused(platform: Platform, desk: DeskUnderTest) -> None:
    browser = desk.browser()
    browser.log_in()
    sent = {"document": "1", "films": "1"}
    for form in (sent, {**sent, "csrf_token": "forged"}):
        answer = browser.client.post("/rentals", data=form, headers={"Accept": "text/html"})
        assert (answer.status_code, "open for too long" in answer.text) == (400, True)
    # JSON from another site's page: the browser sends the cookie along, and it counts for nothing.
    assert browser.client.post("/rentals", json={"document": "1", "films": [1]}).status_code == 401
    plain = browser.client.post("/rentals", data='{"document": "1", "films": [1]}', content_type="text/plain")
    assert plain.status_code == 415
    assert not platform.sql("SELECT * FROM rental WHERE rental_date >= '2006-02-15'")


def test_pages_allow_no_script_but_the_desks_own(desk: DeskUnderTest) -> None:
    browser = desk.browser()
    browser.log_in()
    for path in ("/", "/films", "/static/desk.css", "/nothing", *PROTECTED_PAGES):
        answer = browser.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert (answer.headers["X-Content-Type-Options"], answer.headers["X-Frame-Options"]) == ("nosniff", "DENY")
        assert "Strict-Transport-Security" not in answer.headers
        assert " style=" not in answer.text and " onclick" not in answer.text and "<script>" not in answer.text
    assert browser.get("/users").headers["Cache-Control"] == "no-store"
    public = desk.with_config(proxies=1)
    assert public.get("/health").headers["Strict-Transport-Security"].startswith("max-age=63072000")


def test_what_people_type_is_text_on_every_page(desk: DeskUnderTest) -> None:
    name = '<script>alert("x")</script>'
    desk.post("/register", {**ANA, "names": name, "surnames": "'\"><img src=x>"})
    browser = desk.browser()
    browser.log_in()
    desk.rent(1, document="CC-1234567")
    number = desk.get("/users?named=script", desk.clerk).json["users"][0]["customer_id"]
    pages = [browser.get(path).text for path in ("/users?named=script", f"/customers/{number}", "/rentals")]
    pages.append(browser.send("/rentals", {"document": name, "words": name, "films": "1"}, "/rentals/new").text)
    for page in pages:
        assert "&lt;script&gt;" in page
        assert "<script>" not in page and "<img src=x" not in page


def test_pages_for_staff_are_for_staff(desk: DeskUnderTest) -> None:
    anonymous = desk.browser()
    for path in PROTECTED_PAGES:
        assert anonymous.get(path).request.path == "/login"
    desk.post("/register", ANA)
    customer = desk.browser()
    customer.log_in("CC-1234567")
    for path in ("/rentals", "/returns", "/users", "/customers/1"):
        assert customer.get(path).status_code == 403, path
    ana = desk.token("CC-1234567")
    assert (desk.get("/users").status_code, desk.get("/users", ana).status_code) == (401, 403)
    assert customer.get("/customers/600").status_code == 200


def test_the_way_goes_on_after_logging_in_and_only_within_the_desk(desk: DeskUnderTest) -> None:
    browser = desk.browser()
    browser.get("/returns")
    assert browser.log_in().request.path == "/returns"
    stranger = desk.browser()
    stranger.get("/login?next=https://evil.example")
    assert stranger.log_in().request.path == "/"


def test_users_are_listed_without_their_hashes(desk: DeskUnderTest) -> None:
    answer = desk.get("/users?limit=200", desk.clerk)
    assert "argon2" not in answer.text and "hash" not in answer.text
    assert set(answer.json["users"][0]) == {
        "usuario_id",
        "document",
        "names",
        "surnames",
        "birth_date",
        "customer_id",
        "is_staff",
        "has_password",
    }


def test_logs_name_no_document_and_no_password(desk: DeskUnderTest, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    desk.post("/register", ANA)
    desk.post("/login", {"document": "CC-7654321", "password": "secret walrus of mine"})
    browser = desk.browser()
    browser.log_in("CC-1234567")
    browser.get("/films?words=CC-1234567")
    browser.get("/customers/600")
    browser.send("/rentals", {"document": "CC-1234567", "films": "14"}, "/rentals/new")
    desk.rent(1, document="CC-1234567", date="not a day")
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == LOGGER]
    assert {line["event"] for line in lines} == {"request"}
    assert {line["route"] for line in lines} >= {"/register", "/login", "/customers/<int:customer_id>", "/rentals"}
    assert all(line["milliseconds"] >= 0 and len(line["request_id"]) == 16 for line in lines)
    everything = caplog.text + json.dumps(lines)
    for secret in ("1234567", "7654321", "walrus", "Ana", "Díaz", desk.clerk):
        assert secret not in everything


def test_the_log_of_a_mistake_names_the_route_and_nothing_that_was_typed(
    desk: DeskUnderTest, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = desk.clerk

    def fail(*_: object) -> None:
        raise ValueError(PASSWORD)

    monkeypatch.setattr("sakila_platform.rental_desk.rentals.customers.open_rentals", fail)
    caplog.clear()
    answer = desk.get("/customers/598", token)
    assert (answer.status_code, "made a mistake" in answer.json["detail"]) == (500, True)
    lines = [JsonLines().format(record) for record in caplog.records]
    (failed,) = [json.loads(line) for line in lines if '"failed"' in line]
    assert failed["route"] == "/customers/<int:customer_id>"
    assert "builtins.ValueError" in failed["traceback"] and "seen_customer" in failed["traceback"]
    assert failed["request_id"] == answer.headers["X-Request-Id"]
    assert not [line for line in lines if "/customers/598" in line or PASSWORD in line]


@pytest.mark.parametrize(
    ("headers", "reported"),
    [
        ({}, "something cuts the Referer header off"),
        ({"Referer": "https://elsewhere.example/login"}, "X-Forwarded-Host"),
        ({"Referer": "https://localhost/login"}, "document or the password is wrong"),
    ],
)
def test_a_form_over_tls_is_refused_with_the_reason_that_helps(
    desk: DeskUnderTest, headers: dict[str, str], reported: str
) -> None:
    behind = desk.with_config(proxies=1)
    tls = {"Accept": "text/html", "X-Forwarded-Proto": "https"}
    client = behind.app.test_client()
    page = client.get("/login", base_url="https://localhost", headers=tls).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "document": "1", "password": "x"}
    answer = client.post("/login", data=form, base_url="https://localhost", headers={**tls, **headers})
    assert reported in answer.text
    without_cookie = behind.app.test_client().post("/login", data=form, base_url="https://localhost", headers=tls)
    assert "keep cookies" in without_cookie.text
    behind.close()


def test_an_address_for_people_only_says_so_to_programs(desk: DeskUnderTest) -> None:
    for path in ("/", "/register", "/login", "/rentals/new", "/returns"):
        refused = desk.get(path, desk.clerk, Accept="application/json")
        assert (refused.status_code, refused.mimetype) == (406, "application/problem+json"), path
        assert desk.get(path, Accept="text/html").status_code in (200, 303)
        assert desk.get(path, Accept="*/*").status_code in (200, 303, 401)


def test_a_shop_that_can_only_be_read_is_reported_at_the_start_and_while_it_lasts(
    platform: Platform, desk: DeskUnderTest, mysql_server: Address, caplog: pytest.LogCaptureFixture
) -> None:
    user = f"desk_{uuid.uuid4().hex[:8]}"
    plain = replace(platform.shop, user=user, password="only this shop")
    with connect(mysql_server, autocommit=True) as server, server.cursor() as cursor:
        cursor.execute("CREATE USER %s@'%%' IDENTIFIED BY 'only this shop'", [user])
        cursor.execute(f"GRANT ALL ON `{platform.shop.database}`.* TO %s@'%%'", [user])
        reading = desk.with_config(shop_address=lambda: plain)
        try:
            assert reading.get("/check_db").status_code == 200
            cursor.execute("SET GLOBAL read_only = ON")
            with pytest.raises(PlatformError, match=r"can't write .* \(error 1290\)\. The server is read-only"):
                ensure_tables(plain)
            answer = reading.post("/login", {"document": CLERK, "password": PASSWORD})
            assert (answer.status_code, "can only be read" in answer.json["detail"]) == (503, True)
            assert reading.get("/films").status_code == 200
        finally:
            cursor.execute("SET GLOBAL read_only = OFF")
            reading.close()
            cursor.execute("DROP USER %s@'%%'", [user])
    (noted,) = [json.loads(JsonLines().format(each)) for each in caplog.records if each.getMessage() == "database"]
    assert (noted["number"], noted["route"], noted["level"]) == (1290, "/login", "warning")


def test_only_named_origins_may_call_the_json_api_and_without_cookies(desk: DeskUnderTest) -> None:
    named, other = "https://shop.example", "https://evil.example"
    open_desk = desk.with_config(cors_origins=(named,))
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    allowed = open_desk.app.test_client().options("/rentals", headers={"Origin": named, **asked}).headers
    assert allowed["Access-Control-Allow-Origin"] == named
    assert "Authorization" in allowed["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in allowed
    for each, origin in ((open_desk, other), (desk, named)):
        answer = each.get("/films", Origin=origin)
        assert "Access-Control-Allow-Origin" not in answer.headers
    open_desk.close()


def test_a_foreign_name_can_not_be_pointed_at_the_desk_of_this_machine(desk: DeskUnderTest) -> None:
    assert desk.get("/health", Host="localhost:8000").status_code == 200
    assert desk.get("/health", Host="evil.example").status_code == 400


def test_a_body_without_end_is_refused(desk: DeskUnderTest) -> None:
    answer = desk.app.test_client().post("/login", data=b"x" * 300_000, content_type="application/json")
    assert answer.status_code == 413
    assert answer.json["title"] == "Content Too Large" or "Entity" in answer.json["title"]


def test_nothing_is_connected_to_before_somebody_asks(desk: DeskUnderTest) -> None:
    def refuse() -> object:
        raise AssertionError("connected")

    create_app(desk.with_config(shop_address=refuse).config)
