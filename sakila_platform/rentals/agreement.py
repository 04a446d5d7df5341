"""Agreement of warehouse and marts on each question of the rental business. How it is compared: `engine.agreement`."""

from pathlib import Path

import dagster as dg

from sakila_platform.engine.agreement import AGREEMENT_SQL, compared, comparison, twins
from sakila_platform.engine.failures import told_in_one_line
from sakila_platform.engine.queries import Query
from sakila_platform.engine.questions import Question, answer
from sakila_platform.rentals.analysis import analysis_name, questions
from sakila_platform.resources.database import WarehouseResource
from sakila_platform.resources.lake import LakeResource


def agreement_checks(folder: Path = AGREEMENT_SQL) -> list[dg.AssetChecksDefinition]:
    """The check `agrees_with_marts` of each question that the marts can answer too."""
    return [_check(question, twin) for question, twin in twins(questions(), folder)]


def _check(question: Question, twin: Query) -> dg.AssetChecksDefinition:
    @dg.asset_check(**comparison(analysis_name(question.name), twin))
    def compare(database: WarehouseResource, lake: LakeResource) -> dg.AssetCheckResult:
        with told_in_one_line():
            with database.connect() as connection:
                asked = answer(connection, question)
            return compared(asked, twin, lake.lake())

    return compare
