"""Agreement of warehouse and marts on each question about reviews, and of the view with the facts it is made of."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from sakila_platform.marts.questions import Question, shown_path
from sakila_platform.model.queries import SQL_FOLDER, read_query
from sakila_platform.orchestration.asset_specs import asset_key
from sakila_platform.orchestration.failures import failing_in_one_line
from sakila_platform.orchestration.layers.agreement import compare_each, comparisons
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.orchestration.resources.postgres import ReviewsWarehouseResource
from sakila_platform.reviews.analysis import analysis_name, questions
from sakila_platform.reviews.source import SOURCE
from sakila_platform.reviews.warehouse_place import ask

NEVER_MULTIPLIED = "never_multiplied"
REVIEWS_SQL = SQL_FOLDER / SOURCE / "agreement"
_TOTALS = SQL_FOLDER / SOURCE / "warehouse" / "totals.sql"
# The question that reads the view.
_SPENDING = "spending_by_score"


def agreement_checks(folder: Path = REVIEWS_SQL) -> list[dg.AssetChecksDefinition]:
    """The check `agrees_with_marts` of each question that the marts can answer too, and that of the view."""
    declared = comparisons(questions(), folder, analysis_name)

    @dg.multi_asset_check(name="reviews_agreement", specs=[each.spec for each in declared], can_subset=True)
    def agreement(
        context: dg.AssetCheckExecutionContext, reviews_database: ReviewsWarehouseResource, lake: LakeResource
    ) -> Iterator[dg.AssetCheckResult]:
        yield from compare_each(context, declared, lambda question: ask(reviews_database, question), lake.lake())

    return [agreement, _never_multiplied()]


def _never_multiplied() -> dg.AssetChecksDefinition:
    totals = Question(read_query(_TOTALS, "postgres"), None, shown_path(_TOTALS))

    @dg.asset_check(
        asset=asset_key(analysis_name(_SPENDING)),
        name=NEVER_MULTIPLIED,
        description="Reviews, scores and money in the view are those of the facts: no join counted any of them twice.",
        automation_condition=dg.AutomationCondition.eager(),
    )
    def never_multiplied(reviews_database: ReviewsWarehouseResource) -> dg.AssetCheckResult:
        with failing_in_one_line():
            rows = ask(reviews_database, totals).rows
        different = [
            f"{total}: {there} in the view, {here} in the facts" for total, there, here in rows if there != here
        ]
        return dg.AssetCheckResult(
            passed=not different,
            description="; ".join(different) or None,
            metadata={str(total): str(view) for total, view, _ in rows},
        )

    return never_multiplied
