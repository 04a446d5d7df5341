"""The warehouse of a star on MySQL: the layer and its Date dimension, from the star's declaration alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import chain

from sakila_platform.databases.mysql.connection import Connection
from sakila_platform.declarations.layers import DateDimension, WarehouseLayer, Work
from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.lake.published_years import PublishYear
from sakila_platform.marts.questions import Answer, Question, answer
from sakila_platform.model.contracts import Table
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.warehouse.mysql import dates
from sakila_platform.warehouse.mysql.load import Loading, load_days, migrate, refill
from sakila_platform.warehouse.mysql.session import tables_on_mysql
from sakila_platform.warehouse.mysql.table_definitions import make_tables
from sakila_platform.warehouse.rows import inputs_of, row_query
from sakila_platform.warehouse.star import WarehouseStar


def mysql_warehouse(
    star: WarehouseStar, publish_year: PublishYear, agreement: str, glue_job: str = ""
) -> WarehouseLayer:
    """The layer. `publish_year` gives the lake a year of dates; `agreement` says what is held against final."""

    def loading(work: Work, connection: Connection) -> Loading:
        return Loading(star, connection, work.lake, work.clock, publish_year, work.report)

    def load(work: Work, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
        with work.database.connect() as connection:
            return load_days(loading(work, connection), tables, days)

    def empty(work: Work) -> list[date]:
        with work.database.connect() as connection:
            return refill(loading(work, connection))

    def migrated(work: Work, dry_run: bool) -> list[str]:
        with work.database.connect() as connection:
            return migrate(loading(work, connection), dry_run=dry_run)

    shown = (*star.tables, star.dates)
    return WarehouseLayer(
        tables=star.tables,
        load=load,
        inputs=partial(inputs_of, star),
        kind="mysql",
        agreement=agreement,
        queries=partial(row_query, star),
        further=tuple(table for table in tables_on_mysql(star) if table not in shown),
        empty=empty,
        migrate=migrated,
        glue_job=glue_job,
    )


def mysql_dates(
    star: WarehouseStar, publish_year: PublishYear, settings: Callable[[], Mapping[str, str]] = dict
) -> DateDimension:
    """Its Date dimension, in the lake and in the warehouse; `settings` are those that a year's rows are made by."""

    def load_year(work: Work, year: int) -> int:
        with work.database.connect() as connection:
            with connection.cursor() as cursor:
                for line in chain.from_iterable(make_tables(cursor, [star.dates]).values()):
                    work.report(line)
            rows = dates.load_year(connection, work.lake, star.lake_dates, year)
            connection.commit()
            return rows

    return DateDimension(star.lake_dates, star.dates, publish_year, load_year, settings)


def answers_on_mysql(domain: str) -> Callable[[MySQLDatabase, Question], Answer]:
    """What asks the domain's warehouse a question."""

    def ask(database: MySQLDatabase, question: Question) -> Answer:
        with database.connect() as connection:
            return answer(connection, question, domain)

    return ask
