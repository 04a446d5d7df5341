"""A domain's layers: which tables each has, what they are made from, and the function that makes them.

What is the same for every domain (days, runs, checks, events, Glue) is in the factories of `orchestration.layers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sakila_platform.lake.files import Lake
from sakila_platform.model.contracts import Table
from sakila_platform.model.days import Clock
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import Outcomes, TableDay, unreported
from sakila_platform.model.queries import Query
from sakila_platform.model.versions import Version, version_of


@dataclass(frozen=True)
class Work:
    """What the functions of a domain's layers work with. A layer is given what it says it needs, and no more."""

    lake: Lake
    clock: Clock
    database: Any = None
    """The Database that the layer needs, as the run has it: the domain's source, or its warehouse."""
    recapture: bool = False
    """Whether what was captured of an ended day is to be taken anew."""
    lose_history: bool = False
    """Whether that goes for captures, too, that nobody can take again."""
    report: Callable[[str], None] = unreported
    """What is called with a line that whoever follows the run is to see."""


@dataclass(frozen=True)
class LayerCheck:
    """A check of a layer on one of its tables, beside `contract`. A warning stops nothing."""

    table: TableName
    name: str
    description: str
    is_warning: bool = False


def nothing_more(work: Work, tables: Sequence[Table], days: Sequence[date]) -> None:
    """What a layer does before its days that has nothing to do."""


@dataclass(frozen=True)
class SourceTable:
    """What the platform reads and does not make: the beginning of lineage."""

    name: TableName
    description: str
    kind: str
    """What Dagster shows it to be: mysql, postgres, csv."""
    columns: Table | None = None
    """The contract that has its columns, where it has any."""
    made_of: tuple[TableName, ...] = ()
    """What of the domain writes to it."""
    is_by_day: bool = False


@dataclass(frozen=True)
class DailyLayer:
    """Tables of the lake that are made a day at a time, or many days at once, in one step."""

    layer: str
    tables: tuple[Table, ...]
    """In the order of making."""
    make: Callable[[Work, Sequence[Table], Sequence[date]], Outcomes]
    """Publishes these tables of these consecutive days. An outcome per table and day."""
    inputs: Callable[[Table], Iterable[TableName]]
    kinds: Callable[[Table], Iterable[str]]
    """What Dagster shows a table to be made with."""
    checks: tuple[LayerCheck, ...] = ()
    part: str = ""
    """What tells the step from others of the layer."""
    title: str = ""
    """What its tables are called in the data model ("": Tables of the layer)."""
    queries: Callable[[Table], Query] | None = None
    """The SELECT that makes a table, where one does."""
    version: Callable[[Table], Version] = version_of
    """What a table's rows are made by: what `make` has their files carry."""
    prepare: Callable[[Work, Sequence[Table], Sequence[date]], None] = nothing_more
    """Called once before the days of a run, with the tables and days that it is about."""
    needs_source: bool = False
    can_recapture: bool = False
    glue_job: str = ""
    """The Glue job that does the same where Glue is chosen ("": none)."""


@dataclass(frozen=True)
class UnpartitionedLayer:
    """Tables of the lake without partitions, made whole of all there is, in one step that follows what it reads."""

    layer: str
    tables: tuple[Table, ...]
    make: Callable[[Work], Mapping[TableName, TableDay]]
    inputs: Callable[[Table], Iterable[TableName]]
    kinds: tuple[str, ...]
    checks: tuple[LayerCheck, ...] = ()
    part: str = ""
    title: str = ""
    queries: Callable[[Table], Query] | None = None
    version: Callable[[Table], Version] = version_of
    glue_job: str = ""


@dataclass(frozen=True)
class WarehouseLayer:
    """The star of all days in the domain's warehouse: one step and one transaction for the tables and days of a run."""

    tables: tuple[Table, ...]
    """In loading order: dimensions before facts."""
    load: Callable[[Work, Sequence[Table], Sequence[date]], Outcomes]
    """Loads these tables for these consecutive days. Raises LoadRefused when a check would fail."""
    inputs: Callable[[Table], Iterable[TableName]]
    kind: str
    """What Dagster shows it to be: mysql, postgresql."""
    agreement: str
    """What is held against final of each fact, in words."""
    queries: Callable[[Table], Query | None] = lambda table: None
    """The SELECT that makes a table's rows of the lake's, where it is not the contract's own columns."""
    further: tuple[Table, ...] = ()
    """Tables that the loader keeps for itself."""
    migrate: Callable[[Work, bool], list[str]] | None = None
    """Does to its tables what a load does before its rows, or only tries it on empty copies. A line for each change."""
    empty: Callable[[Work], list[date]] | None = None
    """Empties the warehouse, so that it belongs to the lake of the work. The days that the lake's final has.

    Raises PlatformError, before anything is emptied, when it has none and the warehouse has.
    """
    glue_job: str = ""


@dataclass(frozen=True)
class DateDimension:
    """The Date dimension, by year, in the lake and in the warehouse."""

    final: Table
    warehouse: Table
    publish_year: Callable[[Lake, int], int]
    """Publishes a year in the lake. Its rows."""
    load_year: Callable[[Work, int], int]
    """Puts the lake's year into the warehouse. Its rows."""
    settings: Callable[[], Mapping[str, str]] = dict
    """The settings that a year's rows are made by, as they are."""


@dataclass(frozen=True)
class Questions:
    """Business questions, a file each in `sql/<domain>/analysis`, which the warehouse answers.

    Those that the marts can answer too, by a file of the same name in `sql/<domain>/agreement`, are compared.
    """

    dialect: str
    ask: Callable[[Any, Any], Any]
    """Asks a Database a Question. Its Answer."""
    answers: str
    """The folder of the answers, below that of all answers."""
    views: Mapping[str, tuple[TableName, ...]] = field(default_factory=dict)
    """Views of the warehouse, and the tables that each is made of."""
    shown: tuple[str, ...] = ()
    """Those shown first, in their order; none: all."""


@dataclass(frozen=True)
class DataCatalog:
    """What crawlers find of the domain for the Glue Data Catalog, as an asset `glue/<name>`."""

    name: str
    tables: tuple[Table, ...]
    crawlers: tuple[str, ...]
    description: str
