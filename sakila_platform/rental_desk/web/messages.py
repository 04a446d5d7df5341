"""What programs send and get, as models: they check what comes in, and the OpenAPI document is written from them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from sakila_platform.rental_desk.accounts.passwords import LONGEST, SHORTEST
from sakila_platform.rental_desk.accounts.written_names import name_form
from sakila_platform.rental_desk.rentals.renting import MOST_FILMS
from sakila_platform.rental_desk.rentals.returning import MOST_RENTALS

# No control characters, and something else than blanks at both ends.
_VISIBLE = r"^[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?$"


def _name(typed: str) -> str:
    name = name_form(typed)
    if name is None:
        raise ValueError("give a name that can be read, without signs that are invisible or turn the line")
    return name


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=45, pattern=_VISIBLE),
    AfterValidator(_name),
]
# DATETIME columns are the shop's wall clock, kept without a zone: the format is that of OpenAPI's registry.
WallClock = Annotated[
    datetime,
    Field(
        description="The shop's wall clock (SAKILA_TIME_ZONE), without an offset.",
        json_schema_extra={"format": "date-time-local"},
    ),
]
Document = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=30),
    Field(description="An identity document: letters, digits, hyphens. Sakila's own customers: their number."),
]
Moment = Annotated[
    str,
    StringConstraints(max_length=40),
    Field(
        description="A day (2026-05-24) or a date and time (2026-05-24T18:30) of the shop's clock, not in the future."
    ),
]
StoreId = Annotated[int, Field(ge=1, le=255)]
FilmId = Annotated[int, Field(ge=1, le=65_535)]
RentalId = Annotated[int, Field(ge=1, le=2_147_483_647)]


class Asked(BaseModel):
    """What comes in: nothing is converted, nothing unknown is let through."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class RegisterAsked(Asked):
    """Somebody becomes a customer."""

    document: Document
    names: Name
    surnames: Name
    birth_date: date
    password: Annotated[
        str, Field(min_length=SHORTEST, max_length=LONGEST, repr=False, json_schema_extra={"format": "password"})
    ]
    store_id: StoreId = 1


class LogInAsked(Asked):
    """Somebody signs in."""

    document: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[
        str, Field(min_length=1, max_length=LONGEST, repr=False, json_schema_extra={"format": "password"})
    ]


class RentalsAsked(Asked):
    """A customer takes films: all of them or none."""

    document: Document
    films: Annotated[list[FilmId], Field(min_length=1, max_length=MOST_FILMS)]
    store_id: StoreId | None = None
    date: Moment | None = None


class ReturnsAsked(Asked):
    """Copies come back: all of them or none."""

    rentals: Annotated[list[RentalId], Field(min_length=1, max_length=MOST_RENTALS)]
    date: Moment | None = None
    late_fee_paid: bool = False


class FilmsAsked(BaseModel):
    """Which films to list."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    words: Annotated[str, Field(max_length=100, description="Words of the title, in any order.")] = ""
    store_id: Annotated[StoreId | None, Field(description="Count the copies of this store only.")] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0


class UsersAsked(BaseModel):
    """Which users to list."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    named: Annotated[str, Field(max_length=90, description="A part of the name.")] = ""
    after: Annotated[int, Field(ge=0, le=4_294_967_295, description="The last usuario_id of the page before.")] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class DayAsked(BaseModel):
    """Of which day rentals are listed."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    day: Annotated[date | None, Field(description="A day such as 2026-05-24; today by default.")] = None


class RegisterAnswer(BaseModel):
    """The customer that somebody became."""

    customer_id: int


class LogInAnswer(BaseModel):
    """A token to send as `Authorization: Bearer`."""

    token: str
    expires_in_seconds: int


class FilmLine(BaseModel):
    """A film and its copies."""

    film_id: int
    title: str
    release_year: int | None
    rating: str | None
    rental_rate: Decimal
    rental_days: int
    copies: int
    copies_in_shop: int


class FilmsAnswer(BaseModel):
    """Films by title."""

    films: list[FilmLine]


class UserLine(BaseModel):
    """A person, without the hash."""

    usuario_id: int
    document: str
    names: str
    surnames: str
    birth_date: date | None
    customer_id: int | None
    is_staff: bool
    has_password: bool


class UsersAnswer(BaseModel):
    """People in the order of their numbers; `next_after` asks for the next page."""

    users: list[UserLine]
    next_after: int | None


class RentalLine(BaseModel):
    """A rental that was written."""

    rental_id: int
    inventory_id: int
    film_id: int
    title: str
    rental_date: WallClock
    due_date: WallClock
    amount: Decimal


class RentalsAnswer(BaseModel):
    """The rentals, in the order of the films."""

    customer_id: int
    rentals: list[RentalLine]


class ReturnLine(BaseModel):
    """A copy that came back."""

    rental_id: int
    title: str
    return_date: WallClock
    late_days: int
    late_fee: Decimal
    is_paid: bool


class ReturnsAnswer(BaseModel):
    """The rentals that ended."""

    returns: list[ReturnLine]


class ListedRental(BaseModel):
    """A rental as it stands. `late_fee` is what its lateness costs, so far where it is still out."""

    rental_id: int
    inventory_id: int
    title: str
    store_id: int
    customer_id: int
    customer_name: str
    rental_date: WallClock
    due_date: date
    return_date: WallClock | None
    late_days: int
    late_fee: Decimal


class DayAnswer(BaseModel):
    """What was rented on a day, the newest first: 500 at most."""

    day: date
    rentals: list[ListedRental]


class CustomerAnswer(BaseModel):
    """A customer, what is at home, and what is owed in dollars: below zero what the shop owes."""

    customer_id: int
    document: str
    names: str
    surnames: str
    store_id: int
    owes: Decimal
    open_rentals: list[ListedRental]


class DatabaseAnswer(BaseModel):
    """Whether the shop's database answers."""

    database: str
    films: int


class HealthAnswer(BaseModel):
    """Whether the desk itself answers."""

    status: str


class Fault(BaseModel):
    """What is wrong with a field."""

    field: str
    message: str


class Problem(BaseModel):
    """Why not, in the form of RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Fault] = []
