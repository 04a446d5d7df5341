"""Killed at any moment of a backfill to S3: every object is whole, and running again gives what no kill gives."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform_tests.integration.backfills import Backfill, random_calls, start
from sakila_platform_tests.lake_places import S3Place, s3_place
from sakila_platform_tests.platform import Contents, new_platform
from sakila_platform_tests.s3_servers import S3Server
from sakila_platform_tests.shop_copies import ShopCopies

FIRST, LAST = "2005-05-24", "2005-05-25"
KILLS = 4


@pytest.fixture(scope="module")
def shop(shop_copies: ShopCopies) -> Address:
    """The official Sakila."""
    shop_copies.restore()
    return shop_copies.address


@pytest.fixture
def place(s3_server: S3Server) -> Iterator[S3Place]:
    """An empty bucket."""
    with s3_place(s3_server) as place:
        yield place


def contents_after_running(backfill: Backfill) -> Contents:
    """Run the days to their end in this process; gives what is there then, and removes it."""
    with new_platform(backfill.shop, backfill.warehouse, backfill.folder, backfill.lake_place) as platform:
        platform.run(backfill.first, backfill.last)
        contents = platform.contents()
        platform.start_over()
        return contents


def test_a_backfill_killed_at_any_moment_leaves_whole_objects_and_is_completed_by_the_next(
    mysql_server: Address, shop: Address, place: S3Place, tmp_path: Path
) -> None:
    backfill = Backfill(shop, mysql_server.on("warehouse_killed"), tmp_path, FIRST, LAST, place)
    expected = contents_after_running(backfill)
    kill_points = random_calls(backfill, KILLS)
    with new_platform(shop, backfill.warehouse, tmp_path, place) as platform:
        platform.start_over()
    killed = 0
    for kill_point in kill_points:
        process, progress = start(backfill, kill_point)
        progress.recv()
        process.kill()
        process.join()
        killed += process.exitcode != 0

        for path in place.paths():
            key = f"{place.prefix}/{path}"
            content = place.server.client().get_object(Bucket=place.bucket, Key=key)["Body"].read()
            assert pq.read_table(io.BytesIO(content)).num_rows >= 0, path
        assert place.left_aside() == []
        assert contents_after_running(backfill) == expected, f"killed at {kill_point}"
    assert killed >= KILLS - 1, "most were killed before they were done"
