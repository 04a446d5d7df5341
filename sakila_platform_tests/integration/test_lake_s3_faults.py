"""S3 failing at any call: a day succeeds by trying again, or fails in one line with all that was there still whole.

Afterwards a run without faults gives what it would have given without them.
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path

import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.errors import PlatformError
from sakila_platform.lake.files import Lake
from sakila_platform.lake.location import open_lake
from sakila_platform.lake.s3 import bucket as s3_bucket
from sakila_platform.model.naming import TableName, data_file
from sakila_platform.settings.places import HOME, LAKE_ENDPOINT, LAKE_TIMEOUT_SECONDS
from sakila_platform_tests.lake_places import S3Place, s3_place
from sakila_platform_tests.platform import Contents, Platform, new_platform
from sakila_platform_tests.s3_faults import TIMEOUT_SECONDS, Fault, FaultyDoor, stop_waiting
from sakila_platform_tests.s3_servers import S3Server, moto_application, served
from sakila_platform_tests.shop_copies import ShopCopies

RENTAL = TableName("stage", "sakila", "rental")
DAYS = ["dt=2005-05-24", "dt=2005-05-25"]
PATHS = [data_file(RENTAL, day) for day in DAYS]
OLD, NEW = b"the old rows", b"the new rows"
# Parts are as small as S3 allows, so that two of them take no time.
PART = 5 * 1024**2
OLD_LARGE, NEW_LARGE = (text * (PART // len(text) + 1) for text in (OLD, NEW))

# What passes by itself, and what stays until somebody does something.
PASSING = [fault for fault in Fault if fault not in (Fault.EXPIRED, Fault.DENIED)]
STAYING = {
    Fault.EXPIRED: "the credentials have expired",
    Fault.DENIED: "access is denied",
    Fault.SLOW_DOWN: "it asks to slow down, however often it is asked again",
    Fault.INTERNAL_ERROR: "it has an error of its own, however often it is asked again",
    Fault.CUT: "the connection failed again and again",
    # Of half a listing nothing can be made out.
    Fault.HALF_A_BODY: "the connection failed again and again|it has an error of its own",
}


@pytest.fixture(scope="module")
def door() -> FaultyDoor:
    """What breaks calls."""
    return FaultyDoor(moto_application())


@pytest.fixture(scope="module")
def place(door: FaultyDoor) -> Iterator[S3Place]:
    """A bucket behind that door; what tests look at and prepare does not pass it."""
    variables = {LAKE_TIMEOUT_SECONDS.name: str(TIMEOUT_SECONDS)}
    with served(moto_application()) as sound, served(door) as broken, s3_place(S3Server(sound), variables) as place:
        yield S3Place(place.server, place.bucket, {**variables, LAKE_ENDPOINT.name: broken})


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls are tried again at once, and parts are small."""
    stop_waiting(monkeypatch)
    monkeypatch.setattr(s3_bucket, "MULTIPART_FROM", PART)
    monkeypatch.setattr(s3_bucket, "_PART", PART)


# Each operation of a lake


@pytest.fixture
def lake(place: S3Place, door: FaultyDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake with two days of rentals."""
    for name, value in {HOME.name: str(tmp_path), **place.environment}.items():
        monkeypatch.setenv(name, value)
    door.watch()
    place.clear()
    lake = open_lake()
    lake.publish_each(PATHS, OLD)
    return lake


OPERATIONS: dict[str, Callable[[Lake], object]] = {
    "publish": lambda lake: lake.publish(PATHS[0], NEW),
    "publish in parts": lambda lake: lake.publish(PATHS[0], NEW_LARGE),
    "read": lambda lake: lake.read(PATHS[0]),
    "list": lambda lake: lake.partitions(RENTAL),
    "look": lambda lake: lake.missing(RENTAL, DAYS),
    "copy": lambda lake: [Path(file).read_bytes() for file in lake.local_files(PATHS)],
    "delete": lambda lake: lake.delete(PATHS[0]),
}

READING = {"read", "list", "look", "copy"}


def calls_of(operation: Callable[[Lake], object], lake: Lake, door: FaultyDoor) -> int:
    door.watch()
    operation(lake)
    return len(door.calls)


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_passes_is_tried_again_at_any_call(name: str, lake: Lake, door: FaultyDoor, place: S3Place) -> None:
    operation = OPERATIONS[name]
    expected = operation(lake)
    after = {path: lake.read(path) for path in place.paths()}
    lake.publish_each(PATHS, OLD)
    calls = calls_of(operation, open_lake(), door)
    for number in range(1, calls + 1):
        for fault in PASSING:
            lake.publish_each(PATHS, OLD)
            door.break_call(number, fault)
            assert operation(open_lake()) == expected, fault
            assert len(door.calls) >= calls
            door.watch()
            assert {path: lake.read(path) for path in place.paths()} == after, fault
    # Of an upload whose beginning was heard but not answered, nobody knows the name: only the sweep finds it.
    lake.sweep()
    assert place.left_aside() == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_stays_fails_in_one_line_and_leaves_all_whole(
    name: str, lake: Lake, door: FaultyDoor, place: S3Place
) -> None:
    operation = OPERATIONS[name]
    calls = calls_of(operation, lake, door)
    for number in range(1, calls + 1):
        for fault, reported in STAYING.items():
            if fault is Fault.HALF_A_BODY and name not in READING:
                continue
            door.watch()
            place.clear()
            lake.publish_each(PATHS, OLD)
            door.break_call(number, fault, times=inf)
            with pytest.raises(PlatformError) as error:
                operation(open_lake())
            assert re.search(reported, str(error.value))
            assert "\n" not in str(error.value)
            door.watch()
            assert {lake.read(path) for path in place.paths()} == {OLD}, fault


def test_parts_of_an_upload_that_failed_are_taken_back(lake: Lake, door: FaultyDoor, place: S3Place) -> None:
    calls = calls_of(OPERATIONS["publish in parts"], lake, door)
    for number in range(2, calls + 1):
        lake.publish(PATHS[0], OLD_LARGE)
        # As often as a call is tried; what follows, the taking back, is heard.
        door.break_call(number, Fault.DENIED)
        with pytest.raises(PlatformError, match="access is denied"):
            lake.publish(PATHS[0], NEW_LARGE)
        door.watch()
        assert lake.read(PATHS[0]) == OLD_LARGE
        assert place.left_aside() == []


# A day's run


DAY = "2005-05-25"
CHANGE = "UPDATE payment SET amount = amount + 1 WHERE payment_date BETWEEN '2005-05-25' AND '2005-05-26'"
SEED = 20050525
CHOSEN = 12


@pytest.fixture(scope="module")
def platform(
    mysql_server: Address, shop_copies: ShopCopies, place: S3Place, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    """Two days, and a shop that has changed since."""
    shop_copies.restore()
    place.clear()
    warehouse = mysql_server.on(f"warehouse_{uuid.uuid4().hex}")
    with new_platform(shop_copies.address, warehouse, tmp_path_factory.mktemp("home"), place) as platform:
        platform.run("2005-05-24", DAY)
        platform.sql(CHANGE)
        yield platform


@pytest.fixture(scope="module")
def before(platform: Platform) -> dict[str, bytes]:
    """The lake before the day is run again."""
    return platform.files()


@pytest.fixture(scope="module")
def calls(platform: Platform, before: dict[str, bytes], door: FaultyDoor) -> list[str]:
    """The calls of the day's run without a fault."""
    platform.open_lake_anew()
    door.watch()
    platform.run(DAY)
    return list(door.calls)


@pytest.fixture(scope="module")
def expected(platform: Platform, calls: list[str]) -> Contents:
    """Lake and warehouse after the run without a fault."""
    return platform.contents()


@pytest.fixture(scope="module")
def after(platform: Platform, calls: list[str]) -> dict[str, bytes]:
    """The lake's files after the run without a fault."""
    return platform.files()


def chosen_calls(calls: list[str]) -> list[int]:
    """One call of each kind (its method, what it asks and of which layer), and some others by lot."""
    kinds = {}
    for number, call in enumerate(calls, 1):
        kinds.setdefault(kind_of(call), number)
    draw = random.Random(SEED)
    others = draw.sample(sorted(set(range(1, len(calls) + 1)) - set(kinds.values())), CHOSEN - len(kinds))
    return sorted([*kinds.values(), *others])


def kind_of(call: str) -> tuple[str, str]:
    method, _, target = call.partition(" ")
    layer = next(
        (layer for layer in ("stage", "final", "quarantine") if f"{layer}%2F" in target or layer in target), ""
    )
    return f"{method} {'list' if 'list-type' in target else ''}", layer


def put_back(platform: Platform, before: dict[str, bytes], door: FaultyDoor) -> None:
    door.watch()
    for path in set(platform.place.paths()) - before.keys():
        platform.lake_files.delete(path)
    for path, content in before.items():
        platform.lake_files.publish(path, content)
    platform.open_lake_anew()


def test_a_days_run_makes_calls_of_every_kind(calls: list[str]) -> None:
    assert {kind_of(call) for call in calls} >= {
        ("GET list", "stage"),
        ("GET list", "final"),
        ("GET list", "quarantine"),
        ("GET ", "stage"),
        ("GET ", "final"),
        ("PUT ", "stage"),
        ("PUT ", "final"),
    }


def test_a_days_run_survives_what_passes_at_any_call(
    platform: Platform, before: dict[str, bytes], calls: list[str], expected: Contents, door: FaultyDoor
) -> None:
    for turn, number in enumerate(chosen_calls(calls)):
        put_back(platform, before, door)
        door.break_call(number, PASSING[turn % len(PASSING)])
        platform.run(DAY)
        door.watch()
        assert platform.contents() == expected, f"{PASSING[turn % len(PASSING)]} at call {number}"


def test_a_days_run_that_fails_leaves_files_whole_and_the_next_one_completes_it(
    platform: Platform,
    before: dict[str, bytes],
    after: dict[str, bytes],
    calls: list[str],
    expected: Contents,
    door: FaultyDoor,
) -> None:
    staying = [fault for fault in STAYING if fault is not Fault.HALF_A_BODY]
    for turn, number in enumerate(chosen_calls(calls)):
        put_back(platform, before, door)
        loaded = platform.warehouse_contents()
        fault = staying[turn % len(staying)]
        door.break_call(number, fault, times=inf)
        with pytest.raises(PlatformError, match=STAYING[fault]):
            platform.run(DAY)
        door.watch()
        assert platform.warehouse_contents() == loaded
        stopped = platform.files()
        assert stopped.keys() == before.keys()
        assert all(content in (before[path], after[path]) for path, content in stopped.items())
        platform.run(DAY)
        assert platform.contents() == expected, f"{fault} at call {number}"
