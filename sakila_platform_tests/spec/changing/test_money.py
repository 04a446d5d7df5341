"""Money is kept to the digit that its contract has, in every table that it comes to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sakila_platform.model.contracts import decimal
from sakila_platform.model.outcomes import TABLE_CHANGES
from sakila_platform_tests.changed_contracts import change_contracts, typed
from sakila_platform_tests.platform import Platform

DAY = "2005-05-25"
DAY_BEFORE = "2005-05-24"
EXACT = decimal(12, 4)


def test_ten_payments_of_half_a_cent_add_up_exactly_in_every_table_once_their_contract_has_four_digits(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.damage("ALTER TABLE payment MODIFY amount DECIMAL(12,4) NOT NULL")
    platform.sql("UPDATE payment SET amount = 4.9950 WHERE DATE(payment_date) = %s ORDER BY payment_id LIMIT 10", DAY)
    (paid,) = platform.sql("SELECT SUM(amount) AS paid FROM payment WHERE DATE(payment_date) = %s", DAY).column("paid")
    change_contracts(monkeypatch, {"payment": typed(amount=EXACT), "fact_payment": typed(amount=EXACT)})

    platform.run(DAY)

    assert paid % Decimal("0.01") == Decimal("0.0000")
    assert sum(row["amount"] for row in platform.lake("final/sakila/fact_payment", DAY)) == paid
    for fact in ("fact_payment", "fact_rental"):
        assert platform.warehouse(f"SELECT SUM(amount) AS paid FROM {fact}").column("paid") == [paid]
    exact = platform.warehouse("SELECT COUNT(*) AS n FROM fact_rental WHERE amount = 4.9950")
    assert exact.column("n") == [10]


def test_a_warehouse_of_two_digits_keeps_its_sums_and_takes_four_from_then_on(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.run(DAY_BEFORE)
    (before,) = platform.warehouse("SELECT SUM(amount) AS paid FROM fact_rental").column("paid")
    platform.damage("ALTER TABLE payment MODIFY amount DECIMAL(12,4) NOT NULL")
    platform.sql("UPDATE payment SET amount = 4.9950 WHERE DATE(payment_date) = %s ORDER BY payment_id LIMIT 10", DAY)
    (paid,) = platform.sql("SELECT SUM(amount) AS paid FROM payment WHERE DATE(payment_date) = %s", DAY).column("paid")
    change_contracts(monkeypatch, {"payment": typed(amount=EXACT), "fact_payment": typed(amount=EXACT)})

    outcomes = platform.run(DAY)

    for fact in ("fact_payment", "fact_rental"):
        (notes,) = (
            by_day[date.fromisoformat(DAY)].notes
            for name, by_day in outcomes.items()
            if name.table == fact and name.layer == "warehouse"
        )
        assert notes[TABLE_CHANGES] == f"{fact}.amount is DECIMAL(12,4) now (DECIMAL(10,2) before)"
        assert platform.warehouse(f"SELECT SUM(amount) AS paid FROM {fact}").column("paid") == [before + paid]
