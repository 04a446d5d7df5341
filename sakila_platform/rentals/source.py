"""The Sakila tables that the platform carries, and what each of them is. Pure declarations; one per table.

Events (`rental`, `payment`) are sliced by the day something happened; all other tables are captured whole for a day.
Key columns of events may be null here: stage keeps what the shop wrote, and `final` turns a null into the Unknown
member. `film_text` is not carried: it repeats `film` for a full-text index.
"""

from __future__ import annotations

from dataclasses import replace

from sakila_platform.model.contracts import (
    BOOLEAN,
    DATETIME,
    INSTANT,
    INTEGER,
    SMALLINT,
    Column,
    ColumnType,
    Table,
    TableKind,
    decimal,
    text,
)
from sakila_platform.model.naming import TableName

SOURCE = "sakila"
BUSINESS = "rentals"

_LAST_UPDATE = Column("last_update", INSTANT, "When the shop last wrote the row.", nullable=True)
CAPTURED_AT = Column("captured_at", INSTANT, "When this row was read from the shop's database.")


def _id(name: str, description: str, *, references: str = "", nullable: bool = False) -> Column:
    return Column(name, INTEGER, description, nullable=nullable, references=references)


def _name(name: str, length: int, description: str, *, nullable: bool = False, is_personal: bool = False) -> Column:
    return Column(name, text(length), description, nullable=nullable, is_personal=is_personal)


def _optional(name: str, column_type: ColumnType, description: str) -> Column:
    return Column(name, column_type, description, nullable=True)


def _snapshot(table: str, grain: str, columns: tuple[Column, ...], left_out: tuple[str, ...] = ()) -> Table:
    return Table(
        name=TableName("stage", SOURCE, table, BUSINESS),
        kind=TableKind.SNAPSHOT,
        grain=grain,
        columns=(*columns, _LAST_UPDATE, CAPTURED_AT),
        primary_key=(columns[0].name,),
        left_out=left_out,
    )


def _film_bridge(table: str, grain: str, columns: tuple[Column, ...]) -> Table:
    names = tuple(column.name for column in columns)
    return replace(_snapshot(table, grain, columns), primary_key=names, belongs_to="film_id")


def _event(table: str, grain: str, columns: tuple[Column, ...], day_columns: tuple[str, ...]) -> Table:
    return Table(
        name=TableName("stage", SOURCE, table, BUSINESS),
        kind=TableKind.EVENT,
        grain=grain,
        columns=(*columns, _LAST_UPDATE),
        primary_key=(columns[0].name,),
        day_columns=day_columns,
    )


RENTAL = _event(
    "rental",
    "One row per rental taken or returned on the day, as of the end of the day.",
    (
        _id("rental_id", "The rental."),
        Column("rental_date", DATETIME, "When the copy left the shop (wall clock)."),
        _id("inventory_id", "The copy.", references="inventory", nullable=True),
        _id("customer_id", "Who rented.", references="customer", nullable=True),
        _optional(
            "return_date", DATETIME, "When the copy came back; null while it is out (in stage: at the end of the day)."
        ),
        _id("staff_id", "Who served.", references="staff", nullable=True),
    ),
    ("rental_date", "return_date"),
)
PAYMENT = _event(
    "payment",
    "One row per payment made on the day.",
    (
        _id("payment_id", "The payment."),
        _id("customer_id", "Who paid.", references="customer", nullable=True),
        _id("staff_id", "Who took the money.", references="staff", nullable=True),
        _id("rental_id", "The rental paid for; null when it was deleted.", nullable=True),
        _optional("amount", decimal(7, 2), "Amount paid, in the shop's currency."),
        Column("payment_date", DATETIME, "When it was paid (wall clock)."),
    ),
    ("payment_date",),
)
CUSTOMER = _snapshot(
    "customer",
    "One row per customer.",
    (
        _id("customer_id", "The customer."),
        _id("store_id", "The customer's home store.", references="store"),
        _name("first_name", 45, "Given name.", is_personal=True),
        _name("last_name", 45, "Family name.", is_personal=True),
        _name("email", 50, "E-mail address; stops at stage.", nullable=True, is_personal=True),
        _id("address_id", "Where the customer lives.", references="address"),
        Column("active", BOOLEAN, "Whether the customer may rent."),
        Column("create_date", DATETIME, "When the customer signed up (wall clock)."),
    ),
)
INVENTORY = _snapshot(
    "inventory",
    "One row per copy of a film.",
    (
        _id("inventory_id", "The copy."),
        _id("film_id", "The film.", references="film"),
        _id("store_id", "The store that owns the copy.", references="store"),
    ),
)
STAFF = _snapshot(
    "staff",
    "One row per member of staff.",
    (
        _id("staff_id", "The member of staff."),
        _name("first_name", 45, "Given name.", is_personal=True),
        _name("last_name", 45, "Family name.", is_personal=True),
        _id("address_id", "Where the member of staff lives.", references="address"),
        _name("email", 50, "E-mail address; stops at stage.", nullable=True, is_personal=True),
        _id("store_id", "The store where they work.", references="store"),
        Column("active", BOOLEAN, "Whether they still work here."),
        _name("username", 16, "Log-in name at the counter.", is_personal=True),
    ),
    left_out=("picture", "password"),
)
STORE = _snapshot(
    "store",
    "One row per store.",
    (
        _id("store_id", "The store."),
        _id("manager_staff_id", "Its manager.", references="staff"),
        _id("address_id", "Where it stands.", references="address"),
    ),
)
FILM = _snapshot(
    "film",
    "One row per film.",
    (
        _id("film_id", "The film."),
        _name("title", 128, "Title."),
        _name("description", 4_000, "What it is about.", nullable=True),
        _optional("release_year", SMALLINT, "Year of release."),
        _id("language_id", "Language spoken.", references="language"),
        _id("original_language_id", "Language it was made in.", references="language", nullable=True),
        Column("rental_duration", SMALLINT, "Days it may be kept."),
        Column("rental_rate", decimal(4, 2), "Price of a rental."),
        _optional("length", SMALLINT, "Running time in minutes."),
        Column("replacement_cost", decimal(5, 2), "What a lost copy costs."),
        _name("rating", 10, "MPAA rating.", nullable=True),
        _name("special_features", 100, "Extras on the disc, comma-separated.", nullable=True),
    ),
)
FILM_ACTOR = _film_bridge(
    "film_actor",
    "One row per film and actor in it.",
    (_id("actor_id", "The actor.", references="actor"), _id("film_id", "The film.", references="film")),
)
FILM_CATEGORY = _film_bridge(
    "film_category",
    "One row per film and category it belongs to.",
    (_id("film_id", "The film.", references="film"), _id("category_id", "The category.", references="category")),
)
ACTOR = _snapshot(
    "actor",
    "One row per actor.",
    (
        _id("actor_id", "The actor."),
        _name("first_name", 45, "Given name."),
        _name("last_name", 45, "Family name."),
    ),
)
CATEGORY = _snapshot(
    "category", "One row per film category.", (_id("category_id", "The category."), _name("name", 25, "Its name."))
)
LANGUAGE = _snapshot(
    "language", "One row per language.", (_id("language_id", "The language."), _name("name", 20, "Its name."))
)
ADDRESS = _snapshot(
    "address",
    "One row per address.",
    (
        _id("address_id", "The address."),
        _name("address", 50, "Street and number; stops at stage.", is_personal=True),
        _name("address2", 50, "Second line; stops at stage.", nullable=True, is_personal=True),
        _name("district", 20, "District, state or province."),
        _id("city_id", "The city.", references="city"),
        _name("postal_code", 10, "Postal code; stops at stage.", nullable=True, is_personal=True),
        _name("phone", 20, "Telephone; stops at stage.", is_personal=True),
    ),
    left_out=("location",),
)
CITY = _snapshot(
    "city",
    "One row per city.",
    (
        _id("city_id", "The city."),
        _name("city", 50, "Its name."),
        _id("country_id", "The country.", references="country"),
    ),
)
COUNTRY = _snapshot(
    "country", "One row per country.", (_id("country_id", "The country."), _name("country", 50, "Its name."))
)

STAGE_TABLES: tuple[Table, ...] = (
    RENTAL,
    PAYMENT,
    CUSTOMER,
    INVENTORY,
    STAFF,
    STORE,
    FILM,
    FILM_ACTOR,
    FILM_CATEGORY,
    ACTOR,
    CATEGORY,
    LANGUAGE,
    ADDRESS,
    CITY,
    COUNTRY,
)
"""In reading order: a table before those it points at, so that no row points at a member its capture lacks (rule 6).

Store and staff point at each other, and films are followed by their bridges: see `capture.tables`."""
EVENT_TABLES = tuple(table for table in STAGE_TABLES if table.kind is TableKind.EVENT)
SNAPSHOT_TABLES = tuple(table for table in STAGE_TABLES if table.kind is TableKind.SNAPSHOT)

SIMULATED_RENTALS = TableName("oltp", SOURCE, "simulated_rentals")
"""What the simulation writes on a day, into the shop's rentals and payments."""
