"""Questions as assets: what each one reads, its answer kept as a CSV for people, and what Dagster shows of it.

No postponed annotations here: Dagster reads those of the asset's function.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import dagster as dg

from sakila_platform.declarations.domain import Database, Domain
from sakila_platform.errors import PlatformError
from sakila_platform.marts.answers_of_run import keep_answer
from sakila_platform.marts.plots import as_markdown, draw
from sakila_platform.marts.questions import Answer, Question, read_questions
from sakila_platform.model.naming import TableName
from sakila_platform.orchestration.asset_specs import OWNERS, asset_key
from sakila_platform.orchestration.automation import follows_upstream
from sakila_platform.orchestration.failures import tried_each
from sakila_platform.orchestration.shown_sql import shown_sql
from sakila_platform.orchestration.work import database_of, warehouse_of

LAYER = "analysis"


def questions_of(domain: Domain, folder: Path | None = None) -> list[Question]:
    """Every question there is a file for in the domain's `analysis` (or that folder), by name.

    Raises PlatformError, naming the file, when one can't be read.
    """
    if domain.questions is None:
        return []
    tables = [table.name.table for table in domain.warehouse_tables]
    folder = folder or domain.sql_folder / LAYER
    return read_questions(folder, [*tables, *domain.questions.views], domain.questions.dialect)


def shown_questions(domain: Domain) -> tuple[str, ...]:
    """The questions that people are shown first, in their order."""
    chosen = domain.questions.shown if domain.questions else ()
    return chosen or tuple(question.name for question in questions_of(domain))


def questions_assets(domain: Domain, folder: Path | None = None) -> list[dg.AssetsDefinition]:
    """An asset for each question, asked again whenever a warehouse table that it reads was updated; all in one step.

    One step, because Dagster looks up every day of every table that a step reads, which costs it more than an answer.
    """
    by_key = {asset_key(domain.analysis_name(question.name)): question for question in questions_of(domain, folder)}
    if not by_key:
        return []
    warehouse = warehouse_of(domain)

    @dg.multi_asset(
        name=domain.group(LAYER),
        specs=[_spec(domain, question) for question in by_key.values()],
        can_subset=True,
        required_resource_keys={warehouse},
    )
    def analysis(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        database = database_of(context, warehouse)

        def answered(key: dg.AssetKey) -> dg.MaterializeResult:
            question = by_key[key]
            found, file = asked(domain, database, question), domain.answer_file(question.name)
            keep(found, file)
            keep_answer(context.run_id, question, found)
            return dg.MaterializeResult(asset_key=key, metadata=_metadata(question, found, file))

        # A question that can't be answered keeps no other from being answered; the first one's reason fails the step.
        selected = [key for key in by_key if key in context.selected_asset_keys]
        yield from tried_each(selected, answered, context.retry_number)

    return [analysis]


def asked(domain: Domain, database: Database, question: Question) -> Answer:
    """The warehouse's answer. Raises PlatformError, naming the file and the reason, when it can't answer."""
    assert domain.questions is not None
    answer: Answer = domain.questions.ask(database, question)
    return answer


def _spec(domain: Domain, question: Question) -> dg.AssetSpec:
    assert domain.questions is not None and domain.warehouse is not None
    reads = {name for _, read in question.query.reads for name in _tables(domain, read)}
    return dg.AssetSpec(
        asset_key(domain.analysis_name(question.name)),
        deps=[asset_key(table) for table in sorted(reads)],
        description=question.query.grain,
        group_name=domain.group(LAYER),
        owners=OWNERS,
        kinds={domain.warehouse.kind, "csv"},
        automation_condition=follows_upstream(),
        metadata=shown_sql(question.query),
    )


def _tables(domain: Domain, read: str) -> Sequence[TableName]:
    """The tables that a name in a query leads to: a view is no asset, what it is made of is."""
    assert domain.questions is not None
    return domain.questions.views.get(read) or [TableName("warehouse", domain.source, read)]


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
    metadata: dict[str, dg.MetadataValue] = {
        "dagster/row_count": dg.MetadataValue.int(len(found.rows)),
        "dagster/column_schema": dg.MetadataValue.table_schema(dg.TableSchema(columns)),
        "preview": dg.MetadataValue.md(found.markdown),
        "file": dg.MetadataValue.path(file.resolve()),
    }
    if question.plot and found.rows:
        svg = draw(question.plot, found.columns, found.rows, question.name.replace("_", " "))
        metadata["plot"] = dg.MetadataValue.md(as_markdown(svg, question.name))
    return metadata
