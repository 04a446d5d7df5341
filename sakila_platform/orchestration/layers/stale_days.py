"""The check that finds days of stage whose source has changed since, on tables of events."""

import dagster as dg

from sakila_platform.capture.source_checksums import disagreements, source_checksums
from sakila_platform.capture.source_tables import consistent_snapshot
from sakila_platform.capture.stage_checksums import stage_checksums
from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.lake.duckdb import open_duckdb
from sakila_platform.model.contracts import Table
from sakila_platform.model.days import parse_day
from sakila_platform.model.naming import DAY_PARTITION
from sakila_platform.orchestration.asset_specs import asset_key
from sakila_platform.orchestration.failures import failing_in_one_line
from sakila_platform.orchestration.work import LAKE, database_of

STALE_DAYS = "stale_days"
_SHOWN = 50


def stale_days_check(table: Table, source: str) -> dg.AssetChecksDefinition:
    """A check that lists the days of an event table whose source (a resource) has changed since they were staged.

    It sees what `last_update` misses: deleted rows, and rows that moved to another day.
    """

    @dg.asset_check(
        asset=asset_key(table.name),
        name=STALE_DAYS,
        description="Each staged day still has the source's rows (count and checksum). Lists the days to run again.",
        required_resource_keys={LAKE, source},
    )
    def stale_days(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        lake, shop = context.resources.lake.lake(), database_of(context, source)
        assert isinstance(shop, MySQLDatabase)
        days = [parse_day(p.removeprefix(f"{DAY_PARTITION}=")) for p in lake.partitions(table.name)]
        if not days:
            return dg.AssetCheckResult(passed=True, description="Nothing is staged yet.")
        with failing_in_one_line(), consistent_snapshot(shop.address()) as connection, open_duckdb() as duck:
            stage = stage_checksums(duck, lake, table, days)
            stale = disagreements(source_checksums(connection, table, days), stage)
        if not stale:
            return dg.AssetCheckResult(passed=True, metadata={"days_compared": len(days)})
        listed = sorted(stale)
        return dg.AssetCheckResult(
            passed=False,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"Run stage and what follows again for {len(listed)} days, {listed[0]}..{listed[-1]}.",
            metadata={
                "days_compared": len(days),
                "stale_days": {str(day): stale[day] for day in listed[:_SHOWN]},
            },
        )

    return stale_days
