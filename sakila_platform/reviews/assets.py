"""What only reviews have in Dagster: the sensor of vendors' files, and the check that no join counts anything twice.

No postponed annotations here: Dagster reads those of the check's function.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import dagster as dg

from sakila_platform.declarations.postgres_database import PostgresDatabase
from sakila_platform.declarations.postgres_warehouse import answers_on_postgres
from sakila_platform.lake.files import Lake
from sakila_platform.lake.location import open_lake
from sakila_platform.marts.questions import Question, shown_path
from sakila_platform.model.days import chunks, consecutive_runs
from sakila_platform.model.naming import TableName
from sakila_platform.model.queries import SQL_FOLDER, read_query
from sakila_platform.orchestration.asset_specs import asset_key
from sakila_platform.orchestration.failures import failing_in_one_line
from sakila_platform.orchestration.partitions import daily_partitions
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.database import DatabaseResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.reviews.source import SOURCE
from sakila_platform.reviews.vendors.arrivals_ledger import Ledger, Look, Reading, look
from sakila_platform.reviews.vendors.raw import Delivery, content_hash, deliveries
from sakila_platform.reviews.vendors.taken import contents_taken
from sakila_platform.settings.runs import MAX_DAYS_PER_RUN

JOB = "reviews_daily"
_SECONDS_BETWEEN_LOOKS = 30
# Dagster gives a sensor a minute. What was not read by then is read at the next look.
_READING_SECONDS = 20.0
_RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
_PATHS_SHOWN = 3
NEVER_MULTIPLIED = "never_multiplied"
_TOTALS = SQL_FOLDER / SOURCE / "warehouse" / "totals.sql"
# The question that reads the view.
_SPENDING = "spending_by_score"


def own_definitions() -> dg.Definitions:
    """All of it."""
    return dg.Definitions(asset_checks=[never_multiplied_check()], sensors=[reviews_arrivals])


def never_multiplied_check() -> dg.AssetChecksDefinition:
    """The check `never_multiplied`: what the view says in all is what the facts say, which it is made of."""
    totals = Question(read_query(_TOTALS, "postgres"), None, shown_path(_TOTALS))

    @dg.asset_check(
        asset=asset_key(TableName("analysis", SOURCE, _SPENDING)),
        name=NEVER_MULTIPLIED,
        description="Reviews, scores and money in the view are those of the facts: no join counted any of them twice.",
        automation_condition=dg.AutomationCondition.eager(),
    )
    def never_multiplied(reviews_warehouse: DatabaseResource) -> dg.AssetCheckResult:
        database = reviews_warehouse.database()
        assert isinstance(database, PostgresDatabase)
        with failing_in_one_line():
            rows = answers_on_postgres(SOURCE)(database, totals).rows
        different = [
            f"{total}: {there} in the view, {here} in the facts" for total, there, here in rows if there != here
        ]
        return dg.AssetCheckResult(
            passed=not different,
            description="; ".join(different) or None,
            metadata={str(total): str(view) for total, view, _ in rows},
        )

    return never_multiplied


@dg.sensor(
    name="reviews_arrivals",
    job_name=JOB,
    description=(
        "Runs the days of vendors' files that have arrived in the raw zone, or were corrected. A file that is still "
        "being written waits; a day that lacks a vendor's file waits for an hour."
    ),
    minimum_interval_seconds=_SECONDS_BETWEEN_LOOKS,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def reviews_arrivals(context: dg.SensorEvaluationContext, lake: LakeResource, clock: ClockResource) -> dg.SensorResult:
    """Each content of a file is taken once. The cursor is the ledger."""
    # Opened for this look alone: copies of files on S3 are gone with it.
    opened = open_lake(lake.location)
    found, strays = deliveries(opened)
    within = _calendar()
    known = [delivery for delivery in found if within(delivery.day)]
    outside = [delivery.path for delivery in found if not within(delivery.day)]
    now = clock.clock().now().timestamp()
    reading = Reading(_reader(opened), lambda files: contents_taken(opened, files))
    seen = look(Ledger.read(context.cursor), known, now, reading)
    return dg.SensorResult(
        run_requests=list(_requests(seen)),
        skip_reason=None if seen.days else _skip_reason(seen, strays, outside),
        cursor=seen.ledger.written(),
        asset_events=[_arrived(seen, delivery) for files in seen.days.values() for delivery in files],
    )


def _calendar() -> Callable[[date], bool]:
    days = frozenset(daily_partitions().get_partition_keys())
    return lambda day: str(day) in days


def _reader(lake: Lake) -> Callable[[Delivery], str | None]:
    deadline = time.monotonic() + _READING_SECONDS
    return lambda delivery: content_hash(lake, delivery) if time.monotonic() < deadline else None


def _requests(seen: Look) -> Iterable[dg.RunRequest]:
    """A run for each stretch of days. Its key tells the content and the turn, so a look that is repeated asks once."""
    for stretch in consecutive_runs(list(seen.days)):
        for days in chunks(stretch, MAX_DAYS_PER_RUN.read()):
            key = hashlib.blake2b(repr([_run_name(seen, day) for day in days]).encode(), digest_size=8).hexdigest()
            if len(days) == 1:
                yield dg.RunRequest(run_key=f"{days[0]}:{key}", partition_key=str(days[0]))
            else:
                tags = dict(zip(_RANGE, (str(days[0]), str(days[-1])), strict=True))
                yield dg.RunRequest(run_key=f"{days[0]}..{days[-1]}:{key}", tags=tags)


def _run_name(seen: Look, day: date) -> tuple[str, int, list[str]]:
    contents = [seen.ledger.content(delivery) for delivery in seen.days[day]]
    return str(day), seen.ledger.turns[str(day)], contents


def _arrived(seen: Look, delivery: Delivery) -> dg.AssetMaterialization:
    content = seen.ledger.content(delivery)
    metadata: Mapping[str, str | int] = {"path": delivery.path, "bytes": delivery.size, "content_hash": content}
    return dg.AssetMaterialization(
        asset_key(delivery.vendor.raw),
        partition=str(delivery.day),
        metadata=metadata,
        tags={"dagster/data_version": content},
    )


def _skip_reason(seen: Look, strays: list[str], outside: list[str]) -> str:
    """Why nothing is run; and, where people look for a file that was not taken, why it was not."""
    reasons = [f"Waiting for {_some(seen.waiting)}." if seen.waiting else "Nothing new has arrived."]
    if seen.run_by_others:
        reasons.append(f"Run already, as stage says: {_some(seen.run_by_others)}.")
    if strays:
        reasons.append(f"Not what vendors deliver, and left alone: {_some(strays)}.")
    if outside:
        reasons.append(f"Of days that the calendar does not have (yet): {_some(outside)}.")
    return " ".join(reasons)


def _some(paths: list[str]) -> str:
    more = f" and {len(paths) - _PATHS_SHOWN} more" if len(paths) > _PATHS_SHOWN else ""
    return ", ".join(paths[:_PATHS_SHOWN]) + more
