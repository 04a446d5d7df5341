"""What the domain is made from: a table of purchases and two vendor files, and their contracts in stage. Pure.

Days: a purchase belongs to the day of its invoice; a vendor's row to the day its file was delivered for (`dt` of raw).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sakila_platform.model.contracts import DATE, DATETIME, INTEGER, SMALLINT, Column, Table, TableKind, decimal, text
from sakila_platform.model.naming import TableName, day_partition

SOURCE = "reviews"
DEVICES = ("Mobile", "Tablet", "Computer")


@dataclass(frozen=True)
class VendorFile:
    """A file that a vendor delivers each day, at `raw/reviews/<name>/dt=DAY/<name>.csv`."""

    name: str
    columns: tuple[str, ...]
    older_columns: tuple[str, ...] = ()
    """The header of an older variant, if there is one."""

    @property
    def raw(self) -> TableName:
        """Its name in the raw zone, which is also its asset key."""
        return TableName("raw", SOURCE, self.name)

    @property
    def file(self) -> str:
        """What the file is called."""
        return f"{self.name}.csv"

    def path(self, day: date | str) -> str:
        """Where a day's file is within the lake: `raw/reviews/movie_review/dt=2021-04-25/movie_review.csv`."""
        return f"{self.raw.path}/{day_partition(day)}/{self.file}"


MOVIE_REVIEW = VendorFile("movie_review", ("cid", "review_str", "id_review"), ("cid", "review_str"))
LOG_REVIEWS = VendorFile("log_reviews", ("id_review", "log"))
VENDOR_FILES = (MOVIE_REVIEW, LOG_REVIEWS)


def _stage(table: str) -> TableName:
    return TableName("stage", SOURCE, table)


USER_PURCHASE = Table(
    name=_stage("user_purchase"),
    kind=TableKind.EVENT,
    grain="One row per line of an invoice, on the day of the invoice.",
    columns=(
        Column(
            "line_number",
            INTEGER,
            "Place among the day's lines, ordered by all columns: the source has no key.",
            minimum=1,
        ),
        Column("invoice_number", text(10), "Invoice; C before it marks a cancellation.", nullable=True),
        Column("stock_code", text(20), "Article.", nullable=True),
        Column("detail", text(1000), "What the article is.", nullable=True),
        Column("quantity", INTEGER, "Pieces; negative when they were given back."),
        Column("invoice_date", DATETIME, "When it was bought, on the shop's wall clock."),
        Column("unit_price", decimal(8, 3), "Price of a piece."),
        Column("customer_id", INTEGER, "Who bought it; null when nobody knows.", nullable=True, minimum=0),
        Column("country", text(20), "Where the customer lives.", nullable=True),
    ),
    primary_key=("line_number",),
    day_columns=("invoice_date",),
)

CLASSIFIED_MOVIE_REVIEW = Table(
    name=_stage("classified_movie_review"),
    kind=TableKind.EVENT,
    grain="One row per review, on the day it was delivered for.",
    columns=(
        Column("user_id", INTEGER, "The customer who wrote it.", minimum=1),
        Column("positive_review", SMALLINT, "1 when the classifier finds it positive, else 0.", minimum=0, maximum=1),
        Column("review_id", INTEGER, "The review; its place in the file in the older variant.", minimum=1),
        Column("insert_date", DATE, "The day it was delivered for."),
    ),
    primary_key=("review_id",),
    day_columns=("insert_date",),
)

REVIEW_LOGS = Table(
    name=_stage("review_logs"),
    kind=TableKind.EVENT,
    grain="One row per session in which a review was written, on the day its log was delivered for.",
    columns=(
        Column("log_id", INTEGER, "The review that was written (review_id).", minimum=1),
        Column("log_date", DATE, "The day of the session."),
        Column("device", text(30), "Kind of device."),
        Column("os", text(30), "Operating system, as the vendor names it."),
        Column("location", text(60), "State or place, its spelling put right."),
        Column("location_as_written", text(60), "State or place as the vendor wrote it."),
        Column("browser", text(30), "Derived from the operating system; the log names none."),
        Column("ip", text(45), "Address of the session.", nullable=True, is_personal=True),
        Column("phone_number", text(30), "Phone of the customer.", nullable=True, is_personal=True),
    ),
    primary_key=("log_id",),
)

STAGE_TABLES = (USER_PURCHASE, CLASSIFIED_MOVIE_REVIEW, REVIEW_LOGS)
