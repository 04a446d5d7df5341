"""Agreement of warehouse and marts on each question of the rental business."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.orchestration.layers.agreement import compare_each, comparisons
from sakila_platform.orchestration.resources.database import WarehouseResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.rentals.analysis import analysis_name, ask, questions

AGREEMENT_SQL = SQL_FOLDER / "rentals" / "agreement"


def agreement_checks(folder: Path = AGREEMENT_SQL) -> list[dg.AssetChecksDefinition]:
    """The check `agrees_with_marts` of each question that the marts can answer too; all in one step."""
    declared = comparisons(questions(), folder, analysis_name)

    @dg.multi_asset_check(name="agreement", specs=[each.spec for each in declared], can_subset=True)
    def agreement(
        context: dg.AssetCheckExecutionContext, database: WarehouseResource, lake: LakeResource
    ) -> Iterator[dg.AssetCheckResult]:
        yield from compare_each(context, declared, lambda question: ask(database, question), lake.lake())

    return [agreement]
