"""Dagster's events for many days of one asset, sent as batches that the event log stores in one transaction each.

Dagster batches what it derives from a MaterializeResult. It offers no public way to batch check evaluations, or the
materialisations that a failing step leaves, and `context.add_asset_metadata` copies all earlier metadata at each call.
Hence the private names here; Dagster is pinned, and the integration tests hold these events against Dagster's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timezone
from typing import Any

import dagster as dg
import sqlalchemy as db
from dagster import DagsterEvent, DagsterEventType
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData as Target,
)
from dagster._core.events import DagsterEventBatchMetadata, StepMaterializationData, generate_event_batch_id
from dagster._core.execution.context.metadata_logging import AssetMetadataHandle, OutputMetadataAccumulator
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

_RECORDS_AT_ONCE = 500


def add_metadata(
    context: dg.AssetExecutionContext, by_asset_and_partition: Mapping[tuple[dg.AssetKey, str], Mapping[str, Any]]
) -> None:
    """What `context.add_asset_metadata` does for one asset and partition, for all of them at once."""
    step = context.get_step_execution_context()
    metadata = dict(step._metadata_accumulator.per_output_metadata)
    for (key, partition), added in by_asset_and_partition.items():
        metadata[AssetMetadataHandle(asset_key=key, partition_key=partition)] = added
    step._metadata_accumulator = OutputMetadataAccumulator(per_output_metadata=metadata)


def materializations(
    context: dg.AssetExecutionContext, key: dg.AssetKey, by_partition: Mapping[str, Mapping[str, Any]]
) -> Iterator[DagsterEvent]:
    """Log a materialisation of each partition with its metadata, as a step does that yields AssetMaterialization."""
    facts = [
        StepMaterializationData(dg.AssetMaterialization(key, partition=partition, metadata=metadata))
        for partition, metadata in by_partition.items()
    ]
    return _log(context, DagsterEventType.ASSET_MATERIALIZATION, [(fact, "Materialized value.") for fact in facts])


def evaluations(context: dg.AssetExecutionContext, facts: Sequence[dg.AssetCheckEvaluation]) -> Iterator[DagsterEvent]:
    """Log check evaluations. Dagster does not fail the step for these: yield an evaluation itself where it must."""
    return _log(context, DagsterEventType.ASSET_CHECK_EVALUATION, [(fact, _message(fact)) for fact in facts])


def newest_materializations(
    context: dg.AssetExecutionContext, key: dg.AssetKey, partitions: Sequence[str]
) -> dict[str, Target]:
    """What a check of each partition is about: its newest materialisation. Partitions that have none are left out."""
    log = context.instance.event_log_storage
    assert isinstance(log, SqlEventLogStorage), "Dagster keeps its events in a database."
    newest: dict[str, Target] = {}
    for start in range(0, len(partitions), _RECORDS_AT_ONCE):
        newest.update(_targets(log, key, list(partitions[start : start + _RECORDS_AT_ONCE])))
    return newest


def _targets(log: SqlEventLogStorage, key: dg.AssetKey, partitions: list[str]) -> dict[str, Target]:
    """What `fetch_materializations` says of the partitions, but for the events themselves, which take long to read."""
    events = SqlEventLogStorageTable.c
    materializations_of = dg.AssetRecordsFilter(key, asset_partitions=partitions)
    wanted = materializations_of.to_event_records_filter(DagsterEventType.ASSET_MATERIALIZATION)
    (wiped,) = log._get_assets_details([key])
    newest = log._apply_filter_to_query(db.select(db.func.max(events.id)), wanted, wiped).group_by(events.partition)
    query = db.select(events.partition, events.id, events.run_id, events.timestamp).where(events.id.in_(newest))
    with log.index_connection() as connection:
        found = connection.execute(query).all()
    return {
        partition: Target(storage_id=id_, run_id=run_id, timestamp=at.replace(tzinfo=timezone.utc).timestamp())
        for partition, id_, run_id, at in found
    }


def _log(
    context: dg.AssetExecutionContext, event_type: DagsterEventType, facts: Sequence[tuple[Any, str]]
) -> Iterator[DagsterEvent]:
    step = context.get_step_execution_context()
    batch = generate_event_batch_id()
    last = len(facts) - 1
    for n, (fact, message) in enumerate(facts):
        yield DagsterEvent.from_step(event_type, step, fact, message, DagsterEventBatchMetadata(batch, n == last))


def _message(fact: dg.AssetCheckEvaluation) -> str:
    outcome = "passed." if fact.passed else "did not pass."
    described = "" if fact.description is None else f" Description: '{fact.description}'"
    return f"Asset check '{fact.check_name}' on '{fact.asset_key.to_user_string()}' {outcome}{described}"
