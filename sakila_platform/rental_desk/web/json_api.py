"""What programs ask of the desk: JSON in, JSON out. Each function parses, hands over and answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from typing import TypeVar

from flask import Response, request
from pydantic import BaseModel, ValidationError
from pymysql.cursors import Cursor

from sakila_platform.rental_desk.accounts import accounts, signing
from sakila_platform.rental_desk.accounts.people import people
from sakila_platform.rental_desk.desk import current_desk, presented_token, signed_in, signed_in_staff
from sakila_platform.rental_desk.refusals import Invalid, Refused
from sakila_platform.rental_desk.rentals import customers, renting, repeats, returning
from sakila_platform.rental_desk.rentals.films import Search, films
from sakila_platform.rental_desk.web import messages

M = TypeVar("M", bound=BaseModel)
JSON = "application/json"


class UnsupportedBody(Refused):
    """A body in another form than JSON."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def register() -> Response:
    """A customer more."""
    asked = _body(messages.RegisterAsked)
    customer_id = signing.register(accounts.Registration(**asked.model_dump()))
    return _answer(messages.RegisterAnswer(customer_id=customer_id), HTTPStatus.CREATED)


def log_in() -> Response:
    """A token for who knows the password."""
    asked = _body(messages.LogInAsked)
    token = signing.log_in(asked.document, asked.password)
    seconds = int(current_desk().session_lasts.total_seconds())
    return _answer(messages.LogInAnswer(token=token, expires_in_seconds=seconds))


def log_out() -> Response:
    """The token is worth nothing any more."""
    token = presented_token()
    if token:
        accounts.log_out(current_desk().shop, token)
    return Response(status=HTTPStatus.NO_CONTENT)


def users() -> Response:
    """People, for staff."""
    asked = _query(messages.UsersAsked)

    def work(cursor: Cursor) -> Response:
        signed_in_staff(cursor)
        found = people(cursor, named=asked.named, after=asked.after, most=asked.limit + 1)
        shown = found[: asked.limit]
        more = shown[-1].usuario_id if len(found) > asked.limit else None
        lines = [messages.UserLine.model_validate(person, from_attributes=True) for person in shown]
        return _answer(messages.UsersAnswer(users=lines, next_after=more))

    return current_desk().shop.run(work)


def check_database() -> Response:
    """Whether the shop's database answers, and has films."""

    def work(cursor: Cursor) -> int:
        cursor.execute("SELECT COUNT(*) FROM film")
        ((count,),) = cursor.fetchall()
        return count

    return _answer(messages.DatabaseAnswer(database="answers", films=current_desk().shop.run(work)))


def find_films() -> Response:
    """Films by the words of their titles, with the copies in the shop."""
    asked = _query(messages.FilmsAsked)
    search = Search(asked.words, asked.store_id, asked.limit, asked.offset)
    found = current_desk().shop.run(lambda cursor: films(cursor, search))
    lines = [messages.FilmLine.model_validate(film, from_attributes=True) for film in found]
    return _answer(messages.FilmsAnswer(films=lines))


def rent() -> Response:
    """Rentals for a customer."""
    asked = _body(messages.RentalsAsked)
    desk = current_desk()
    wanted = renting.RentalRequest(asked.document, asked.films, asked.store_id, asked.date)

    def work(cursor: Cursor) -> messages.RentalsAnswer:
        customer, rentals = renting.rent(cursor, wanted, signed_in(cursor), desk.config.clock)
        lines = [messages.RentalLine.model_validate(rental, from_attributes=True) for rental in rentals]
        return messages.RentalsAnswer(customer_id=customer.customer_id or 0, rentals=lines)

    return _done_once(work, asdict(wanted), HTTPStatus.CREATED)


def give_back() -> Response:
    """Returns of copies."""
    asked = _body(messages.ReturnsAsked)
    desk = current_desk()
    wanted = returning.ReturnRequest(asked.rentals, asked.date, asked.late_fee_paid)

    def work(cursor: Cursor) -> messages.ReturnsAnswer:
        returns = returning.give_back(cursor, wanted, signed_in(cursor), desk.config.clock)
        lines = [messages.ReturnLine.model_validate(each, from_attributes=True) for each in returns]
        return messages.ReturnsAnswer(returns=lines)

    return _done_once(work, asdict(wanted), HTTPStatus.OK)


def rentals_of_day() -> Response:
    """What was rented on a day, for staff."""
    asked = _query(messages.DayAsked)
    today = current_desk().config.clock.today()
    day = asked.day or today

    def work(cursor: Cursor) -> Response:
        signed_in_staff(cursor)
        found = customers.rentals_of_day(cursor, day, today)
        return _answer(messages.DayAnswer(day=day, rentals=_listed(found)))

    return current_desk().shop.run(work)


def customer(customer_id: int) -> Response:
    """A customer's open rentals and what is owed: for staff, and for the customer."""
    now = current_desk().config.clock.wall_time()

    def work(cursor: Cursor) -> Response:
        seen, out, owes = customers.seen_customer(cursor, signed_in(cursor), customer_id, now)
        return _answer(
            messages.CustomerAnswer(
                customer_id=customer_id,
                document=seen.document,
                names=seen.names,
                surnames=seen.surnames,
                store_id=seen.customer_store_id or 0,
                owes=owes,
                open_rentals=_listed(out),
            )
        )

    return current_desk().shop.run(work)


def _listed(lines: list[customers.RentalLine]) -> list[messages.ListedRental]:
    return [messages.ListedRental.model_validate(line, from_attributes=True) for line in lines]


def health() -> Response:
    """Whether this process serves; the database is another question."""
    return _answer(messages.HealthAnswer(status="ok"))


def problem(refused: Refused) -> Response:
    """A refusal as programs get it."""
    faults = [messages.Fault(field=refused.field, message=refused.message)] if refused.field else []
    body = messages.Problem(
        title=HTTPStatus(refused.status).phrase, status=refused.status, detail=refused.message, errors=faults
    )
    response = _answer(body, refused.status)
    response.mimetype = "application/problem+json"
    return response


def _done_once(work: Callable[[Cursor], BaseModel], content: object, status: HTTPStatus) -> Response:
    """Do what is asked and answer; the same answer for who sends the same again with the same key."""
    key = repeats.require_key(request.headers.get(repeats.HEADER, ""))

    def keyed(cursor: Cursor) -> tuple[str, bool]:
        asked = repeats.Keyed(signed_in(cursor).usuario_id, f"JSON {request.endpoint}", key, content)
        return repeats.once(cursor, asked, lambda: work(cursor).model_dump_json())

    answer, is_repeated = current_desk().shop.run(keyed)
    response = Response(answer, status=status, mimetype=JSON)
    if is_repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _body(model: type[M]) -> M:
    if request.mimetype != JSON:
        raise UnsupportedBody(f"Send {JSON}.")
    try:
        return model.model_validate_json(request.get_data(cache=False))
    except ValidationError as error:
        raise _invalid(error) from None


def _query(model: type[M]) -> M:
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: ValidationError) -> Invalid:
    """The first fault, in words that don't repeat what was sent."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    field = ".".join(str(part) for part in fault["loc"])
    return Invalid(f"{field}: {fault['msg']}." if field else f"{fault['msg']}.", field)


def _answer(answer: BaseModel, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(answer.model_dump_json(), status=status, mimetype=JSON)
