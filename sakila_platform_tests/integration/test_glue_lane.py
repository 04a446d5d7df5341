"""The Glue lane on real Spark, by a real JDBC driver, from the real database: it does what the local lane does."""

from __future__ import annotations

import runpy
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.databases.mysql.tls import Tls
from sakila_platform.lake.folder import FolderLake
from sakila_platform.lake.parquet_files import encode_parquet
from sakila_platform.model.contracts import arrow_schema, unknown_member
from sakila_platform.model.naming import TableName, data_file, day_partition
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.rentals import star
from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform.spark.lake_views import LakeViews
from sakila_platform.spark.source import jdbc
from sakila_platform.star.builds import ALWAYS_KNOWN
from sakila_platform_tests.certificates import Authority
from sakila_platform_tests.platform import Platform, new_platform
from sakila_platform_tests.rogue_mysql import Intent, rogue_mysql
from sakila_platform_tests.shop_copies import ShopCopies
from sakila_platform_tests.spark import TwoLanes, small_spark
from sakila_platform_tests.tables import table

SCRIPTS = Path(__file__).resolve().parents[2] / "glue_scripts"
# The first days, of which the second has returns; a busy day; one on which nothing happened; the last, with the
# rentals that never came back.
DAYS = [date.fromisoformat(day) for day in ("2005-05-24", "2005-05-25", "2005-08-22", "2005-10-01", "2006-02-14")]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """One session for this file."""
    with small_spark(tmp_path_factory.mktemp("spark")) as spark:
        yield spark


@pytest.fixture(scope="module")
def shop(shop_copies: ShopCopies) -> ShopCopies:
    """The official shop, as its dump has it."""
    shop_copies.restore()
    return shop_copies


@pytest.fixture(scope="module")
def lanes(
    mysql_server: Address, shop: ShopCopies, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TwoLanes]:
    """Both lanes on the official shop, and what these days came to in each."""
    local, glue = tmp_path_factory.mktemp("local"), tmp_path_factory.mktemp("glue")
    with (
        new_platform(shop.address, mysql_server.on("warehouse_of_local_lane"), local) as local_lane,
        new_platform(shop.address, mysql_server.on("warehouse_of_glue_lane"), glue) as glue_lane,
    ):
        yield TwoLanes(local_lane, glue_lane, spark)


@pytest.fixture(scope="module")
def history(lanes: TwoLanes) -> tuple[Outcomes, Outcomes]:
    """Some days of the history in both lanes, every table read by several connections."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(jdbc, "_KEYS_PER_RANGE", 1_000)
        return lanes.run(DAYS)


def test_the_same_days_come_to_the_same(history: tuple[Outcomes, Outcomes]) -> None:
    local, glue = history
    assert glue == local


def test_both_lakes_hold_the_same_rows_under_the_same_types(
    lanes: TwoLanes, history: tuple[Outcomes, Outcomes]
) -> None:
    assert lake_of(lanes, lanes.glue) == lake_of(lanes, lanes.local)
    assert types_of(lanes, lanes.glue) == types_of(lanes, lanes.local)


def test_both_warehouses_hold_the_same_rows_under_the_same_types(
    lanes: TwoLanes, history: tuple[Outcomes, Outcomes]
) -> None:
    assert lanes.glue.warehouse_contents() == lanes.local.warehouse_contents()
    columns = (
        "SELECT * FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position"
    )
    reported = [
        [(c["TABLE_NAME"], c["COLUMN_NAME"], c["COLUMN_TYPE"], c["IS_NULLABLE"]) for c in lane.warehouse(columns)]
        for lane in (lanes.glue, lanes.local)
    ]
    assert reported[0] == reported[1]
    assert reported[0]


def test_the_history_is_what_the_shop_recorded(lanes: TwoLanes, history: tuple[Outcomes, Outcomes]) -> None:
    assert lanes.glue.warehouse(
        "SELECT rental_date_key AS day, COUNT(*) AS rentals, SUM(return_date_key IS NOT NULL) AS returned "
        "FROM fact_rental GROUP BY 1 ORDER BY 1"
    ).drawn() == table(
        """
        day      | rentals | returned
        20050524 | 8       | 0
        20050525 | 137     | 1
        20050822 | 626     | 5
        20060214 | 182     | 0
        """
    )


def test_running_a_day_again_keeps_its_captures_and_changes_no_byte(
    lanes: TwoLanes, history: tuple[Outcomes, Outcomes]
) -> None:
    lanes.at(lanes.glue)
    before = lanes.glue.files()
    warehouse = lanes.glue.warehouse_contents()

    again = lanes.run_glue(DAYS[1:2])

    assert again[TableName("stage", "sakila", "customer")][DAYS[1]].notes == {"kept_capture": 1}
    assert lanes.glue.files() == before
    assert lanes.glue.warehouse_contents() == warehouse


def test_the_scripts_run_a_day_through_every_layer(
    lanes: TwoLanes, history: tuple[Outcomes, Outcomes], capsys: pytest.CaptureFixture
) -> None:
    day, glue = date(2005, 5, 26), lanes.at(lanes.glue)
    glue.set(MYSQL_URL=glue.shop.on("").url)
    shop = f"jdbc:mysql://{glue.shop.host}:{glue.shop.port}/{glue.shop.database}"
    warehouse = f"jdbc:mysql://{glue.shop.host}:{glue.shop.port}/{glue.warehouse_address.database}"

    run_script("extract_stage.py", "--JOB_NAME", "extract", "--days", str(day), "--jdbc-url", shop)
    run_script("build_final.py", "--days", str(day))
    run_script("load_warehouse.py", "--days", str(day), "--jdbc-url", warehouse)
    reported = capsys.readouterr().out.splitlines()
    with pytest.raises(SystemExit, match=r"has no dt=2005-06-01\. Run final"):
        run_script("load_warehouse.py", "--days", "2005-06-01", "--jdbc-url", warehouse)

    assert "stage/sakila/rental 2005-05-26: 187 rows" in reported
    assert "final/sakila/fact_rental 2005-05-26: 174 rows" in reported
    assert "warehouse/sakila/fact_rental 2005-05-26: 174 rows" in reported
    assert glue.shop.password not in "".join(reported)
    lanes.run_local([day])
    assert lake_of(lanes, glue) == lake_of(lanes, lanes.local)
    assert glue.warehouse_contents() == lanes.local.warehouse_contents()


def test_the_date_dimension_is_refreshed_in_the_lake_and_the_warehouse(
    lanes: TwoLanes, history: tuple[Outcomes, Outcomes]
) -> None:
    glue = lanes.at(lanes.glue)
    glue.set(MYSQL_URL=glue.shop.on("").url)
    warehouse = f"jdbc:mysql://{glue.shop.host}:{glue.shop.port}/{glue.warehouse_address.database}"

    run_script("refresh_date_dimension.py", "--years", "2008", "--jdbc-url", warehouse)

    assert glue.warehouse("SELECT COUNT(*) AS days FROM dim_date WHERE year = 2008").drawn() == table("days\n366")
    glue.warehouse("DELETE FROM dim_date WHERE year = 2008")
    glue.lake_files.delete("final/sakila/dim_date/year=2008/part-0.parquet")


def test_bad_rows_and_missing_members_are_dealt_with_alike(lanes: TwoLanes, history: tuple[Outcomes, Outcomes]) -> None:
    """A rental without a day, one back before it was taken, one of a copy that nobody has, a zero return date, a
    customer who came after the capture, another who did and has no date, and a day that breaks its contract beyond
    what is allowed."""
    local, glue = lanes.local, lanes.glue
    local.damage("UPDATE rental SET rental_date = '0000-00-00' WHERE rental_id = 1")
    local.damage("UPDATE rental SET return_date = '2005-05-24 23:00:00' WHERE rental_id = 20")
    local.damage("UPDATE rental SET inventory_id = 99999 WHERE rental_id = 30")
    local.damage("UPDATE rental SET return_date = '0000-00-00' WHERE rental_id = 40")
    local.damage("UPDATE payment SET payment_date = '2005-08-22 10:00', amount = -1 WHERE payment_id <= 60")
    local.damage(
        "INSERT INTO customer (customer_id, store_id, first_name, last_name, address_id, active, create_date) "
        "VALUES (700, 1, 'Añá', 'O''Hara\\t💿', 5, 1, '2006-02-01')"
    )
    local.damage("UPDATE rental SET customer_id = 700 WHERE rental_id = 50")
    local.damage(
        "INSERT INTO customer (customer_id, store_id, first_name, last_name, address_id, active, create_date) "
        "VALUES (701, 1, 'Nobody', 'Knows', 5, 1, '2006-02-01')"
    )
    # A trigger dates who is new.
    local.damage("UPDATE customer SET create_date = '0000-00-00' WHERE customer_id = 701")
    local.damage("UPDATE rental SET customer_id = 701 WHERE rental_id = 51")
    days = DAYS[:3]
    glue.set(ALLOWED_BAD_SHARE=0.05)

    stage_and_final = lanes.run(days, layers=["stage", "final"])

    assert stage_and_final[1] == stage_and_final[0]
    assert lake_of(lanes, glue) == lake_of(lanes, local)
    assert types_of(lanes, glue) == types_of(lanes, local)
    set_aside = {path for path in lake_of(lanes, glue) if path.startswith("quarantine/")}
    assert set_aside == {
        "quarantine/sakila/customer/dt=2005-05-25/part-0.parquet",
        "quarantine/sakila/rental/dt=undated/part-0.parquet",
        "quarantine/sakila/fact_rental/dt=2005-05-25/part-0.parquet",
    }
    lanes.at(glue)
    customers = glue.lake("stage/sakila/customer", "2005-05-25").column("customer_id")
    assert (700 in customers, 701 in customers) == (True, False)


def test_a_refused_dimension_holds_up_the_same_tables_in_both_lanes(lanes: TwoLanes) -> None:
    lanes.local.damage("ALTER TABLE staff MODIFY first_name VARCHAR(60) NOT NULL")
    lanes.local.damage("UPDATE staff SET first_name = REPEAT('x', 50) WHERE staff_id = 1")
    try:
        local, glue = lanes.run([date(2005, 5, 30)], layers=["stage", "final"])
    finally:
        lanes.local.damage("UPDATE staff SET first_name = 'Mike' WHERE staff_id = 1")

    assert glue == local
    final = {name.table: by_day for name, by_day in glue.items() if name.layer == "final"}
    assert [table for table, by_day in final.items() if any(day.refused for day in by_day.values())] == ["dim_staff"]
    assert {table for table, by_day in final.items() if not by_day} == {"fact_rental", "fact_return", "fact_payment"}
    assert lake_of(lanes, lanes.glue) == lake_of(lanes, lanes.local)


def test_a_lake_is_read_from_its_own_files_whatever_its_path_is_called(spark: SparkSession, tmp_path: Path) -> None:
    schema = arrow_schema(star.DIM_STORE)
    rows = pa.Table.from_pylist([unknown_member(star.DIM_STORE, ALWAYS_KNOWN)], schema=schema)
    places = [tmp_path / name / "country=CO" / "dt=2001-01-01" / "[x]" for name in ("a*", "ab")]
    for place, content in zip(places, (rows, schema.empty_table()), strict=True):
        FolderLake(str(place)).publish(data_file(star.DIM_STORE.name, day_partition(DAYS[0])), encode_parquet(content))

    (read,) = LakeViews(spark, str(places[0])).read(star.DIM_STORE, DAYS[:1]).collect()

    assert (read["store_id"], read["country"], read["dt"]) == (0, rows["country"][0].as_py(), DAYS[0])


def lake_of(lanes: TwoLanes, lane: Platform) -> dict[str, pa.Table]:
    """The rows of every file of a lane's lake, by path."""
    return lanes.at(lane).lake_contents()


def types_of(lanes: TwoLanes, lane: Platform) -> dict[str, pa.Schema]:
    """The schema of every file of a lane's lake, by path."""
    lanes.at(lane)
    return {path: lane._read(path).schema for path in lane.files()}


def run_script(name: str, *words: str) -> None:
    """Run a script in this process, which has the session, with these arguments."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(sys, "argv", [name, *words])
        runpy.run_path(str(SCRIPTS / name), run_name="__main__")


@pytest.mark.parametrize(
    "intent", [Intent(wanted_file=b"/etc/hostname"), Intent(plugin="mysql_clear_password")], ids=["file", "password"]
)
def test_a_server_gets_neither_a_file_nor_a_readable_password_of_a_job(
    intent: Intent, shop: ShopCopies, spark: SparkSession
) -> None:
    with (
        rogue_mysql(intent) as rogue,
        connect(shop.address) as connection,
        pytest.raises(Py4JJavaError, match=r"LOCAL INFILE is disabled|require SSL"),
    ):
        jdbc.JdbcSource(rogue.address.on("sakila"), 1).read(spark, connection, STAGE_TABLES[0])

    assert not any(Path("/etc/hostname").read_bytes() in file for file in rogue.caught.files)
    assert not any(b"TopSecretPassword" in login for login in rogue.caught.logins)


def test_a_job_verifies_a_server_beyond_this_machine(shop: ShopCopies, spark: SparkSession, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    name = socket.gethostname()
    if not socket.gethostbyname(name).startswith("127."):
        pytest.skip(f"{name} does not lead to loopback on this machine")
    with rogue_mysql(Intent(certificate=authority.certificate(name))) as server, connect(shop.address) as connection:
        elsewhere = replace(server.address.on("sakila"), host=name)
        with pytest.raises(Py4JJavaError, match="PKIX path building failed"):
            jdbc.JdbcSource(elsewhere, 1).read(spark, connection, STAGE_TABLES[0])
        assert server.caught.logins == []
        # What answers then is no MySQL, but it has shown who it is and was logged in to.
        with pytest.raises(Exception) as answered:
            trusting = replace(elsewhere, tls=Tls(ssl_ca=authority.path))
            jdbc.JdbcSource(trusting, 1).read(spark, connection, STAGE_TABLES[0])
        assert "PKIX" not in str(answered.value)
        assert server.caught.logins
