"""Agreement of warehouse and marts on each question of the rental business. How it is compared: `engine.agreement`."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from sakila_platform.engine.agreement import AGREEMENT_SQL, compare_each, comparison, twins
from sakila_platform.engine.failures import told_in_one_line
from sakila_platform.engine.questions import answer
from sakila_platform.rentals.analysis import analysis_name, questions
from sakila_platform.resources.database import WarehouseResource
from sakila_platform.resources.lake import LakeResource


def agreement_checks(folder: Path = AGREEMENT_SQL) -> list[dg.AssetChecksDefinition]:
    """The check `agrees_with_marts` of each question that the marts can answer too; all in one step."""
    pairs = list(twins(questions(), folder))
    specs = [comparison(analysis_name(question.name), twin) for question, twin in pairs]
    by_key = {spec.key: pair for spec, pair in zip(specs, pairs, strict=True)}

    @dg.multi_asset_check(name="agreement", specs=specs, can_subset=True)
    def agreement(
        context: dg.AssetCheckExecutionContext, database: WarehouseResource, lake: LakeResource
    ) -> Iterator[dg.AssetCheckResult]:
        with told_in_one_line(), database.connect() as connection:
            yield from compare_each(context, by_key, lambda question: answer(connection, question), lake.lake())

    return [agreement]
