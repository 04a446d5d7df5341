"""What the path to a lake is called tells nothing of its rows, and folders that are no partitions are no rows of days.

Only the folder right below a table says anything: the day, or the year, of the rows in it.
"""

from __future__ import annotations

import os
import tempfile
from datetime import date
from io import StringIO
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sakila_platform.cli.asking.query import asked
from sakila_platform.cli.asking.status import all_tables, show_layers
from sakila_platform.cli.terminal import Terminal
from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.errors import UsageError
from sakila_platform.lake.duckdb import create_mart_view, create_view_of_files, open_duckdb
from sakila_platform.lake.folder import FolderLake
from sakila_platform.lake.parquet_files import encode_parquet
from sakila_platform.model.naming import TableName, data_file, day_partition, partitions_among
from sakila_platform_tests.catalogue_lake import CatalogueLake
from sakila_platform_tests.counter import give_back, pay, rent
from sakila_platform_tests.lake_places import FolderPlace
from sakila_platform_tests.platform import Platform
from sakila_platform_tests.reviews_domain import reviews_domain

DAY = "2006-02-18"
# Each names a column, a partition or a pattern of some reader.
ABOVE = "country=CO/year=2026/dt=2001-01-01/rental_id=1/title=x/score=9/env=prod/[a] b*?"
PAYMENT, FACT_RENTAL = TableName("stage", "sakila", "payment"), TableName("final", "sakila", "fact_rental")
# Without a backslash: beside a `*` DuckDB finds no file below it, and says so.
FOLDER_NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0\\"), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..")
)


def move_lake(platform: Platform, above: str) -> None:
    """Have the platform's lake below such folders."""
    platform.lake_place = FolderPlace(platform.folder / above / "lake")
    for name, value in platform.lake_place.environment.items():
        platform.monkeypatch.setenv(name, value)


def shop_day(platform: Platform) -> None:
    """A day with a rental, its return and a payment."""
    taken = rent(platform, f"{DAY} 10:00", customer=4)
    give_back(platform, taken, f"{DAY} 18:00")
    pay(platform, f"{DAY} 18:00", "2.99", rental=taken)


def test_folders_above_the_lake_that_look_like_columns_change_nothing(platform: Platform) -> None:
    shop_day(platform)
    platform.run(DAY)
    expected = platform.contents()
    platform.start_over()

    move_lake(platform, ABOVE)
    platform.run(DAY)

    assert platform.contents() == expected
    assert len({row["country"] for row in platform.warehouse("SELECT country FROM dim_customer")}) > 1


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.lists(FOLDER_NAMES, min_size=1, max_size=4))
@example(["dt=old", "a=1"])
@example(["a*"])
@example(["n=7", "[ab]", "dt=2001-01-01"])
def test_a_view_has_the_rows_of_its_own_files_wherever_the_lake_is(above: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if len(os.fsencode("".join(above))) > 200:
            return
        lake = FolderLake(str(Path(folder, *above)))
        # One beside it, which a pattern would find.
        beside = FolderLake(str(Path(folder, *(name.replace("*", "b") for name in above))))
        for number, place in enumerate((beside, lake)):
            content = encode_parquet(pa.table({"n": [number], "a": ["mine"]}))
            place.publish(data_file(PAYMENT, day_partition(DAY)), content)
            place.publish("marts/films/part-0.parquet", content)
        with open_duckdb() as duck:
            create_view_of_files(duck, lake, PAYMENT, [day_partition(DAY)])
            create_mart_view(duck, lake, "films")
            rows = duck.execute(f"SELECT * FROM {PAYMENT.sql}").fetchall()
            mart = duck.execute("SELECT * FROM marts.films").fetchall()

    assert rows == [(1, "mine", date.fromisoformat(DAY))]
    assert mart == [(1, "mine")]


def test_reviews_are_the_same_whatever_is_above_the_lake(empty_postgres: PostgresAddress, tmp_path: Path) -> None:
    contents = []
    for folder in ("plain", "year=1999/review_score=5/browser=Lynx"):
        with reviews_domain(empty_postgres, FolderPlace(tmp_path / folder), tmp_path) as domain:
            domain.deliver_reviews("cid | review_str | id_review \n 1001 | good | 1")
            domain.deliver_logs(
                "id_review | logDate    | device | location | os      \n"
                "1         | 04-25-2021 | Tablet | Texas    | Windows"
            )
            domain.run()
            contents.append(domain.contents())
            with asked("lake", "SELECT review_score FROM final_reviews.fact_movie_analytics") as answer:
                assert [tuple(row) for row in answer.rows] == [(1,)]

    assert len(contents[0]) == 10
    assert contents[0] == contents[1]


def test_the_catalogue_keeps_its_titles_whatever_is_above_the_lake(tmp_path: Path) -> None:
    lake = CatalogueLake(tmp_path / "title=x" / "dt=2001-01-01")
    lake.given_films({"id": 1, "title": "Alien"}, {"id": 2, "title": "Them!"})

    lake.refined()

    assert sorted(lake.rows("refined/catalogue/dim_title").column("title")) == ["Alien", "Them!"]


def test_rows_without_a_day_can_be_asked_and_have_no_dt(platform: Platform) -> None:
    lost = pay(platform, f"{DAY} 10:00", "2.99")
    platform.damage("UPDATE payment SET payment_date = '0000-00-00 00:00:00' WHERE payment_id = %s", lost)
    platform.run(DAY, layers=["stage", "final"])

    with asked("lake", "SELECT payment_id, amount, dt FROM quarantine_sakila.payment") as answer:
        assert [(row[0], str(row[1]), row[2]) for row in answer.rows] == [(lost, "2.99", None)]
    with asked("lake", f"SELECT count(*) FROM quarantine_sakila.payment WHERE dt = '{DAY}'") as answer:
        assert [tuple(row) for row in answer.rows] == [(0,)]


@pytest.mark.parametrize("stray", ["dt=old", "dt=undated", "dt=2006-02-30", "year=2006", "copy"])
def test_a_folder_that_is_no_day_is_named_and_counts_for_nothing(platform: Platform, stray: str) -> None:
    shop_day(platform)
    platform.run(DAY)
    expected = platform.contents()
    for name in (PAYMENT, FACT_RENTAL):
        content = platform.lake_files.read(data_file(name, day_partition(DAY)))
        platform.lake_files.publish(data_file(name, stray), content)

    with asked("lake", f"SELECT count(*) FROM {PAYMENT.sql}") as answer:
        assert [tuple(row) for row in answer.rows] == [(1,)]
        (note,) = answer.notes
    assert note.startswith(f"stage/sakila/payment/{stray} is no day")
    counted = {(found.layer, found.table): found.rows for found in all_tables()}
    assert (counted["stage", "payment"], counted["final", "fact_rental"]) == (1, 1)
    shown = StringIO()
    show_layers(Terminal.on(shown), all_tables())
    assert f"final/sakila/fact_rental/{stray} is no day" in shown.getvalue()
    assert platform.stale_days("payment") == {}
    platform.run(DAY)
    strays = {data_file(name, stray) for name in (PAYMENT, FACT_RENTAL)}
    assert {path: rows for path, rows in platform.contents().items() if path not in strays} == expected


def test_a_table_with_nothing_but_a_stray_folder_says_so(platform: Platform) -> None:
    platform.lake_files.publish(data_file(PAYMENT, "dt=old"), encode_parquet(pa.table({"n": [1]})))

    with (
        pytest.raises(UsageError, match=r"^stage/sakila/payment/dt=old is no day .* has no other\.$"),
        asked("lake", f"SELECT 1 FROM {PAYMENT.sql}"),
    ):
        pass


def test_all_partitions_of_a_table_go_by_the_key_that_most_have() -> None:
    dates = TableName("final", "sakila", "dim_date")

    assert partitions_among(["year=2005", "year=2006", "dt=2005-05-24"], dates) == ["year=2005", "year=2006"]
    assert partitions_among(["dt=2005-05-24", "year=2006"], PAYMENT) == ["dt=2005-05-24"]
