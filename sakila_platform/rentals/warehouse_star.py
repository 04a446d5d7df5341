"""The star's contracts in the warehouse (`datawarehouse_sakila`): all days, with history. Pure declarations.

Versioned dimensions get a surrogate key, and the days from which (inclusive) and to which (exclusive) a version holds.
A key is the source's id times 100,000,000 plus the version's first day as YYYYMMDD, so it is the same on every
rebuild. Actors and their bridge to films are kept as last captured.
"""

from __future__ import annotations

from dataclasses import replace

from sakila_platform.model.contracts import BIGINT, BOOLEAN, DATE, DATETIME, INSTANT, INTEGER, Column, Kind, Table, text
from sakila_platform.model.naming import TableName
from sakila_platform.rentals import star
from sakila_platform.rentals.star import MONEY, SOURCE, date_key


def _warehouse(table: str) -> TableName:
    return TableName("warehouse", SOURCE, table)


def _versioned(dimension: Table) -> Table:
    entity = dimension.name.table.removeprefix("dim_")
    *attributes, captured_at = dimension.columns
    return replace(
        dimension,
        name=dimension.name.in_layer("warehouse"),
        grain=f"One row per version of a {entity} (SCD type 2).",
        columns=(
            Column(f"{entity}_key", BIGINT, f"The version of the {entity}: id and first day."),
            *attributes,
            Column("valid_from", DATE, "First day of the version; 1900-01-01 for the first one known."),
            Column("valid_to", DATE, "The day after its last; 9999-12-31 while it holds."),
            Column("is_current", BOOLEAN, "Whether it is the newest version."),
            Column("is_backfilled", BOOLEAN, "Whether it is known only from a capture made later than the day after."),
            captured_at,
        ),
        primary_key=(f"{entity}_key",),
        indexes=((f"{entity}_id", "valid_from"),),
    )


def _newest_only(table: Table) -> Table:
    *attributes, captured_at = table.columns
    return replace(
        table,
        name=table.name.in_layer("warehouse"),
        grain=table.grain.replace("captured for the day", "last captured"),
        columns=(*attributes, Column("as_of_date", DATE, "The newest loaded day that has the row."), captured_at),
    )


def _version(dimension: str, description: str) -> Column:
    entity = dimension.removeprefix("dim_")
    return Column(f"{entity}_key", BIGINT, description, references=dimension)


_WHO_WHAT_WHERE = (
    _version("dim_customer", "Who rented."),
    _version("dim_film", "What was rented."),
    _version("dim_store", "The store that owns the copy."),
    _version("dim_staff", "Who served."),
)

DIM_CUSTOMER = _versioned(star.DIM_CUSTOMER)
DIM_FILM = _versioned(star.DIM_FILM)
DIM_STORE = _versioned(star.DIM_STORE)
DIM_STAFF = _versioned(star.DIM_STAFF)
DIM_ACTOR = _newest_only(star.DIM_ACTOR)
BRIDGE_FILM_ACTOR = _newest_only(star.BRIDGE_FILM_ACTOR)
DIM_DATE = replace(star.DIM_DATE, name=star.DIM_DATE.name.in_layer("warehouse"))
FACT_RENTAL = Table(
    name=_warehouse("fact_rental"),
    kind=Kind.FACT,
    grain="One row per rental (accumulating snapshot): taken, returned, paid.",
    columns=(
        Column("rental_id", INTEGER, "The shop's number of the rental."),
        date_key("rental_date_key", "Day it was taken."),
        date_key("return_date_key", "Day it came back; null while it is out.", nullable=True),
        *_WHO_WHAT_WHERE,
        Column("inventory_id", INTEGER, "The copy (0 where none is named)."),
        Column("rental_at", DATETIME, "When it was taken (wall clock)."),
        Column("return_at", DATETIME, "When it came back (wall clock); null while it is out.", nullable=True),
        Column("rental_days", INTEGER, "Calendar days it was out; null while it is out.", nullable=True, minimum=0),
        Column(
            "is_late",
            BOOLEAN,
            "Whether it was late, by the version rented; null while out or of an unknown film.",
            nullable=True,
        ),
        Column("amount", MONEY, "What was paid for it, in all.", minimum=0),
    ),
    primary_key=("rental_id",),
    day_columns=("rental_date_key",),
    indexes=(("rental_date_key",), ("customer_key",), ("film_key",)),
)
FACT_RETURN = Table(
    name=_warehouse("fact_return"),
    kind=Kind.FACT,
    grain="One row per return.",
    columns=(
        Column("rental_id", INTEGER, "The shop's number of the rental."),
        date_key("return_date_key", "Day it came back."),
        *_WHO_WHAT_WHERE,
        Column("inventory_id", INTEGER, "The copy (0 where none is named)."),
        Column("return_at", DATETIME, "When it came back (wall clock)."),
        Column("rental_at", DATETIME, "When it was taken (wall clock)."),
        Column("rental_days", INTEGER, "Calendar days it was out.", minimum=0),
    ),
    primary_key=("rental_id",),
    day_columns=("return_date_key",),
    indexes=(("return_date_key",), ("customer_key",), ("film_key",)),
)
FACT_PAYMENT = Table(
    name=_warehouse("fact_payment"),
    kind=Kind.FACT,
    grain="One row per payment.",
    columns=(
        Column("payment_id", INTEGER, "The shop's number of the payment."),
        date_key("payment_date_key", "Day it was made."),
        _version("dim_customer", "Who paid."),
        _version("dim_staff", "Who took the money."),
        Column("rental_id", INTEGER, "The rental paid for; null when it was deleted.", nullable=True),
        Column("payment_at", DATETIME, "When it was made (wall clock)."),
        Column("amount", MONEY, "Amount paid.", minimum=0),
    ),
    primary_key=("payment_id",),
    day_columns=("payment_date_key",),
    indexes=(("payment_date_key",), ("rental_id",), ("customer_key",)),
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
"""In loading order: dimensions before facts."""

LOAD_LEDGER = Table(
    name=_warehouse("load_ledger"),
    kind=Kind.EVENT,
    grain="One row per table and day that the warehouse has loaded.",
    columns=(
        Column("table_name", text(64), "The table."),
        date_key("date_key", "The day."),
        Column("row_count", INTEGER, "Rows of the day in the lake when it was loaded."),
        Column("loaded_at", INSTANT, "When it was loaded, by the shop's clock."),
    ),
    primary_key=("table_name", "date_key"),
)
