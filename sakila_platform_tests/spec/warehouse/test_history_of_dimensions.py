"""Dimensions keep history: what is known of customers and films, and from when on."""

from __future__ import annotations

import pytest

from sakila_platform_tests.nights import rebuild_warehouse, run_nightly
from sakila_platform_tests.platform import Contents, Platform
from sakila_platform_tests.tables import Rows, table

# SUE PETERS rents on each of the first days, and lives in Changhwa until a test has her move.
SUE = 197
SASEBO, SAN_BERNARDINO = 5, 6
# Film 450 is out from 2005-05-24 on, its other copies from the 27th, the 29th and twice from the 31st.
FILM = 450


def move(platform: Platform, customer: int, address: int) -> None:
    platform.sql("UPDATE customer SET address_id = %s WHERE customer_id = %s", address, customer)


def home(platform: Platform) -> int:
    return platform.sql("SELECT address_id FROM customer WHERE customer_id = %s", SUE)[0]["address_id"]


def versions_of_sue(platform: Platform) -> Rows:
    return platform.warehouse(
        "SELECT customer_key, city, valid_from, valid_to, is_current, is_backfilled FROM dim_customer "
        "WHERE customer_id = %s ORDER BY valid_from",
        SUE,
    )


def cities_of_sues_rentals(platform: Platform) -> str:
    return platform.warehouse(
        "SELECT rental_id, rental_date_key AS day, city FROM fact_rental JOIN dim_customer USING (customer_key) "
        "WHERE customer_id = %s ORDER BY rental_id",
        SUE,
    ).drawn()


def test_a_customer_who_moves_has_two_versions_and_old_rentals_keep_the_old_one(platform: Platform) -> None:
    old = platform.sql("SELECT city FROM address JOIN city USING (city_id) WHERE address_id = %s", home(platform))
    run_nightly(platform, "2005-05-25", "2005-05-26")
    move(platform, SUE, SASEBO)
    run_nightly(platform, "2005-05-27")

    first, second = old[0]["city"], "Sasebo"
    assert versions_of_sue(platform).drawn() == table(
        f"""
        customer_key | city     | valid_from | valid_to   | is_current | is_backfilled
        19719000101  | {first}  | 1900-01-01 | 2005-05-27 | 0          | 0
        19720050527  | {second} | 2005-05-27 | 9999-12-31 | 1          | 0
        """
    )
    assert cities_of_sues_rentals(platform) == table(
        f"""
        rental_id | day      | city
        94        | 20050525 | {first}
        215       | 20050526 | {first}
        391       | 20050527 | {second}
        """
    )


def test_a_customer_who_moves_back_has_three_versions(platform: Platform) -> None:
    was = home(platform)
    run_nightly(platform, "2005-05-25")
    move(platform, SUE, SASEBO)
    run_nightly(platform, "2005-05-26")
    move(platform, SUE, was)
    run_nightly(platform, "2005-05-27", "2005-05-28")

    versions = versions_of_sue(platform)
    assert versions.drawn("customer_key", "valid_to", "is_current") == table(
        """
        customer_key | valid_to   | is_current
        19719000101  | 2005-05-26 | 0
        19720050526  | 2005-05-27 | 0
        19720050527  | 9999-12-31 | 1
        """
    )
    assert versions[0]["city"] == versions[2]["city"] != versions[1]["city"] == "Sasebo"


def test_a_late_capture_invents_no_history(platform: Platform) -> None:
    run_nightly(platform, "2005-05-27", "2005-05-28")
    before = platform.warehouse_contents()
    move(platform, SUE, SASEBO)
    platform.clock_stands_at("2005-06-20 12:00")

    platform.run("2005-05-25", "2005-05-26")

    assert versions_of_sue(platform).drawn("customer_key", "valid_to", "is_backfilled") == table(
        """
        customer_key | valid_to   | is_backfilled
        19719000101  | 9999-12-31 | 0
        """
    )
    assert platform.warehouse_contents()["dim_customer"] == before["dim_customer"]


def test_a_member_known_only_from_late_captures_has_one_version_that_says_so(platform: Platform) -> None:
    platform.clock_stands_at("2005-06-20 12:00")
    platform.run("2005-05-25")
    move(platform, SUE, SASEBO)
    platform.clock_stands_at("2005-06-21 12:00")
    platform.run("2005-05-26")

    (version,) = versions_of_sue(platform)

    assert (version["is_backfilled"], version["valid_from"].year, version["city"] != "Sasebo") == (1, 1900, True)


def test_the_first_timely_capture_takes_the_place_of_late_ones(platform: Platform) -> None:
    platform.clock_stands_at("2005-05-29 12:00")
    platform.run("2005-05-25")
    move(platform, SUE, SASEBO)

    run_nightly(platform, "2005-05-29")

    assert versions_of_sue(platform).drawn("customer_key", "city", "is_backfilled") == table(
        """
        customer_key | city   | is_backfilled
        19719000101  | Sasebo | 0
        """
    )


def test_an_older_day_loaded_after_a_newer_one_splits_versions_and_points_facts_anew(platform: Platform) -> None:
    was = home(platform)
    run_nightly(platform, "2005-05-25")
    move(platform, SUE, SASEBO)
    platform.clock_stands_at("2005-05-27 02:00")
    platform.run("2005-05-26", layers=["stage", "final"])
    move(platform, SUE, was)
    run_nightly(platform, "2005-05-27", "2005-05-28")
    assert len(versions_of_sue(platform)) == 1

    platform.run("2005-05-26", layers=["warehouse"])

    assert versions_of_sue(platform).drawn("customer_key", "valid_to") == table(
        """
        customer_key | valid_to
        19719000101  | 2005-05-26
        19720050526  | 2005-05-27
        19720050527  | 9999-12-31
        """
    )
    keys = "SELECT rental_id, customer_key FROM fact_rental JOIN dim_customer USING (customer_key) "
    assert platform.warehouse(keys + "WHERE customer_id = %s ORDER BY rental_id", SUE).drawn() == table(
        """
        rental_id | customer_key
        94        | 19719000101
        215       | 19720050526
        391       | 19720050527
        649       | 19720050527
        """
    )


def test_payments_and_returns_are_pointed_at_the_right_version_too(platform: Platform) -> None:
    was = home(platform)
    run_nightly(platform, "2005-05-27")
    move(platform, SUE, SASEBO)
    platform.clock_stands_at("2005-05-29 02:00")
    platform.run("2005-05-28", layers=["stage", "final"])
    move(platform, SUE, was)
    run_nightly(platform, "2005-05-29")
    platform.run("2005-05-28", layers=["warehouse"])

    for fact, day in (("fact_payment", "payment_date_key"), ("fact_return", "return_date_key")):
        keys = platform.warehouse(
            f"SELECT DISTINCT customer_key FROM {fact} JOIN dim_customer USING (customer_key) "
            f"WHERE customer_id = %s AND {day} = 20050528",
            SUE,
        )
        assert keys.column("customer_key") == [19720050528], fact


def test_a_film_that_changes_category_and_duration_is_late_by_the_version_rented(platform: Platform) -> None:
    duration = platform.sql("SELECT rental_duration FROM film WHERE film_id = %s", FILM)[0]["rental_duration"]
    run_nightly(platform, "2005-05-27")
    platform.sql("UPDATE film SET rental_duration = 1 WHERE film_id = %s", FILM)
    platform.sql("UPDATE film_category SET category_id = 15 WHERE film_id = %s", FILM)
    run_nightly(platform, "2005-05-28", "2005-06-01")

    assert duration == 5
    assert platform.warehouse(
        "SELECT rental_id, category = 'Sports' AS is_sports, rental_days, is_late "
        "FROM fact_rental JOIN dim_film USING (film_key) WHERE film_id = %s ORDER BY rental_id",
        FILM,
    ).drawn() == table(
        """
        rental_id | is_sports | rental_days | is_late
        461       | 0         | 5           | 0
        696       | 1         | 3           | 1
        996       | 1         | 0           | 0
        1113      | 1         | null        | null
        """
    )


def test_lateness_follows_when_an_older_day_brings_another_duration(platform: Platform) -> None:
    platform.sql("UPDATE film SET rental_duration = 1 WHERE film_id = %s", FILM)
    platform.clock_stands_at("2005-05-30 02:00")
    platform.run("2005-05-29", layers=["stage", "final"])
    platform.sql("UPDATE film SET rental_duration = 6 WHERE film_id = %s", FILM)
    run_nightly(platform, "2005-05-30", "2005-06-01")

    platform.run("2005-05-29", layers=["warehouse"])

    late = "SELECT rental_days, is_late FROM fact_rental WHERE rental_id = 696"
    assert platform.warehouse(late).drawn() == table("rental_days | is_late\n3 | 1")


def test_a_member_added_after_its_capture_is_there_with_its_facts(platform: Platform) -> None:
    run_nightly(platform, "2005-05-27")
    platform.sql(
        "INSERT INTO customer SELECT 900, 1, 'NOVA', 'LATE', NULL, 5, 1, '2005-05-27', NOW() FROM store LIMIT 1"
    )
    platform.sql("UPDATE rental SET customer_id = 900 WHERE rental_id = 391")
    platform.clock_stands_at("2005-06-20 12:00")

    platform.run("2005-05-27")

    assert platform.warehouse(
        "SELECT customer_key, full_name, is_backfilled FROM fact_rental JOIN dim_customer USING (customer_key) "
        "WHERE rental_id = 391"
    ).drawn() == table(
        """
        customer_key | full_name | is_backfilled
        90019000101  | NOVA LATE | 1
        """
    )


def test_a_vanished_member_keeps_its_last_version(platform: Platform) -> None:
    run_nightly(platform, "2005-05-27")
    before = versions_of_sue(platform)
    platform.sql("DELETE FROM payment WHERE customer_id = %s", SUE)
    platform.sql("DELETE FROM rental WHERE customer_id = %s", SUE)
    platform.sql("DELETE FROM customer WHERE customer_id = %s", SUE)

    run_nightly(platform, "2005-05-28")

    assert versions_of_sue(platform) == before
    assert before.column("is_current") == [1]
    assert cities_of_sues_rentals(platform).splitlines()[1].startswith("391")


def test_a_provisional_day_is_completed_by_the_run_after_its_end(platform: Platform) -> None:
    run_nightly(platform, "2005-05-26")
    platform.clock_stands_at("2005-05-27 12:00")
    platform.run("2005-05-27")
    assert len(versions_of_sue(platform)) == 1
    move(platform, SUE, SASEBO)
    platform.sql("UPDATE rental SET rental_date = '2005-05-27 20:00' WHERE rental_id = 649")

    run_nightly(platform, "2005-05-27")

    assert versions_of_sue(platform).column("customer_key") == [19719000101, 19720050527]
    assert cities_of_sues_rentals(platform).splitlines()[2:] == [
        "391       | 20050527 | Sasebo",
        "649       | 20050527 | Sasebo",
    ]


def test_a_recapture_within_time_corrects_a_version(platform: Platform) -> None:
    run_nightly(platform, "2005-05-27")
    move(platform, SUE, SASEBO)
    run_nightly(platform, "2005-05-28")
    move(platform, SUE, SAN_BERNARDINO)
    platform.clock_stands_at("2005-05-29 20:00")

    platform.run("2005-05-28", recapture=True)

    assert versions_of_sue(platform).drawn("customer_key", "valid_to") == table(
        """
        customer_key | valid_to
        19719000101  | 2005-05-28
        19720050528  | 9999-12-31
        """
    )
    assert versions_of_sue(platform)[1]["city"] == "San Bernardino"


def test_a_recapture_that_comes_late_takes_its_version_back(platform: Platform) -> None:
    run_nightly(platform, "2005-05-27")
    move(platform, SUE, SASEBO)
    run_nightly(platform, "2005-05-28")
    platform.clock_stands_at("2005-07-01 12:00")

    platform.run("2005-05-28", recapture=True, lose_history=True)

    assert versions_of_sue(platform).column("customer_key") == [19719000101]
    assert {row["customer_key"] for row in platform.warehouse("SELECT customer_key FROM fact_rental")} >= {19719000101}
    orphans = "SELECT COUNT(*) AS orphans FROM fact_rental LEFT JOIN dim_customer USING (customer_key) "
    assert platform.warehouse(orphans + "WHERE customer_id IS NULL").column("orphans") == [0]


def test_the_unknown_members_stand_for_events_that_name_none(platform: Platform) -> None:
    platform.sql("ALTER TABLE rental MODIFY staff_id TINYINT UNSIGNED NULL")
    platform.sql("UPDATE rental SET staff_id = NULL WHERE rental_id = 94")

    run_nightly(platform, "2005-05-25")

    assert platform.warehouse(
        "SELECT rental_id, staff_id, full_name FROM fact_rental JOIN dim_staff USING (staff_key) WHERE staff_id = 0"
    ).drawn() == table("rental_id | staff_id | full_name\n94 | 0 | Unknown")
    for dimension in ("customer", "film", "store", "staff"):
        unknown = f"SELECT {dimension}_key AS unknown_key, is_backfilled FROM dim_{dimension} WHERE {dimension}_id = 0"
        assert platform.warehouse(unknown).drawn() == table("unknown_key | is_backfilled\n19000101 | 0")


@pytest.fixture(scope="module")
def built(module_platform: Platform) -> Contents:
    """The warehouse after nights in which SUE PETERS moved to and fro."""
    was = home(module_platform)
    for day, address in ((25, SASEBO), (26, was), (27, SAN_BERNARDINO), (28, was), (29, was)):
        move(module_platform, SUE, address)
        run_nightly(module_platform, f"2005-05-{day}")
    return module_platform.warehouse_contents()


@pytest.mark.parametrize(
    "runs",
    [
        pytest.param([("2005-05-25", "2005-05-29")], id="in one run"),
        pytest.param([(f"2005-05-{n}",) * 2 for n in (29, 28, 27, 26, 25)], id="backwards"),
        pytest.param(
            [("2005-05-27", "2005-05-28"), ("2005-05-25", "2005-05-27"), ("2005-05-29",) * 2], id="overlapping"
        ),
    ],
)
def test_keys_and_versions_are_the_same_on_every_rebuild(
    module_platform: Platform, built: Contents, runs: list[tuple[str, str]]
) -> None:
    rebuild_warehouse(module_platform, *runs)

    assert len(versions_of_sue(module_platform)) == 4
    assert module_platform.warehouse_contents() == built
