"""Analysis: one asset per question in `sql/reviews/analysis`, asked of the warehouse and kept as a CSV for people."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from sakila_platform.marts.questions import Question, read_questions
from sakila_platform.model.naming import TableName
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.orchestration.asset_specs import asset_key
from sakila_platform.orchestration.layers.questions import answer_each, question_spec
from sakila_platform.orchestration.resources.postgres import ReviewsWarehouseResource
from sakila_platform.reviews import warehouse_star as warehouse
from sakila_platform.reviews.source import SOURCE
from sakila_platform.reviews.warehouse_place import ask
from sakila_platform.settings.places import HOME

GROUP = "reviews_analysis"
ANALYSIS_SQL = SQL_FOLDER / "reviews" / "analysis"
WAREHOUSE_TABLES = (*(table.name.table for table in (*warehouse.DAILY_TABLES, warehouse.DIM_DATE)), warehouse.VIEW)


def questions(folder: Path = ANALYSIS_SQL) -> list[Question]:
    """Every question there is a file for, by name. Raises PlatformError, naming the file, when one can't be asked."""
    return read_questions(folder, WAREHOUSE_TABLES, "postgres")


def analysis_name(question: str) -> TableName:
    """The question's name as an asset."""
    return TableName("analysis", SOURCE, question)


def answer_file(question: str) -> Path:
    """Where the answer is kept for people."""
    return HOME.read() / "analysis" / SOURCE / f"{question}.csv"


def analysis_assets(folder: Path = ANALYSIS_SQL) -> list[dg.AssetsDefinition]:
    """An asset for each question, asked again whenever a warehouse table that it reads was updated; all in one step."""
    by_key = {asset_key(analysis_name(question.name)): question for question in questions(folder)}

    @dg.multi_asset(
        name="reviews_analysis",
        specs=[_spec(question) for question in by_key.values()],
        can_subset=True,
    )
    def analysis(
        context: dg.AssetExecutionContext, reviews_database: ReviewsWarehouseResource
    ) -> Iterator[dg.MaterializeResult]:
        yield from answer_each(context, by_key, lambda question: ask(reviews_database, question), answer_file)

    return [analysis]


def _spec(question: Question) -> dg.AssetSpec:
    reads = {name for _, table in question.query.reads for name in _tables(table)}
    return question_spec(
        question, analysis_name(question.name), group=GROUP, database="postgresql", reads=sorted(reads)
    )


def _tables(read: str) -> list[TableName]:
    """The tables that a name in a query leads to: the view is no asset, what it is made of is."""
    if read == warehouse.VIEW:
        return [table.name for table in warehouse.VIEW_READS]
    return [TableName("warehouse", SOURCE, read)]
