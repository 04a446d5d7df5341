"""The Date dimension's rows: what a day is called, and when a country rests."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakila_platform.errors import UsageError
from sakila_platform.rentals.dates.calendar import date_rows
from sakila_platform.rentals.star import DIM_DATE


def the_day(day: date, country: str = "CO", subdivision: str = "", language: str = "") -> dict:
    (row,) = [row for row in date_rows(day.year, country, subdivision, language) if row["date"] == day]
    return row


def test_a_day_is_described_in_full() -> None:
    assert the_day(date(2005, 5, 24)) == {
        "date_key": 20050524,
        "date": date(2005, 5, 24),
        "day": 24,
        "day_of_week": 2,
        "day_name": "Tuesday",
        "week": 21,
        "month": 5,
        "month_name": "May",
        "quarter": 2,
        "year": 2005,
        "is_weekend": False,
        "is_holiday": False,
        "holiday_name": None,
    }


def test_a_row_has_the_columns_of_the_contract_in_its_order() -> None:
    assert list(the_day(date(2005, 5, 24))) == [column.name for column in DIM_DATE.columns]


@given(st.integers(1990, 2060))
def test_a_year_has_each_of_its_days_once_and_in_order(year: int) -> None:
    days = [row["date"] for row in date_rows(year, "US")]

    assert days[0] == date(year, 1, 1)
    assert days[-1] == date(year, 12, 31)
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))


@pytest.mark.parametrize(
    ("day", "week", "quarter", "is_weekend"),
    [
        (date(2005, 1, 1), 53, 1, True),
        (date(2005, 1, 3), 1, 1, False),
        (date(2008, 12, 29), 1, 4, False),
        (date(2005, 6, 30), 26, 2, False),
        (date(2005, 7, 3), 26, 3, True),
    ],
)
def test_weeks_are_iso_weeks_that_may_belong_to_the_year_beside(
    day: date, week: int, quarter: int, is_weekend: bool
) -> None:
    row = the_day(day)

    assert (row["week"], row["quarter"], row["is_weekend"]) == (week, quarter, is_weekend)


@pytest.mark.parametrize(
    ("day", "country", "subdivision", "language", "holiday"),
    [
        (date(2005, 7, 20), "CO", "", "", "Día de la Independencia"),
        (date(2005, 7, 20), "CO", "", "en", "Independence Day"),
        (date(2005, 7, 20), "co", "", "en_US", "Independence Day"),
        (date(2005, 7, 4), "US", "", "", "Independence Day"),
        (date(2005, 7, 4), "CO", "", "", "San Pedro y San Pablo (observado)"),
        (date(2005, 7, 20), "US", "", "", None),
        (date(2005, 2, 15), "US", "CA", "", None),
        (date(2024, 4, 15), "US", "MA", "", "Patriots' Day"),
        (date(2024, 4, 15), "US", "Massachusetts", "en", "Patriots' Day"),
        (date(2024, 4, 15), "US", "", "", None),
        (date(2024, 7, 10), "BS", "", "en", "Independence Day"),
    ],
)
def test_holidays_are_those_of_the_country_and_subdivision_in_the_language_asked_for(
    day: date, country: str, subdivision: str, language: str, holiday: str | None
) -> None:
    row = the_day(day, country, subdivision, language)

    assert (row["is_holiday"], row["holiday_name"]) == (holiday is not None, holiday)


@pytest.mark.parametrize(
    ("country", "subdivision", "language", "said"),
    [
        ("Colmbia", "", "", "Did you mean CO (Colombia)"),
        ("XX", "", "", "no holidays are known for country 'XX'"),
        ("", "", "", "two-letter ISO code"),
        ("US", "Massachusets", "", "Did you mean MA?"),
        ("CO", "Bogota", "", "CO has none"),
        ("CO", "", "e", "Did you mean es?"),
        ("CO", "", "fr", "CO has en_US, es, uk"),
    ],
)
def test_what_is_not_known_gets_one_line_with_close_matches(
    country: str, subdivision: str, language: str, said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        date_rows(2005, country, subdivision, language)

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("year", [0, 9999, 20050524])
def test_a_year_outside_the_calendar_is_refused(year: int) -> None:
    with pytest.raises(UsageError, match="is not a year of the calendar"):
        date_rows(year, "CO")
