"""Jobs and clocks: each domain's daily chain, the yearly Date dimensions, the nightly look for stale days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from sakila_platform.orchestration.partitions import daily_partitions, yearly_partitions
from sakila_platform.settings.calendar import TIME_ZONE

# What follows the warehouse, or trusted, is started by automation conditions, not by a clock.
_RENTALS_DATES = dg.AssetSelection.assets("final/sakila/dim_date", "warehouse/sakila/dim_date")
_STALE_DAYS = dg.AssetSelection.checks(
    *(dg.AssetCheckKey(dg.AssetKey(["stage", "sakila", table]), "stale_days") for table in ("rental", "payment"))
)
_RENTALS = dg.AssetSelection.assets("oltp/sakila/simulated_rentals") | dg.AssetSelection.groups(
    "rentals_stage", "rentals_final", "rentals_warehouse"
)
_REVIEWS_DATES = dg.AssetSelection.assets("final/reviews/dim_date", "warehouse/reviews/dim_date")
_REVIEWS = dg.AssetSelection.groups("reviews_stage", "reviews_final", "reviews_warehouse")
_CATALOGUE = dg.AssetSelection.groups("catalogue_raw", "catalogue_trusted")
# Made of the newest files of all days, whatever day they are of.
_CATALOGUE_HISTORY = dg.AssetSelection.assets("trusted/catalogue/titles", "trusted/catalogue/title_artists")


def all_jobs() -> list[UnresolvedAssetJobDefinition]:
    """The jobs of all domains."""
    days, years = daily_partitions(), yearly_partitions()
    return [
        _job(
            "rentals_daily",
            _RENTALS - _RENTALS_DATES - _STALE_DAYS,
            "Simulate, stage, final, warehouse: for each of its days.",
            days,
        ),
        _job("rentals_dates", _RENTALS_DATES, "The Date dimension of a year.", years),
        _job("rentals_stale_days", _STALE_DAYS, "Lists the days whose source has changed since they were staged."),
        _job(
            "reviews_daily",
            _REVIEWS - _REVIEWS_DATES,
            "Stage, final and warehouse of reviews, for each of its days.",
            days,
        ),
        _job("reviews_dates", _REVIEWS_DATES, "The Date dimension of reviews, of a year.", years),
        _job(
            "catalogue_daily",
            _CATALOGUE - _CATALOGUE_HISTORY,
            "CSV files and TMDB into raw, TMDB into trusted, for each of its days.",
            days,
        ),
    ]


def _job(
    name: str, selection: dg.AssetSelection, description: str, partitions: dg.PartitionsDefinition | None = None
) -> UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        name,
        selection=selection,
        partitions_def=partitions,
        description=description,
        executor_def=dg.in_process_executor,
    )


def with_freshness(definitions: dg.Definitions) -> dg.Definitions:
    """The definitions, with the warehouses expected to have yesterday by 03:00, when the daily chains are long done."""
    zone = TIME_ZONE.read().key
    policy = dg.FreshnessPolicy.cron(deadline_cron="0 3 * * *", lower_bound_delta=timedelta(hours=3), timezone=zone)
    return definitions.map_resolved_asset_specs(
        func=lambda spec: dg.apply_freshness_policy(spec, policy),
        selection=dg.AssetSelection.groups("rentals_warehouse", "reviews_warehouse") - _RENTALS_DATES - _REVIEWS_DATES,
    )


@dataclass(frozen=True)
class _Clock:
    """When a job is run, and for which of its partitions (all there are at that moment; None: it has none)."""

    name: str
    job: str
    cron: str
    description: str
    chosen: Callable[[], str] | None = None


def _ended_day() -> str:
    # Today is a partition too (provisional), so the last ended day is the one before the last.
    return daily_partitions().get_partition_keys()[-2]


def _today() -> str:
    return daily_partitions().get_partition_keys()[-1]


def _next_year() -> str:
    return yearly_partitions().get_partition_keys()[-1]


_CLOCKS: Sequence[_Clock] = (
    _Clock("rentals_every_day", "rentals_daily", "0 1 * * *", "At 01:00, the day that has just ended.", _ended_day),
    _Clock("rentals_every_year", "rentals_dates", "30 0 1 1 *", "On 1 January, next year's dates.", _next_year),
    _Clock(
        "rentals_stale_days_every_day",
        "rentals_stale_days",
        "0 5 * * *",
        "At 05:00, which staged days must be run again.",
    ),
    # Purchases come by the clock; a day whose files arrive later is run again by the sensor of arrivals.
    _Clock("reviews_every_day", "reviews_daily", "30 1 * * *", "At 01:30, the day that has just ended.", _ended_day),
    _Clock("reviews_every_year", "reviews_dates", "45 0 1 1 *", "On 1 January, next year's dates.", _next_year),
    # Today: what is asked now is true of now, and a catalogue has no events that are still to come.
    _Clock("catalogue_every_day", "catalogue_daily", "0 2 * * *", "At 02:00, what TMDB says today.", _today),
)


def all_schedules() -> list[dg.ScheduleDefinition]:
    """The clocks, in the shop's time zone."""
    zone = TIME_ZONE.read().key
    return [_schedule(clock, zone) for clock in _CLOCKS]


def _schedule(clock: _Clock, zone: str) -> dg.ScheduleDefinition:
    def requested(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        if clock.chosen is None:
            return dg.RunRequest()
        with dg.partition_loading_context(effective_dt=context.scheduled_execution_time):
            chosen = clock.chosen()
        return dg.RunRequest(run_key=chosen, partition_key=chosen)

    return dg.ScheduleDefinition(
        name=clock.name,
        job_name=clock.job,
        cron_schedule=clock.cron,
        execution_timezone=zone,
        description=clock.description,
        execution_fn=requested,
    )
