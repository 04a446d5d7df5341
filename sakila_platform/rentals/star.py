"""The star's contracts in the lake (`final`): one day of the lake is a complete star by itself. Pure declarations.

Facts are immutable events with the source's own ids; a row joins the dimension rows of its own `dt`. Every dimension
has an Unknown row (id 0) for events that name no member.
"""

from __future__ import annotations

from dataclasses import replace

from sakila_platform.model.contracts import (
    BOOLEAN,
    DATE,
    DATETIME,
    INTEGER,
    SMALLINT,
    Column,
    Table,
    TableKind,
    decimal,
    text,
)
from sakila_platform.model.naming import TableName
from sakila_platform.model.rules import Holds
from sakila_platform.rentals.source import BUSINESS, CAPTURED_AT

SOURCE = "sakila"
RATINGS = ("G", "PG", "PG-13", "R", "NC-17")
MONEY = decimal(10, 2)


def _final(table: str) -> TableName:
    return TableName("final", SOURCE, table, BUSINESS)


def _dimension(table: str, grain: str, columns: tuple[Column, ...], *, keeps_history: bool = True) -> Table:
    return Table(
        name=_final(table),
        kind=TableKind.DIMENSION,
        grain=grain,
        columns=(*columns, CAPTURED_AT),
        primary_key=(columns[0].name,),
        keeps_history=keeps_history,
    )


def _fact(
    table: str, grain: str, columns: tuple[Column, ...], taken_from: tuple[str, str], looked_up_by: tuple[str, ...] = ()
) -> Table:
    return Table(
        name=_final(table),
        kind=TableKind.FACT,
        grain=grain,
        columns=columns,
        primary_key=(columns[0].name,),
        day_columns=(columns[1].name,),
        indexes=tuple((column,) for column in looked_up_by),
        taken_from=taken_from,
    )


def date_key(name: str, description: str, *, nullable: bool = False) -> Column:
    """An integer day, 20050524, that joins dim_date."""
    return Column(name, INTEGER, description, nullable=nullable, minimum=19000101, maximum=99991231)


def _member(name: str, dimension: str, description: str) -> Column:
    return Column(name, INTEGER, description, references=dimension)


_PERSON = (
    Column("first_name", text(45), "Given name.", is_personal=True),
    Column("last_name", text(45), "Family name.", is_personal=True),
    Column("full_name", text(91), "Given and family name.", is_personal=True),
)
_PLACE = (
    Column("district", text(20), "District, state or province."),
    Column("city", text(50), "City."),
    Column("country", text(50), "Country."),
)

DIM_CUSTOMER = _dimension(
    "dim_customer",
    "One row per customer, as captured for the day.",
    (
        Column("customer_id", INTEGER, "The shop's number of the customer."),
        *_PERSON,
        Column("is_active", BOOLEAN, "Whether the customer may rent."),
        Column("signup_date", DATE, "Day the customer signed up."),
        Column("store_id", INTEGER, "The customer's home store."),
        *_PLACE,
    ),
)
DIM_FILM = _dimension(
    "dim_film",
    "One row per film, as captured for the day.",
    (
        Column("film_id", INTEGER, "The shop's number of the film."),
        Column("title", text(128), "Title."),
        Column("category", text(25), "Category; of several, the one with the lowest number."),
        Column("language", text(20), "Language spoken."),
        Column("original_language", text(20), "Language it was made in, where recorded.", nullable=True),
        Column("release_year", SMALLINT, "Year of release.", nullable=True),
        Column("rating", text(10), "MPAA rating.", nullable=True, allowed=RATINGS),
        Column("length_minutes", SMALLINT, "Running time in minutes.", nullable=True, minimum=0),
        Column("rental_duration", SMALLINT, "Days it may be kept.", minimum=0),
        Column("rental_rate", MONEY, "Price of a rental.", minimum=0),
        Column("replacement_cost", MONEY, "What a lost copy costs.", minimum=0),
        Column("special_features", text(100), "Extras on the disc, comma-separated.", nullable=True),
    ),
)
DIM_STORE = _dimension(
    "dim_store",
    "One row per store, as captured for the day.",
    (
        Column("store_id", INTEGER, "The shop's number of the store."),
        Column("manager_name", text(91), "Full name of its manager.", is_personal=True),
        *_PLACE,
    ),
)
DIM_STAFF = _dimension(
    "dim_staff",
    "One row per member of staff, as captured for the day.",
    (
        Column("staff_id", INTEGER, "The shop's number of the member of staff."),
        *_PERSON,
        Column("store_id", INTEGER, "The store where they work."),
        Column("is_active", BOOLEAN, "Whether they still work here."),
    ),
)
DIM_ACTOR = _dimension(
    "dim_actor",
    "One row per actor, as captured for the day.",
    (Column("actor_id", INTEGER, "The shop's number of the actor."), *_PERSON),
    keeps_history=False,
)
BRIDGE_FILM_ACTOR = Table(
    name=_final("bridge_film_actor"),
    kind=TableKind.BRIDGE,
    grain="One row per film and actor in it, as captured for the day.",
    columns=(
        _member("film_id", "dim_film", "The film."),
        _member("actor_id", "dim_actor", "The actor."),
        CAPTURED_AT,
    ),
    primary_key=("film_id", "actor_id"),
)
FACT_RENTAL = _fact(
    "fact_rental",
    "One row per rental, on the day it was taken.",
    (
        Column("rental_id", INTEGER, "The shop's number of the rental."),
        date_key("rental_date_key", "Day it was taken."),
        Column("rental_at", DATETIME, "When it was taken (wall clock)."),
        _member("customer_id", "dim_customer", "Who rented."),
        _member("film_id", "dim_film", "What was rented."),
        _member("store_id", "dim_store", "The store that owns the copy."),
        _member("staff_id", "dim_staff", "Who served."),
        Column("inventory_id", INTEGER, "The copy (0 where none is named)."),
    ),
    ("rental", "rental_date"),
    looked_up_by=("customer_id", "film_id"),
)
_RETURN = _fact(
    "fact_return",
    "One row per return, on the day the copy came back.",
    (
        Column("rental_id", INTEGER, "The shop's number of the rental."),
        date_key("return_date_key", "Day it came back."),
        Column("return_at", DATETIME, "When it came back (wall clock)."),
        Column("rental_at", DATETIME, "When it was taken (wall clock)."),
        _member("customer_id", "dim_customer", "Who rented."),
        _member("film_id", "dim_film", "What was rented."),
        _member("store_id", "dim_store", "The store that owns the copy."),
        _member("staff_id", "dim_staff", "Who served when it was taken."),
        Column("inventory_id", INTEGER, "The copy (0 where none is named)."),
        Column("rental_days", INTEGER, "Calendar days between rental and return.", minimum=0),
    ),
    ("rental", "return_date"),
    looked_up_by=("customer_id", "film_id"),
)
FACT_RETURN = replace(_RETURN, rules=(Holds("return_at is not before rental_at", "return_at >= rental_at"),))
FACT_PAYMENT = _fact(
    "fact_payment",
    "One row per payment, on the day it was made.",
    (
        Column("payment_id", INTEGER, "The shop's number of the payment."),
        date_key("payment_date_key", "Day it was made."),
        Column("payment_at", DATETIME, "When it was made (wall clock)."),
        Column("rental_id", INTEGER, "The rental paid for; null when it was deleted.", nullable=True),
        _member("customer_id", "dim_customer", "Who paid."),
        _member("staff_id", "dim_staff", "Who took the money."),
        Column("amount", MONEY, "Amount paid.", minimum=0),
    ),
    ("payment", "payment_date"),
    looked_up_by=("rental_id", "customer_id"),
)
DIM_DATE = Table(
    name=_final("dim_date"),
    kind=TableKind.CALENDAR,
    grain="One row per calendar day.",
    columns=(
        date_key("date_key", "The day as a number: 20050524."),
        Column("date", DATE, "The day."),
        Column("day", SMALLINT, "Day of the month.", minimum=1, maximum=31),
        Column("day_of_week", SMALLINT, "ISO day of the week: Monday is 1.", minimum=1, maximum=7),
        Column("day_name", text(20), "Name of the day of the week."),
        Column("week", SMALLINT, "ISO week.", minimum=1, maximum=53),
        Column("month", SMALLINT, "Month.", minimum=1, maximum=12),
        Column("month_name", text(20), "Name of the month."),
        Column("quarter", SMALLINT, "Quarter.", minimum=1, maximum=4),
        Column("year", SMALLINT, "Year."),
        Column("is_weekend", BOOLEAN, "Whether it is a Saturday or a Sunday."),
        Column("is_holiday", BOOLEAN, "Whether it is a public holiday of the country in the settings."),
        Column("holiday_name", text(200), "Name of the holiday.", nullable=True),
    ),
    primary_key=("date_key",),
)

DAILY_TABLES: tuple[Table, ...] = (
    DIM_CUSTOMER,
    DIM_FILM,
    DIM_STORE,
    DIM_STAFF,
    DIM_ACTOR,
    BRIDGE_FILM_ACTOR,
    FACT_RENTAL,
    FACT_RETURN,
    FACT_PAYMENT,
)
"""In building order: dimensions before the tables that point at them."""
