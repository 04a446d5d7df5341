"""Questions as assets: what each one reads, its answer kept as a CSV for people, and what Dagster shows of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import dagster as dg

from sakila_platform.errors import PlatformError
from sakila_platform.marts.answers_of_run import keep_answer
from sakila_platform.marts.plots import as_markdown, draw
from sakila_platform.marts.questions import Answer, Question
from sakila_platform.model.naming import TableName
from sakila_platform.orchestration.asset_specs import OWNERS, asset_key
from sakila_platform.orchestration.automation import follows_upstream
from sakila_platform.orchestration.failures import tried_each


def question_spec(
    question: Question, name: TableName, *, group: str, database: str, reads: Iterable[TableName]
) -> dg.AssetSpec:
    """The spec of a question's asset; `database` is the kind of database that answers it."""
    return dg.AssetSpec(
        asset_key(name),
        deps=[asset_key(table) for table in reads],
        description=question.query.grain,
        group_name=group,
        owners=OWNERS,
        kinds={database, "csv"},
        automation_condition=follows_upstream(),
    )


def answer_each(
    context: dg.AssetExecutionContext,
    by_key: Mapping[dg.AssetKey, Question],
    ask: Callable[[Question], Answer],
    file_of: Callable[[str], Path],
) -> Iterator[dg.MaterializeResult]:
    """Ask the selected questions and keep each answer in its file: yield all of it from the asset's function.

    A question that can't be answered keeps no other from being answered; the first one's reason fails the step.
    """

    def answered(key: dg.AssetKey) -> dg.MaterializeResult:
        question = by_key[key]
        found, file = ask(question), file_of(question.name)
        keep(found, file)
        keep_answer(context.run_id, question, found)
        return dg.MaterializeResult(asset_key=key, metadata=_metadata(question, found, file))

    selected = [key for key in by_key if key in context.selected_asset_keys]
    yield from tried_each(selected, answered, context.retry_number)


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


def _metadata(question: Question, found: Answer, file: Path) -> dict[str, dg.MetadataValue]:
    columns = [dg.TableColumn(name, kind) for name, kind in zip(found.columns, found.types, strict=True)]
    told: dict[str, dg.MetadataValue] = {
        "dagster/row_count": dg.MetadataValue.int(len(found.rows)),
        "dagster/column_schema": dg.MetadataValue.table_schema(dg.TableSchema(columns)),
        "preview": dg.MetadataValue.md(found.markdown),
        "file": dg.MetadataValue.path(file.resolve()),
        "query": dg.MetadataValue.md(f"```sql\n{question.query.sql}\n```"),
    }
    if question.plot and found.rows:
        svg = draw(question.plot, found.columns, found.rows, question.name.replace("_", " "))
        told["plot"] = dg.MetadataValue.md(as_markdown(svg, question.name))
    return told
