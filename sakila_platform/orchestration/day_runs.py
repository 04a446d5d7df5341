"""How a run works through its days, for every partitioned layer: chunk by chunk, one outcome per asset and day.

A layer declares its multi_asset and a function that commits a chunk of days; this module turns what was committed into
Dagster's events. Each committed day of an asset gets one materialisation with its own metadata and one evaluation of
each of its checks, whatever becomes of the rest of the run.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from graphlib import TopologicalSorter
from typing import Any, TypeVar

import dagster as dg

from sakila_platform.errors import PlatformError
from sakila_platform.model.days import range_in_words
from sakila_platform.orchestration.event_log import batches as day_events
from sakila_platform.orchestration.failures import failing_in_one_line
from sakila_platform.orchestration.partitions import year_of
from sakila_platform.settings.calendar import FIRST_DAY
from sakila_platform.settings.runs import MAX_DAYS_PER_RUN

# Whatever reads as its partition key: a date for daily assets, a year's number for yearly ones.
Day = TypeVar("Day", date, int)
NOT_DONE = "not_done"
"""Metadata of a step that failed since tables were refused: what it did not come to, by day. It did all the rest."""
Event = dg.MaterializeResult | dg.AssetCheckEvaluation | dg.Output | dg.DagsterEvent


@dataclass(frozen=True)
class CheckOutcome:
    """What a check found on one day. One that did not pass stops what is downstream if it is blocking."""

    passed: bool
    metadata: Mapping[str, Any] = field(default_factory=dict)
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
    description: str | None = None


@dataclass(frozen=True)
class DayResult:
    """What committing a table's day says of it: metadata (`dagster/partition_row_count` …) and checks by name."""

    metadata: Mapping[str, Any] = field(default_factory=dict)
    checks: Mapping[str, CheckOutcome] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether no more than warnings were found."""
        return all(check.passed or check.severity == dg.AssetCheckSeverity.WARN for check in self.checks.values())


@dataclass(frozen=True)
class Refusal:
    """A table's day that broke its contract and was not published: why, in one line, and the checks it failed."""

    day: date | int
    key: dg.AssetKey
    reason: str
    checks: Mapping[str, CheckOutcome] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.key.to_user_string()} on {self.day}: {self.reason}"


Results = Mapping[Day, Mapping[dg.AssetKey, DayResult]]


class PartlyCommitted(PlatformError):
    """Raised by a commit that published some of a chunk's tables and days (`committed`) and got no further."""

    def __init__(self, reason: str, committed: Results[Any] | None = None) -> None:
        self.committed: Results[Any] = committed or {}
        super().__init__(reason)


# Beside the first, whose reason is given: enough for the days of a month, and still a line.
_REFUSALS_NAMED = 30


class DaysRefused(PartlyCommitted):
    """Raised by a commit that published some of a chunk's days and refused others, which the message names."""

    def __init__(self, refusals: Sequence[Refusal], committed: Results[Any] | None = None) -> None:
        self.refusals = tuple(refusals)
        others = [f"{each.key.to_user_string()} on {each.day}" for each in self.refusals[1:]]
        named = ", ".join(others[:_REFUSALS_NAMED]) + (", ..." if len(others) > _REFUSALS_NAMED else "")
        more = f" (and {len(others)} more: {named})" if others else ""
        super().__init__(f"Refused {self.refusals[0]}{more}", committed)


def daily_check(
    key: dg.AssetKey, name: str, partitions: dg.PartitionsDefinition, description: str, *, blocking: bool = True
) -> dg.AssetCheckSpec:
    """A check that has an outcome for each day of its asset."""
    with warnings.catch_warnings():
        # Partitioned checks are a preview in Dagster; the integration tests say what we rely on.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(name, asset=key, partitions_def=partitions, description=description, blocking=blocking)


def days_of(context: dg.AssetExecutionContext) -> list[date]:
    """The days that a run owns, in calendar order.

    Fails the run, in one line, when they are more than allowed, or one of them is not of the calendar.
    """
    with failing_in_one_line():
        _require_range(context)
        _require_in_calendar(context)
        days = sorted(date.fromisoformat(key) for key in context.partition_keys)
        most = MAX_DAYS_PER_RUN.read()
        if len(days) > most:
            raise PlatformError(
                f"The run asks for {len(days)} days ({days[0]}..{days[-1]}), but a run takes at most {most}. "
                f"Choose fewer days, or raise {MAX_DAYS_PER_RUN.name}."
            )
    return days


def years_of(context: dg.AssetExecutionContext) -> list[int]:
    """The years that a run owns, in order. Fails the run, in one line, when it names none."""
    with failing_in_one_line():
        _require_range(context)
        return sorted(year_of(key) for key in context.partition_keys)


def _require_range(context: dg.AssetExecutionContext) -> None:
    """Dagster's web UI always gives a partition or a range in order; its API and command line take a run without."""
    if not (context.has_partition_key or context.has_partition_key_range):
        raise PlatformError("The run names no day or year: launch it with a partition, or with a range of them.")
    asked = context.partition_key_range
    if asked.end < asked.start:
        raise PlatformError(f"The range ends ({asked.end}) before it begins ({asked.start}). Exchange its ends.")


def _require_in_calendar(context: dg.AssetExecutionContext) -> None:
    calendar = context.assets_def.partitions_def
    asked = context.partition_key_range
    for key in (asked.start, asked.end):
        if calendar is not None and not calendar.has_partition_key(key):
            raise PlatformError(
                f"{key} is not a day of the calendar, which goes from {calendar.get_first_partition_key()} to "
                f"{calendar.get_last_partition_key()}. Choose other days, or set {FIRST_DAY.name}."
            )


def run_days(
    context: dg.AssetExecutionContext,
    days: Sequence[Day],
    chunk_size: int,
    commit: Callable[[list[Day]], Results[Day]],
) -> Iterator[Event]:
    """Commit the days in chunks, and yield what Dagster must know: yield all of it from the asset's function.

    `commit` gets consecutive days, makes them visible, and returns a DayResult for each day and selected asset, with
    an outcome of each selected check. What it committed is reported even if a later chunk raises; then the step fails
    (`failing_in_one_line`). It raises DaysRefused for days that may not be published: they get their failed checks and
    no materialisation. They, and a blocking check that did not pass, fail the step after all chunks are done.
    """
    committed: dict[Day, Mapping[dg.AssetKey, DayResult]] = {}
    refusals: list[Refusal] = []
    chunks = [list(days[n : n + chunk_size]) for n in range(0, len(days), chunk_size)]
    try:
        for chunk in chunks:
            try:
                _work_on(context, chunk, commit, committed)
            except DaysRefused as refused:
                refusals += refused.refusals
    except BaseException:
        yield from _reported_by_failing_step(context, committed, refusals)
        with failing_in_one_line(context.retry_number):
            raise
    if refusals:
        yield from _reported_by_failing_step(context, committed, refusals)
        not_done = _not_done(context, days, committed)
        raise dg.Failure(str(DaysRefused(refusals)), metadata={NOT_DONE: not_done}, allow_retries=False)
    yield from _reported(context, committed)


def _not_done(context: dg.AssetExecutionContext, days: Sequence[Day], committed: Results[Day]) -> dict[str, list[str]]:
    """For each day the tables that were refused, held up, or of which a check did not pass."""
    good = {(day, key) for day, of_day in committed.items() for key, result in of_day.items() if result.is_good}
    selected = sorted(context.selected_asset_keys)
    found = {str(day): [key.to_user_string() for key in selected if (day, key) not in good] for day in days}
    return {day: keys for day, keys in found.items() if keys}


def _work_on(
    context: dg.AssetExecutionContext,
    chunk: list[Day],
    commit: Callable[[list[Day]], Results[Day]],
    committed: dict[Day, Mapping[dg.AssetKey, DayResult]],
) -> None:
    started = time.perf_counter()
    try:
        results = commit(chunk)
    except PartlyCommitted as stopped:
        committed.update(stopped.committed)
        raise
    committed.update(results)
    for day in chunk:
        _require_outcomes(context, day, results.get(day, {}))
    seconds = time.perf_counter() - started
    context.log.info(f"{context.op_def.name}: {range_in_words(chunk)}, {seconds:.1f} s")


def _require_outcomes(
    context: dg.AssetExecutionContext, day: date | int, results: Mapping[dg.AssetKey, DayResult]
) -> None:
    """A commit that forgets an asset or a check would leave it for ever as planned: a mistake in our own code."""
    if not context.selected_asset_keys <= results.keys():
        raise ValueError(f"Committing {day} gave no result for some of the selected assets.")
    for check in context.selected_asset_check_keys:
        if check.asset_key in results and check.name not in results[check.asset_key].checks:
            raise ValueError(f"Committing {day} gave no outcome for {check.to_user_string()}.")


def _reported(context: dg.AssetExecutionContext, committed: Results[Day]) -> Iterator[Event]:
    metadata = {(key, str(day)): result.metadata for day, of_day in committed.items() for key, result in of_day.items()}
    day_events.add_metadata(context, metadata)
    for key in _upstream_first(context):
        if key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key)
        for check in _selected_checks(context, key):
            facts = _evaluations(context, check, committed)
            yield dg.Output(None, output_name=context.assets_def.get_output_name_for_asset_check_key(check))
            yield from day_events.evaluations(context, [fact for fact in facts if not _stops_downstream(fact)])
            # Yielded as they are, for Dagster to see them and to fail the step.
            yield from (fact for fact in facts if _stops_downstream(fact))


def _reported_by_failing_step(
    context: dg.AssetExecutionContext, committed: Results[Day], refusals: Sequence[Refusal]
) -> Iterator[Event]:
    for key in _upstream_first(context):
        if key in context.selected_asset_keys:
            metadata = {str(day): of_day[key].metadata for day, of_day in committed.items() if key in of_day}
            yield from day_events.materializations(context, key, metadata)
        for check in _selected_checks(context, key):
            yield from day_events.evaluations(context, _evaluations(context, check, committed))
    yield from day_events.evaluations(context, _refused(context, refusals))


def _evaluations(
    context: dg.AssetExecutionContext, check: dg.AssetCheckKey, committed: Results[Day]
) -> list[dg.AssetCheckEvaluation]:
    outcomes = {
        str(day): of_day[check.asset_key].checks[check.name]
        for day, of_day in committed.items()
        if check.asset_key in of_day and check.name in of_day[check.asset_key].checks
    }
    # An evaluation that names no materialisation would clear its partition's status.
    targets = day_events.newest_materializations(context, check.asset_key, list(outcomes))
    return [_evaluation(context, check, day, outcome, targets.get(day)) for day, outcome in outcomes.items()]


def _refused(context: dg.AssetExecutionContext, refusals: Sequence[Refusal]) -> list[dg.AssetCheckEvaluation]:
    # Without a target: what was looked at is not what is published, and an older file may still be in place.
    return [
        _evaluation(context, check, str(refusal.day), refusal.checks[check.name], None)
        for refusal in refusals
        for check in _selected_checks(context, refusal.key)
        if check.name in refusal.checks
    ]


def _evaluation(
    context: dg.AssetExecutionContext,
    check: dg.AssetCheckKey,
    partition: str,
    outcome: CheckOutcome,
    target: day_events.Target | None,
) -> dg.AssetCheckEvaluation:
    spec = context.assets_def.get_spec_for_check_key(check)
    return dg.AssetCheckEvaluation(
        asset_key=check.asset_key,
        check_name=check.name,
        passed=outcome.passed,
        metadata=outcome.metadata,
        severity=outcome.severity,
        description=outcome.description,
        blocking=bool(spec and spec.blocking),
        partition=partition,
        target_materialization_data=target,
    )


def _stops_downstream(fact: dg.AssetCheckEvaluation) -> bool:
    return not fact.passed and bool(fact.blocking) and fact.severity == dg.AssetCheckSeverity.ERROR


def _selected_checks(context: dg.AssetExecutionContext, key: dg.AssetKey) -> list[dg.AssetCheckKey]:
    return sorted(check for check in context.selected_asset_check_keys if check.asset_key == key)


def _upstream_first(context: dg.AssetExecutionContext) -> list[dg.AssetKey]:
    """The assets of the step and of its checks, each after those it depends on, as Dagster wants them yielded."""
    deps = context.assets_def.asset_deps
    wanted = set(context.selected_asset_keys) | {check.asset_key for check in context.selected_asset_check_keys}
    order = TopologicalSorter({key: sorted(deps.get(key, set()) & wanted - {key}) for key in sorted(wanted)})
    return list(order.static_order())
