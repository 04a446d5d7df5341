"""What a domain has in AWS beside its tables: Glue jobs, functions, engines, deliveries. Data, that `deploy` reads.

Prefixes are those of the environment's bucket, such as lake/stage/. A server is one of `Server`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sakila_platform.settings.setting import Setting

# glue_scripts/README.md says which job imports what; Glue has pyarrow, numpy and boto3.
SPARK_MODULES = ("duckdb", "dagster-pipes", "pymysql", "sqlglot", "tzdata")


class Server(Enum):
    """What jobs and functions reach, as an environment's settings name it."""

    SHOP = "oltp"
    WAREHOUSE = "warehouse"
    PURCHASES = "purchases"
    TMDB = "tmdb"


@dataclass(frozen=True)
class GlueJob:
    """A job: its script, what of the bucket it reads and writes, and the database it reaches, if any."""

    name: str
    script: str
    does: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    reaches: Server | None = None
    database: str = ""
    """What the database on that server is called, unless the server's address says."""
    modules: tuple[str, ...] = SPARK_MODULES
    """What it imports beside this package: every one takes some seconds of each run."""


@dataclass(frozen=True)
class LambdaFunction:
    """A function: its handler's module, what it reaches, when it starts in the shop's time zone, and its archive."""

    name: str
    module: str
    """Its last word names the archive."""
    does: str
    memory: int
    """In MB."""
    cron: str
    """In the words of EventBridge's scheduler."""
    reaches: Server
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    settings: tuple[Setting[Any], ...] = ()
    """Those that it alone is given."""
    packages: tuple[str, ...] = ()
    """What goes into the archive beside this package's modules; all of pure Python."""
    made: Mapping[str, str] = field(default_factory=dict)
    """Files that are written for the archive: texts by path."""
    asks_its_version: str = ""
    """A package that looks up its own version when it is imported."""

    @property
    def archive(self) -> str:
        """The archive's name, without .zip."""
        return self.module.rpartition(".")[2]


@dataclass(frozen=True)
class SparkApplication:
    """The application of EMR Serverless that may run the domain's jobs, and what of the bucket it reads and writes."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]


@dataclass(frozen=True)
class RedshiftWarehouse:
    """Redshift Serverless as the domain's warehouse, where a setting leads to the environment's own workgroup."""

    url: Setting[str]
    copies: tuple[str, ...]
    """What of the bucket COPY reads."""


@dataclass(frozen=True)
class OnAws:
    """All of that. A domain without it has databases, tables and crawlers of its layers all the same."""

    needs: Setting[str] | None = None
    """The setting without which an environment has nothing of the domain but its functions, which stand still."""
    crawlers: Mapping[str, str] = field(default_factory=dict)
    """What the crawlers of layers are called that are not called `<layer>-<source>`."""
    described: tuple[str, ...] = ()
    """Layers of which each fact and bridge has a view with what its dimensions say."""
    settings: tuple[Setting[Any], ...] = ()
    """Those of the domain's own that jobs and functions are given."""
    jobs: tuple[GlueJob, ...] = ()
    functions: tuple[LambdaFunction, ...] = ()
    workflow_dates: str = ""
    """The job of each year, where a workflow of Glue can run the domain's days without Dagster ("": it can't)."""
    deliveries: str = ""
    """The prefix to which outsiders deliver files ("": they do not)."""
    spark: SparkApplication | None = None
    redshift: RedshiftWarehouse | None = None
