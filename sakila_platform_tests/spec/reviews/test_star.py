"""From what vendors deliver and customers buy to the star of reviews: nothing is lost, and nothing counts twice."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest

from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.reviews.star import DAILY_TABLES
from sakila_platform.reviews.star_build import FINAL_SQL, star_build
from sakila_platform.star.transform import build_days
from sakila_platform_tests.lake_places import LakePlace
from sakila_platform_tests.reviews_domain import DAY, ReviewsDomain, reviews_domain
from sakila_platform_tests.tables import table

NEXT_DAY = "2021-04-26"
REVIEWS = """
    cid | review_str                                | id_review
    7   | A GOOD film, he said.<br />See it!        | 1
    7   | Good! "Better" than the last              | 2
    7   | Thank goodness it ended                   | 3
    8   | so\\ngood,\\nand long                     | 4
    8   | bad                                       | 5
"""
LOGS = """
    id_review | logDate    | device   | location      | os                | ipAddress | phoneNumber
    1         | 04-20-2021 | Mobile   | Pensylvania   | Apple iOS         | 192.0.2.1 | 555-0101
    2         | 04-20-2021 | Mobile   | Pennsylvania  | Apple iOS         | 192.0.2.1 | 555-0101
    3         | 04-20-2021 | Computer | TX            | Microsoft Windows | 192.0.2.1 | -
    4         | 04-21-2021 | Tablet   | Massachussets | Google Android    | -         | 555-0102
    5         | 04-21-2021 | Tablet   | Massachusetts | Google Android    | 192.0.2.2 | 555-0102
"""
PURCHASES = """
    invoice_number | stock_code | quantity | invoice_date        | unit_price | customer_id
    1001           | A          | 2        | 2021-04-25 08:26:00 | 1.250      | 7
    1001           | A          | 2        | 2021-04-25 08:26:00 | 1.250      | 7
    C1002          | A          | -1       | 2021-04-25 23:59:59 | 1.250      | 7
    1003           | B          | 3        | 2021-04-25 00:00:00 | 0.333      | null
    1004           | B          | 1        | 2021-04-26 00:00:00 | 9.999      | 8
"""


@pytest.fixture
def domain(empty_postgres: PostgresAddress, lake_place: LakePlace, tmp_path: Path) -> Iterator[ReviewsDomain]:
    """An empty domain."""
    with reviews_domain(empty_postgres, lake_place, tmp_path) as domain:
        yield domain


@pytest.fixture
def delivered(domain: ReviewsDomain) -> ReviewsDomain:
    """The domain with a day's files, and purchases on that day and the next."""
    domain.deliver_reviews(REVIEWS)
    domain.deliver_logs(LOGS)
    domain.purchases(PURCHASES)
    return domain


def test_a_review_is_positive_when_the_word_good_is_in_it(delivered: ReviewsDomain) -> None:
    delivered.run(layers=["stage"])
    assert delivered.rows("stage/reviews/classified_movie_review").drawn() == table(
        """
        user_id | positive_review | review_id | insert_date
        7       | 1               | 1         | 2021-04-25
        7       | 1               | 2         | 2021-04-25
        7       | 0               | 3         | 2021-04-25
        8       | 1               | 4         | 2021-04-25
        8       | 0               | 5         | 2021-04-25
        """
    )


def test_with_exact_tokens_only_good_between_spaces_counts(delivered: ReviewsDomain) -> None:
    delivered.set(REVIEWS_EXACT_TOKENS="yes")
    delivered.deliver_reviews(
        """
        cid | review_str     | id_review
        7   | a good film    | 1
        7   | a good, film   | 2
        7   | Good film      | 3
        7   | it is\\ngood   | 4
        """
    )
    delivered.run(layers=["stage"])
    assert delivered.rows("stage/reviews/classified_movie_review").column("positive_review") == [1, 0, 0, 1]


def test_a_log_becomes_columns_with_its_browser_and_its_place_put_right(delivered: ReviewsDomain) -> None:
    delivered.run(layers=["stage"])
    assert delivered.rows("stage/reviews/review_logs").drawn() == table(
        """
        log_id | log_date   | device   | os                | location      | location_as_written | browser | ip        | phone_number
        1      | 2021-04-20 | Mobile   | Apple iOS         | Pennsylvania  | Pensylvania         | Safari  | 192.0.2.1 | 555-0101
        2      | 2021-04-20 | Mobile   | Apple iOS         | Pennsylvania  | Pennsylvania        | Safari  | 192.0.2.1 | 555-0101
        3      | 2021-04-20 | Computer | Microsoft Windows | Texas         | TX                  | Edge    | 192.0.2.1 | null
        4      | 2021-04-21 | Tablet   | Google Android    | Massachusetts | Massachussets       | Chrome  | null      | 555-0102
        5      | 2021-04-21 | Tablet   | Google Android    | Massachusetts | Massachusetts       | Chrome  | 192.0.2.2 | 555-0102
        """  # noqa: E501
    )


def test_a_purchase_belongs_to_the_day_of_its_invoice_and_equal_lines_stay_apart(delivered: ReviewsDomain) -> None:
    delivered.run(DAY, NEXT_DAY, layers=["stage"])
    columns = ("line_number", "invoice_number", "quantity", "unit_price", "customer_id")
    assert delivered.rows("stage/reviews/user_purchase").drawn(*columns) == table(
        """
        line_number | invoice_number | quantity | unit_price | customer_id
        1           | 1001           | 2        | 1.250      | 7
        2           | 1001           | 2        | 1.250      | 7
        3           | 1003           | 3        | 0.333      | null
        4           | C1002          | -1       | 1.250      | 7
        """
    )
    assert delivered.rows("stage/reviews/user_purchase", NEXT_DAY).column("invoice_number") == ["1004"]


def test_reviews_are_counted_per_customer_date_device_place_system_and_browser(delivered: ReviewsDomain) -> None:
    delivered.run()
    assert named_analytics(delivered) == table(
        """
        customer_id | date_key | device   | location      | os                | browser | review_score | review_count
        7           | 20210420 | Computer | Texas         | Microsoft Windows | Edge    | 0            | 1
        7           | 20210420 | Mobile   | Pennsylvania  | Apple iOS         | Safari  | 2            | 2
        8           | 20210421 | Tablet   | Massachusetts | Google Android    | Chrome  | 1            | 2
        """
    )


def test_members_have_the_same_keys_in_every_rebuild_and_zero_is_unknown(delivered: ReviewsDomain) -> None:
    delivered.run()
    locations = delivered.rows("final/reviews/dim_location")
    assert sorted(locations.drawn("location", "census_region", "census_division").splitlines()) == sorted(
        table(
            """
            location      | census_region | census_division
            Unknown       | null          | null
            Massachusetts | Northeast     | New England
            Texas         | South         | West South Central
            Pennsylvania  | Northeast     | Middle Atlantic
            """
        ).splitlines()
    )
    for row in locations:
        digest = hashlib.md5(row["location"].encode(), usedforsecurity=False).hexdigest()
        assert row["location_key"] == (0 if row["location"] == "Unknown" else int(digest[:13], 16))
    systems = {row["os"]: row["is_apple"] for row in delivered.rows("final/reviews/dim_os")}
    assert systems == {"Unknown": False, "Apple iOS": True, "Google Android": False, "Microsoft Windows": False}


def test_what_a_customer_spent_is_summed_once_whatever_the_customer_reviewed(delivered: ReviewsDomain) -> None:
    outcomes = delivered.run()
    spending = delivered.rows("final/reviews/fact_customer_spending")
    assert spending.drawn() == table(
        """
        customer_id | date_key | amount_spent | line_count
        0           | 20210425 | 0.999        | 1
        7           | 20210425 | 3.750        | 3
        """
    )
    # The classic mistake: three reviews times three lines would have made it 11.250.
    reviews = [row for row in delivered.rows("final/reviews/fact_review") if row["customer_id"] == 7]
    lines = [row for row in delivered.rows("stage/reviews/user_purchase") if row["customer_id"] == 7]
    multiplied = sum(row["quantity"] * row["unit_price"] for row in lines for _ in reviews)
    assert multiplied == Decimal("11.250") != spending[1]["amount_spent"]
    checks = {name.table: day.checks for name, by_day in outcomes.items() for day in by_day.values()}
    assert checks["fact_movie_analytics"] == {"reviews_once": ""}
    assert checks["fact_customer_spending"] == {"spending_once": ""}


def test_a_fact_that_counts_twice_is_found(delivered: ReviewsDomain, tmp_path: Path) -> None:
    delivered.run()
    review, purchase = "final_reviews.fact_review AS review", "stage_reviews.user_purchase AS purchase"
    assert faults_when_doubled(delivered, "fact_movie_analytics", review, tmp_path / "reviews") == {
        "reviews_once": "it counts 10 reviews, 6 of them positive, where fact_review has 5 and 3"
    }
    assert faults_when_doubled(delivered, "fact_customer_spending", purchase, tmp_path / "spending") == {
        "spending_once": "it has 8 lines of 9.498 in all, where user_purchase has 4 of 4.749"
    }


def test_a_day_without_files_and_purchases_is_an_empty_day(domain: ReviewsDomain) -> None:
    outcomes = domain.run()
    rows = {name.table: by_day for name, by_day in outcomes.items()}
    assert {name: day.rows for name, by_day in rows.items() for day in by_day.values()} == {
        "user_purchase": 0,
        "classified_movie_review": 0,
        "review_logs": 0,
        # The Unknown rows.
        "dim_devices": 1,
        "dim_location": 1,
        "dim_os": 1,
        "dim_browser": 1,
        "fact_review": 0,
        "fact_movie_analytics": 0,
        "fact_customer_spending": 0,
    }


def test_running_a_day_again_changes_nothing(delivered: ReviewsDomain) -> None:
    delivered.run(DAY, NEXT_DAY)
    before = delivered.contents()
    delivered.run(DAY)
    assert delivered.contents() == before


def test_days_in_any_order_give_the_same(delivered: ReviewsDomain) -> None:
    delivered.deliver_reviews(REVIEWS.replace("bad", "good"), NEXT_DAY)
    delivered.deliver_logs(LOGS, NEXT_DAY)
    days = (DAY, NEXT_DAY, "2021-04-27")
    delivered.run(DAY, days[-1])
    expected = delivered.contents()
    for order in permutations(days):
        for path in delivered.place.paths():
            delivered.lake.delete(path)
        for day in order:
            delivered.run(day)
        assert delivered.contents() == expected


def test_a_corrected_file_replaces_its_day_and_no_other(delivered: ReviewsDomain) -> None:
    delivered.deliver_reviews(REVIEWS, NEXT_DAY)
    delivered.deliver_logs(LOGS, NEXT_DAY)
    delivered.run(DAY, NEXT_DAY)
    other_day = {path: rows for path, rows in delivered.contents().items() if f"dt={NEXT_DAY}" in path}
    delivered.deliver_reviews("cid | review_str | id_review\n9 | good | 1")
    delivered.deliver_logs("\n".join(LOGS.splitlines()[:3]))
    delivered.run(DAY)
    assert delivered.rows("final/reviews/fact_review").column("customer_id") == [9]
    assert {path: rows for path, rows in delivered.contents().items() if f"dt={NEXT_DAY}" in path} == other_day


def test_contact_details_stop_at_stage(delivered: ReviewsDomain) -> None:
    delivered.run()
    final = [rows for path, rows in delivered.contents().items() if path.startswith("final/")]
    assert final
    assert not any("555-01" in str(rows.to_pylist()) or "192.0.2" in str(rows.to_pylist()) for rows in final)


def named_analytics(domain: ReviewsDomain) -> str:
    """fact_movie_analytics with names for keys."""
    rows = domain.rows("final/reviews/fact_movie_analytics")
    for dimension, key, name in (
        ("dim_devices", "device_key", "device"),
        ("dim_location", "location_key", "location"),
        ("dim_os", "os_key", "os"),
        ("dim_browser", "browser_key", "browser"),
    ):
        names = {row[key]: row[name] for row in domain.rows(f"final/reviews/{dimension}")}
        for row in rows:
            row[name] = names[row[key]]
    rows.sort(key=lambda row: (row["customer_id"], row["date_key"], row["device"]))
    return rows.drawn("customer_id", "date_key", "device", "location", "os", "browser", "review_score", "review_count")


def test_stage_has_the_lines_and_the_amount_that_the_source_has(delivered: ReviewsDomain) -> None:
    outcomes = delivered.run(DAY, NEXT_DAY, layers=["stage"])
    (purchases,) = (by_day for name, by_day in outcomes.items() if name.table == "user_purchase")
    assert [day.checks for day in purchases.values()] == [{"matches_source": ""}, {"matches_source": ""}]


def faults_when_doubled(domain: ReviewsDomain, fact: str, source: str, sql_folder: Path) -> dict[str, str]:
    """What the checks say when a fact's SQL meets two rows where it should meet one, as a careless join would."""
    shutil.copytree(FINAL_SQL, sql_folder)
    file = sql_folder / f"{fact}.sql"
    joined = f"FROM {source}\nCROSS JOIN (VALUES (1), (2)) AS other (n)"
    file.write_text(file.read_text().replace(f"FROM {source}", joined))
    build = replace(star_build(domain.lake), sql_folder=sql_folder)
    tables = [one for one in DAILY_TABLES if one.name.table == fact]
    ((outcome,),) = (by_day.values() for by_day in build_days(build, tables, [date.fromisoformat(DAY)]).values())
    return dict(outcome.checks)
