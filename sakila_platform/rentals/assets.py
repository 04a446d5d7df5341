"""What only the rental business has in Dagster: the simulation that rents films every day, and the look for stale days.

No postponed annotations here: Dagster reads those of the asset's function.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date

import dagster as dg

from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.errors import PlatformError
from sakila_platform.model.days import Clock
from sakila_platform.model.naming import TableName
from sakila_platform.orchestration.asset_specs import OWNERS, ROW_COUNT, asset_key
from sakila_platform.orchestration.day_runs import DayResult, DaysRefused, Event, Refusal, days_of, run_days
from sakila_platform.orchestration.layers.stale_days import stale_days_check
from sakila_platform.orchestration.partitions import daily_partitions
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.database import DatabaseResource
from sakila_platform.rentals.simulation.days import DayOutcome, Status, simulate_day
from sakila_platform.rentals.simulation.draws import Options
from sakila_platform.rentals.simulation.memory import ShopMemory
from sakila_platform.rentals.source import EVENT_TABLES, SIMULATED_RENTALS, SOURCE
from sakila_platform.settings.rentals import OPENING_HOURS, RENTERS_PER_DAY, SMOOTHING

GROUP = "rentals_oltp"
SHOP = "rentals_source"
"""The resource of the shop's database."""
# Each day is a transaction of its own; so many are reported to Dagster at a time.
_DAYS_PER_REPORT = 30
# Where those take long, as while people rent meanwhile, the log hears of single days.
_SECONDS_BETWEEN_LINES = 5.0
_READ = ("customer", "film", "inventory", "staff", "store")


def own_definitions() -> dg.Definitions:
    """All of it."""
    return dg.Definitions(
        assets=[simulation_asset()],
        asset_checks=[stale_days_check(table, SHOP) for table in EVENT_TABLES],
    )


def simulation_asset() -> dg.AssetsDefinition:
    """The asset `oltp/sakila/simulated_rentals`: a day of rentals, returns and late fees, written once."""

    @dg.asset(
        key=asset_key(SIMULATED_RENTALS),
        deps=[asset_key(TableName("oltp", SOURCE, table)) for table in _READ],
        description=(
            "One row per rental simulated for the day, written to the shop's rental and payment tables. "
            "Days go forward only: what is past or recorded writes nothing and says so."
        ),
        group_name=GROUP,
        owners=OWNERS,
        kinds={"python", "mysql"},
        partitions_def=daily_partitions(),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def simulated_rentals(
        context: dg.AssetExecutionContext, rentals_source: DatabaseResource, clock: ClockResource
    ) -> Iterator[Event]:
        shop = rentals_source.database()
        assert isinstance(shop, MySQLDatabase)
        asked = days_of(context)
        # One day has none to carry anything to.
        memory = ShopMemory() if len(asked) > 1 else None
        skipped: list[DayOutcome] = []
        reported_at = time.monotonic()

        def report(day: date) -> None:
            nonlocal reported_at
            if time.monotonic() - reported_at >= _SECONDS_BETWEEN_LINES:
                context.log.info(f"{day} is simulated: {asked.index(day) + 1:,} of {len(asked):,} days")
                reported_at = time.monotonic()

        def commit(days: list[date]) -> dict[date, dict[dg.AssetKey, DayResult]]:
            outcomes = _simulate(shop, clock.clock(), days, memory, report)
            skipped.extend(outcome for outcome in outcomes if outcome.status is Status.SKIPPED)
            return _results(outcomes)

        yield from run_days(context, asked, _DAYS_PER_REPORT, commit)
        if skipped:
            context.log.warning(f"{len(skipped)} of {len(asked)} days were not simulated. {skipped[-1].reason}")

    return simulated_rentals


def simulation_options() -> Options:
    """What the settings ask of a simulated day."""
    return Options(RENTERS_PER_DAY.read(), SMOOTHING.read(), OPENING_HOURS.read())


def _simulate(
    shop: MySQLDatabase, clock: Clock, days: list[date], memory: ShopMemory | None, report: Callable[[date], None]
) -> list[DayOutcome]:
    outcomes: list[DayOutcome] = []
    with shop.connect() as connection:
        for day in days:
            try:
                outcomes.append(simulate_day(connection, day, clock, simulation_options(), memory))
                report(day)
            except PlatformError as error:
                # Days before this one are committed, so Dagster must hear of them.
                raise DaysRefused(
                    [Refusal(day, asset_key(SIMULATED_RENTALS), str(error))], _results(outcomes)
                ) from None
    return outcomes


def _results(outcomes: list[DayOutcome]) -> dict[date, dict[dg.AssetKey, DayResult]]:
    return {outcome.day: {asset_key(SIMULATED_RENTALS): _result(outcome)} for outcome in outcomes}


def _result(outcome: DayOutcome) -> DayResult:
    metadata: dict[str, str | int] = {ROW_COUNT: outcome.rentals, "status": outcome.status.value}
    if outcome.reason:
        return DayResult({**metadata, "reason": outcome.reason})
    return DayResult({**metadata, "returns": outcome.returns, "late_fees": outcome.late_fees})
