"""A domain: all that other rooms need to know of a business. `sakila_platform.domains` lists those there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sakila_platform.dashboards.declarations import Dashboard
from sakila_platform.declarations.aws import OnAws
from sakila_platform.declarations.demonstration import Demonstration
from sakila_platform.declarations.jobs import Job
from sakila_platform.declarations.layers import (
    DailyLayer,
    DataCatalog,
    DateDimension,
    Questions,
    SourceTable,
    UnpartitionedLayer,
    WarehouseLayer,
)
from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.declarations.postgres_database import PostgresDatabase
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.model.versions import Version, version_of
from sakila_platform.settings.places import HOME

Database = MySQLDatabase | PostgresDatabase
"""The kinds of databases that a domain may have."""


@dataclass(frozen=True)
class DataModel:
    """How the domain's data model is written down for people."""

    page: str
    """The page's file name in docs/."""
    star: tuple[Table, ...]
    """The tables of the bus matrix and of the diagrams."""
    note: str
    """What is to be known of the star."""
    answers: tuple[tuple[str, str], ...]
    """Folders of SQL, below sql/, whose files are listed with their grain; and what one is called."""


@dataclass(frozen=True)
class Domain:
    """A business: its tables by layer and how they are made, its jobs, questions, dashboards, places."""

    name: str
    """As commands, groups of assets and folders of SQL call it."""
    source: str
    """As the keys of its tables call it."""
    data_model: DataModel
    sources: tuple[SourceTable, ...] = ()
    sources_group: str = "oltp"
    """The layer by which the group of the sources is called."""
    daily: tuple[DailyLayer, ...] = ()
    unpartitioned: tuple[UnpartitionedLayer, ...] = ()
    warehouse: WarehouseLayer | None = None
    dates: DateDimension | None = None
    questions: Questions | None = None
    has_marts: bool = True
    """Whether `sql/marts/models/<name>` has dbt models."""
    dashboards: tuple[Dashboard, ...] = ()
    jobs: tuple[Job, ...] = ()
    catalog: DataCatalog | None = None
    source_database: Database | None = None
    source_tables: tuple[str, ...] = ()
    """Those tables of the source that are the business's own (none: all)."""
    warehouse_database: Database | None = None
    last_days: Mapping[str, str] = field(default_factory=dict)
    """The column of a table of its databases that says up to which day it has rows, by table."""
    places: Mapping[str, Database] = field(default_factory=dict)
    """What can be queried of it, by the names that `query` takes."""
    origins: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    """Where its data come from, by what they are called."""
    settings_checks: tuple[Callable[[], None], ...] = ()
    """What is to be true of its settings that none of them says alone: each raises UsageError, naming the setting."""
    demonstration: Demonstration | None = None
    aws: OnAws = field(default_factory=OnAws)
    own_assets: str = ""
    """The module of assets, checks and sensors that no other domain has ("": none)."""

    @property
    def sql_folder(self) -> Path:
        """The folder that has `analysis`, `agreement`, `final` and so on."""
        return SQL_FOLDER / self.name

    def group(self, layer: str) -> str:
        """The group of a layer's assets, and the name of its step."""
        return f"{self.name}_{layer}"

    def answer_file(self, question: str) -> Path:
        """Where a question's answer is kept for people."""
        folder = self.questions.answers if self.questions else ""
        return HOME.read() / "analysis" / folder / f"{question}.csv"

    def analysis_name(self, question: str) -> TableName:
        """A question's name as an asset."""
        return TableName("analysis", self.source, question)

    @property
    def databases(self) -> tuple[Database, ...]:
        """Those it has."""
        return tuple(found for found in (self.source_database, self.warehouse_database) if found)

    @property
    def lake_tables(self) -> tuple[Table, ...]:
        """All its tables in the lake, in the order of making."""
        daily = [table for layer in self.daily for table in layer.tables]
        unpartitioned = [table for layer in self.unpartitioned for table in layer.tables]
        return (*daily, *unpartitioned, *((self.dates.final,) if self.dates else ()))

    def versions(self) -> dict[TableName, Version]:
        """What the rows of each table in the lake are made by today."""
        made = {table.name: layer.version(table) for layer in self.daily for table in layer.tables}
        made |= {table.name: layer.version(table) for layer in self.unpartitioned for table in layer.tables}
        if self.dates:
            made[self.dates.final.name] = version_of(self.dates.final, settings=self.dates.settings())
        return made

    @property
    def warehouse_tables(self) -> tuple[Table, ...]:
        """All its tables in the warehouse that people query."""
        if self.warehouse is None:
            return ()
        return (*self.warehouse.tables, *((self.dates.warehouse,) if self.dates else ()))
