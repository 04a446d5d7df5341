"""Agreement of warehouse and marts on each question of the rental business. How it is compared: `engine.agreement`."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from sakila_platform.engine.agreement import AGREEMENT_SQL, compare_each, comparisons
from sakila_platform.rentals.analysis import analysis_name, ask, questions
from sakila_platform.resources.database import WarehouseResource
from sakila_platform.resources.lake import LakeResource


def agreement_checks(folder: Path = AGREEMENT_SQL) -> list[dg.AssetChecksDefinition]:
    """The check `agrees_with_marts` of each question that the marts can answer too; all in one step."""
    declared = comparisons(questions(), folder, analysis_name)

    @dg.multi_asset_check(name="agreement", specs=[each.spec for each in declared], can_subset=True)
    def agreement(
        context: dg.AssetCheckExecutionContext, database: WarehouseResource, lake: LakeResource
    ) -> Iterator[dg.AssetCheckResult]:
        yield from compare_each(context, declared, lambda question: ask(database, question), lake.lake())

    return [agreement]
