"""Analysis: one asset per business question in `sql/rentals/analysis`, asked of the warehouse and kept as a CSV."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from sakila_platform.marts.questions import Answer, Question, answer, read_questions
from sakila_platform.model.naming import TableName
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.orchestration.asset_specs import asset_key
from sakila_platform.orchestration.layers.questions import answer_each, question_spec
from sakila_platform.orchestration.resources.database import WarehouseResource
from sakila_platform.rentals import warehouse_star as warehouse
from sakila_platform.rentals.star import SOURCE
from sakila_platform.settings.places import HOME

GROUP = "rentals_analysis"
ANALYSIS_SQL = SQL_FOLDER / "rentals" / "analysis"
WAREHOUSE_TABLES = tuple(table.name.table for table in (*warehouse.DAILY_TABLES, warehouse.DIM_DATE))
FIVE_QUESTIONS = ("rentals_per_customer", "rentals_over_time", "rentals_by_weekday", "top_categories", "top_customers")
"""What the platform exists to answer, in the order in which it is told."""


def questions(folder: Path = ANALYSIS_SQL) -> list[Question]:
    """Every question there is a file for, by name. Raises PlatformError, naming the file, when one can't be asked."""
    return read_questions(folder, WAREHOUSE_TABLES)


def analysis_name(question: str) -> TableName:
    """The question's name as an asset."""
    return TableName("analysis", SOURCE, question)


def answer_file(question: str) -> Path:
    """Where the answer is kept for people."""
    return HOME.read() / "analysis" / f"{question}.csv"


def analysis_assets(folder: Path = ANALYSIS_SQL) -> list[dg.AssetsDefinition]:
    """An asset for each question, asked again whenever a warehouse table that it reads was updated; all in one step.

    One step, because Dagster looks up every day of every table that a step reads, which costs it more than an answer.
    """
    by_key = {asset_key(analysis_name(question.name)): question for question in questions(folder)}
    if not by_key:
        return []

    @dg.multi_asset(
        name="analysis",
        specs=[_spec(question) for question in by_key.values()],
        can_subset=True,
    )
    def analysis(context: dg.AssetExecutionContext, database: WarehouseResource) -> Iterator[dg.MaterializeResult]:
        yield from answer_each(context, by_key, lambda question: ask(database, question), answer_file)

    return [analysis]


def ask(database: WarehouseResource, question: Question) -> Answer:
    """The warehouse's answer. Raises PlatformError, naming the file and the reason, when it can't answer."""
    with database.connect() as connection:
        return answer(connection, question)


def _spec(question: Question) -> dg.AssetSpec:
    reads = [TableName("warehouse", SOURCE, table) for _, table in question.query.reads]
    return question_spec(question, analysis_name(question.name), group=GROUP, database="mysql", reads=reads)
