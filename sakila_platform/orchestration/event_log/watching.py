"""Notifications of checks that did not pass and of late data: sent once, where run failures are sent too.

No postponed annotations here: Dagster reads those of the sensor's function.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluation
from dagster._core.definitions.freshness import FreshnessState

from sakila_platform.orchestration.event_log.notifications import dagster_page, send

_EVENTS_AT_ONCE = 2_000
_SECONDS_BETWEEN_LOOKS = 60
# A message for people: what is more than this they see on the page.
_LINES = 10


@dataclass
class Seen:
    """How far was looked: the newest check evaluation, and the assets that were reported late."""

    evaluation: int = -1
    late: list[str] = field(default_factory=list)


@dg.sensor(
    name="watching",
    description="Tells people of checks that did not pass, and of assets that are late: which, which days, why, where.",
    minimum_interval_seconds=_SECONDS_BETWEEN_LOOKS,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def watching(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Each evaluation that did not pass, and each time that an asset becomes late, is reported once."""
    seen = Seen(**json.loads(context.cursor)) if context.cursor else Seen(_newest_evaluation(context.instance))
    failed = _failed_since(context.instance, seen)
    late = _late_assets(context)
    lines = failure_lines(failed) + [_late_line(key) for key in late if key not in seen.late]
    if lines:
        message = "\n".join(lines[:_LINES] + ([f"and {len(lines) - _LINES} more"] if len(lines) > _LINES else []))
        context.log.error(message)
        for complaint in send(message):
            context.log.error(complaint)
    seen.late = late
    context.update_cursor(json.dumps(asdict(seen)))
    return dg.SkipReason(f"{len(lines)} checks and late assets were reported.")


def failure_lines(failed: Sequence[AssetCheckEvaluation]) -> list[str]:
    """A line for each check that did not pass: asset, check, days, the newest day's reason, and where to look."""
    by_check: dict[tuple[dg.AssetKey, str], list[AssetCheckEvaluation]] = {}
    for evaluation in failed:
        by_check.setdefault((evaluation.asset_key, evaluation.check_name), []).append(evaluation)
    return [_failure_line(key, name, evaluations) for (key, name), evaluations in by_check.items()]


def _failure_line(key: dg.AssetKey, name: str, evaluations: Sequence[AssetCheckEvaluation]) -> str:
    days = sorted({evaluation.partition for evaluation in evaluations if evaluation.partition})
    on = f" on {days[0]}" if len(days) == 1 else f" on {len(days)} days, {days[0]}..{days[-1]}" if days else ""
    newest = evaluations[-1]
    severe = "failed" if newest.severity == dg.AssetCheckSeverity.ERROR else "warns"
    reason = " ".join((newest.description or "no reason given").split())
    return f"Check {severe}: {key.to_user_string()} {name}{on}: {reason} {_page(key)}?view=checks"


def _late_line(key: str) -> str:
    return f"Late: {key} should have been updated by now. {_page(dg.AssetKey.from_user_string(key))}"


def _page(key: dg.AssetKey) -> str:
    return dagster_page(f"assets/{key.to_user_string()}")


def _evaluations_filter(after: int | None = None) -> dg.EventRecordsFilter:
    return dg.EventRecordsFilter(dg.DagsterEventType.ASSET_CHECK_EVALUATION, after_cursor=after)


def _newest_evaluation(instance: dg.DagsterInstance) -> int:
    """Where to begin: what happened before anybody watched is not reported."""
    newest = instance.event_log_storage.get_event_records(_evaluations_filter(), limit=1)
    return newest[0].storage_id if newest else 0


def _failed_since(instance: dg.DagsterInstance, seen: Seen) -> list[AssetCheckEvaluation]:
    failed = []
    while True:
        records = instance.event_log_storage.get_event_records(
            _evaluations_filter(seen.evaluation), limit=_EVENTS_AT_ONCE, ascending=True
        )
        for record in records:
            event = record.event_log_entry.get_dagster_event()
            evaluation = event.asset_check_evaluation_data
            if not evaluation.passed:
                failed.append(evaluation)
            seen.evaluation = record.storage_id
        if len(records) < _EVENTS_AT_ONCE:
            return failed


def _late_assets(context: dg.SensorEvaluationContext) -> list[str]:
    """The assets whose freshness policy is not kept, as far as Dagster has looked."""
    repository = context.repository_def
    keys = list(repository.asset_graph.materializable_asset_keys) if repository else []
    states: Mapping[dg.AssetKey, object] = context.instance.get_freshness_state_records(keys)
    return sorted(
        key.to_user_string()
        for key, record in states.items()
        if record.freshness_state == FreshnessState.FAIL  # type: ignore[attr-defined]
    )
