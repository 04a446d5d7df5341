"""Jobs of the definitions, run to their end in this process and kept in the state folder's Dagster instance.

The runs are those of Dagster's web UI: same jobs, same ranges, same events. Only who waits for them differs.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import dagster as dg
from dagster._core.utils import make_new_run_id

from sakila_platform.errors import PlatformError
from sakila_platform.long_lived import without_garbage_collection
from sakila_platform.model.days import Clock
from sakila_platform.orchestration.day_runs import NOT_DONE
from sakila_platform.orchestration.event_log.instance import (
    dagster_environment,
    ensure_dagster_home,
    opened_instance,
)
from sakila_platform.settings.every import put_in_environment, require_usable

Report = Callable[[str], None]
AssetKey = dg.AssetKey
NotDone = Mapping[str, Collection[dg.AssetKey]]
"""Assets by day."""
_RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
_RECORDS_LOOKED_AT = 1000
# Dagster's own console log would bury what we say; its pages show all of it.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class RunFailed(PlatformError):
    """A run that did not come to its end: the assets of those of its steps that did, and what is known of the others.

    `not_done` has, by step, the assets that it did not come to on a day, for steps that did all others.
    """

    def __init__(
        self,
        reason: str,
        finished: set[dg.AssetKey],
        failed_steps: set[str] | None = None,
        not_done: Mapping[str, NotDone] | None = None,
    ) -> None:
        self.finished = finished
        self.failed_steps = failed_steps or set()
        self.not_done = not_done or {}
        super().__init__(reason)


@dataclass(frozen=True)
class Runs:
    """The platform's jobs, on one Dagster instance."""

    instance: dg.DagsterInstance
    definitions: Callable[[], dg.Definitions]
    """Loads the platform's definitions, which takes seconds."""

    @cached_property
    def _repository(self) -> dg.RepositoryDefinition:
        with without_garbage_collection(), warnings.catch_warnings():
            # What is beta or a preview in Dagster is no news to whoever runs a job.
            warnings.simplefilter("ignore", dg.BetaWarning)
            warnings.simplefilter("ignore", dg.PreviewWarning)
            return self.definitions().get_repository_def()

    def has_job(self, job: str) -> bool:
        """Whether there is a job of that name."""
        return job in self._repository.job_names

    def partitions_of(self, job: str) -> list[str]:
        """All partitions of a job: days or years, in calendar order."""
        partitions = self._repository.get_job(job).partitions_def
        return list(partitions.get_partition_keys()) if partitions else []

    def done(self, job: str) -> set[str]:
        """The partitions of which every asset of a job is materialised."""
        keys = self.assets_of(job)
        return set.intersection(*(self.instance.get_materialized_partitions(key) for key in keys)) if keys else set()

    def provisional(self, job: str, days: Sequence[date], clock: Clock) -> set[date]:
        """Those of the days of which an asset was last materialised before the day had ended."""
        early: set[date] = set()
        for key in self.assets_of(job):
            wanted = dg.AssetRecordsFilter(key, asset_partitions=[str(day) for day in days])
            newest: dict[date, float] = {}
            for record in self.instance.fetch_materializations(wanted, limit=_RECORDS_LOOKED_AT).records:
                newest.setdefault(date.fromisoformat(str(record.partition_key)), record.timestamp)
            early |= {day for day, at in newest.items() if at < clock.end_of(day).timestamp()}
        return early

    def execute(
        self, job: str, partitions: tuple[str, str], report: Report, keys: Collection[dg.AssetKey] | None = None
    ) -> list[str]:
        """Run a job, or these assets of it, over a range of its partitions. Returns what its steps warned of.

        Raises RunFailed with the reason of a failure.
        """
        what = f"{job} over {partitions[0]}..{partitions[1]}"
        wanted = self._repository.get_job(job)
        if keys is not None:
            # Else those of its checks too that the job leaves to another one.
            checks = {check for check in wanted.asset_layer.asset_graph.asset_check_keys if check.asset_key in keys}
            wanted = wanted.get_subset(asset_selection=set(keys), asset_check_selection=checks)
        return self._execute(what, wanted, dict(zip(_RANGE, partitions, strict=True)), report)

    def step_of(self, key: dg.AssetKey) -> str:
        """The step that makes an asset."""
        return self._repository.asset_graph.get(key).assets_def.op.name

    def group_of(self, key: dg.AssetKey) -> str:
        """The group of an asset: domain and layer."""
        return str(self._repository.asset_graph.get(key).group_name)

    def execute_layer(self, domain: str, layer: str, days: tuple[str, str], report: Report) -> None:
        """Run one layer of a domain's daily job over a range of days. Raises as `execute` does."""
        graph, job = self._repository.asset_graph, self._repository.get_job(f"{domain}_daily")
        keys = {key for key in job.asset_layer.selected_asset_keys if graph.get(key).group_name == f"{domain}_{layer}"}
        what = f"{layer} of {domain} over {days[0]}..{days[1]}"
        self._execute(what, job.get_subset(asset_selection=keys), dict(zip(_RANGE, days, strict=True)), report)

    def independent_of(self, domain: str, unfinished: Collection[dg.AssetKey]) -> set[dg.AssetKey]:
        """What has no days of a domain and is made of none of these."""
        held_up = {key for key in self._unpartitioned(domain) if self.upstream(key) & set(unfinished)}
        # Assets that one step makes whole go together.
        graph = self._repository.asset_graph
        return {
            key for key in self._unpartitioned(domain) if not held_up & {key, *graph.get(key).execution_set_asset_keys}
        }

    def upstream(self, key: dg.AssetKey) -> set[dg.AssetKey]:
        """All that an asset is made of."""
        found: set[dg.AssetKey] = set()
        open_keys = {key}
        while open_keys:
            open_keys = {parent for one in open_keys for parent in self._repository.asset_graph.get(one).parent_keys}
            open_keys -= found
            found |= open_keys
        return found

    def execute_unpartitioned(
        self, domain: str, report: Report, keys: Collection[dg.AssetKey] | None = None
    ) -> list[str]:
        """Run what has no days of a domain (or these of it): analysis and marts, of all there is. As `execute` does."""
        wanted = set(self._unpartitioned(domain) if keys is None else keys)
        if not wanted:
            return []
        job = self._repository.get_implicit_global_asset_job_def().get_subset(asset_selection=wanted)
        return self._execute(f"Analysis and marts of {domain}", job, {}, report)

    def is_answered(self, domain: str) -> bool:
        """Whether a domain's analysis and marts are all newer than its newest day."""
        days = [self._newest(key) for key in self.assets_of(f"{domain}_daily")]
        return min(map(self._newest, self._unpartitioned(domain)), default=0.0) >= max(days, default=0.0)

    def _newest(self, key: dg.AssetKey) -> float:
        """When an asset was last materialised, in seconds since 1970; 0 if never."""
        records = self.instance.fetch_materializations(key, limit=1).records
        return records[0].timestamp if records else 0.0

    def _unpartitioned(self, domain: str) -> set[dg.AssetKey]:
        graph = self._repository.asset_graph
        return {
            key
            for key in graph.materializable_asset_keys
            if graph.get(key).partitions_def is None and str(graph.get(key).group_name).startswith(f"{domain}_")
        }

    def _execute(self, what: str, job: dg.JobDefinition, tags: dict[str, str], report: Report) -> list[str]:
        run_id = make_new_run_id()
        progress = _Progress(report)
        self.instance.add_event_listener(run_id, progress)
        result = job.execute_in_process(
            instance=self.instance, run_id=run_id, run_config=_QUIET, raise_on_error=False, tags=tags
        )
        if _was_interrupted(result):
            raise KeyboardInterrupt
        if not result.success:
            done = {event.step_key for event in result.all_events if event.is_step_success}
            materializations = [
                event for event in result.all_events if event.is_step_materialization and event.step_key in done
            ]
            raise RunFailed(
                f"{what} failed. {_reason(result)} (run {run_id}; look at it with `make dev`)",
                {event.asset_key for event in materializations if event.asset_key},
                {str(event.step_key) for event in _step_failures(result)},
                dict(_not_done(result)),
            )
        return progress.warnings

    def assets_of(self, job: str) -> list[dg.AssetKey]:
        """The assets of a job."""
        return sorted(self._repository.get_job(job).asset_layer.selected_asset_keys)


@contextmanager
def opened_runs(home: Path, definitions: Callable[[], dg.Definitions]) -> Iterator[Runs]:
    """The definitions' jobs on the state folder's instance, made if need be; runs that died there are failed."""
    require_usable()
    ensure_dagster_home(home)
    put_in_environment(dagster_environment(home))
    with opened_instance() as instance:
        yield Runs(instance, definitions)


class _Progress:
    """Tells of a run's events what a person wants to know: which step works, and what it says."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.warnings: list[str] = []

    def __call__(self, entry: dg.EventLogEntry) -> None:
        if entry.dagster_event:
            if entry.dagster_event.event_type == dg.DagsterEventType.STEP_START:
                self._report(f"{_readable(entry.step_key)} ...")
        # An error ends the run, and is reported then.
        elif entry.step_key and int(entry.level) < logging.ERROR:
            message = _readable(entry.user_message)
            self._report(message)
            if int(entry.level) == logging.WARNING:
                self.warnings.append(message)


def _readable(text: str | None) -> str:
    """A step's name, or what it says of itself, with its asset's key as people write it."""
    return (text or "").replace("__", "/")


def _was_interrupted(result: dg.ExecuteInProcessResult) -> bool:
    errors = [event.step_failure_data.error for event in _step_failures(result)]
    return any(error and error.cls_name == "DagsterExecutionInterruptedError" for error in errors)


def _step_failures(result: dg.ExecuteInProcessResult) -> list[dg.DagsterEvent]:
    return [event for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_FAILURE]


def _not_done(result: dg.ExecuteInProcessResult) -> Iterator[tuple[str, NotDone]]:
    """The steps that failed since tables were refused, and the assets that they did not come to by day."""
    for event in _step_failures(result):
        described = event.step_failure_data.user_failure_data
        not_done = described.metadata.get(NOT_DONE) if described else None
        if isinstance(not_done, dg.JsonMetadataValue) and isinstance(not_done.data, Mapping):
            yield (
                str(event.step_key),
                {day: {dg.AssetKey.from_user_string(key) for key in keys} for day, keys in not_done.data.items()},
            )


def _reason(result: dg.ExecuteInProcessResult) -> str:
    """Why the first failed step failed, in one line: what it says of itself, else its error."""
    for event in _step_failures(result):
        failure = event.step_failure_data
        described = failure.user_failure_data.description if failure.user_failure_data else None
        error = failure.error
        text = described or (str((error.cause or error).message) if error else "")
        return f"{_readable(event.step_key)}: {_one_line(text)}"
    for event in result.all_events:
        if event.event_type == dg.DagsterEventType.RUN_FAILURE:
            return _one_line(event.message or "")
    return "No step says why"


def _one_line(text: str) -> str:
    return " ".join(text.split()) or "No reason was given"
