"""A simulated day in a real shop database: what is written, once, forward only, and beside people at the counter."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pymysql
import pytest
from pymysql.cursors import Cursor
from scipy.stats import chisquare

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.errors import PlatformError
from sakila_platform.model.days import Clock, days_between
from sakila_platform.rentals.simulation.days import DayOutcome, Status, simulate_day
from sakila_platform.rentals.simulation.draws import Options, draw_rentals
from sakila_platform.rentals.simulation.ledger import LEDGER_TABLES, ensure_ledger
from sakila_platform.rentals.simulation.memory import ShopMemory
from sakila_platform.rentals.simulation.shop import read_shop
from sakila_platform.settings.places import DUMP
from sakila_platform_tests.shop_copies import ShopCopies

MONDAY = date(2024, 5, 20)
CLOCK = Clock(ZoneInfo("UTC"), datetime(2024, 8, 1, 12, tzinfo=timezone.utc))
SIMULATED = "rental_id IN (SELECT rental_id FROM simulated_rental)"


@pytest.fixture(scope="module")
def copies(mysql_server: Address) -> Iterator[ShopCopies]:
    """Sakila, loaded once for this module."""
    copies = ShopCopies(mysql_server, DUMP.read())
    yield copies
    copies.drop()


@pytest.fixture
def shop(copies: ShopCopies) -> Address:
    """Sakila as its dump has it."""
    copies.restore()
    return copies.address


@pytest.fixture
def connection(shop: Address) -> Iterator[pymysql.Connection]:
    with closing(connect(shop)) as connection:
        ensure_ledger(connection, CLOCK.today())
        yield connection


def rows(connection: pymysql.Connection, statement: str, *values: object) -> tuple:
    """What a query answers now; leaves no transaction open."""
    connection.commit()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        answer = cursor.fetchall()
    connection.commit()
    return answer


def one(connection: pymysql.Connection, statement: str, *values: object) -> Any:
    ((value,),) = rows(connection, statement, *values)
    return value


def write(connection: pymysql.Connection, *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.commit()


def everything(connection: pymysql.Connection) -> dict[str, tuple]:
    """All that a simulation may touch, instants of writing aside."""
    return {
        "rental": rows(
            connection, "SELECT rental_id, rental_date, inventory_id, customer_id, return_date, staff_id FROM rental"
        ),
        "payment": rows(
            connection, "SELECT payment_id, customer_id, staff_id, rental_id, amount, payment_date FROM payment"
        ),
        "simulated_day": rows(connection, "SELECT simulated_on, rentals, returns, late_fees FROM simulated_day"),
        "simulated_rental": rows(connection, "SELECT * FROM simulated_rental ORDER BY rental_id"),
    }


def simulate(connection: pymysql.Connection, days: list[date]) -> list[DayOutcome]:
    return [simulate_day(connection, day, CLOCK) for day in days]


def week() -> list[date]:
    return days_between(MONDAY, MONDAY + timedelta(days=9))


def test_a_day_is_a_hundred_customers_who_each_rent_one_film_and_pay_for_it(connection: pymysql.Connection) -> None:
    before = one(connection, "SELECT COUNT(*) FROM rental")

    outcome = simulate_day(connection, MONDAY, CLOCK)

    assert (outcome.status, outcome.rentals, outcome.reason) == (Status.SIMULATED, 100, "")
    assert one(connection, "SELECT COUNT(*) FROM rental") == before + 100
    facts = rows(
        connection,
        f"""
        SELECT COUNT(*), COUNT(DISTINCT rental.customer_id), SUM(customer.active), SUM(DATE(rental.rental_date) = %s),
               SUM(customer.store_id = inventory.store_id), SUM(staff.store_id = inventory.store_id),
               SUM(payment.payment_date = rental.rental_date), SUM(payment.amount = film.rental_rate),
               SUM(payment.customer_id = rental.customer_id)
        FROM rental JOIN customer USING (customer_id) JOIN inventory USING (inventory_id) JOIN film USING (film_id)
        JOIN staff ON staff.staff_id = rental.staff_id JOIN payment USING (rental_id)
        WHERE {SIMULATED}
        """,
        MONDAY,
    )
    assert facts == ((100,) * 9,)


def test_simulating_a_day_twice_changes_nothing(connection: pymysql.Connection) -> None:
    first = simulate(connection, week())
    before = everything(connection)

    again = simulate(connection, week())

    assert everything(connection) == before
    assert [replace(outcome, status=Status.SIMULATED) for outcome in again] == first
    assert {outcome.status for outcome in again} == {Status.ALREADY_SIMULATED}


def at_the_counter() -> dict[date, tuple[str, ...]]:
    """What people do before a day of the week's is simulated, by that day."""
    tuesday, *days = week()[1:]
    out = "SELECT MIN(rental_id) FROM simulated_rental WHERE closed_on IS NULL"
    return {
        tuesday: (
            # A counter that is ahead: its rental counts from the day after it on. (The trigger would date it now.)
            "INSERT INTO rental (rental_date, inventory_id, customer_id, staff_id) VALUES (NOW(), 4, 148, 1)",
            "UPDATE rental SET rental_date = '2024-05-24 12:00:00' WHERE inventory_id = 4 AND return_date IS NULL",
        ),
        days[0]: (f"UPDATE rental SET return_date = '2024-05-21 23:00:00' WHERE rental_id = ({out})",),
        days[1]: (f"DELETE FROM payment WHERE rental_id = ({out})", f"DELETE FROM rental WHERE rental_id = ({out})"),
        days[2]: ("UPDATE customer SET active = 0 WHERE customer_id BETWEEN 100 AND 300",),
        days[3]: (
            "UPDATE film SET rental_rate = 9.99, rental_duration = 1 WHERE film_id < 200",
            "INSERT INTO inventory (film_id, store_id) SELECT film_id, 1 FROM film WHERE film_id BETWEEN 500 AND 700",
            "UPDATE staff SET active = 0 WHERE staff_id = 2",
        ),
    }


@pytest.mark.parametrize("people", [{}, at_the_counter()], ids=["nobody else", "people at the counter"])
def test_a_run_of_days_that_carries_its_counts_on_draws_what_reading_all_history_each_day_draws(
    copies: ShopCopies, shop: Address, connection: pymysql.Connection, people: dict[date, tuple[str, ...]]
) -> None:
    def live(connection: pymysql.Connection, memory: ShopMemory | None) -> tuple:
        for day in [*week(), MONDAY + timedelta(days=30)]:
            write(connection, *people.get(day, ()))
            simulate_day(connection, day, CLOCK, None, memory)
        return _by_fact(connection)

    carried = live(connection, ShopMemory())

    copies.restore()
    with closing(connect(shop)) as anew:
        ensure_ledger(anew, CLOCK.today())
        assert carried == live(anew, None)
    assert len(carried) > 1100


def test_a_run_of_days_reads_history_once_unless_people_were_at_the_counter(connection: pymysql.Connection) -> None:
    memory = ShopMemory()
    scans = []
    for day in week():
        before = _rows_scanned(connection)
        simulate_day(connection, day, CLOCK, None, memory)
        scans.append(_rows_scanned(connection) - before)

    # The first day reads every rental several times over, each other one what it writes and what is out.
    history = one(connection, "SELECT COUNT(*) FROM rental")
    assert scans[0] > 2 * history
    assert max(scans[1:]) < history


def _rows_scanned(connection: pymysql.Connection) -> int:
    steps = "('Handler_read_next', 'Handler_read_rnd_next')"
    counted = rows(connection, f"SHOW SESSION STATUS WHERE Variable_name IN {steps}")
    return sum(int(value) for _, value in counted)


def test_a_day_is_simulated_once_when_runs_race(shop: Address) -> None:
    def run(_: int) -> list[DayOutcome]:
        with closing(connect(shop)) as connection:
            return simulate(connection, days_between(MONDAY, MONDAY + timedelta(days=4)))

    with ThreadPoolExecutor(4) as pool:
        outcomes = [outcome for of_run in pool.map(run, range(4)) for outcome in of_run]

    statuses = Counter((outcome.day, outcome.status) for outcome in outcomes)
    days = days_between(MONDAY, MONDAY + timedelta(days=4))
    assert [statuses[day, Status.SIMULATED] for day in days] == [1] * 5
    with closing(connect(shop)) as connection:
        assert one(connection, f"SELECT COUNT(*) FROM rental WHERE {SIMULATED}") == 500


SKIPPED = {
    date(2006, 2, 14): "2006-02-14 is within the recorded history, which ends on 2006-02-14",
    date(2005, 10, 1): "2005-10-01 is within the recorded history",
    date(2024, 5, 19): "2024-05-19 is before the last simulated day, 2024-05-20",
    date(2024, 8, 1): "2024-08-01 has not ended",
    date(2024, 8, 2): "2024-08-02 has not ended",
}


def test_a_day_that_cannot_be_simulated_writes_nothing_and_says_so(connection: pymysql.Connection) -> None:
    simulate_day(connection, MONDAY, CLOCK)
    before = everything(connection)

    outcomes = simulate(connection, list(SKIPPED))

    for outcome, said in zip(outcomes, SKIPPED.values(), strict=True):
        assert outcome.status is Status.SKIPPED
        assert said in outcome.reason
    assert everything(connection) == before


def test_rentals_that_people_took_today_before_the_first_simulation_are_no_recorded_history(shop: Address) -> None:
    with closing(connect(shop)) as connection:
        write(
            connection,
            "INSERT INTO rental (rental_date, inventory_id, customer_id, staff_id) SELECT NOW(), 1, 1, staff_id "
            "FROM staff LIMIT 1",
        )
        # The trigger dates the rental by the server's clock, so here the shop's clock has to be the real one.
        clock = Clock(ZoneInfo("UTC"))

        outcome = simulate_day(connection, clock.today() - timedelta(days=1), clock)

        assert (outcome.status, outcome.rentals) == (Status.SIMULATED, 100)


def test_simulated_rentals_come_back_and_what_people_recorded_stays_out(connection: pymysql.Connection) -> None:
    open_before = one(connection, "SELECT COUNT(*) FROM rental WHERE return_date IS NULL")

    outcomes = simulate(connection, week())

    assert one(connection, f"SELECT COUNT(*) FROM rental WHERE return_date IS NULL AND NOT {SIMULATED}") == open_before
    returned = one(connection, f"SELECT COUNT(*) FROM rental WHERE return_date IS NOT NULL AND {SIMULATED}")
    assert returned == sum(outcome.returns for outcome in outcomes) > 100
    assert one(connection, f"SELECT COUNT(*) FROM rental WHERE return_date <= rental_date AND {SIMULATED}") == 0
    per_day = dict(rows(connection, f"SELECT DATE(return_date), COUNT(*) FROM rental WHERE {SIMULATED} GROUP BY 1"))
    assert [per_day.get(outcome.day, 0) for outcome in outcomes] == [outcome.returns for outcome in outcomes]


def test_late_fees_leave_every_balance_as_get_customer_balance_had_it(connection: pymysql.Connection) -> None:
    balances = "SELECT customer_id, get_customer_balance(customer_id, '2024-07-31') FROM customer"
    before = rows(connection, balances)

    outcomes = simulate(connection, week())

    assert sum(outcome.late_fees for outcome in outcomes) > 20
    assert rows(connection, balances) == before
    # A late fee is paid at the return.
    strays = one(
        connection,
        f"SELECT COUNT(*) FROM payment JOIN rental USING (rental_id) WHERE {SIMULATED} "
        "AND payment_date NOT IN (rental_date, COALESCE(return_date, rental_date))",
    )
    assert strays == 0


def test_a_day_after_a_gap_takes_back_what_was_due_meanwhile_at_its_first_moment(
    connection: pymysql.Connection,
) -> None:
    later = MONDAY + timedelta(days=40)

    _, after_gap = simulate(connection, [MONDAY, later])

    in_gap = "return_date >= %s AND return_date < %s"
    assert one(connection, f"SELECT COUNT(*) FROM rental WHERE {in_gap}", MONDAY + timedelta(days=1), later) == 0
    at_dawn = one(connection, "SELECT COUNT(*) FROM rental WHERE return_date = %s", later)
    assert 90 < at_dawn <= 100
    assert after_gap.late_fees >= at_dawn


def test_no_copy_is_out_twice_at_once(connection: pymysql.Connection) -> None:
    # Few copies, so that each goes out as soon as it is back.
    write(
        connection,
        "DELETE FROM payment",
        "DELETE FROM rental",
        "DELETE FROM inventory WHERE inventory_id > 60",
    )

    outcomes = simulate(connection, [MONDAY + timedelta(days=n) for n in (0, 1, 2, 5, 6, 7, 8, 20, 21)])

    assert sum(outcome.rentals for outcome in outcomes) > 60
    overlapping = """
        SELECT COUNT(*) FROM rental AS one JOIN rental AS other
        ON one.inventory_id = other.inventory_id AND one.rental_id < other.rental_id
        AND one.rental_date < COALESCE(other.return_date, '9999-01-01')
        AND other.rental_date < COALESCE(one.return_date, '9999-01-01')
    """
    assert one(connection, overlapping) == 0


def test_a_copy_that_a_person_is_just_renting_is_left_to_them(shop: Address, connection: pymysql.Connection) -> None:
    taken = "SELECT inventory_id FROM inventory WHERE store_id = 1"
    with closing(connect(shop)) as counter, ThreadPoolExecutor(1) as pool, closing(connect(shop)) as other:
        with counter.cursor() as cursor:
            cursor.execute(
                "INSERT INTO rental (rental_date, inventory_id, customer_id, staff_id) "
                f"SELECT NOW(), inventory_id, 1, 1 FROM inventory WHERE inventory_id IN ({taken})"
            )
        running = pool.submit(simulate_day, other, MONDAY, CLOCK)
        time.sleep(0.3)
        assert not running.done()
        counter.commit()
        outcome = running.result()

    assert outcome.rentals == 100
    assert one(connection, f"SELECT COUNT(*) FROM rental WHERE {SIMULATED} AND inventory_id IN ({taken})") == 0


def test_a_film_that_a_person_took_back_at_the_counter_stays_as_they_wrote_it(connection: pymysql.Connection) -> None:
    simulate_day(connection, MONDAY, CLOCK)
    still_out = one(connection, f"SELECT COUNT(*) FROM rental WHERE return_date IS NULL AND {SIMULATED}")
    by_hand = "2024-05-20 23:59:58"
    write(connection, f"UPDATE rental SET return_date = '{by_hand}' WHERE return_date IS NULL AND {SIMULATED}")
    payments = one(connection, "SELECT COUNT(*) FROM payment")

    outcome = simulate_day(connection, MONDAY + timedelta(days=30), CLOCK, Options(renters=0))

    assert (outcome.returns, outcome.late_fees) == (0, 0)
    assert one(connection, "SELECT COUNT(*) FROM rental WHERE return_date = %s", by_hand) == still_out
    assert one(connection, "SELECT COUNT(*) FROM payment") == payments


def test_a_simulated_rental_that_was_deleted_is_forgotten(connection: pymysql.Connection) -> None:
    simulate_day(connection, MONDAY, CLOCK)
    write(connection, f"DELETE FROM rental WHERE {SIMULATED}")

    outcome = simulate_day(connection, MONDAY + timedelta(days=30), CLOCK, Options(renters=0))

    assert outcome == DayOutcome(MONDAY + timedelta(days=30), Status.SIMULATED)


def test_a_run_that_is_killed_anywhere_and_run_again_equals_one_that_was_not(
    copies: ShopCopies, shop: Address, connection: pymysql.Connection
) -> None:
    random = Random(20240520)
    killed = 0
    outcomes = []
    for day in week():
        for seconds in (random.uniform(0.001, 0.05), random.uniform(0.05, 0.09)):
            with closing(connect(shop)) as victim:
                killed += _killed_midway(connection, victim, day, seconds)
        outcomes.append(simulate_day(connection, day, CLOCK))

    assert killed > 5
    facts = _by_fact(connection)
    copies.restore()
    with closing(connect(shop)) as calm:
        undisturbed = simulate(calm, week())
        assert _by_fact(calm) == facts
    assert [replace(outcome, status=Status.SIMULATED) for outcome in outcomes] == undisturbed


def test_a_further_day_of_a_run_asks_the_server_little(connection: pymysql.Connection) -> None:
    memory = ShopMemory()
    asked = []
    for day in week():
        before = int(rows(connection, "SHOW SESSION STATUS LIKE 'Questions'")[0][1])
        simulate_day(connection, day, CLOCK, None, memory)
        asked.append(int(rows(connection, "SHOW SESSION STATUS LIKE 'Questions'")[0][1]) - before)

    # Of these, three are the counting's: its own statement, and the two commits around it.
    assert max(asked[1:]) <= 17 + 3


def test_a_ledger_that_is_lost_between_two_days_of_a_run_is_made_anew(connection: pymysql.Connection) -> None:
    memory = ShopMemory()
    simulate_day(connection, MONDAY, CLOCK, None, memory)
    write(connection, *(f"DROP TABLE {table}" for table in LEDGER_TABLES))

    outcome = simulate_day(connection, MONDAY + timedelta(days=1), CLOCK, None, memory)

    assert (outcome.status, outcome.rentals) == (Status.SIMULATED, 100)


def _killed_midway(connection: pymysql.Connection, victim: pymysql.Connection, day: date, seconds: float) -> bool:
    """Let the server cut the connection after so many seconds of the day; whether that stopped the day."""
    cut = threading.Timer(seconds, _kill, (connection, victim.thread_id()))
    cut.start()
    try:
        simulate_day(victim, day, CLOCK)
        return False
    except (pymysql.err.OperationalError, pymysql.err.InternalError, pymysql.err.InterfaceError):
        return True
    finally:
        cut.join()


def _kill(connection: pymysql.Connection, thread_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("KILL CONNECTION %s", [thread_id])


def _by_fact(connection: pymysql.Connection) -> tuple:
    """Rentals and their payments without the numbers that AUTO_INCREMENT gave, which a rollback uses up."""
    return rows(
        connection,
        "SELECT rental_date, inventory_id, rental.customer_id, rental.staff_id, return_date, amount, payment_date "
        f"FROM rental JOIN payment USING (rental_id) WHERE {SIMULATED} ORDER BY 1, 2, 7, 6",
    )


def test_customers_of_the_official_shop_are_drawn_by_their_past_rentals(connection: pymysql.Connection) -> None:
    with connection.cursor(Cursor) as cursor:
        whole = read_shop(cursor, MONDAY, date(2006, 2, 14)).shop(MONDAY, [])
    # One copy in each shop is enough to see who comes first.
    shop = replace(whole, copies=list({copy.store_id: copy for copy in whole.copies}.values()))
    past = {customer.customer_id: customer.past_rentals for customer in shop.customers}

    days = 1500
    drawn = Counter(
        past[rental.customer_id]
        for day in days_between(MONDAY, MONDAY + timedelta(days=days - 1))
        for rental in draw_rentals(day, shop, Options(renters=1))
    )

    weights = Counter[int]()
    for rentals in past.values():
        weights[rentals] += rentals + 1
    observed, expected = _pooled([(drawn[n], days * weights[n] / sum(weights.values())) for n in sorted(weights)])
    assert chisquare(observed, expected).pvalue > 0.001


def _pooled(cells: list[tuple[int, float]]) -> tuple[list[int], list[float]]:
    """Neighbouring cells together, until each expects at least 20."""
    pools: list[list[float]] = [[0, 0.0]]
    for observed, expected in cells:
        if pools[-1][1] >= 20:
            pools.append([0, 0.0])
        pools[-1][0] += observed
        pools[-1][1] += expected
    if pools[-1][1] < 20:
        small = pools.pop()
        pools[-1] = [pools[-1][0] + small[0], pools[-1][1] + small[1]]
    return [int(pool[0]) for pool in pools], [float(pool[1]) for pool in pools]


def test_when_payment_numbers_run_out_nothing_is_written_and_the_way_out_is_reported(
    connection: pymysql.Connection,
) -> None:
    write(connection, "ALTER TABLE payment AUTO_INCREMENT = 65500")
    before = everything(connection)

    with pytest.raises(PlatformError, match=r"has no payment_id left.*ALTER TABLE payment MODIFY"):
        simulate_day(connection, MONDAY, CLOCK)

    assert everything(connection) == before
    write(connection, "ALTER TABLE payment MODIFY payment_id INT UNSIGNED NOT NULL AUTO_INCREMENT")
    assert simulate_day(connection, MONDAY, CLOCK).rentals == 100


def test_a_database_without_sakila_is_reported_in_one_line(empty_database: Address) -> None:
    with closing(connect(empty_database)) as connection, pytest.raises(PlatformError) as refused:
        simulate_day(connection, MONDAY, CLOCK)

    assert "Load it with `sakila-platform load`" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_ledger_is_made_once_and_keeps_what_it_knows(connection: pymysql.Connection) -> None:
    simulate_day(connection, MONDAY, CLOCK)
    before = [rows(connection, f"SELECT * FROM {table}") for table in LEDGER_TABLES]

    ensure_ledger(connection, CLOCK.today())

    assert [rows(connection, f"SELECT * FROM {table}") for table in LEDGER_TABLES] == before
