"""The star of reviews in the lake (`final`): a day of it is what was delivered for that day. Pure declarations.

Keys of dimensions are made from their members' names alone, so they are the same on every rebuild and in every lane.
Each dimension has an Unknown row (key 0).
"""

from __future__ import annotations

from dataclasses import replace

from sakila_platform.model.contracts import (
    BIGINT,
    BOOLEAN,
    DATE,
    INTEGER,
    SMALLINT,
    Column,
    Table,
    TableKind,
    decimal,
    text,
)
from sakila_platform.model.naming import TableName
from sakila_platform.reviews.source import SOURCE

AMOUNT = decimal(18, 3)


def _final(table: str) -> TableName:
    return TableName("final", SOURCE, table)


def _key(name: str, dimension: str) -> Column:
    return Column(name, BIGINT, f"The row of {dimension}.", minimum=0, references=dimension)


def _date_key(name: str, description: str) -> Column:
    # The years that dim_date can have.
    return Column(name, INTEGER, f"{description}, as 20210425; joins dim_date.", minimum=19000101, maximum=99981231)


def _dimension(table: str, grain: str, columns: tuple[Column, ...]) -> Table:
    return Table(_final(table), TableKind.DIMENSION, grain, columns, primary_key=(columns[0].name,))


DIM_DEVICES = _dimension(
    "dim_devices",
    "One row per kind of device.",
    (Column("device_key", BIGINT, "From the device's name."), Column("device", text(30), "Mobile, Tablet, Computer.")),
)
DIM_LOCATION = _dimension(
    "dim_location",
    "One row per state or place.",
    (
        Column("location_key", BIGINT, "From the location's name."),
        Column("location", text(60), "State or place."),
        Column("census_region", text(20), "Census region of a state: Northeast, Midwest, South, West.", nullable=True),
        Column("census_division", text(30), "Census division of a state.", nullable=True),
    ),
)
DIM_OS = _dimension(
    "dim_os",
    "One row per operating system.",
    (
        Column("os_key", BIGINT, "From the system's name."),
        Column("os", text(30), "Operating system."),
        Column("is_apple", BOOLEAN, "Whether Apple makes it, and with it the device."),
    ),
)
DIM_BROWSER = _dimension(
    "dim_browser",
    "One row per browser.",
    (Column("browser_key", BIGINT, "From the browser's name."), Column("browser", text(30), "Browser.")),
)

# Keys of the session that a review was written in: all of them are there, or none.
_SESSION_KEYS = tuple(
    replace(key, present_when="its session was delivered for the same day")
    for key in (
        _date_key("date_key", "The day of the session"),
        _key("device_key", "dim_devices"),
        _key("location_key", "dim_location"),
        _key("os_key", "dim_os"),
        _key("browser_key", "dim_browser"),
    )
)

FACT_REVIEW = Table(
    name=_final("fact_review"),
    kind=TableKind.FACT,
    grain="One row per review, with the session it was written in, on the day both were delivered for.",
    columns=(
        Column("review_id", INTEGER, "The review.", minimum=1),
        Column("customer_id", INTEGER, "The customer who wrote it.", minimum=1),
        *_SESSION_KEYS,
        Column("positive_review", SMALLINT, "1 when it is positive, else 0.", minimum=0, maximum=1),
        Column("insert_date", DATE, "The day it was delivered for."),
    ),
    primary_key=("review_id",),
    day_columns=("insert_date",),
    taken_from=("classified_movie_review", "insert_date"),
)

FACT_MOVIE_ANALYTICS = Table(
    name=_final("fact_movie_analytics"),
    kind=TableKind.FACT,
    grain="One row per customer, date, device, location, OS and browser, of the reviews delivered for a day.",
    columns=(
        Column("customer_id", INTEGER, "The customer who wrote them.", minimum=1),
        *_SESSION_KEYS,
        Column("review_score", INTEGER, "How many of the reviews are positive.", minimum=0),
        Column("review_count", INTEGER, "How many reviews.", minimum=1),
        Column("insert_date", DATE, "The day they were delivered for."),
    ),
    primary_key=("customer_id", "date_key", "device_key", "location_key", "os_key", "browser_key"),
    day_columns=("insert_date",),
)

FACT_CUSTOMER_SPENDING = Table(
    name=_final("fact_customer_spending"),
    kind=TableKind.FACT,
    grain="One row per customer and day of purchase. Joined to reviews row by row it would multiply.",
    columns=(
        Column("customer_id", INTEGER, "The customer; 0 when nobody knows who.", minimum=0),
        _date_key("date_key", "The day of purchase"),
        Column("amount_spent", AMOUNT, "Sum of quantity times unit price; what was given back counts against it."),
        Column("line_count", INTEGER, "Lines of invoices.", minimum=1),
    ),
    primary_key=("customer_id", "date_key"),
    day_columns=("date_key",),
)

DAILY_TABLES = (
    DIM_DEVICES,
    DIM_LOCATION,
    DIM_OS,
    DIM_BROWSER,
    FACT_REVIEW,
    FACT_MOVIE_ANALYTICS,
    FACT_CUSTOMER_SPENDING,
)
"""Every daily table, dimensions before what points at them."""

DIM_DATE = Table(
    name=_final("dim_date"),
    kind=TableKind.CALENDAR,
    grain="One row per day of a year.",
    columns=(
        Column("date_key", INTEGER, "The day as 20210425."),
        Column("date", DATE, "The day."),
        Column("day", SMALLINT, "Of the month.", minimum=1, maximum=31),
        Column("day_of_week", SMALLINT, "ISO: 1 is Monday.", minimum=1, maximum=7),
        Column("day_name", text(10), "Monday to Sunday."),
        Column("week", SMALLINT, "ISO week.", minimum=1, maximum=53),
        Column("month", SMALLINT, "Of the year.", minimum=1, maximum=12),
        Column("month_name", text(10), "January to December."),
        Column("quarter", SMALLINT, "Of the year.", minimum=1, maximum=4),
        Column("year", SMALLINT, "The year."),
        Column(
            "season",
            text(10),
            "Meteorological season of the northern hemisphere: Winter is December to February.",
            allowed=("Winter", "Spring", "Summer", "Autumn"),
        ),
    ),
    primary_key=("date_key",),
)
