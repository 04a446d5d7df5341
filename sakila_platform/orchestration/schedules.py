"""Jobs and schedules of the domains, as they declare them, and how fresh their warehouses are to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from sakila_platform.declarations.domain import Domain
from sakila_platform.declarations.jobs import Job, Partition
from sakila_platform.model.naming import TableName
from sakila_platform.orchestration.asset_specs import asset_key
from sakila_platform.orchestration.partitions import daily_partitions, yearly_partitions
from sakila_platform.settings.calendar import FIRST_DAY, TIME_ZONE


def jobs_of(domain: Domain) -> list[UnresolvedAssetJobDefinition]:
    """The domain's jobs. What follows their layers is started by automation conditions, not by a clock."""
    partitions: Mapping[str, dg.PartitionsDefinition] = {"days": daily_partitions(), "years": yearly_partitions()}
    return [
        dg.define_asset_job(
            job.name,
            selection=_selection(domain, job),
            partitions_def=partitions.get(job.partitions),
            description=job.description,
            executor_def=dg.in_process_executor,
        )
        for job in domain.jobs
    ]


def _selection(domain: Domain, job: Job) -> dg.AssetSelection:
    """What the job declares, without what goes by other partitions and without checks that are another job's."""
    if job.checks:
        return dg.AssetSelection.checks(*_check_keys(job))
    selection: dg.AssetSelection = dg.AssetSelection.assets(*(asset_key(name) for name in job.assets))
    if job.layers:
        selection |= dg.AssetSelection.groups(*map(domain.group, job.layers))
        elsewhere = [name for other in domain.jobs if other is not job for name in other.assets]
        selection -= dg.AssetSelection.assets(*map(asset_key, elsewhere), *map(asset_key, _without_days(domain)))
    apart = [key for other in domain.jobs if other is not job for key in _check_keys(other)]
    return selection - dg.AssetSelection.checks(*apart) if apart else selection


def _without_days(domain: Domain) -> list[TableName]:
    return [table.name for layer in domain.unpartitioned for table in layer.tables]


def _check_keys(job: Job) -> list[dg.AssetCheckKey]:
    return [dg.AssetCheckKey(asset_key(table), name) for table, name in job.checks]


def with_freshness(definitions: dg.Definitions, domains: Sequence[Domain]) -> dg.Definitions:
    """The definitions, with the warehouses expected to have yesterday by 03:00, when the daily chains are long done."""
    zone = TIME_ZONE.read().key
    policy = dg.FreshnessPolicy.cron(deadline_cron="0 3 * * *", lower_bound_delta=timedelta(hours=3), timezone=zone)
    daily = [asset_key(table.name) for domain in domains if domain.warehouse for table in domain.warehouse.tables]
    return definitions.map_resolved_asset_specs(
        func=lambda spec: dg.apply_freshness_policy(spec, policy),
        selection=dg.AssetSelection.assets(*daily),
    )


def _ended_day() -> Sequence[str]:
    # Today is a partition too (provisional), so the last ended day is the one before the last.
    return daily_partitions().get_partition_keys()[-2:-1]


def _today() -> Sequence[str]:
    return daily_partitions().get_partition_keys()[-1:]


def _next_year() -> Sequence[str]:
    return yearly_partitions().get_partition_keys()[-1:]


# Each gives one partition, or none where the calendar has not come to it.
_CHOSEN: Mapping[Partition, Callable[[], Sequence[str]]] = {
    Partition.ENDED_DAY: _ended_day,
    Partition.TODAY: _today,
    Partition.NEXT_YEAR: _next_year,
}


def schedules_of(domain: Domain) -> list[dg.ScheduleDefinition]:
    """The schedules of the domain's jobs, in the shop's time zone."""
    zone = TIME_ZONE.read().key
    return [_schedule(job, zone) for job in domain.jobs]


def _schedule(job: Job, zone: str) -> dg.ScheduleDefinition:
    def requested(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if job.schedule.partition is Partition.NONE:
            return dg.RunRequest()
        with dg.partition_loading_context(effective_dt=context.scheduled_execution_time):
            chosen = _CHOSEN[job.schedule.partition]()
        if not chosen:
            return dg.SkipReason(
                f"The calendar, which begins with {FIRST_DAY.read()} ({FIRST_DAY.name}), is not there yet."
            )
        return dg.RunRequest(run_key=chosen[0], partition_key=chosen[0])

    return dg.ScheduleDefinition(
        name=job.schedule.name,
        job_name=job.name,
        cron_schedule=job.schedule.cron,
        execution_timezone=zone,
        description=job.schedule.description,
        execution_fn=requested,
    )
