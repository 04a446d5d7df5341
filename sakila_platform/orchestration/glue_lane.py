"""The Glue lane as Dagster conducts it: the days of a step worked on by one job run, and reported as in the local lane.

A team chooses it by a setting; assets, days and checks are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import dagster as dg

from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcome_messages import outcomes_of
from sakila_platform.model.outcomes import Outcomes, TableDay
from sakila_platform.orchestration.asset_specs import Committed, results, warn_not_carried
from sakila_platform.orchestration.day_runs import Event, PartlyCommitted, days_of, run_days
from sakila_platform.orchestration.failures import failing_in_one_line
from sakila_platform.settings.aws import AWS_REGION, COMPUTE, ENVIRONMENT
from sakila_platform.settings.places import LAKE, lake_location

if TYPE_CHECKING:
    from sakila_platform.orchestration.resources.glue import Glue


def is_glue_chosen() -> bool:
    """Whether Glue works on stage, final and warehouse, and not this process."""
    return COMPUTE.read() == "glue"


def chosen_glue() -> Glue:
    """The Glue jobs of the environment that the settings name.

    Raises UsageError when the lake is not on S3, where alone Glue can reach it.
    """
    # Here and not above: boto3 and Dagster's AWS clients are no use to the local lane, and half a second to import.
    from sakila_platform.orchestration.resources.glue import open_glue  # noqa: PLC0415

    lake = urlsplit(lake_location())
    if lake.scheme != "s3":
        raise UsageError(
            f"{COMPUTE.name} is glue, and the lake is {lake_location()}. "
            f"Glue needs one on S3: set {LAKE.name} to s3://bucket/prefix."
        )
    return open_glue(ENVIRONMENT.read(), AWS_REGION.read(), lake.netloc)


def run_by_glue(
    context: dg.AssetExecutionContext,
    job: str,
    tables: Sequence[Table],
    arguments: Mapping[str, str] | None = None,
    extended: Callable[[Committed], Committed] | None = None,
) -> Iterator[Event]:
    """Have one run of a job work on the run's days of these tables: yield all of it from the asset's function.

    `extended` may add to what Dagster records. Days that break their contract are refused as in the local lane. A job
    that ends before all was reported fails the step with its own reason, and what it had published is known.
    """
    with failing_in_one_line():
        glue = chosen_glue()

    def commit(days: list[date]) -> Committed:
        run = glue.run_job(context, job, {**_days_and_tables(days, tables), **(arguments or {})})
        outcomes = outcomes_of(one for message in run.messages for one in message["outcomes"])
        committed = warn_not_carried(context, results(outcomes))
        committed = extended(committed) if extended else committed
        if run.failure and not _is_all_reported(outcomes, tables, days):
            raise PartlyCommitted(f"The Glue job {glue.prefix}{job} failed: {run.failure}", committed)
        # A job of which a check did not pass has failed too; that check stops the step by itself.
        return committed

    days = days_of(context)
    # The job takes its own chunks; starting one costs a minute.
    yield from run_days(context, days, len(days), commit)


def unpartitioned_by_glue(context: dg.AssetExecutionContext, job: str, until: date) -> dict[TableName, TableDay]:
    """Have a job make tables without partitions of what there is until a day; what each came to.

    Raises PlatformError with the job's reason when it failed and no table was refused.
    """
    glue = chosen_glue()
    run = glue.run_job(context, job, {"--to": str(until)})
    by_day = outcomes_of(one for message in run.messages for one in message["outcomes"])
    outcomes = {name: next(iter(days.values())) for name, days in by_day.items()}
    if run.failure and not any(outcome.refused for outcome in outcomes.values()):
        raise PlatformError(f"The Glue job {glue.prefix}{job} failed: {run.failure}")
    return outcomes


def _days_and_tables(days: Sequence[date], tables: Sequence[Table]) -> dict[str, str]:
    names = ",".join(table.name.table for table in tables)
    return {"--from": str(days[0]), "--to": str(days[-1]), "--tables": names}


def _is_all_reported(outcomes: Outcomes, tables: Sequence[Table], days: Sequence[date]) -> bool:
    return all(outcomes.get(table.name, {}).keys() >= set(days) for table in tables)
