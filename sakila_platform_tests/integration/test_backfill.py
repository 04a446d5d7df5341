"""A backfill as Dagster's web UI launches it: through the daemon, the run queue and a code server of its own."""

import logging
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.test_utils import create_test_daemon_workspace_context
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster._daemon.backfill import execute_backfill_iteration
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon

from sakila_platform.orchestration.event_log.instance import dagster_environment, ensure_dagster_home
from sakila_platform_tests.integration.test_event_log import CONTRACT, FIRST, KEYS, stage

defs = dg.Definitions([stage], executor=dg.in_process_executor)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkspaceProcessContext]:
    ensure_dagster_home(tmp_path)
    for name, value in dagster_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    target = ModuleTarget(__name__, attribute="defs", working_directory=None, location_name="sakila_platform")
    with dg.DagsterInstance.get() as instance, create_test_daemon_workspace_context(target, instance) as workspace:
        yield workspace


def test_a_backfill_of_many_days_is_one_run_with_one_outcome_per_day(workspace: WorkspaceProcessContext) -> None:
    instance = workspace.instance
    days = [str(FIRST + timedelta(days=n)) for n in range(40)]
    instance.add_backfill(
        PartitionBackfill.from_asset_partitions(
            backfill_id="history",
            asset_graph=workspace.create_request_context().asset_graph,
            partition_names=days,
            asset_selection=list(KEYS),
            backfill_timestamp=time.time(),
            tags={},
            dynamic_partitions_store=instance,
            all_partitions=False,
            title=None,
            description=None,
            run_config=None,
        )
    )
    _carry_out(workspace, "history")

    [run] = instance.get_runs()
    assert run.status == dg.DagsterRunStatus.SUCCESS
    for key in KEYS:
        records = instance.fetch_materializations(key, limit=1000).records
        assert sorted(str(record.partition_key) for record in records) == days
        for record in records:
            assert record.asset_materialization and record.partition_key
            count = record.asset_materialization.metadata["dagster/partition_row_count"].value
            assert count == date.fromisoformat(record.partition_key).toordinal()
    statuses = instance.event_log_storage.get_asset_check_partition_info([CONTRACT])
    assert sorted(str(info.partition_key) for info in statuses if info.is_current) == days


def _carry_out(workspace: WorkspaceProcessContext, backfill_id: str) -> None:
    """What the daemon does every few seconds, until the backfill is done."""
    queue = QueuedRunCoordinatorDaemon(interval_seconds=1)
    logger = logging.getLogger(__name__)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        list(execute_backfill_iteration(workspace, logger))
        list(queue.run_iteration(workspace))
        backfill = workspace.instance.get_backfill(backfill_id)
        assert backfill
        if backfill.status != BulkActionStatus.REQUESTED:
            assert backfill.status == BulkActionStatus.COMPLETED_SUCCESS, backfill.error
            return
        time.sleep(0.1)
    raise AssertionError("The backfill did not end within a minute.")
