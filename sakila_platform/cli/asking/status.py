"""What is where: database, lake, Dagster's home; how far each layer got, and how many rows are in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from sakila_platform.cli.asking.status_mysql import mysql_tables
from sakila_platform.cli.asking.status_postgres import postgres_place, postgres_tables
from sakila_platform.cli.terminal import Terminal
from sakila_platform.databases.mysql.address import Address
from sakila_platform.declarations.domain import Domain
from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.domains import DOMAINS
from sakila_platform.embedded.mariadb.server import describe_server
from sakila_platform.errors import PlatformError
from sakila_platform.lake.location import open_lake
from sakila_platform.model.naming import DAY_PARTITION, data_file, mart_file
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.settings.places import HOME, MYSQL_URL

_LAYERS = ("oltp", "stage", "final", "trusted", "refined", "warehouse", "marts", "quarantine")
_MART_MODELS = SQL_FOLDER / "marts" / "models"
_Place = tuple[str, str, str]


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

    Raises PlatformError, once everything that can be shown is shown, when a database or the lake could not be reached.
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
    places: list[Callable[[], list[TableStatus]]] = [partial(_in_databases, domain) for domain in DOMAINS]
    for tables_of in (*places, _lake):
        try:
            found += tables_of()
        except PlatformError as error:
            # Both databases of a server say the same of it.
            unreached += [str(error)] if str(error) not in unreached else []
    return Found(sorted((t for t in found if t.layer in _LAYERS), key=_place_in_the_chain), unreached)


def all_tables() -> list[TableStatus]:
    """Every table by domain and layer; a place that can't be reached has none."""
    return find_tables().tables


def _in_databases(domain: Domain) -> list[TableStatus]:
    """The tables of a domain's source and warehouse. A server that is not there (yet) has none."""
    kept = {table.name.table for table in domain.warehouse.further} if domain.warehouse else set()
    found: list[TableStatus] = []
    for layer, database in (("oltp", domain.source_database), ("warehouse", domain.warehouse_database)):
        if isinstance(database, MySQLDatabase):
            tables = mysql_tables(database, domain.last_days)
        elif database:
            tables = postgres_tables(database, domain.last_days)
        else:
            continue
        wanted = domain.source_tables if layer == "oltp" else ()
        found += [
            TableStatus(domain.name, layer, *table)
            for table in tables
            if table[0] not in kept and (table[0] in wanted or not wanted)
        ]
    return found


def _place_in_the_chain(table: TableStatus) -> tuple[int, str, int, str]:
    names = [domain.name for domain in DOMAINS]
    # Last, what lies in the lake and is of no domain (any more).
    return (
        names.index(table.domain) if table.domain in names else len(names),
        table.domain,
        _LAYERS.index(table.layer),
        table.table,
    )


def _places() -> Iterator[tuple[str, str]]:
    home = HOME.read().resolve()
    yield "state folder", str(home) if home.is_dir() else f"{home} (not there yet: sakila-platform up)"
    yield "database", _database()
    if place := postgres_place():
        yield "PostgreSQL", place
    for domain in DOMAINS:
        for what, origin in domain.origins.items():
            yield what, origin()
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


def _lake() -> list[TableStatus]:
    """The lake's tables, as the files' own footers count them."""
    lake = open_lake()
    lake.require_usable()
    domains = {domain.source: domain.name for domain in DOMAINS}
    files: dict[str, tuple[_Place, str]] = {}
    notes: dict[_Place, tuple[str, ...]] = {}
    for name in lake.tables():
        place = (domains.get(name.source, name.source), name.layer, name.table)
        folders = lake.folders(name)
        notes[place] = tuple(folders.notes)
        files |= {data_file(name, part): (place, part) for part in folders.partitions or lake.parts(name)}
    files |= {mart_file(mart): ((_domain_of(mart), "marts", mart), "") for mart in lake.marts()}
    rows: Counter[_Place] = Counter({place: 0 for place, note in notes.items() if note})
    last: dict[_Place, str] = {}
    for (place, partition), count in zip(files.values(), lake.row_counts(list(files)), strict=True):
        rows[place] += count
        day = partition.removeprefix(f"{DAY_PARTITION}=")
        last[place] = max(last.get(place, ""), day if day[:1].isdigit() else "")
    return [TableStatus(*at, count, last.get(at, ""), notes.get(at, ())) for at, count in rows.items()]


def _domain_of(mart: str) -> str:
    """The domain whose folder has the mart's model; "" for a mart that has none (any more)."""
    return next((model.parent.name for model in _MART_MODELS.glob(f"*/{mart}.sql")), "")
