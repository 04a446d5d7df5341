"""Jobs and clocks: the daily chain, the yearly Date dimension, the nightly look for stale days."""

from datetime import timedelta

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from sakila_platform import settings
from sakila_platform.partitions import daily_partitions, yearly_partitions

# Upstream first. What follows the warehouse is started by automation conditions, not by a clock.
_DAILY = dg.AssetSelection.assets("oltp/sakila/simulated_rentals") | dg.AssetSelection.groups(
    "rentals_stage", "rentals_final", "rentals_warehouse"
)
_STALE_DAYS = dg.AssetSelection.checks(
    *(dg.AssetCheckKey(dg.AssetKey(["stage", "sakila", table]), "stale_days") for table in ("rental", "payment"))
)
_DATES = dg.AssetSelection.assets("final/sakila/dim_date", "warehouse/sakila/dim_date")
_REVIEWS_DAILY = dg.AssetSelection.groups("reviews_stage", "reviews_final", "reviews_warehouse")
_REVIEWS_DATES = dg.AssetSelection.assets("final/reviews/dim_date", "warehouse/reviews/dim_date")
# Made whole of the newest files, which they follow.
_CATALOGUE_HISTORY = dg.AssetSelection.assets("trusted/catalogue/titles", "trusted/catalogue/title_artists")


def rentals_daily_job() -> UnresolvedAssetJobDefinition:
    """The chain from the counter to the warehouse, for a day or a range of days."""
    return dg.define_asset_job(
        "rentals_daily",
        selection=_DAILY - _DATES - _STALE_DAYS,
        partitions_def=daily_partitions(),
        description="Simulate, stage, final, warehouse: for each of its days.",
        executor_def=dg.in_process_executor,
    )


def rentals_dates_job() -> UnresolvedAssetJobDefinition:
    """dim_date, in the lake and in the warehouse."""
    return dg.define_asset_job(
        "rentals_dates",
        selection=_DATES,
        partitions_def=yearly_partitions(),
        description="The Date dimension of a year.",
        executor_def=dg.in_process_executor,
    )


def rentals_stale_days_job() -> UnresolvedAssetJobDefinition:
    """The comparison of all staged days with the source."""
    return dg.define_asset_job(
        "rentals_stale_days",
        selection=_STALE_DAYS,
        description="Lists the days whose source has changed since they were staged.",
        executor_def=dg.in_process_executor,
    )


def reviews_daily_job() -> UnresolvedAssetJobDefinition:
    """The chain from purchases and vendors' files to the star of reviews, for a day or a range of days."""
    return dg.define_asset_job(
        "reviews_daily",
        selection=_REVIEWS_DAILY - _REVIEWS_DATES,
        partitions_def=daily_partitions(),
        description="Stage, final and warehouse of reviews, for each of its days.",
        executor_def=dg.in_process_executor,
    )


def reviews_dates_job() -> UnresolvedAssetJobDefinition:
    """dim_date of reviews."""
    return dg.define_asset_job(
        "reviews_dates",
        selection=_REVIEWS_DATES,
        partitions_def=yearly_partitions(),
        description="The Date dimension of reviews, of a year.",
        executor_def=dg.in_process_executor,
    )


def catalogue_daily_job() -> UnresolvedAssetJobDefinition:
    """The catalogue of films and series, for a day or a range of days."""
    return dg.define_asset_job(
        "catalogue_daily",
        selection=dg.AssetSelection.groups("catalogue_raw", "catalogue_trusted") - _CATALOGUE_HISTORY,
        partitions_def=daily_partitions(),
        description="CSV files and TMDB into raw, TMDB into trusted, for each of its days.",
        executor_def=dg.in_process_executor,
    )


def with_freshness(definitions: dg.Definitions) -> dg.Definitions:
    """The definitions, with the warehouses expected to have yesterday by 03:00, when the daily chains are long done."""
    zone = settings.TIME_ZONE.read().key
    policy = dg.FreshnessPolicy.cron(deadline_cron="0 3 * * *", lower_bound_delta=timedelta(hours=3), timezone=zone)
    return definitions.map_resolved_asset_specs(
        func=lambda spec: dg.apply_freshness_policy(spec, policy),
        selection=dg.AssetSelection.groups("rentals_warehouse", "reviews_warehouse") - _DATES - _REVIEWS_DATES,
    )


def all_schedules() -> list[dg.ScheduleDefinition]:
    """The clocks, in the shop's time zone."""
    zone = settings.TIME_ZONE.read().key

    @dg.schedule(
        job_name="rentals_daily",
        cron_schedule="0 1 * * *",
        execution_timezone=zone,
        description="At 01:00, the day that has just ended.",
    )
    def rentals_every_day(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        # Today is a partition too (provisional), so the last ended day is the one before the last.
        with dg.partition_loading_context(effective_dt=context.scheduled_execution_time):
            ended = daily_partitions().get_partition_keys()[-2]
        return dg.RunRequest(run_key=ended, partition_key=ended)

    @dg.schedule(
        job_name="rentals_dates",
        cron_schedule="30 0 1 1 *",
        execution_timezone=zone,
        description="On 1 January, next year's dates.",
    )
    def rentals_every_year(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        with dg.partition_loading_context(effective_dt=context.scheduled_execution_time):
            newest = yearly_partitions().get_partition_keys()[-1]
        return dg.RunRequest(run_key=newest, partition_key=newest)

    @dg.schedule(
        job_name="rentals_stale_days",
        cron_schedule="0 5 * * *",
        execution_timezone=zone,
        description="At 05:00, which staged days must be run again.",
    )
    def rentals_stale_days_every_day(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest()

    @dg.schedule(
        job_name="catalogue_daily",
        cron_schedule="0 2 * * *",
        execution_timezone=zone,
        description="At 02:00, what TMDB says today.",
    )
    def catalogue_every_day(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        # Today: what is asked now is true of now, and a catalogue has no events that are still to come.
        with dg.partition_loading_context(effective_dt=context.scheduled_execution_time):
            today = daily_partitions().get_partition_keys()[-1]
        return dg.RunRequest(run_key=today, partition_key=today)

    return [
        rentals_every_day,
        rentals_every_year,
        rentals_stale_days_every_day,
        catalogue_every_day,
        *_reviews_schedules(zone),
    ]


def _reviews_schedules(zone: str) -> list[dg.ScheduleDefinition]:
    """Purchases come by the clock; a day whose files arrive later is run again by the sensor of arrivals."""

    @dg.schedule(
        job_name="reviews_daily",
        cron_schedule="30 1 * * *",
        execution_timezone=zone,
        description="At 01:30, the day that has just ended.",
    )
    def reviews_every_day(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        with dg.partition_loading_context(effective_dt=context.scheduled_execution_time):
            ended = daily_partitions().get_partition_keys()[-2]
        return dg.RunRequest(run_key=ended, partition_key=ended)

    @dg.schedule(
        job_name="reviews_dates",
        cron_schedule="45 0 1 1 *",
        execution_timezone=zone,
        description="On 1 January, next year's dates.",
    )
    def reviews_every_year(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        with dg.partition_loading_context(effective_dt=context.scheduled_execution_time):
            newest = yearly_partitions().get_partition_keys()[-1]
        return dg.RunRequest(run_key=newest, partition_key=newest)

    return [reviews_every_day, reviews_every_year]
