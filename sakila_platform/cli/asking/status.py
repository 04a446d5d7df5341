"""What is where: database, lake, Dagster's home; how far each layer got, and how many rows are in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby

from pymysql.cursors import Cursor

from sakila_platform.cli.asking.status_postgres import postgres_place, postgres_tables
from sakila_platform.cli.terminal import Terminal
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.mariadb.server import describe_server, has_server
from sakila_platform.embedded.mysql_address import OLTP_DATABASE, WAREHOUSE_DATABASE, server_address
from sakila_platform.embedded.sakila.load_record import TABLE, read_record
from sakila_platform.embedded.sakila.verification import TABLES, existing_tables, quoted
from sakila_platform.errors import PlatformError
from sakila_platform.lake.location import open_lake
from sakila_platform.model.naming import DAY_PARTITION, data_file, mart_file
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.rentals.warehouse_star import LOAD_LEDGER
from sakila_platform.settings.places import HOME, MYSQL_URL, WAREHOUSE_URL
from sakila_platform.warehouse.lake_of_warehouse import RECORD

_LAYERS = ("oltp", "stage", "final", "trusted", "refined", "warehouse", "marts", "quarantine")
RENTALS, REVIEWS, CATALOGUE = "rentals", "reviews", "catalogue"
_DOMAINS = (RENTALS, REVIEWS, CATALOGUE)
_OF_SOURCE = {"sakila": RENTALS}
_MART_MODELS = SQL_FOLDER / "marts" / "models"
_Place = tuple[str, str, str]
_OLTP_DAYS = {"rental": "rental_date", "payment": "payment_date"}


@dataclass(frozen=True)
class TableStatus:
    """A table's rows over all its days, and its last day ("" where it has none)."""

    domain: str
    layer: str
    table: str
    rows: int
    last_day: str = ""
    notes: tuple[str, ...] = ()
    """What lies beside its files and is not counted, a line each."""


@dataclass(frozen=True)
class Found:
    """The tables that were counted, in the order of the chain, and why others could not be: a line for each place."""

    tables: list[TableStatus]
    unreached: list[str]


def show_status(terminal: Terminal, *, tables: bool) -> None:
    """Show where everything is and what is in each layer; with `tables`, in each table.

    Raises PlatformError, once all that can be told is told, when a database or the lake could not be reached.
    """
    terminal.heading("Where")
    terminal.table(("what", "where"), list(_places()))
    terminal.heading("What is in it")
    found = find_tables()
    show_layers(terminal, found.tables, tables=tables)
    if found.unreached:
        raise PlatformError(f"Not all could be counted. {' '.join(found.unreached)}")


def show_layers(terminal: Terminal, found: list[TableStatus], *, tables: bool = False) -> None:
    """Show rows and last day of each domain's layers, or of each of their tables; then what was not counted."""
    _show_counts(terminal, found, tables)
    for note in (note for table in found for note in table.notes):
        terminal.say(note)


def _show_counts(terminal: Terminal, found: list[TableStatus], tables: bool) -> None:
    if tables:
        rows = [(t.domain, t.layer, t.table, f"{t.rows:,}", t.last_day) for t in found]
        terminal.table(("domain", "layer", "table", "rows", "last day"), rows, ("rows",))
        return
    layers = [(where, list(within)) for where, within in groupby(found, key=lambda table: (table.domain, table.layer))]
    sums = [
        (*where, str(len(within)), f"{sum(t.rows for t in within):,}", max(t.last_day for t in within))
        for where, within in layers
    ]
    terminal.table(("domain", "layer", "tables", "rows", "last day"), sums, ("tables", "rows"))


def find_tables() -> Found:
    """Every table by domain and layer; what is not there (yet) has none, nor has what could not be reached."""
    found: list[TableStatus] = []
    unreached: list[str] = []
    for tables_of in (_oltp, _warehouse, _reviews, _lake):
        try:
            found += tables_of()
        except PlatformError as error:
            # Both databases of a server say the same of it.
            unreached += [str(error)] if str(error) not in unreached else []
    return Found(sorted((t for t in found if t.layer in _LAYERS), key=_place_in_the_chain), unreached)


def all_tables() -> list[TableStatus]:
    """Every table by domain and layer; a place that can't be reached has none."""
    return find_tables().tables


def _reviews() -> list[TableStatus]:
    return [TableStatus(REVIEWS, *found) for found in postgres_tables()]


def _place_in_the_chain(table: TableStatus) -> tuple[int, str, int, str]:
    known = table.domain in _DOMAINS
    # Last, what lies in the lake and is of no domain (any more).
    return (
        _DOMAINS.index(table.domain) if known else len(_DOMAINS),
        table.domain,
        _LAYERS.index(table.layer),
        table.table,
    )


def data_origin() -> str:
    """Whether the shop's data are official, generated, or not there; for people."""
    try:
        with _reading(MYSQL_URL.read(), OLTP_DATABASE) as cursor:
            if cursor is None:
                return "none yet"
            if TABLE not in existing_tables(cursor, OLTP_DATABASE):
                return "not loaded by this platform"
            record = read_record(cursor, OLTP_DATABASE)
    except PlatformError:
        return "not known: the database can't be reached"
    origin = "GENERATED (invented names; Sakila's tables and habits)" if record.origin == "generated" else record.origin
    release = f", release {record.release}" if record.release else ""
    scale = f", {record.scale} times the rentals" if record.scale > 1 else ""
    return origin + release + scale if record.is_complete else "a half-finished load"


def _places() -> Iterator[tuple[str, str]]:
    home = HOME.read().resolve()
    yield "state folder", str(home) if home.is_dir() else f"{home} (not there yet: sakila-platform up)"
    yield "database", _database()
    if place := postgres_place():
        yield "PostgreSQL", place
    yield "Sakila's data", data_origin()
    yield "lake", _lake_place()
    yield "Dagster's home", str(home / "dagster_home")


def _database() -> str:
    url = MYSQL_URL.read()
    if url:
        return f"{Address.parse(url).on('')} (SAKILA_MYSQL_URL)"
    server = describe_server(HOME.read())
    if server.is_running:
        return f"127.0.0.1:{server.port}, pid {server.pid}, {server.version} (private)"
    return "not running (start it: sakila-platform up)"


def _lake_place() -> str:
    try:
        return open_lake().require_usable()
    except PlatformError as error:
        return str(error)


def _oltp() -> list[TableStatus]:
    with _reading(MYSQL_URL.read(), OLTP_DATABASE) as cursor:
        if cursor is None:
            return []
        there = [table for table in TABLES if table in existing_tables(cursor, OLTP_DATABASE)]
        counts = _counts(cursor, there)
        days = {}
        for table, column in _OLTP_DAYS.items():
            if table in counts:
                cursor.execute(f"SELECT DATE(MAX({column})) FROM {table}")
                ((days[table],),) = cursor.fetchall()
    return [TableStatus(RENTALS, "oltp", table, rows, str(days.get(table) or "")) for table, rows in counts.items()]


def _warehouse() -> list[TableStatus]:
    with _reading(WAREHOUSE_URL.read() or MYSQL_URL.read(), WAREHOUSE_DATABASE) as cursor:
        if cursor is None:
            return []
        counts = _counts(cursor, sorted(existing_tables(cursor, WAREHOUSE_DATABASE)))
        days: dict[str, int] = {}
        if LOAD_LEDGER.name.table in counts:
            cursor.execute(f"SELECT table_name, MAX(date_key) FROM {LOAD_LEDGER.name.table} GROUP BY table_name")
            days = dict(cursor.fetchall())
    return [
        TableStatus(RENTALS, "warehouse", table, rows, _day(days.get(table)))
        for table, rows in counts.items()
        if table not in (LOAD_LEDGER.name.table, RECORD)
    ]


def _lake() -> list[TableStatus]:
    """The lake's tables, as the files' own footers count them."""
    lake = open_lake()
    lake.require_usable()
    files: dict[str, tuple[_Place, str]] = {}
    notes: dict[_Place, tuple[str, ...]] = {}
    for name in lake.tables():
        place = (_OF_SOURCE.get(name.source, name.source), name.layer, name.table)
        folders = lake.folders(name)
        notes[place] = tuple(folders.notes)
        files |= {data_file(name, part): (place, part) for part in folders.partitions or lake.parts(name)}
    files |= {mart_file(mart): ((_domain_of(mart), "marts", mart), "") for mart in lake.marts()}
    rows: Counter[_Place] = Counter({place: 0 for place, told in notes.items() if told})
    last: dict[_Place, str] = {}
    for (place, partition), count in zip(files.values(), lake.row_counts(list(files)), strict=True):
        rows[place] += count
        day = partition.removeprefix(f"{DAY_PARTITION}=")
        last[place] = max(last.get(place, ""), day if day[:1].isdigit() else "")
    return [TableStatus(*at, count, last.get(at, ""), notes.get(at, ())) for at, count in rows.items()]


def _domain_of(mart: str) -> str:
    """The domain whose folder has the mart's model; "" for a mart that has none (any more)."""
    return next((model.parent.name for model in _MART_MODELS.glob(f"*/{mart}.sql")), "")


@contextmanager
def _reading(url: str, database: str) -> Iterator[Cursor | None]:
    """A cursor on a database of the server at that URL (empty: the private one), None where there is none (yet).

    Raises PlatformError when the server can't be reached.
    """
    if not url and not has_server(HOME.read()):
        yield None
        return
    with closing(connect(server_address(url))) as connection, connection.cursor(Cursor) as cursor:
        cursor.execute("SELECT 1 FROM information_schema.schemata WHERE schema_name = %s", [database])
        if not cursor.fetchall():
            yield None
            return
        cursor.execute(f"USE {quoted(database)}")
        yield cursor


def _counts(cursor: Cursor, tables: Iterable[str]) -> dict[str, int]:
    counts = {}
    for table in tables:
        cursor.execute(f"SELECT COUNT(*) FROM {quoted(table)}")
        ((counts[table],),) = cursor.fetchall()
    return counts


def _day(date_key: int | None) -> str:
    return f"{date_key // 10000}-{date_key // 100 % 100:02}-{date_key % 100:02}" if date_key else ""
