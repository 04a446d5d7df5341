"""The warehouse of reviews on a real PostgreSQL: what a load brings, twice, in any order, and when it is stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sakila_platform.databases.postgres.address import PostgresAddress, connect, connected
from sakila_platform.errors import PlatformError
from sakila_platform.lake.folder import FolderLake
from sakila_platform.lake.parquet_files import encode_parquet
from sakila_platform.model.contracts import arrow_schema
from sakila_platform.model.naming import data_file, day_partition, year_partition
from sakila_platform.model.outcomes import LoadRefused
from sakila_platform.reviews import star
from sakila_platform.reviews import warehouse_star as warehouse
from sakila_platform.reviews.calendar import publish_year
from sakila_platform.warehouse.postgres import load as loading
from sakila_platform.warehouse.postgres.load import Loading, load_days
from sakila_platform_tests.reviews_lake import key_of, write_day, write_tables
from sakila_platform_tests.tables import Rows, rows_of, table

FIRST, SECOND = "2021-05-01", "2021-05-02"
# Ada writes three reviews and buys twice on the first day: beside each review her purchases would count three times.
DAY_ONE = """
    customer | written    | device   | location   | os                | good
    1        | 2021-04-25 | Mobile   | California | Apple iOS         | 1
    1        | 2021-04-25 | Mobile   | California | Apple iOS         | 0
    1        | 2020-12-31 | Computer | Kansas     | Microsoft Windows | 1
    2        | 2021-04-26 | Tablet   | New York   | Google Android    | 0
"""
PAID_ONE = """
    customer | amount
    1        | 10.005
    1        | 20.000
    3        | 7.500
    0        | 1.000
"""
DAY_TWO = """
    customer | written    | device   | location | os    | good
    1        | 2021-04-25 | Computer | Ohio     | Linux | 1
    4        | 2021-04-27 | Mobile   | Unknown  | Linux | 0
"""
PAID_TWO = """
    customer | amount
    1        | -20.000
"""


class WarehouseUnderTest:
    """A lake with two drawn days, and a warehouse to load them into."""

    def __init__(self, folder: Path, address: PostgresAddress) -> None:
        self.lake = FolderLake(str(folder))
        self.address = address
        write_day(self.lake, FIRST, DAY_ONE, PAID_ONE)
        write_day(self.lake, SECOND, DAY_TWO, PAID_TWO)

    def load(self, *days: str, tables: Any = warehouse.DAILY_TABLES) -> Any:
        with connected(self.address) as connection:
            wanted = [date.fromisoformat(day) for day in days]
            return load_days(Loading(warehouse.STAR, connection, self.lake, publish_year), tables, wanted)

    def sql(self, statement: str) -> Rows:
        with connect(self.address) as connection:
            cursor = connection.execute(statement.encode())
            return rows_of([column.name for column in cursor.description or ()], cursor.fetchall())

    def contents(self) -> dict[str, list]:
        tables = (*warehouse.DAILY_TABLES, warehouse.DIM_DATE)
        return {t.name.table: sorted(map(tuple, map(dict.values, self.sql(f"TABLE {t.name.table}")))) for t in tables}


@pytest.fixture
def reviews(tmp_path: Path, empty_postgres: PostgresAddress) -> Iterator[WarehouseUnderTest]:
    yield WarehouseUnderTest(tmp_path, empty_postgres)


def test_a_load_brings_the_days_and_every_year_that_their_rows_name(reviews: WarehouseUnderTest) -> None:
    outcomes = reviews.load(FIRST, SECOND)
    rows = {name.table: [day.rows for day in by_day.values()] for name, by_day in outcomes.items()}
    assert rows["fact_movie_analytics"] == [3, 2]
    assert rows["fact_customer_spending"] == [3, 1]
    assert rows["dim_location"] == [4, 2]
    assert reviews.sql("SELECT year, count(*) AS days FROM dim_date GROUP BY year ORDER BY year").drawn() == table(
        """
        year | days
        2020 | 366
        2021 | 365
        """
    )
    seasons = "SELECT date, season FROM dim_date WHERE month IN (2, 3, 12) AND day = 1 AND year = 2021 ORDER BY date"
    assert reviews.sql(seasons).column("season") == ["Winter", "Spring", "Winter"]


def test_a_year_that_the_lake_lost_is_published_again_though_the_warehouse_has_it(reviews: WarehouseUnderTest) -> None:
    reviews.load(FIRST)
    lost = data_file(star.DIM_DATE.name, year_partition(2020))
    reviews.lake.delete(lost)
    reviews.load(FIRST)
    assert reviews.lake.row_counts([lost]) == [366]


def test_a_warehouse_takes_nothing_from_another_lake_until_it_is_filled_from_it(
    reviews: WarehouseUnderTest, tmp_path: Path
) -> None:
    reviews.load(FIRST)
    before = reviews.contents()
    reviews.lake = FolderLake(str(tmp_path / "another"))
    write_day(reviews.lake, SECOND, DAY_TWO, PAID_TWO)
    with pytest.raises(
        PlatformError, match=r"^The warehouse of reviews is filled from another lake, at .*refill reviews`"
    ):
        reviews.load(SECOND)
    assert reviews.contents() == before

    with connected(reviews.address) as connection:
        days = loading.refill(Loading(warehouse.STAR, connection, reviews.lake, publish_year))
    assert [str(day) for day in days] == [SECOND]
    reviews.load(SECOND)

    assert reviews.sql("SELECT DISTINCT insert_date FROM fact_movie_analytics").column("insert_date") == days
    assert reviews.sql("SELECT location FROM loaded_lake").column("location") == [reviews.lake.location]


def test_no_warehouse_of_reviews_is_emptied_for_a_lake_without_a_day(
    reviews: WarehouseUnderTest, tmp_path: Path
) -> None:
    reviews.load(FIRST)
    before = reviews.contents()
    mistyped = FolderLake(str(tmp_path / "mistyped"))

    with connected(reviews.address) as connection, pytest.raises(PlatformError, match="has 1: nothing was emptied"):
        loading.refill(Loading(warehouse.STAR, connection, mistyped, publish_year))

    assert reviews.contents() == before


def test_what_a_customer_spent_is_not_multiplied_by_the_reviews_that_they_wrote(reviews: WarehouseUnderTest) -> None:
    reviews.load(FIRST, SECOND)
    assert reviews.sql("SELECT * FROM customer_movie_analytics ORDER BY customer_id").drawn() == table(
        """
        customer_id | review_score | review_count | amount_spent
        0           | 0            | 0            | 1.000
        1           | 3            | 4            | 10.005
        2           | 0            | 1            | 0
        3           | 0            | 0            | 7.500
        4           | 0            | 1            | 0
        """
    )
    # The known mistake: reviews beside purchases, then summed.
    [mistaken] = reviews.sql(
        "SELECT sum(amount_spent) AS spent FROM fact_movie_analytics JOIN fact_customer_spending USING (customer_id)"
    )
    assert mistaken["spent"] == 3 * Decimal("10.005")


def test_loading_a_day_twice_changes_nothing(reviews: WarehouseUnderTest) -> None:
    reviews.load(FIRST)
    once = reviews.contents()
    versions = reviews.sql("SELECT xmin::text AS version FROM dim_location ORDER BY location_key")
    reviews.load(FIRST)
    assert reviews.contents() == once
    assert reviews.sql("SELECT xmin::text AS version FROM dim_location ORDER BY location_key") == versions


def test_days_may_be_loaded_in_any_order_and_together(
    reviews: WarehouseUnderTest, postgres_server: PostgresAddress, tmp_path: Path
) -> None:
    third = "2021-05-03"
    write_day(reviews.lake, third, DAY_TWO.replace("Ohio", "Texas"), PAID_ONE)
    reviews.load(FIRST, SECOND, third)
    together = reviews.contents()
    for order in permutations((FIRST, SECOND, third)):
        with connect(reviews.address, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        for day in order:
            reviews.load(day)
        assert reviews.contents() == together, order


def test_a_corrected_day_gives_way_and_leaves_its_neighbour_alone(reviews: WarehouseUnderTest) -> None:
    reviews.load(FIRST, SECOND)
    write_day(reviews.lake, FIRST, DAY_TWO, "")
    reviews.load(FIRST)
    counted = "SELECT insert_date, sum(review_count) AS reviews FROM fact_movie_analytics GROUP BY 1 ORDER BY 1"
    assert reviews.sql(counted).column("reviews") == [2, 2]
    assert reviews.sql("SELECT sum(amount_spent) AS spent FROM fact_customer_spending").column("spent") == [-20]


def test_an_empty_day_is_loaded_as_an_empty_day(reviews: WarehouseUnderTest) -> None:
    reviews.load(FIRST)
    write_day(reviews.lake, FIRST)
    outcomes = reviews.load(FIRST)
    assert outcomes[warehouse.STAR.table("fact_movie_analytics").name][date(2021, 5, 1)].rows == 0
    assert not reviews.sql("TABLE fact_movie_analytics")
    assert not reviews.sql("TABLE fact_customer_spending")


def test_a_changed_description_of_a_member_is_taken_over(reviews: WarehouseUnderTest) -> None:
    reviews.load(FIRST)
    device = [{"device_key": key_of("Mobile"), "device": "Phone"}, {"device_key": 0, "device": "Unknown"}]
    write_tables(reviews.lake, date(2021, 5, 2), {star.DIM_DEVICES: device})
    reviews.load(SECOND, tables=[warehouse.STAR.table("dim_devices")])
    devices = reviews.sql("SELECT device FROM dim_devices ORDER BY device").column("device")
    assert devices == ["Computer", "Phone", "Tablet", "Unknown"]


class KilledError(Exception):
    """Ends a load in the middle."""


@pytest.mark.parametrize("moment", ["_put_members", "_replace_days", "_audit", "_outcomes"])
def test_a_load_that_is_cut_off_leaves_nothing_half_done(
    reviews: WarehouseUnderTest, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    reviews.load(FIRST)
    before = reviews.contents()

    def stop(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(loading, moment, stop)
        with pytest.raises(KilledError):
            reviews.load(SECOND)
    assert reviews.contents() == before
    reviews.load(SECOND)
    assert len(reviews.sql("TABLE fact_movie_analytics")) == 5


def test_readers_see_the_days_before_until_all_of_the_new_ones_are_there(
    reviews: WarehouseUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviews.load(FIRST)
    seen = []
    audit = loading._audit

    def look(*arguments: Any) -> None:
        seen.append(reviews.sql("SELECT count(*) AS n FROM customer_movie_analytics").column("n"))
        audit(*arguments)

    monkeypatch.setattr(loading, "_audit", look)
    reviews.load(SECOND)
    assert seen == [[4], [4]]
    assert reviews.sql("SELECT count(*) AS n FROM customer_movie_analytics").column("n") == [5]


def test_a_key_that_names_no_member_refuses_the_day(reviews: WarehouseUnderTest) -> None:
    reviews.load(FIRST)
    before = reviews.contents()
    stray = {
        **dict.fromkeys(star.FACT_MOVIE_ANALYTICS.column_names, 0),
        **{"customer_id": 1, "date_key": 20210501, "location_key": 77, "review_count": 1},
        "insert_date": date(2021, 5, 2),
    }
    write_tables(reviews.lake, date(2021, 5, 2), {star.FACT_MOVIE_ANALYTICS: [stray]})
    with pytest.raises(LoadRefused, match=r"location_key names a row of dim_location \(1\)"):
        reviews.load(SECOND)
    assert reviews.contents() == before


def test_rows_that_change_on_their_way_refuse_the_day(
    reviews: WarehouseUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = loading._replace_days

    def lose_a_cent(session: Any, *of: Any) -> None:
        replace(session, *of)
        if warehouse.STAR.table("fact_customer_spending") in of:
            session.execute(
                "UPDATE fact_customer_spending SET amount_spent = amount_spent - 0.01 WHERE customer_id = 3"
            )

    monkeypatch.setattr(loading, "_replace_days", lose_a_cent)
    with pytest.raises(LoadRefused, match=r"sum of amount_spent: 38\.505 in final, 38\.495 in the warehouse"):
        reviews.load(FIRST)


def test_a_day_that_the_lake_lacks_is_one_line(reviews: WarehouseUnderTest) -> None:
    with pytest.raises(PlatformError, match=r"final/reviews/dim_devices has no dt=2021-05-03. Run final") as caught:
        reviews.load("2021-05-03")
    assert "\n" not in str(caught.value)


def test_the_tables_are_those_of_the_contracts(reviews: WarehouseUnderTest) -> None:
    reviews.load(FIRST)
    for of in (*warehouse.DAILY_TABLES, warehouse.DIM_DATE):
        columns = reviews.sql(
            "SELECT column_name, is_nullable FROM information_schema.columns "
            f"WHERE table_name = '{of.name.table}' ORDER BY ordinal_position"
        )
        assert columns.column("column_name") == list(arrow_schema(of).names)
        assert columns.column("is_nullable") == ["YES" if column.nullable else "NO" for column in of.columns]


def test_a_view_of_another_version_is_made_anew(reviews: WarehouseUnderTest) -> None:
    reviews.load(FIRST)
    with connect(reviews.address, autocommit=True) as connection:
        connection.execute("DROP VIEW customer_movie_analytics")
        connection.execute("CREATE VIEW customer_movie_analytics AS SELECT 1 AS customer_id")
    reviews.load(SECOND)
    assert len(reviews.sql("TABLE customer_movie_analytics")) == 5


def test_two_loads_at_once_wait_for_each_other(reviews: WarehouseUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    reviews.load(FIRST)
    monkeypatch.setattr("sakila_platform.warehouse.postgres.session._LOCK_WAIT_SECONDS", 1)
    with connect(reviews.address) as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(7241001)")
        with pytest.raises(PlatformError, match="Another run has been loading the warehouse for 1 s"):
            reviews.load(SECOND)
    reviews.load(SECOND)


def test_tables_that_another_contract_made_are_named_and_dropped_as_told_are_filled_again(
    reviews: WarehouseUnderTest,
) -> None:
    reviews.load(FIRST, SECOND)
    whole = reviews.contents()
    with connected(reviews.address) as connection:
        connection.execute("ALTER TABLE fact_customer_spending DROP COLUMN amount_spent CASCADE")
        connection.execute("ALTER TABLE dim_location ADD COLUMN region text NOT NULL DEFAULT 'x'")
        connection.execute("ALTER TABLE dim_location ALTER COLUMN region DROP DEFAULT")
        connection.commit()

    with pytest.raises(PlatformError) as refused:
        reviews.load(SECOND)

    line = str(refused.value)
    assert line.startswith("The warehouse of reviews has tables that another contract made: ")
    assert "public.fact_customer_spending: amount_spent is missing (NUMERIC(" in line
    assert "public.dim_location: region (TEXT NOT NULL) is not in the contract" in line
    assert "sakila-platform refill reviews" in line
    with connected(reviews.address) as connection:
        connection.execute(line[line.index("DROP TABLE") : line.index("), then")].encode())
        connection.commit()
        days = loading.refill(Loading(warehouse.STAR, connection, reviews.lake, publish_year))
    reviews.load(*map(str, days))
    assert reviews.contents() == whole


def test_a_day_of_the_lake_that_another_contract_wrote_is_named_and_the_warehouse_is_not_emptied_for_it(
    reviews: WarehouseUnderTest,
) -> None:
    reviews.load(FIRST)
    whole = reviews.contents()
    path = data_file(star.FACT_MOVIE_ANALYTICS.name, day_partition(SECOND))
    rows = pq.read_table(pa.BufferReader(reviews.lake.read(path)))
    reviews.lake.publish(path, encode_parquet(rows.drop_columns([rows.column_names[-1]])))
    reported = (
        r"^final/reviews/fact_movie_analytics/dt=2021-05-02 was written by another contract: \w+ is missing .*"
        r"`sakila-platform run reviews --from 2021-05-02 --to 2021-05-02`"
    )

    with pytest.raises(PlatformError, match=reported):
        reviews.load(FIRST, SECOND)
    with connected(reviews.address) as connection, pytest.raises(PlatformError, match=reported):
        loading.refill(Loading(warehouse.STAR, connection, reviews.lake, publish_year))

    assert reviews.contents() == whole
