"""What people see of the desk: pages made on the server. Each function parses, hands over and shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal

from flask import flash, redirect, render_template, request, session, url_for
from pymysql.cursors import Cursor
from werkzeug.wrappers import Response

from sakila_platform.rental_desk.accounts import signing
from sakila_platform.rental_desk.accounts.people import Person, home_store_id, people, person_by_document
from sakila_platform.rental_desk.desk import current_desk, known_visitor, signed_in, signed_in_staff
from sakila_platform.rental_desk.refusals import Invalid, NotAllowed, Refused
from sakila_platform.rental_desk.rentals import customers, renting, repeats, returning
from sakila_platform.rental_desk.rentals.films import Film, Search, films, films_by_id, stores
from sakila_platform.rental_desk.web.forms import address_number, first_day_text, number, numbers, registration, text

Shown = str | Response | tuple[str, int]
# The customer whose page tells of what was done, and the lines that tell it.
Confirmation = tuple[int, list[str]]
MOST_NUMBER = 4_294_967_295
_ROWS_ON_A_PAGE = 50
_FILMS_FOUND = 12
_WANTED = "wanted"
_NOT_SHOWN_AGAIN = ("password", "csrf_token", repeats.FIELD)


def home() -> Shown:
    """Where everything is."""
    return render_template("home.html")


def show_register(refused: Refused | None = None) -> Shown:
    """The form to become a customer."""
    found = current_desk().shop.run(stores)
    return _form("register.html", refused, stores=found)


def register() -> Shown:
    """A customer more, who is signed in."""
    try:
        asked = registration()
        signing.register(asked)
    except Refused as refused:
        return show_register(refused)
    if known_visitor() is None:
        signing.enter(asked.document, asked.password)
        flash(f"Welcome, {asked.names}. You can rent films now.")
        return redirect(url_for("home"), 303)
    flash(f"{asked.names} {asked.surnames} is registered.")
    return redirect(url_for("show_rent"), 303)


def show_log_in(refused: Refused | None = None) -> Shown:
    """The form to sign in."""
    return _form("login.html", refused)


def log_in() -> Shown:
    """Somebody signs in, and goes on to where the way was barred."""
    wanted = session.get(_WANTED, "")
    try:
        signing.enter(text("document"), request.form.get("password", ""))
    except Refused as refused:
        return show_log_in(refused)
    return redirect(wanted or url_for("home"), 303)


def ask_to_log_in() -> Shown:
    """The way is barred to who is not signed in; remembered is only what our own routes know."""
    session[_WANTED] = request.path
    return redirect(url_for("show_log_in"), 303)


def log_out() -> Shown:
    """Somebody signs out."""
    signing.leave()
    flash("You are logged out.")
    return redirect(url_for("show_log_in"), 303)


def show_rent(refused: Refused | None = None) -> Shown:
    """The form for a rental: chosen films stay ticked, found ones can be."""
    desk = current_desk()
    chosen_ids = numbers("films")
    words = text("words")

    def look(cursor: Cursor) -> tuple[int, list[tuple[int, str]], list[Film], list[Film]]:
        store_id = number("store_id") or home_store_id(cursor, signed_in(cursor))
        found = films(cursor, Search(words, store_id, _FILMS_FOUND)) if words else []
        return store_id, stores(cursor), films_by_id(cursor, chosen_ids, store_id), found

    store_id, all_stores, chosen, found = desk.shop.run(look)
    return _form(
        "rental.html",
        refused,
        stores=all_stores,
        store_id=store_id,
        chosen=chosen,
        found=[film for film in found if film.film_id not in chosen_ids],
        words=words,
        now=desk.config.clock.wall_time(),
    )


def rent() -> Shown:
    """Rent what is ticked; or, where only a search was asked for, show what was found."""
    if "find" in request.form or (text("words") and not numbers("films")):
        return show_rent()
    desk = current_desk()
    try:
        asked = renting.RentalRequest(text("document"), numbers("films"), number("store_id"), text("date"))

        def work(cursor: Cursor) -> Confirmation:
            customer, rentals = renting.rent(cursor, asked, signed_in(cursor), desk.config.clock)
            lines = [
                f"{rental.title} is rented to {customer.full_name} (copy {rental.inventory_id}), "
                f"due {rental.due_date:%d %b %Y}; ${rental.amount} paid."
                for rental in rentals
            ]
            return customer.customer_id or 0, lines

        return _done_once(work, asdict(asked), "Rented already: this form was sent twice, and counts once.")
    except Refused as refused:
        return show_rent(refused)


def show_returns(refused: Refused | None = None) -> Shown:
    """The form that finds what is to be returned."""
    current_desk().shop.run(signed_in_staff)
    return _form("returns.html", refused)


def find_returns() -> Shown:
    """From a customer's document or a copy's number to the customer's open rentals."""

    def look(cursor: Cursor) -> tuple[int, int | None]:
        signed_in_staff(cursor)
        copy = number("copy")
        if copy:
            holder = customers.holder_of_copy(cursor, copy)
            if holder is None:
                raise Invalid(f"Copy {copy} is not out.", "copy")
            return holder
        person = person_by_document(cursor, text("document"))
        if person is None or person.customer_id is None:
            raise Invalid("No customer has that document.", "document")
        return person.customer_id, None

    try:
        customer_id, rental_id = current_desk().shop.run(look)
    except Invalid as refused:
        return show_returns(refused)
    return redirect(url_for("show_customer", customer_id=customer_id, rental=rental_id), 303)


def give_back() -> Shown:
    """Take back what is ticked."""
    desk = current_desk()
    asked = returning.ReturnRequest(numbers("rentals"), text("date"), "late_fee_paid" in request.form)
    customer_id = number("customer_id")

    def work(cursor: Cursor) -> Confirmation:
        returns = returning.give_back(cursor, asked, signed_in(cursor), desk.config.clock)
        return returns[0].customer_id, [_back_line(each) for each in returns]

    try:
        return _done_once(work, asdict(asked), "Taken back already: this form was sent twice, and counts once.")
    except Refused as refused:
        if customer_id is None or isinstance(refused, NotAllowed):
            raise
        return show_customer(customer_id, refused)


def _back_line(each: returning.Return) -> str:
    days = f"{each.late_days} day{'' if each.late_days == 1 else 's'}"
    late = f" {days} late: ${each.late_fee} {'paid' if each.is_paid else 'owed'}."
    return f"{each.title} is back.{late if each.late_days else ''}"


def _done_once(work: Callable[[Cursor], Confirmation], content: object, repeated: str) -> Shown:
    """Do what a form asks, tell of it on the customer's page; or tell it again to who has sent the form twice."""
    key = repeats.require_key(text(repeats.FIELD))

    def keyed(cursor: Cursor) -> tuple[str, bool]:
        asked = repeats.Keyed(signed_in(cursor).usuario_id, f"page {request.endpoint}", key, content)
        return repeats.once(cursor, asked, lambda: json.dumps(work(cursor)))

    answer, is_repeated = current_desk().shop.run(keyed)
    customer_id, lines = json.loads(answer)
    for line in [repeated, *lines] if is_repeated else lines:
        flash(line)
    return redirect(url_for("show_customer", customer_id=customer_id), 303)


def show_customer(customer_id: int, refused: Refused | None = None) -> Shown:
    """A customer's open rentals and balance: for staff, and for the customer."""
    now = current_desk().config.clock.wall_time()
    customer, rentals, owed = current_desk().shop.run(
        lambda cursor: customers.seen_customer(cursor, signed_in(cursor), customer_id, now)
    )
    ticked = numbers("rentals") or [address_number(each, MOST_NUMBER) for each in request.args.getlist("rental")]
    late_fees = sum((line.late_fee for line in rentals), Decimal(0))
    shown = {"customer": customer, "rentals": rentals, "owed": owed, "late_fees": late_fees, "ticked": ticked}
    return _form("customer.html", refused, now=now, **shown)


def show_rentals() -> Shown:
    """What was rented today, or on another day."""
    clock = current_desk().config.clock
    day = first_day_text(request.args.get("day", "")) or clock.today()

    def look(cursor: Cursor) -> list[customers.RentalLine]:
        signed_in_staff(cursor)
        return customers.rentals_of_day(cursor, day, clock.today())

    rentals: list[customers.RentalLine] = current_desk().shop.run(look)
    return render_template("rentals.html", day=day, today=clock.today(), rentals=rentals)


def show_films() -> Shown:
    """The shop's films, by the words of their titles."""
    words = request.args.get("words", "")[:100]
    skipped = address_number(request.args.get("offset", ""), 100_000)
    search = Search(words, most=_ROWS_ON_A_PAGE + 1, skipped=skipped)
    found = current_desk().shop.run(lambda cursor: films(cursor, search))
    more = skipped + _ROWS_ON_A_PAGE if len(found) > _ROWS_ON_A_PAGE else None
    return render_template("films.html", films=found[:_ROWS_ON_A_PAGE], words=words, more=more)


def users() -> Shown:
    """Everybody that the desk knows, for staff."""
    named = request.args.get("named", "")[:90]
    first = address_number(request.args.get("after", ""), MOST_NUMBER)

    def look(cursor: Cursor) -> list[Person]:
        signed_in_staff(cursor)
        return people(cursor, named=named, after=first, most=_ROWS_ON_A_PAGE + 1)

    found: list[Person] = current_desk().shop.run(look)
    shown = found[:_ROWS_ON_A_PAGE]
    more = shown[-1].usuario_id if len(found) > _ROWS_ON_A_PAGE else None
    return render_template("users.html", people=shown, named=named, more=more)


def problem(refused: Refused) -> Shown:
    """A refusal that belongs to no form."""
    return render_template("problem.html", refused=refused), refused.status


def _form(template: str, refused: Refused | None, **shown: object) -> Shown:
    """A page with a form: what was typed stays, what is wrong is said at the field and on top."""
    typed = {name: value for name, value in request.form.items() if name not in _NOT_SHOWN_AGAIN}
    page = render_template(template, typed=typed, refused=refused, **shown)
    return (page, refused.status) if refused else page
