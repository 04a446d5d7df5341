"""A table's days are read by its contract of today, whatever contract wrote their files, on DuckDB and on Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from sakila_platform.errors import PlatformError
from sakila_platform.lake.duckdb import create_view, open_duckdb
from sakila_platform.lake.folder import FolderLake
from sakila_platform.lake.publishing import publish_days
from sakila_platform.model.contracts import BIGINT, INTEGER, Column, ColumnType, Table, TableKind, decimal, text
from sakila_platform.model.naming import TableName, day_partition
from sakila_platform.settings.places import HOME
from sakila_platform.spark.lake_views import LakeViews
from sakila_platform_tests.spark import small_spark

Row = Mapping[str, Any]
DAYS = (date(2005, 5, 24), date(2005, 5, 25), date(2005, 5, 26))
AMOUNT = decimal(5, 2)


def payments(*columns: tuple[str, ColumnType] | Column) -> Table:
    """The contract of a table of payments with these columns beside its key."""
    declared = [each if isinstance(each, Column) else Column(each[0], each[1], "Of the payment.") for each in columns]
    key = Column("payment_id", INTEGER, "The payment.")
    name = TableName("final", "shop", "fact_payment")
    return Table(name, TableKind.FACT, "One row per payment.", (key, *declared), primary_key=("payment_id",))


NOTE = Column("note", text(20), "What the clerk wrote.", nullable=True)
TIP = Column("tip", decimal(5, 2), "What the clerk was given.", default=Decimal("0.00"))
FIRST = payments(("amount", AMOUNT))


@dataclass
class Till:
    """A lake with a table whose days were written by one contract or another, and an engine that reads it."""

    folder: Path
    read: Callable[[FolderLake, Table, Sequence[date]], list[Row]]
    lake: FolderLake = field(init=False)

    def __post_init__(self) -> None:
        self.lake = FolderLake(str(self.folder))

    def write(self, day: date, contract: Table, *rows: Row) -> None:
        typed = pa.Table.from_pylist(
            list(rows), pa.schema([pa.field(c.name, c.type.arrow, nullable=c.nullable) for c in contract.columns])
        )
        publish_days(self.lake, contract, [(day, typed)])

    def rows(self, contract: Table, *days: date) -> list[Row]:
        """The rows of these days as the contract has them, in the order of their keys."""
        return sorted(self.read(self.lake, contract, days or DAYS), key=lambda row: row["payment_id"])


def read_by_duckdb(lake: FolderLake, contract: Table, days: Sequence[date]) -> list[Row]:
    with open_duckdb() as connection:
        create_view(connection, lake, contract, list(map(day_partition, days)))
        return connection.execute(f"SELECT * EXCLUDE (dt) FROM {contract.name.sql}").to_arrow_table().to_pylist()


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    with small_spark(tmp_path_factory.mktemp("spark")) as spark:
        yield spark


@pytest.fixture(params=["duckdb", "spark"])
def till(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Till:
    monkeypatch.setenv(HOME.name, str(tmp_path))
    if request.param == "duckdb":
        return Till(tmp_path / "lake", read_by_duckdb)
    session = request.getfixturevalue("spark")

    def read_by_spark(lake: FolderLake, contract: Table, days: Sequence[date]) -> list[Row]:
        return [row.asDict() for row in LakeViews(session, lake.location).read(contract, days).drop("dt").collect()]

    return Till(tmp_path / "lake", read_by_spark)


# What can be read


def test_a_column_that_the_newest_day_alone_has_is_empty_before(till: Till) -> None:
    till.write(DAYS[0], FIRST, {"payment_id": 1, "amount": Decimal("2.99")})
    till.write(DAYS[1], FIRST)
    noted = payments(("amount", AMOUNT), NOTE)
    till.write(DAYS[2], noted, {"payment_id": 2, "amount": Decimal("0.99"), "note": "in coins"})

    assert till.rows(noted) == [
        {"payment_id": 1, "amount": Decimal("2.99"), "note": None},
        {"payment_id": 2, "amount": Decimal("0.99"), "note": "in coins"},
    ]


def test_a_column_with_a_default_has_it_before_and_is_never_null(till: Till) -> None:
    till.write(DAYS[0], FIRST, {"payment_id": 1, "amount": Decimal("2.99")})
    tipped = payments(("amount", AMOUNT), TIP)
    till.write(DAYS[1], tipped, {"payment_id": 2, "amount": Decimal("0.99"), "tip": Decimal("1.50")})

    assert [row["tip"] for row in till.rows(tipped, *DAYS[:2])] == [Decimal("0.00"), Decimal("1.50")]


def test_a_type_that_was_widened_is_read_wide_and_no_digit_is_lost(till: Till) -> None:
    till.write(DAYS[0], payments(("amount", AMOUNT)), {"payment_id": 1, "amount": Decimal("4.99")})
    till.write(DAYS[1], payments(("amount", decimal(12, 4))), {"payment_id": 2, "amount": Decimal("4.9950")})

    read = till.rows(payments(("amount", decimal(12, 4))), *DAYS[:2])

    assert sum(row["amount"] for row in read) == Decimal("9.9850")


def test_a_number_that_was_widened_takes_what_the_older_type_could_not(till: Till) -> None:
    till.write(DAYS[0], payments(("ticket", INTEGER)), {"payment_id": 1, "ticket": 2**31 - 1})
    till.write(DAYS[1], payments(("ticket", BIGINT)), {"payment_id": 2, "ticket": 2**31})

    assert [row["ticket"] for row in till.rows(payments(("ticket", BIGINT)), *DAYS[:2])] == [2**31 - 1, 2**31]


def test_a_column_that_the_contract_has_no_more_is_passed_by(till: Till) -> None:
    till.write(DAYS[0], payments(("amount", AMOUNT), NOTE), {"payment_id": 1, "amount": Decimal("2.99"), "note": "x"})
    till.write(DAYS[1], FIRST, {"payment_id": 2, "amount": Decimal("0.99")})

    assert [sorted(row) for row in till.rows(FIRST, *DAYS[:2])] == [["amount", "payment_id"]] * 2


def test_a_column_that_was_called_otherwise_is_read_by_that_name_where_a_file_has_it(till: Till) -> None:
    till.write(DAYS[0], FIRST, {"payment_id": 1, "amount": Decimal("2.99")})
    renamed = payments(Column("paid", decimal(7, 2), "What was paid.", renamed_from="amount"))
    till.write(DAYS[1], renamed, {"payment_id": 2, "paid": Decimal("12345.67")})

    assert [row["paid"] for row in till.rows(renamed, *DAYS[:2])] == [Decimal("2.99"), Decimal("12345.67")]


def test_columns_in_another_order_are_the_same_columns(till: Till) -> None:
    fees = ("late_fee", AMOUNT)
    till.write(DAYS[0], payments(("amount", AMOUNT), fees), {"payment_id": 1, "amount": Decimal(3), "late_fee": 0})
    till.write(DAYS[1], payments(fees, ("amount", AMOUNT)), {"payment_id": 2, "amount": Decimal(5), "late_fee": 1})

    read = till.rows(payments(fees, ("amount", AMOUNT)), *DAYS[:2])

    assert [(row["amount"], row["late_fee"]) for row in read] == [(3, 0), (5, 1)]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_days_of_three_contracts_are_the_same_rows_in_whatever_order_they_lie(till: Till, order: Sequence[int]) -> None:
    newest = payments(("amount", decimal(12, 4)), NOTE, TIP)
    written = [
        (FIRST, {"payment_id": 1, "amount": Decimal("2.99")}),
        (payments(NOTE, ("amount", decimal(7, 2))), {"payment_id": 2, "amount": Decimal("12345.67"), "note": "much"}),
        (newest, {"payment_id": 3, "amount": Decimal("4.9950"), "note": None, "tip": Decimal("1.00")}),
    ]
    for day, place in zip(DAYS, order, strict=True):
        till.write(day, *written[place])

    assert [tuple(row[name] for name in newest.column_names) for row in till.rows(newest)] == [
        (1, Decimal("2.9900"), None, Decimal("0.00")),
        (2, Decimal("12345.6700"), "much", Decimal("0.00")),
        (3, Decimal("4.9950"), None, Decimal("1.00")),
    ]


# What can't be read, and says so


@pytest.mark.parametrize(
    ("contract", "reported"),
    [
        (payments(("amount", AMOUNT), replace(NOTE, nullable=False)), "note is missing (string in the contract)"),
        (payments(("amount", decimal(4, 2))), "amount is decimal128(5, 2) there and decimal128(4, 2) in the contract"),
        (payments(("amount", decimal(5, 3))), "amount is decimal128(5, 2) there and decimal128(5, 3) in the contract"),
        (payments(("amount", INTEGER)), "amount is decimal128(5, 2) there and int32 in the contract"),
        (payments(("paid", AMOUNT)), "paid is missing (decimal128(5, 2) in the contract)"),
    ],
    ids=["not null without a default", "narrower", "fewer digits before the point", "another type", "renamed"],
)
def test_a_file_that_would_lose_something_is_named_with_its_day_and_what_to_run(
    till: Till, contract: Table, reported: str
) -> None:
    till.write(DAYS[0], contract)
    till.write(DAYS[1], FIRST, {"payment_id": 1, "amount": Decimal("2.99")})

    with pytest.raises(PlatformError) as refused:
        till.rows(contract, *DAYS[:2])

    line = str(refused.value)
    assert line.startswith(f"final/shop/fact_payment/dt=2005-05-25 was written by another contract: {reported}.")
    assert line.endswith("Make it anew: `sakila-platform run shop --from 2005-05-25 --to 2005-05-25`.")
