"""The desk in a real browser: for everybody (axe, keyboard, phone, without a script), and from the counter to the
warehouse. It is noon, 1 March 2006."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from sakila_platform_tests.desks import ANA, CLERK, PASSWORD, DeskUnderTest, served
from sakila_platform_tests.platform import Platform

PUBLIC_PAGES = ("/", "/login", "/register", "/films", "/nothing")
STAFF_PAGES = ("/", "/rentals/new", "/returns", "/rentals", "/users", "/films?words=dino", "/customers/5", "/register")
TODAY = "2006-03-01"


@pytest.fixture
def url(desk: DeskUnderTest) -> Iterator[str]:
    """Where the desk is served."""
    with served(desk.app) as url:
        yield url


@contextmanager
def opened(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """A page of a fresh visitor; scripts that fail or that the policy stops fail the test."""
    context = browser.new_context(base_url=url, **options)
    complaints: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console", lambda reported: complaints.append(reported.text) if "Security Policy" in reported.text else None
    )
    yield page
    context.close()
    assert not complaints


def log_in(page: Page, document: str = CLERK) -> None:
    page.goto("/login")
    page.get_by_label("Document").fill(document)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")


def choose(page: Page, typed: str, title: str) -> None:
    """Choose a film by its suggestion."""
    page.get_by_label("Film").press_sequentially(typed)
    page.get_by_role("option", name=title).click()


def suggestions(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Suggested titles").get_by_role("option")


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert not found.violations_count, f"{page.url}\n{found.generate_report()}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_passes_axe(browser: Browser, url: str, scheme: str) -> None:
    with opened(browser, url, color_scheme=scheme) as page:
        for path in PUBLIC_PAGES:
            page.goto(path)
            assert_accessible(page)
        page.goto("/login")
        page.get_by_label("Document").fill("99999")
        page.get_by_label("Password").fill("a wrong password")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_have_text("The document or the password is wrong.")
        assert_accessible(page)
        log_in(page)
        for path in STAFF_PAGES:
            page.goto(path)
            assert_accessible(page)
        page.goto("/rentals/new")
        page.get_by_label("Film").press_sequentially("dino")
        expect(suggestions(page)).to_have_count(3)
        page.keyboard.press("ArrowDown")
        assert_accessible(page)


def test_every_page_fits_a_phone(browser: Browser, url: str) -> None:
    with opened(browser, url, viewport={"width": 360, "height": 740}) as page:
        log_in(page)
        for path in STAFF_PAGES:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
            narrow = page.evaluate(
                "[...document.querySelectorAll('button, input:not([type=hidden]):not([type=checkbox]), select')]"
                ".filter(each => each.offsetHeight && each.offsetHeight < 40).map(each => each.outerHTML)"
            )
            assert not narrow, path


def test_a_film_is_rented_with_the_keyboard_alone(browser: Browser, url: str, platform: Platform) -> None:
    with opened(browser, url) as page:
        log_in(page)
        page.goto("/rentals/new")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("5")
        film = page.get_by_label("Film")
        while not film.evaluate("field => field === document.activeElement"):
            page.keyboard.press("Tab")
        page.keyboard.type("academy dino")
        status = page.locator("#suggestions-status")
        expect(status).to_have_text("1 film, choose with the arrow keys.")
        page.keyboard.press("ArrowDown")
        expect(film).to_have_attribute("aria-activedescendant", "suggestion-0")
        page.keyboard.press("Enter")
        expect(status).to_have_text("ACADEMY DINOSAUR is chosen.")
        expect(page.get_by_role("checkbox", name="ACADEMY DINOSAUR")).to_be_checked()
        page.keyboard.type("dino")
        expect(suggestions(page)).to_have_count(3)
        page.keyboard.press("Escape")
        expect(page.get_by_role("listbox")).to_be_hidden()
        page.keyboard.press("Escape")
        expect(film).to_have_value("")
        rent = page.get_by_role("button", name="Rent", exact=True)
        while not rent.evaluate("button => button === document.activeElement"):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("ACADEMY DINOSAUR is rented to ELIZABETH BROWN")
    assert len(platform.sql("SELECT * FROM rental WHERE rental_date >= %s AND customer_id = 5", TODAY)) == 1


def test_a_film_is_rented_and_returned_without_a_script(browser: Browser, url: str, platform: Platform) -> None:
    with opened(browser, url, java_script_enabled=False) as page:
        log_in(page)
        page.goto("/rentals/new")
        page.get_by_label("Customer's document").fill("5")
        page.get_by_label("Film", exact=True).fill("dino aca")
        page.get_by_role("button", name="Find").click()
        page.get_by_role("checkbox", name="ACADEMY DINOSAUR").check()
        page.get_by_label("Film", exact=True).fill("")
        expect(page.get_by_label("Customer's document")).to_have_value("5")
        page.get_by_role("button", name="Rent", exact=True).click()
        expect(page.get_by_role("heading", name="ELIZABETH BROWN")).to_be_visible()
        copy = platform.sql("SELECT inventory_id FROM rental ORDER BY rental_id DESC LIMIT 1")[0]["inventory_id"]
        page.goto("/returns")
        page.get_by_label("Number of the copy").fill(str(copy))
        page.get_by_role("button", name="Find").click()
        expect(page.get_by_role("checkbox", name="ACADEMY DINOSAUR is back")).to_be_checked()
        page.get_by_role("button", name="Take back").click()
        expect(page.get_by_role("status")).to_have_text("ACADEMY DINOSAUR is back.")
    (rental,) = platform.sql("SELECT return_date FROM rental WHERE rental_date >= %s", TODAY)
    assert rental["return_date"] is not None


def test_what_went_wrong_is_said_at_its_field_and_what_was_typed_stays(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        log_in(page)
        page.goto("/rentals/new")
        page.get_by_label("Customer's document").fill("99999")
        page.get_by_label("Store").select_option("2")
        choose(page, "goldf", "ACE GOLDFINGER")
        page.get_by_role("button", name="Rent", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("No customer has that document.")
        field = page.get_by_label("Customer's document")
        expect(field).to_have_value("99999")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(
            "No customer has that document. Correct it, or register the customer first."
        )
        expect(page.get_by_role("checkbox", name="ACE GOLDFINGER")).to_be_checked()
        expect(page.get_by_label("Store")).to_have_value("2")
        assert_accessible(page)


def test_suggestions_show_the_copies_in_the_chosen_store(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        log_in(page)
        page.goto("/rentals/new")
        page.get_by_label("Film").press_sequentially("ace goldf")
        expect(suggestions(page)).to_contain_text("not in this store")
        page.get_by_label("Store").select_option("2")
        page.get_by_label("Film").focus()
        page.keyboard.press("ArrowDown")
        expect(suggestions(page)).to_contain_text("of 3 in the shop")


def test_a_rental_made_in_a_browser_reaches_lake_and_warehouse(browser: Browser, url: str, platform: Platform) -> None:
    with opened(browser, url) as page:
        page.goto("/register")
        for label, typed in (
            ("Document", ANA["document"]),
            ("Names", ANA["names"]),
            ("Surnames", ANA["surnames"]),
            ("Birth date", ANA["birth_date"]),
            ("Password", PASSWORD),
        ):
            page.get_by_label(label, exact=True).fill(typed)
        page.get_by_role("button", name="Register").click()
        expect(page.get_by_role("status")).to_contain_text("Welcome, Ana.")
        page.get_by_role("link", name="New rental").first.click()
        choose(page, "academy", "ACADEMY DINOSAUR")
        page.get_by_role("button", name="Rent", exact=True).click()
        expect(page.get_by_role("row", name="ACADEMY DINOSAUR")).to_be_visible()
    (rental,) = platform.sql("SELECT rental_id, customer_id FROM rental WHERE rental_date >= %s", TODAY)
    platform.run(TODAY)
    (fact,) = platform.lake("final/sakila/fact_rental", TODAY)
    assert (fact["rental_id"], fact["customer_id"]) == (rental["rental_id"], rental["customer_id"])
    (loaded,) = platform.warehouse(
        "SELECT fact_rental.rental_id, customer_id, dim_film.title, return_date_key, fact_rental.amount "
        "FROM fact_rental JOIN dim_customer USING (customer_key) JOIN dim_film USING (film_key) "
        "WHERE rental_date_key = 20060301"
    )
    assert [str(value) for value in loaded.values()] == [
        str(rental["rental_id"]),
        str(rental["customer_id"]),
        "ACADEMY DINOSAUR",
        "None",
        "0.99",
    ]
