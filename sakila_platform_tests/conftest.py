"""What the tests stand on: a real server of their own in a temporary folder, and an empty database on it."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.embedded.mariadb.server import ensure_server, stop_server
from sakila_platform.embedded.sakila.dumps.dump import DATA_FILE, DOWNLOAD_URL, SCHEMA_FILE, read_dump
from sakila_platform.errors import PlatformError
from sakila_platform.settings.every import all_settings
from sakila_platform.settings.places import DUMP
from sakila_platform_tests.browsers import opened_browser
from sakila_platform_tests.desks import DeskUnderTest, desk_on
from sakila_platform_tests.lake_places import FolderPlace, LakePlace, s3_place
from sakila_platform_tests.platform import Engine, Platform, new_platform
from sakila_platform_tests.postgres_servers import postgres_database, private_postgres
from sakila_platform_tests.s3_servers import S3Server, moto_application, served
from sakila_platform_tests.shop_copies import ShopCopies
from sakila_platform_tests.spark import SparkEngine, small_spark


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the platforms under test have their lakes and databases.

    `--lake s3` runs the same tests on S3 over HTTP. `--mysql-url` runs them on a server that is there, such as an
    official MySQL 8, in databases of their own; in one process, since some tests change the server's own settings.
    `--engine spark` has the spec's days computed by the Glue lane, for tests that run them without Dagster.
    """
    parser.addoption("--lake", choices=("folder", "s3"), default="folder", help="where lakes are: folder or s3")
    parser.addoption("--s3-endpoint", default="", help="an S3 server for --lake s3 (none: moto, in this process)")
    parser.addoption("--engine", choices=("duckdb", "spark"), default="duckdb", help="what computes stage and final")
    parser.addoption("--mysql-url", default="", help="a server, mysql://user:password@host (default: a private one)")


@contextmanager
def _settings_put_back() -> Iterator[None]:
    before = {setting.name: os.environ.get(setting.name) for setting in all_settings()}
    yield
    for name, value in before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


@pytest.fixture(autouse=True, scope="module")
def _no_settings_of_other_modules() -> Iterator[None]:
    """Jobs that run in this process put their settings into its environment: they end with the module that ran them."""
    with _settings_put_back():
        yield


@pytest.fixture(autouse=True)
def _no_settings_of_other_tests(_no_settings_of_other_modules: None) -> Iterator[None]:
    """And with the test that ran them; what the module's own fixtures set stays until its end."""
    with _settings_put_back():
        yield


@pytest.fixture(scope="session")
def mysql_server(pytestconfig: pytest.Config) -> Iterator[Address]:
    """The server that --mysql-url names, else a private one that lives as long as the test session."""
    if url := pytestconfig.getoption("--mysql-url"):
        yield Address.parse(url)
        return
    # Not pytest's own folder: that is kept for three sessions, and a server's log alone is half a gigabyte.
    home = Path(tempfile.mkdtemp(prefix="sakila-tests-"))
    try:
        yield ensure_server(home)
    finally:
        stop_server(home)
        shutil.rmtree(home)


@pytest.fixture
def empty_database(mysql_server: Address) -> Iterator[Address]:
    """A database of the test's own, gone after it."""
    name = f"test_{uuid.uuid4().hex}"
    with connect(mysql_server, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    yield mysql_server.on(name)
    with connect(mysql_server, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresAddress]:
    """A private PostgreSQL that lives as long as the test session."""
    with private_postgres() as address:
        yield address


@pytest.fixture
def empty_postgres(postgres_server: PostgresAddress) -> Iterator[PostgresAddress]:
    """A PostgreSQL database of the test's own, which is not there yet, and gone after it."""
    with postgres_database(postgres_server) as address:
        yield address


@pytest.fixture(scope="session")
def official_dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The official Sakila: SAKILA_DUMP's, else shared/sakila beside the checkout, else MySQL's own download."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "sakila"
    named = DUMP.read()
    place = Path(named or beside)
    if place.exists():
        return place
    try:
        dump = read_dump(named or DOWNLOAD_URL)
    except PlatformError as error:
        pytest.skip(f"the official Sakila is not available: {error}")
    folder = tmp_path_factory.mktemp("sakila")
    for file, text in ((SCHEMA_FILE, dump.schema.text), (DATA_FILE, dump.data.text)):
        (folder / file).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def shop_copies(mysql_server: Address, official_dump: Path) -> Iterator[ShopCopies]:
    """The official Sakila on the session's server."""
    copies = ShopCopies(mysql_server, official_dump)
    yield copies
    copies.drop()


@pytest.fixture(scope="session")
def s3_server(request: pytest.FixtureRequest) -> Iterator[S3Server]:
    """The S3 server of the session: its own, unless another was named."""
    named = request.config.getoption("--s3-endpoint")
    if named:
        yield S3Server(named)
    else:
        with served(moto_application()) as endpoint:
            yield S3Server(endpoint)


@pytest.fixture(scope="session")
def lake_kind(request: pytest.FixtureRequest) -> str:
    """Where platforms have their lakes in this session: `folder`, or `s3`."""
    return request.config.getoption("--lake")


@pytest.fixture
def lake_place(request: pytest.FixtureRequest, lake_kind: str, tmp_path: Path) -> Iterator[LakePlace]:
    """A place for the lake of one test."""
    if lake_kind == "folder":
        yield FolderPlace(tmp_path / "lake")
    else:
        with s3_place(request.getfixturevalue("s3_server")) as place:
            yield place


@pytest.fixture(scope="module")
def module_lake_place(
    request: pytest.FixtureRequest, lake_kind: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LakePlace]:
    """A place for the lake of a module's tests."""
    if lake_kind == "folder":
        yield FolderPlace(tmp_path_factory.mktemp("lake"))
    else:
        with s3_place(request.getfixturevalue("s3_server")) as place:
            yield place


@pytest.fixture(scope="session")
def spark_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The Glue lane, on one session for all tests."""
    with small_spark(tmp_path_factory.mktemp("spark")) as spark:
        yield SparkEngine(spark)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine | None:
    """What --engine names; none for the local lane."""
    return request.getfixturevalue("spark_engine") if request.config.getoption("--engine") == "spark" else None


@pytest.fixture
def platform(
    mysql_server: Address, shop_copies: ShopCopies, tmp_path: Path, lake_place: LakePlace, engine: Engine | None
) -> Iterator[Platform]:
    """A whole platform in a temporary folder, its shop as the official Sakila has it."""
    shop_copies.restore()
    warehouse = mysql_server.on(f"warehouse_{uuid.uuid4().hex}")
    with new_platform(shop_copies.address, warehouse, tmp_path, lake_place) as platform:
        platform.engine = engine
        yield platform


@pytest.fixture(scope="module")
def module_platform(
    request: pytest.FixtureRequest,
    mysql_server: Address,
    shop_copies: ShopCopies,
    tmp_path_factory: pytest.TempPathFactory,
    module_lake_place: LakePlace,
) -> Iterator[Platform]:
    """The same for a module's tests that look at it, or leave it as it was; its shop may be changed by others."""
    shop_copies.restore()
    warehouse = mysql_server.on(f"warehouse_{uuid.uuid4().hex}")
    home = tmp_path_factory.mktemp("home")
    with new_platform(shop_copies.address, warehouse, home, module_lake_place) as platform:
        if request.config.getoption("--engine") == "spark":
            platform.engine = request.getfixturevalue("spark_engine")
        yield platform


@pytest.fixture
def desk(platform: Platform) -> Iterator[DeskUnderTest]:
    """A rental desk on the platform's shop; its clock stands where the platform's does."""
    with desk_on(platform.shop, platform.clock) as desk:
        yield desk


# Of a module and not of the session: while it is open, no other test may run an event loop of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    with opened_browser() as browser:
        yield browser
