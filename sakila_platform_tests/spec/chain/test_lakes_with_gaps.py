"""A lake need not be whole: of one day, with a hole in the middle, of days run backwards or corrected later, every mart
is published, and every question is answered alike by the warehouse and the marts."""

from __future__ import annotations

from datetime import date, timedelta

import dagster as dg
import pytest

from sakila_platform.orchestration.layers.agreement import agreement_checks
from sakila_platform.orchestration.layers.marts import marts_assets
from sakila_platform.orchestration.layers.questions import questions_assets
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.rentals.domain import DOMAIN as RENTALS
from sakila_platform_tests.parsed_marts import bring_parsed_marts
from sakila_platform_tests.platform import Platform
from sakila_platform_tests.published_marts import mart


def make_answers(platform: Platform, *, agreeing: bool = True) -> dict[str, str]:
    """Every mart, question and agreement of the rental business, as a run makes them; all of it must pass.

    Unless the two are not to agree: then what the checks that failed say, by asset and check.
    """
    bring_parsed_marts()
    definitions = dg.Definitions(
        assets=[*questions_assets(RENTALS), marts_assets(RENTALS)],
        asset_checks=agreement_checks(RENTALS),
        resources={"rentals_warehouse": platform.warehouse_resource, "lake": LakeResource()},
        executor=dg.in_process_executor,
        jobs=[dg.define_asset_job("answers", selection=dg.AssetSelection.all())],
    )
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("answers").execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    failures = [str(e.step_failure_data.user_failure_data) for e in result.all_events if e.is_step_failure]
    found = {f"{c.asset_key.path[-1]}.{c.check_name}": c for c in result.get_asset_check_evaluations()}
    broken = {name: str(c.description) for name, c in found.items() if not c.passed}
    assert (failures, broken if agreeing else {}) == ([], {})
    assert len([name for name in found if name.endswith(".agrees_with_marts")]) == 8
    return broken


def by_day(platform: Platform) -> dict[date, tuple[int, int, int, object]]:
    """Rentals, returns, late returns and revenue of each day, as the mart has them."""
    rows = mart(
        platform,
        "rentals_by_day",
        "SELECT date, sum(rentals)::INT AS rentals, sum(returns)::INT AS returns, "
        "sum(late_returns)::INT AS late, sum(revenue) AS revenue FROM mart GROUP BY date ORDER BY date",
    )
    return {row["date"]: (row["rentals"], row["returns"], row["late"], row["revenue"]) for row in rows}


def at_the_counter(platform: Platform, days: list[date]) -> dict[date, tuple[int, int, int, object]]:
    """The same of these days, as the shop's own tables have them."""
    found = {}
    for day in days:
        [row] = platform.sql(
            "SELECT (SELECT COUNT(*) FROM rental WHERE DATE(rental_date) = %s) AS rentals, "
            "(SELECT COUNT(*) FROM rental WHERE DATE(return_date) = %s) AS returns, "
            "(SELECT COUNT(*) FROM rental JOIN inventory USING (inventory_id) JOIN film USING (film_id) "
            "WHERE DATE(return_date) = %s AND TO_DAYS(return_date) - TO_DAYS(rental_date) > rental_duration) AS late, "
            "(SELECT COALESCE(SUM(amount), 0) FROM payment WHERE DATE(payment_date) = %s) AS revenue",
            *[day] * 4,
        )
        if any(row.values()):
            found[day] = (row["rentals"], row["returns"], row["late"], row["revenue"])
    return found


def days(*named: str) -> list[date]:
    return [date.fromisoformat(day) for day in named]


@pytest.mark.parametrize(
    "runs",
    [
        pytest.param(["2005-06-15"], id="one day from the middle of history"),
        pytest.param(["2005-05-25", "2005-05-26", "2005-06-15", "2005-06-16"], id="a hole in the middle"),
        pytest.param(["2005-06-17", "2005-06-16", "2005-06-15"], id="days run backwards"),
        pytest.param(["2006-01-10"], id="a day on which nothing happened"),
        pytest.param(["2005-08-24", "2006-02-14"], id="returns alone, then rentals that never come back"),
    ],
)
def test_every_mart_is_published_and_counts_each_day_as_the_counter_did(platform: Platform, runs: list[str]) -> None:
    for day in runs:
        platform.run(day)

    make_answers(platform)

    assert by_day(platform) == at_the_counter(platform, sorted(days(*runs)))


def test_a_return_of_a_rental_before_the_lake_is_of_the_store_and_category_of_its_copy(platform: Platform) -> None:
    platform.run("2005-06-15")

    make_answers(platform)

    reported = mart(
        platform,
        "rentals_by_day",
        "SELECT store_id, category, returns::INT AS returns FROM mart WHERE returns > 0 ORDER BY store_id, category",
    )
    asked = platform.sql(
        "SELECT store_id, name AS category, COUNT(*) AS returns FROM rental JOIN inventory USING (inventory_id) "
        "JOIN film_category USING (film_id) JOIN category USING (category_id) "
        "WHERE DATE(return_date) = '2005-06-15' GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert reported == asked
    assert reported


def test_a_rental_that_was_set_aside_and_is_put_right_blocks_no_mart(platform: Platform) -> None:
    """One of 137 rentals of 25 May is of a copy that nobody owns; it comes back on the 31st, when all is right."""
    platform.damage("UPDATE rental SET inventory_id = 50000 WHERE rental_id = 100")
    platform.run("2005-05-24", "2005-05-25")
    make_answers(platform)
    platform.sql("UPDATE rental SET inventory_id = 2599 WHERE rental_id = 100")

    platform.run("2005-05-26", "2005-06-01")
    make_answers(platform)

    all_days = [date(2005, 5, 24) + timedelta(days=n) for n in range(9)]
    expected = at_the_counter(platform, all_days)
    rentals, *others = expected[date(2005, 5, 25)]
    found = by_day(platform)
    assert found == {**expected, date(2005, 5, 25): (rentals - 1, *others)}

    platform.run("2005-05-25")
    make_answers(platform)
    assert by_day(platform) == expected


def test_a_rental_that_was_moved_to_a_later_day_counts_there_before_its_old_day_is_run_again(
    platform: Platform,
) -> None:
    platform.run("2005-05-24", "2005-05-26")
    platform.sql("UPDATE rental SET rental_date = '2005-05-26 10:00' WHERE rental_id = 100")
    platform.sql("UPDATE payment SET payment_date = '2005-05-26 10:00' WHERE rental_id = 100")

    platform.run("2005-05-26")
    make_answers(platform)

    assert by_day(platform) == at_the_counter(platform, days("2005-05-24", "2005-05-25", "2005-05-26"))


def test_a_rental_that_was_moved_to_an_earlier_day_blocks_no_mart_until_its_old_day_is_run_again(
    platform: Platform,
) -> None:
    platform.run("2005-05-24", "2005-05-26")
    platform.sql("UPDATE rental SET rental_date = '2005-05-24 10:00' WHERE rental_id = 100")
    platform.run("2005-05-24")

    differing = make_answers(platform, agreeing=False)

    # The newest day that has it is its old one, which `stale_days` lists.
    assert mart(platform, "rentals", "SELECT rental_date FROM mart WHERE rental_id = 100").column("rental_date") == (
        days("2005-05-25")
    )
    assert differing["rentals_over_time.agrees_with_marts"].endswith(
        "Else run the days again that the check stale_days lists, or that the warehouse lacks."
    )
    assert list(platform.stale_days("rental")) == ["2005-05-25"]
    platform.run("2005-05-25")
    make_answers(platform)
    assert by_day(platform) == at_the_counter(platform, days("2005-05-24", "2005-05-25", "2005-05-26"))
