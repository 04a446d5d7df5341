"""From stage to the star of reviews."""

from __future__ import annotations

from sakila_platform_tests.drawn_selects import Select
from sakila_platform_tests.tables import table

# The sessions of two days; a key is the first 13 hexadecimal digits of the name's MD5, so it is the same on both.
LOGS = """
    dt         | log_id | log_date   | device   | location     | os             | browser
    2021-04-25 | 1      | 2021-04-20 | Mobile   | Texas        | Apple iOS      | Safari
    2021-04-25 | 2      | 2021-04-20 | Mobile   | Puerto Rico  | Google Android | Chrome
    2021-04-25 | 3      | 2021-04-21 | Unknown  | Unknown      | Unknown        | Unknown
    2021-04-25 | 4      | 2021-04-22 | Mobile   | Texas        | Apple iOS      | Safari
    2021-04-26 | 1      | 2021-04-22 | Mobile   | Texas        | Apple iOS      | Safari
"""


def test_dim_devices_has_each_kind_of_device_once_a_day_and_leaves_unknown_out(select: Select) -> None:
    assert select("reviews/final/dim_devices", {"stage_reviews.review_logs": LOGS}).drawn() == table(
        """
        dt         | device_key       | device
        2021-04-25 | 2389341651487313 | Mobile
        2021-04-26 | 2389341651487313 | Mobile
        """
    )


def test_dim_location_has_the_census_region_and_division_of_a_state(select: Select) -> None:
    assert select("reviews/final/dim_location", {"stage_reviews.review_logs": LOGS}).drawn() == table(
        """
        dt         | location_key     | location    | census_region | census_division
        2021-04-25 | 2366637644097499 | Texas       | South         | West South Central
        2021-04-25 | 4352027856540316 | Puerto Rico | null          | null
        2021-04-26 | 2366637644097499 | Texas       | South         | West South Central
        """
    )


def test_dim_os_says_which_systems_apple_makes(select: Select) -> None:
    assert select("reviews/final/dim_os", {"stage_reviews.review_logs": LOGS}).drawn() == table(
        """
        dt         | os_key           | os             | is_apple
        2021-04-25 | 1364197208619193 | Apple iOS      | True
        2021-04-25 | 4076701048103458 | Google Android | False
        2021-04-26 | 1364197208619193 | Apple iOS      | True
        """
    )


def test_dim_browser_has_each_browser_once_a_day_and_leaves_unknown_out(select: Select) -> None:
    assert select("reviews/final/dim_browser", {"stage_reviews.review_logs": LOGS}).drawn() == table(
        """
        dt         | browser_key      | browser
        2021-04-25 | 1422672423078205 | Safari
        2021-04-25 | 2681448821731825 | Chrome
        2021-04-26 | 1422672423078205 | Safari
        """
    )


def test_fact_review_has_the_keys_of_its_own_day_s_session_0_for_unknown_and_none_without_one(select: Select) -> None:
    given = {
        "stage_reviews.classified_movie_review": """
            dt         | user_id | positive_review | review_id | insert_date
            2021-04-25 | 7       | 1               | 1         | 2021-04-25
            2021-04-25 | 8       | 0               | 3         | 2021-04-25
            2021-04-26 | 9       | 1               | 2         | 2021-04-26
        """,
        "stage_reviews.review_logs": LOGS,
    }
    assert select("reviews/final/fact_review", given).turned() == table(
        """
        dt              | 2021-04-25       | 2021-04-25 | 2021-04-26
        review_id       | 1                | 3          | 2
        customer_id     | 7                | 8          | 9
        date_key        | 20210420         | 20210421   | null
        device_key      | 2389341651487313 | 0          | null
        location_key    | 2366637644097499 | 0          | null
        os_key          | 1364197208619193 | 0          | null
        browser_key     | 1422672423078205 | 0          | null
        positive_review | 1                | 0          | 1
        insert_date     | 2021-04-25       | 2021-04-25 | 2021-04-26
        """
    )


def test_fact_movie_analytics_counts_reviews_of_the_same_customer_and_session_together(select: Select) -> None:
    given = {
        "final_reviews.fact_review": """
            dt         | review_id | customer_id | date_key | device_key | location_key | os_key | browser_key | positive_review | insert_date
            2021-04-25 | 1         | 7           | 20210420 | 11         | 21           | 31     | 41          | 1               | 2021-04-25
            2021-04-25 | 2         | 7           | 20210420 | 11         | 21           | 31     | 41          | 0               | 2021-04-25
            2021-04-25 | 3         | 7           | 20210420 | 12         | 21           | 31     | 41          | 1               | 2021-04-25
            2021-04-26 | 1         | 7           | 20210420 | 11         | 21           | 31     | 41          | 1               | 2021-04-26
        """  # noqa: E501
    }
    assert select("reviews/final/fact_movie_analytics", given).drawn() == table(
        """
        dt         | customer_id | date_key | device_key | location_key | os_key | browser_key | review_score | review_count | insert_date
        2021-04-25 | 7           | 20210420 | 11         | 21           | 31     | 41          | 1            | 2            | 2021-04-25
        2021-04-25 | 7           | 20210420 | 12         | 21           | 31     | 41          | 1            | 1            | 2021-04-25
        2021-04-26 | 7           | 20210420 | 11         | 21           | 31     | 41          | 1            | 1            | 2021-04-26
        """  # noqa: E501
    )


def test_fact_customer_spending_takes_off_what_was_given_back_and_is_of_0_where_nobody_knows_who(
    select: Select,
) -> None:
    given = {
        "stage_reviews.user_purchase": """
            dt         | line_number | invoice_number | quantity | unit_price | customer_id
            2021-04-25 | 1           | 1001           | 2        | 1.250      | 7
            2021-04-25 | 2           | 1001           | 2        | 1.250      | 7
            2021-04-25 | 3           | C1002          | -1       | 1.250      | 7
            2021-04-25 | 4           | 1003           | 3        | 0.333      | null
            2021-04-25 | 5           | 1003           | 1        | 0.001      | 0
            2021-04-26 | 1           | 1004           | 1        | 9.999      | 7
        """
    }
    assert select("reviews/final/fact_customer_spending", given).drawn() == table(
        """
        dt         | customer_id | date_key | amount_spent | line_count
        2021-04-25 | 0           | 20210425 | 1.000        | 2
        2021-04-25 | 7           | 20210425 | 3.750        | 3
        2021-04-26 | 7           | 20210426 | 9.999        | 1
        """
    )
