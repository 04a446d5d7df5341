"""What a table's rows are made by, as a fingerprint: what changes rows changes it, and nothing else does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sakila_platform.model.contracts import INTEGER, Column, Table, TableKind, decimal, text
from sakila_platform.model.naming import TableName
from sakila_platform.model.rules import Holds
from sakila_platform.model.versions import Version, contract_version, version_of

AMOUNT = Column("amount", decimal(5, 2), "What was paid.", minimum=0)
NOTE = Column("note", text(20), "What the clerk wrote.", nullable=True)
PAYMENT = Table(
    TableName("final", "shop", "fact_payment"),
    TableKind.FACT,
    "One row per payment.",
    (Column("payment_id", INTEGER, "The payment."), AMOUNT, NOTE),
    primary_key=("payment_id",),
    rules=(Holds("a fee is paid", "amount > 0"),),
)
SELECT = "-- One row per payment.\nSELECT payment_id, amount FROM stage_shop.payment WHERE amount > 0"


def with_column(column: Column) -> Table:
    return replace(PAYMENT, columns=tuple(column if c.name == column.name else c for c in PAYMENT.columns))


@pytest.mark.parametrize(
    "changed",
    [
        with_column(replace(AMOUNT, type=decimal(12, 4))),
        with_column(replace(AMOUNT, minimum=1)),
        with_column(replace(NOTE, type=text(40))),
        with_column(replace(NOTE, nullable=False)),
        with_column(replace(NOTE, allowed=("paid", "owed"))),
        replace(PAYMENT, columns=(*PAYMENT.columns, Column("tip", INTEGER, "A tip.", nullable=True))),
        replace(PAYMENT, columns=PAYMENT.columns[:-1]),
        replace(PAYMENT, primary_key=("payment_id", "amount")),
        replace(PAYMENT, rules=(Holds("a fee is paid", "amount > 1"),)),
    ],
    ids=["wider type", "minimum", "length", "not null", "allowed", "column added", "dropped", "key", "rule"],
)
def test_a_contract_that_asks_for_other_rows_is_another_version(changed: Table) -> None:
    assert contract_version(changed) != contract_version(PAYMENT)


@pytest.mark.parametrize(
    "same",
    [
        replace(PAYMENT, grain="One row per payment, as the till has it."),
        with_column(replace(AMOUNT, description="What the customer paid.")),
        with_column(replace(NOTE, is_personal=True)),
        replace(PAYMENT, columns=PAYMENT.columns[::-1]),
        replace(PAYMENT, indexes=(("amount",),)),
    ],
    ids=["grain", "description", "personal", "order of columns", "index"],
)
def test_a_contract_that_asks_for_the_same_rows_is_the_same_version(same: Table) -> None:
    assert contract_version(same) == contract_version(PAYMENT)


def test_formatting_and_comments_of_sql_make_no_version() -> None:
    rewritten = (
        "-- One row per payment\nselect payment_id,\n  amount -- in dollars\nfrom stage_shop.payment\nwhere amount>0"
    )

    assert version_of(PAYMENT, rewritten) == version_of(PAYMENT, SELECT)
    assert version_of(PAYMENT, SELECT.replace("> 0", ">= 0")) != version_of(PAYMENT, SELECT)


def test_a_function_that_the_sql_calls_and_a_setting_that_was_used_are_part_of_the_version() -> None:
    made = version_of(PAYMENT, SELECT, ["left(md5(member), 13)"], {"country": "CO"})

    other_function = version_of(PAYMENT, SELECT, ["left(md5(member), 12)"], {"country": "CO"})
    other_country = version_of(PAYMENT, SELECT, ["left(md5(member), 13)"], {"country": "US"})

    assert made.differences(other_function) == ["SQL"]
    assert made.differences(other_country) == ["settings"]
    assert len({str(made), str(other_function), str(other_country)}) == 3


def test_versions_are_the_same_in_every_process() -> None:
    assert str(version_of(PAYMENT, SELECT, settings={"country": "CO", "zone": "UTC"})) == str(
        version_of(PAYMENT, SELECT, settings={"zone": "UTC", "country": "CO"})
    )
    assert str(Version("a")) == "c46820208212"
