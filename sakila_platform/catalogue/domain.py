"""The catalogue of films and series as other rooms know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sakila_platform.catalogue import refined_tables, trusted_tables
from sakila_platform.catalogue.csv.files import CSV_FILES
from sakila_platform.catalogue.csv.history_build import build_history
from sakila_platform.catalogue.csv.trusted_history import HISTORY_WARNINGS, TRUSTED_SQL
from sakila_platform.catalogue.dashboards import DASHBOARDS
from sakila_platform.catalogue.declared_terms import GENRE_NAMES, REFINED_SQL, SUBGENRE_TERMS
from sakila_platform.catalogue.demonstration import DEMONSTRATION
from sakila_platform.catalogue.on_aws import ON_AWS
from sakila_platform.catalogue.refined_build import CHECKS, build_refined
from sakila_platform.catalogue.tmdb.rows import READ_SUBJECTS
from sakila_platform.catalogue.tmdb.trusted_tmdb import TMDB_WARNINGS, publish_tmdb_days
from sakila_platform.catalogue.trusted_tables import SOURCE
from sakila_platform.declarations.domain import DataModel, Domain
from sakila_platform.declarations.jobs import Job, Partition, Schedule
from sakila_platform.declarations.layers import DailyLayer, DataCatalog, LayerCheck, UnpartitionedLayer, Work
from sakila_platform.declarations.star_layers import KINDS, inputs_of, layer_checks, query_of
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import Outcomes, TableDay
from sakila_platform.model.queries import Query
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE
from sakila_platform.star.builds import version_by_sql

_CSV_RAW = tuple(TableName("raw", SOURCE, f"{file.name}_csv") for file in CSV_FILES)
_TMDB_RAW = tuple(TableName("raw", SOURCE, f"tmdb_{about.words}") for about in READ_SUBJECTS)


def _history(work: Work) -> Mapping[TableName, TableDay]:
    return build_history(work.lake, work.clock.today())


def _tmdb(work: Work, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    return publish_tmdb_days(work.lake, tables, days, ALLOWED_BAD_SHARE.read())


def _refined(work: Work) -> Mapping[TableName, TableDay]:
    return build_refined(work.lake)


def _refined_query(table: Table) -> Query:
    return query_of(REFINED_SQL, table)


HISTORY = UnpartitionedLayer(
    layer="trusted",
    part="history",
    title="Tables of trusted made from CSV files",
    # One step, since both come of one reading.
    tables=trusted_tables.CSV_TABLES,
    make=_history,
    inputs=lambda table: _CSV_RAW,
    kinds=KINDS,
    checks=tuple(
        LayerCheck(trusted_tables.TITLES.name, name, description, is_warning=True)
        for name, description in HISTORY_WARNINGS.items()
    ),
    version=lambda table: version_by_sql(table, query_of(TRUSTED_SQL, table)),
    glue_job="catalogue-history",
)
TMDB = DailyLayer(
    layer="trusted",
    part="tmdb",
    title="Tables of trusted made from TMDB's answers",
    tables=trusted_tables.TMDB_TABLES,
    make=_tmdb,
    inputs=lambda table: _TMDB_RAW,
    kinds=lambda table: ("python", "parquet"),
    checks=tuple(
        LayerCheck(table, name, description, is_warning=True) for table, (name, description) in TMDB_WARNINGS.items()
    ),
    glue_job="catalogue-answers",
)
REFINED = UnpartitionedLayer(
    layer="refined",
    # All of it in one step: its tables are true together or not at all.
    tables=refined_tables.REFINED_TABLES,
    make=_refined,
    inputs=lambda table: inputs_of(table, _refined_query(table), (SUBGENRE_TERMS, GENRE_NAMES)),
    kinds=KINDS,
    checks=tuple(layer_checks(CHECKS)),
    queries=_refined_query,
    version=lambda table: version_by_sql(table, _refined_query(table)),
)
DOMAIN = Domain(
    name="catalogue",
    source=SOURCE,
    data_model=DataModel(
        page="data_model_catalogue.md",
        # A report is no process.
        star=tuple(table for table in refined_tables.REFINED_TABLES if table is not refined_tables.UNMATCHED_TITLES),
        note="As it is in the refined zone: all titles together, without days.",
        answers=(("refined", "catalogue/refined"), ("mart", "marts/models/catalogue")),
    ),
    daily=(TMDB,),
    unpartitioned=(HISTORY, REFINED),
    dashboards=DASHBOARDS,
    jobs=(
        Job(
            "catalogue_daily",
            "CSV files and TMDB into raw, TMDB into trusted, for each of its days.",
            "days",
            # Today: what is asked now is true of now, and a catalogue has no events that are still to come.
            Schedule("catalogue_every_day", "0 2 * * *", "At 02:00, what TMDB says today.", Partition.TODAY),
            layers=("raw", "trusted"),
        ),
    ),
    catalog=DataCatalog(
        "titles_catalogue",
        # Tables without days need no crawler.
        trusted_tables.TMDB_TABLES,
        ("trusted-catalogue", "marts"),
        "The days of TMDB's answers in the Glue Data Catalog, found by its crawlers.",
    ),
    demonstration=DEMONSTRATION,
    aws=ON_AWS,
    own_assets="sakila_platform.catalogue.assets",
)
"""From CSV files and TMDB's answers to what the public prefers of horror."""
