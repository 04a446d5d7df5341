"""Agreement: a question answered twice, from a warehouse and from the marts on the lake, must be answered alike.

The two answers share nothing but the lake's star: the warehouse is loaded from it and asked there; the marts are built
by dbt, and a query of `sql/<domain>/agreement` reads the answer off them. So a fault in either load, in a question or
in a mart shows.
No postponed annotations here: Dagster reads those of the checks' function.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from sakila_platform.declarations.domain import Domain
from sakila_platform.errors import PlatformError
from sakila_platform.lake.duckdb import create_mart_view, open_duckdb
from sakila_platform.lake.files import Lake
from sakila_platform.marts.answers_of_run import kept_answer
from sakila_platform.marts.questions import Question, markdown_table, shown_path
from sakila_platform.model.naming import TableName, mart_file, mart_key
from sakila_platform.model.queries import Query, read_query
from sakila_platform.orchestration.asset_specs import asset_key
from sakila_platform.orchestration.failures import tried_each
from sakila_platform.orchestration.layers.questions import asked, questions_of
from sakila_platform.orchestration.work import LAKE, database_of, warehouse_of

CHECK = "agrees_with_marts"
LAYER = "agreement"
_SHOWN = 10
Row = tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """A question, the query on the marts that answers it too, and the check that holds them together."""

    spec: dg.AssetCheckSpec
    question: Question
    marts_query: Query


@dataclass(frozen=True)
class Disagreement:
    """Rows that only one side gives, in the columns that both have."""

    columns: tuple[str, ...]
    compared: int
    only_warehouse: list[Row]
    only_marts: list[Row]

    @property
    def agrees(self) -> bool:
        """Whether both sides answered alike."""
        return not self.only_warehouse and not self.only_marts


def compared_questions(questions_asked: Sequence[Question], folder: Path) -> Iterator[tuple[Question, Query]]:
    """Each question that the marts can answer too, with the query on them.

    Raises PlatformError when that query gives a column that the question lacks, or reads anything but marts.
    """
    for question in questions_asked:
        path = folder / f"{question.name}.sql"
        if not path.exists():
            continue
        marts_query = read_query(path, "duckdb")
        strays = [name for name in marts_query.columns if name not in question.query.columns]
        strays += [f"{schema}.{table}".strip(".") for schema, table in marts_query.reads if schema != "marts"]
        if strays:
            raise PlatformError(
                f"{shown_path(path)}: {', '.join(strays)} can't be compared with {question.where}. "
                "Name its columns as the question does, and read `marts.<mart>` only."
            )
        yield question, marts_query


def comparisons(domain: Domain, folder: Path | None = None) -> list[Comparison]:
    """What is compared of the domain's questions: those that have a file in its `agreement` (or in that folder)."""
    folder = folder or domain.sql_folder / LAYER
    return [
        Comparison(_spec(domain.analysis_name(question.name), marts_query), question, marts_query)
        for question, marts_query in compared_questions(questions_of(domain), folder)
    ]


def agreement_checks(domain: Domain, folder: Path | None = None) -> list[dg.AssetChecksDefinition]:
    """The check `agrees_with_marts` of each question that the marts can answer too; all in one step."""
    declared = comparisons(domain, folder)
    if not declared:
        return []
    warehouse = warehouse_of(domain)

    @dg.multi_asset_check(
        name=domain.group(LAYER),
        specs=[each.spec for each in declared],
        can_subset=True,
        required_resource_keys={LAKE, warehouse},
    )
    def agreement(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        lake, database = context.resources.lake.lake(), database_of(context, warehouse)
        selected = [each for each in declared if each.spec.key in context.selected_asset_check_keys]
        with open_duckdb() as duck:

            def compared(each: Comparison) -> dg.AssetCheckResult:
                # By the answer that this run gave people, where it has given one.
                answer = kept_answer(context.run.run_id, each.question) or asked(domain, database, each.question)
                found = difference(
                    answer.columns, answer.rows, each.marts_query.columns, _mart_rows(duck, lake, each.marts_query)
                )
                return _result(each.spec.key, found)

            # One that can't be answered keeps no other from being compared; the first one's reason fails the step.
            yield from tried_each(selected, compared)

    return [agreement]


def _spec(name: TableName, marts_query: Query) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        CHECK,
        asset=asset_key(name),
        additional_deps=[dg.AssetKey(mart_key(table)) for _, table in marts_query.reads],
        description=f"The warehouse and the marts answer alike: {', '.join(marts_query.columns)}.",
        # Nothing that it compares has days, so the plain condition serves: it waits until both sides are there.
        automation_condition=dg.AutomationCondition.eager(),
    )


def _mart_rows(duck: duckdb.DuckDBPyConnection, lake: Lake, marts_query: Query) -> list[tuple[Any, ...]]:
    for _, mart in marts_query.reads:
        if not lake.exists(mart_file(mart)):
            raise PlatformError(f"The lake has no marts/{mart} yet. Materialise it, then check again.")
        create_mart_view(duck, lake, mart)
    return duck.execute(marts_query.sql).fetchall()


def difference(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], shared: Sequence[str], others: Sequence[Sequence[Any]]
) -> Disagreement:
    """What differs between the warehouse's rows and the marts' (which have the shared columns), whatever the order."""
    places = [columns.index(name) for name in shared]
    mine = Counter(tuple(_plain(row[place]) for place in places) for row in rows)
    theirs = Counter(tuple(map(_plain, row)) for row in others)
    return Disagreement(
        tuple(shared), sum(mine.values()), sorted((mine - theirs).elements()), sorted((theirs - mine).elements())
    )


def _plain(value: Any) -> str:
    """A value as text that is the same from every database, whose types for one number differ."""
    if isinstance(value, (bool, int, Decimal)):
        return f"{Decimal(value).normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _result(key: dg.AssetCheckKey, found: Disagreement) -> dg.AssetCheckResult:
    if found.agrees:
        return dg.AssetCheckResult(
            asset_key=key.asset_key, check_name=key.name, passed=True, metadata={"rows_compared": found.compared}
        )
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=False,
        description=(
            f"{len(found.only_warehouse)} rows are the warehouse's alone, {len(found.only_marts)} the marts'. "
            "If the marts are older than the warehouse, materialise them and check again. Else run the days again that "
            "the check stale_days lists, or that the warehouse lacks."
        ),
        metadata={
            "rows_compared": found.compared,
            "only_warehouse": dg.MetadataValue.md(markdown_table(found.columns, found.only_warehouse[:_SHOWN])),
            "only_marts": dg.MetadataValue.md(markdown_table(found.columns, found.only_marts[:_SHOWN])),
        },
    )
