"""Analysis: one asset per business question in `sql/analysis`, asked of the warehouse and kept as a CSV for people."""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pymysql

from sakila_platform import settings
from sakila_platform.engine.asset_specs import OWNERS, asset_key
from sakila_platform.engine.automation import follows_upstream
from sakila_platform.engine.failures import told_in_one_line
from sakila_platform.engine.plots import as_markdown, draw
from sakila_platform.engine.queries import SQL_FOLDER
from sakila_platform.engine.questions import Answer, Question, answer, read_questions
from sakila_platform.errors import PlatformError
from sakila_platform.naming import TableName
from sakila_platform.rentals import warehouse_star as warehouse
from sakila_platform.rentals.star import SOURCE
from sakila_platform.resources.database import WarehouseResource

GROUP = "rentals_analysis"
ANALYSIS_SQL = SQL_FOLDER / "analysis"
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
    return settings.HOME.read() / "analysis" / f"{question}.csv"


def analysis_assets(folder: Path = ANALYSIS_SQL) -> list[dg.AssetsDefinition]:
    """An asset for each question, asked again whenever a warehouse table that it reads was updated; all in one step.

    One step, because Dagster looks up every day of every table that a step reads, which costs it more than an answer.
    A question that can't be answered keeps no other from being answered; the first one's reason fails the step.
    """
    by_key = {asset_key(analysis_name(question.name)): question for question in questions(folder)}
    if not by_key:
        return []

    @dg.multi_asset(
        name="analysis",
        specs=[_spec(key, question) for key, question in by_key.items()],
        can_subset=True,
    )
    def analysis(context: dg.AssetExecutionContext, database: WarehouseResource) -> Iterator[dg.MaterializeResult]:
        failures = []
        for key in (key for key in by_key if key in context.selected_asset_keys):
            try:
                yield dg.MaterializeResult(asset_key=key, metadata=_answered(database, by_key[key]))
            except (PlatformError, pymysql.err.OperationalError) as failure:
                failures.append(failure)
        with told_in_one_line(context.retry_number):
            if failures:
                raise failures[0]

    return [analysis]


def _spec(key: dg.AssetKey, question: Question) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        deps=[asset_key(TableName("warehouse", SOURCE, table)) for _, table in question.query.reads],
        description=question.query.grain,
        group_name=GROUP,
        owners=OWNERS,
        kinds={"mysql", "csv"},
        automation_condition=follows_upstream(),
    )


def _answered(database: WarehouseResource, question: Question) -> dict[str, dg.MetadataValue]:
    with database.connect() as connection:
        found = answer(connection, question)
    keep(found, answer_file(question.name))
    return _metadata(question, found)


def keep(found: Answer, file: Path) -> None:
    """Write an answer as CSV, whole or not at all. Raises PlatformError when the folder can't be written."""
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # With a byte order mark, without which spreadsheets take UTF-8 for something else.
        aside.write_text(found.csv, encoding="utf-8-sig", newline="")
        aside.replace(file)
    except OSError as error:
        raise PlatformError(
            f"The answer can't be written to {file}: {error.strerror or error}. Free space or correct SAKILA_HOME."
        ) from None


def _metadata(question: Question, found: Answer) -> dict[str, dg.MetadataValue]:
    columns = [dg.TableColumn(name, kind) for name, kind in zip(found.columns, found.types, strict=True)]
    told: dict[str, dg.MetadataValue] = {
        "dagster/row_count": dg.MetadataValue.int(len(found.rows)),
        "dagster/column_schema": dg.MetadataValue.table_schema(dg.TableSchema(columns)),
        "preview": dg.MetadataValue.md(found.markdown),
        "file": dg.MetadataValue.path(answer_file(question.name).resolve()),
        "query": dg.MetadataValue.md(f"```sql\n{question.query.sql}\n```"),
    }
    if question.plot and found.rows:
        png = draw(question.plot, found.columns, found.rows, question.name.replace("_", " "))
        told["plot"] = dg.MetadataValue.md(as_markdown(png, question.name))
    return told
