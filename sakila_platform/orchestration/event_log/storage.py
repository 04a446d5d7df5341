"""Dagster's event log on SQLite, made cheap for runs of many days: a batch of events is one transaction.

Dagster's own SQLite storage opens a connection, compiles its statements and commits anew for every single event, once
for the run's file and once or twice for the index: 18 ms per asset and day. This class stores what Dagster hands over
as one batch (`DAGSTER_EVENT_BATCH_SIZE`) in one transaction, and leaves exactly the rows that the parent would have
left, event by event. Batches hold events of assets and of their checks, planned ones too. What is planned of an asset
comes as one event for all partitions of the run, and is written out as the row of each without being made anew for it.

It touches names that Dagster keeps private, because Dagster offers no other way in. So Dagster is pinned in
constraints.txt, and the integration tests compare this class with its parent, row by row.

Connections are kept, since closing the last one of a file costs a checkpoint and a wait for the disk, at each of some
three hundred events of a day's run. A page that follows a run watches its file, which is touched for it.

What is safe: the index, which every asset and check page reads, is committed before the run's own file, and both or
neither when storing fails. SQLite runs in WAL mode with `synchronous=NORMAL`: a commit outlives the process that made
it, whatever kills it; only a power cut can take the last commits, never the file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import dagster as dg
import sqlalchemy as db
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluation
from dagster._core.errors import DagsterInvariantViolationError
from dagster._core.event_api import EventLogRecord
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS, AssetMaterializationPlannedData
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

Row = dict[str, Any]
_BATCHED = ASSET_EVENTS | ASSET_CHECK_EVENTS
_PLANNED = AssetCheckExecutionRecordStatus.PLANNED.value
_ENGINES_KEPT = 8
_ANY_PARTITION = "any partition"
_WRITES = "writes_seen"


class BatchedSqliteEventLogStorage(SqliteEventLogStorage):
    """SqliteEventLogStorage, with the same files and the same rows, that stores a batch in one transaction."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> BatchedSqliteEventLogStorage:
        """The storage that dagster.yaml declares. (The parent's method returns the parent's class.)"""
        return cls(inst_data=inst_data, **config_value)

    @property
    def supports_partition_subset_in_asset_materialization_planned_events(self) -> bool:
        """Whether one event may say of many partitions that they are planned. Each gets its row here."""
        return True

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event: one of an asset or a check as a batch of one, which takes half as many transactions."""
        if _is_batch_of_assets([event]):
            self.store_event_batch([event])
        else:
            super().store_event(event)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store the events, of one run, in their order: all of them or none."""
        if not _is_batch_of_assets(events):
            super().store_event_batch(events)
            return
        stored_as = [(event, row) for event in events for row in self._rows(event)]
        rows = [row for _, row in stored_as]
        with self._db_lock, ExitStack() as commits:
            run = commits.enter_context(self._transaction(events[0].run_id))
            run.execute(SqlEventLogStorageTable.insert(), rows)
            # Entered last, so committed first: a kill in between must not lose what asset pages show.
            index = commits.enter_context(self._transaction(INDEX_SHARD_NAME))
            ids = _insert_in_order(index, rows)
            stored = [(event, id_, row) for (event, row), id_ in zip(stored_as, ids, strict=True)]
            assets = [(event, id_) for event, id_, _ in stored if event.dagster_event_type in ASSET_EVENTS]
            self._store_asset_event_tags(index, [event for event, _ in assets], [id_ for _, id_ in assets])
            for event, id_ in _newest_of_each_kind(assets):
                self._store_asset_event(index, event, id_)
            for check_rows in _by_check(stored).values():
                _store_check_rows(index, check_rows)

    def _rows(self, event: EventLogEntry) -> list[Row]:
        """The event's row, or that of each partition that it plans: equal but for the partition's name."""
        partitions = _planned_partitions(event)
        if partitions is None:
            return [self._event_to_row(event)]
        planned = event.get_dagster_event()
        assert planned.asset_key
        of_any = planned._replace(
            event_specific_data=AssetMaterializationPlannedData(planned.asset_key, _ANY_PARTITION)
        )
        row = self._event_to_row(event._replace(dagster_event=of_any))
        before, after = row["event"].split(json.dumps(_ANY_PARTITION))
        return [{**row, "partition": key, "event": f"{before}{json.dumps(key)}{after}"} for key in partitions]

    def get_event_records(
        self, event_records_filter: dg.EventRecordsFilter, limit: int | None = None, ascending: bool = False
    ) -> Sequence[EventLogRecord]:
        """Check events are read as asset events are: across runs from the index, which has them too, by its ids.

        The parent looks for them in every run's own file, where an id says nothing of the other runs'.
        """
        if event_records_filter.event_type in ASSET_CHECK_EVENTS:
            return SqlEventLogStorage.get_event_records(self, event_records_filter, limit, ascending)
        return super().get_event_records(event_records_filter, limit, ascending)

    def wipe(self) -> None:
        """Remove all events, and the files of all runs."""
        self._let_go()
        super().wipe()

    def dispose(self) -> None:
        """Close all files."""
        self._let_go()
        super().dispose()

    def _let_go(self) -> None:
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._transaction(shard) as connection:
            yield connection

    @contextmanager
    def _transaction(self, shard: str) -> Iterator[Connection]:
        with self._engine(shard).connect() as connection:
            with connection.begin():
                yield connection
            if connection.info.get(_WRITES, 0) != (writes := connection.connection.total_changes):
                connection.info[_WRITES] = writes
                os.utime(self.path_for_shard(shard))

    def _engine(self, shard: str) -> Engine:
        """The engine of a shard, kept with its connection and the statements it has compiled."""
        if shard not in self._engines:
            if len(self._engines) >= _ENGINES_KEPT:
                self._engines.pop(next(iter(self._engines))).dispose()
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=QueuePool,
                pool_size=1,
                max_overflow=-1,
                # All use of a shard is under one lock, whichever thread comes.
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            db.event.listen(engine, "connect", _sync_at_checkpoints_only)
            self._engines[shard] = engine
        if shard not in self._initialized_dbs:
            self._initdb(self._engines[shard])
            self._initialized_dbs.add(shard)
        return self._engines[shard]


def _sync_at_checkpoints_only(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")


def _planned_partitions(event: EventLogEntry) -> Sequence[str] | None:
    """The partitions that one event plans to materialise all of; None of any other event."""
    if event.dagster_event_type != dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED:
        return None
    subset = event.get_dagster_event().partitions_subset
    return None if subset is None else list(subset.get_partition_keys())


def _is_batch_of_assets(events: Sequence[EventLogEntry]) -> bool:
    return len({event.run_id for event in events}) == 1 and all(
        event.run_id and event.is_dagster_event and event.dagster_event_type in _BATCHED for event in events
    )


def _insert_in_order(connection: Connection, rows: Sequence[Row]) -> list[int]:
    """Insert events and return their ids, which are consecutive: no one else writes within our transaction."""
    connection.execute(SqlEventLogStorageTable.insert(), rows)
    last = connection.execute(db.text("SELECT last_insert_rowid()")).scalar_one()
    return list(range(last - len(rows) + 1, last + 1))


def _newest_of_each_kind(stored: Sequence[tuple[EventLogEntry, int]]) -> list[tuple[EventLogEntry, int]]:
    """The last event of each asset and type, in order: a type writes fixed columns, so the others leave no trace."""
    newest = {(event.get_dagster_event().asset_key, event.dagster_event_type): (event, id_) for event, id_ in stored}
    return sorted(newest.values(), key=lambda pair: pair[1])


def _by_check(stored: Sequence[tuple[EventLogEntry, int, Row]]) -> dict[tuple[str, str], list[Row]]:
    """The rows that the batch leaves in the table of check executions, by asset and check, in the events' order."""
    checks: dict[tuple[str, str], list[Row]] = {}
    for event, id_, row in stored:
        if event.dagster_event_type in ASSET_CHECK_EVENTS:
            rows = _check_rows(event, row, id_)
            checks.setdefault((rows[0]["asset_key"], rows[0]["check_name"]), []).extend(rows)
    return checks


def _check_rows(event: EventLogEntry, event_row: Row, event_id: int) -> list[Row]:
    """One row per partition that a check is planned on, or the one row of its evaluation."""
    fact: Any = event.get_dagster_event().event_specific_data
    status = AssetCheckExecutionRecordStatus.PLANNED
    target = None
    partitions: Sequence[str | None] = [None]
    if isinstance(fact, AssetCheckEvaluation):
        status = AssetCheckExecutionRecordStatus.SUCCEEDED if fact.passed else AssetCheckExecutionRecordStatus.FAILED
        target = fact.target_materialization_data
        partitions = [fact.partition]
    elif fact.partitions_subset:
        partitions = list(fact.partitions_subset.get_partition_keys())
    row = {
        "asset_key": fact.asset_key.to_string(),
        "check_name": fact.check_name,
        "run_id": event.run_id,
        "execution_status": status.value,
        "evaluation_event": event_row["event"],
        "evaluation_event_timestamp": event_row["timestamp"],
        "evaluation_event_storage_id": event_id,
        "materialization_event_storage_id": target.storage_id if target else None,
    }
    return [{**row, "partition": partition} for partition in partitions]


def _store_check_rows(connection: Connection, rows: Sequence[Row]) -> None:
    """Insert what is planned; an evaluation replaces the planned row of its partition, or is a row of its own."""
    table = AssetCheckExecutionsTable
    planned = [row for row in rows if row["execution_status"] == _PLANNED]
    evaluated = {row["partition"]: row for row in rows if row["execution_status"] != _PLANNED}
    if planned:
        connection.execute(table.insert(), planned)
    if not evaluated:
        return
    one_row = rows[0]
    found = connection.execute(
        db.select(table.c.partition, table.c.id).where(
            table.c.asset_key == one_row["asset_key"],
            table.c.check_name == one_row["check_name"],
            table.c.run_id == one_row["run_id"],
        )
    ).all()
    ids = {partition: id_ for partition, id_ in found if partition in evaluated}
    if len(ids) < sum(partition in evaluated for partition, _ in found):
        raise DagsterInvariantViolationError(f"{one_row['check_name']} is planned twice in run {one_row['run_id']}.")
    updates = [{**row, "row_id": ids[partition]} for partition, row in evaluated.items() if partition in ids]
    if updates:
        connection.execute(table.update().where(table.c.id == db.bindparam("row_id")), updates)
    inserts = [row for partition, row in evaluated.items() if partition not in ids]
    if inserts:
        connection.execute(table.insert(), inserts)
