"""Money is kept to the digit that its contract has, in every table that it comes to."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sakila_platform.model.contracts import decimal
from sakila_platform_tests.changed_contracts import change_contracts, typed
from sakila_platform_tests.platform import Platform

DAY = "2005-05-25"
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
