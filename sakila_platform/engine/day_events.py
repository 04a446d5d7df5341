"""Dagster's events for many days of one asset, sent as batches that the event log stores in one transaction each.

Dagster batches what it derives from a MaterializeResult. It offers no public way to batch check evaluations, or the
materialisations that a failing step leaves, and `context.add_asset_metadata` copies all earlier metadata at each call.
Hence the private names here; Dagster is pinned, and the integration tests hold these events against Dagster's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster import DagsterEvent, DagsterEventType
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData as Target,
)
from dagster._core.events import DagsterEventBatchMetadata, StepMaterializationData, generate_event_batch_id
from dagster._core.execution.context.metadata_logging import AssetMetadataHandle, OutputMetadataAccumulator

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
    return _log(context, DagsterEventType.ASSET_CHECK_EVALUATION, [(fact, _told(fact)) for fact in facts])


def newest_materializations(
    context: dg.AssetExecutionContext, key: dg.AssetKey, partitions: Sequence[str]
) -> dict[str, Target]:
    """What a check of each partition is about: its newest materialisation. Partitions that have none are left out."""
    newest: dict[str, Target] = {}
    for start in range(0, len(partitions), _RECORDS_AT_ONCE):
        wanted = list(partitions[start : start + _RECORDS_AT_ONCE])
        # Newest first, and a run has just written one for each partition, so the first look finds them all.
        newest.update(_targets(context, key, wanted))
        for partition in wanted:
            if partition not in newest:
                newest.update(_targets(context, key, [partition]))
    return newest


def _targets(context: dg.AssetExecutionContext, key: dg.AssetKey, partitions: list[str]) -> dict[str, Target]:
    found = context.instance.fetch_materializations(
        dg.AssetRecordsFilter(key, asset_partitions=partitions), limit=len(partitions)
    )
    return {
        str(record.partition_key): Target(
            storage_id=record.storage_id, run_id=record.run_id, timestamp=record.timestamp
        )
        for record in reversed(found.records)
    }


def _log(
    context: dg.AssetExecutionContext, event_type: DagsterEventType, facts: Sequence[tuple[Any, str]]
) -> Iterator[DagsterEvent]:
    step = context.get_step_execution_context()
    batch = generate_event_batch_id()
    last = len(facts) - 1
    for n, (fact, message) in enumerate(facts):
        yield DagsterEvent.from_step(event_type, step, fact, message, DagsterEventBatchMetadata(batch, n == last))


def _told(fact: dg.AssetCheckEvaluation) -> str:
    outcome = "passed." if fact.passed else "did not pass."
    described = "" if fact.description is None else f" Description: '{fact.description}'"
    return f"Asset check '{fact.check_name}' on '{fact.asset_key.to_user_string()}' {outcome}{described}"
