"""Putting audited rows into the lake: one file per table and day, and what was set aside in quarantine beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sakila_platform.lake.file_columns import by_contract
from sakila_platform.lake.files import Lake
from sakila_platform.lake.parquet_files import encode_parquet, stamped, write_each
from sakila_platform.model.contracts import Table, arrow_schema, quarantine_schema
from sakila_platform.model.naming import DAY_PARTITION, UNPARTITIONED, data_file, day_partition
from sakila_platform.model.versions import Version, version_of

if TYPE_CHECKING:
    # For its name alone: the Glue jobs publish without it.
    import duckdb


def split_by_day(
    connection: duckdb.DuckDBPyConnection, relation: str, table: Table, days: Sequence[date]
) -> Iterator[tuple[date, pa.Table]]:
    """The rows of each of these days, by primary key, typed as the contract says. Empty days too."""
    schema = arrow_schema(table)
    order = ", ".join((DAY_PARTITION, *table.primary_key))
    connection.register("days_wanted", pa.table({DAY_PARTITION: pa.array(days, pa.date32())}))
    rows = connection.execute(
        f"SELECT * FROM {relation} WHERE {DAY_PARTITION} IN (FROM days_wanted) ORDER BY {order}"
    ).to_arrow_table()
    ordinals = rows[DAY_PARTITION].cast(pa.int32()).to_numpy()
    typed = rows.select(schema.names).cast(schema)
    epoch = date(1970, 1, 1)
    for day in sorted(days):
        start, end = np.searchsorted(ordinals, [(day - epoch).days, (day - epoch).days + 1])
        yield day, typed.slice(start, end - start)


def publish_days(
    lake: Lake,
    table: Table,
    days: Iterable[tuple[date, pa.Table]],
    day_groups: Mapping[date, Sequence[date]] | None = None,
    version: Version | None = None,
) -> dict[date, int]:
    """Publish each day's rows, under every day of its group where `day_groups` has one. Returns the rows per day.

    version: what the rows were made by, if by more than the contract.
    """
    counts: dict[date, int] = {}
    made_by = version or version_of(table)

    def counted() -> Iterator[tuple[date, pa.Table]]:
        for day, rows in days:
            counts.update(dict.fromkeys(day_groups[day] if day_groups else [day], rows.num_rows))
            yield day, stamped(rows, made_by)

    def publish(day: date, content: pa.Buffer) -> None:
        group = day_groups[day] if day_groups else [day]
        lake.publish_each([data_file(table.name, day_partition(each)) for each in group], content)

    for _ in write_each(counted(), publish, lake.writers):
        pass
    return counts


def publish_rejected(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    relation: str,
    table: Table,
    day_groups: Mapping[date, Sequence[date]],
) -> None:
    """Put the rows that an audit set aside (`<relation>_rejected`) into quarantine, and clear days that have none."""
    exists = connection.execute(
        "SELECT count(*) FROM information_schema.tables WHERE table_name = ?", [f"{relation}_rejected"]
    ).fetchone()
    schema, quarantine = quarantine_schema(table), Quarantine(lake, table)
    for day, group in day_groups.items():
        rejected = schema.empty_table()
        if exists and exists[0]:
            order = ", ".join((*table.primary_key, "reason"))
            query = f"SELECT * FROM {relation}_rejected WHERE {DAY_PARTITION} = ? ORDER BY {order}"
            rejected = connection.execute(query, [day]).to_arrow_table().select(schema.names).cast(schema)
        for each in group:
            quarantine.set_aside(day_partition(each), rejected)


class Quarantine:
    """A table's quarantine during a run. What it holds is asked once: most days have nothing to set aside or clear."""

    def __init__(self, lake: Lake, table: Table) -> None:
        self._lake = lake
        self._table = table
        self._held = set(lake.partitions(table.name.in_layer("quarantine")))

    def set_aside(self, partition: str, rejected: pa.Table) -> None:
        """Replace what a partition holds: by these rows, or by nothing when there are none."""
        if rejected.num_rows or partition in self._held or partition == UNPARTITIONED:
            set_aside(self._lake, self._table, partition, rejected)
            (self._held.add if rejected.num_rows else self._held.discard)(partition)

    def rows(self, partition: str) -> pa.Table:
        """What a partition holds, without a row where there is nothing."""
        if partition not in self._held:
            return quarantine_schema(self._table).empty_table()
        content = self._lake.read(data_file(self._table.name.in_layer("quarantine"), partition))
        held = pq.ParquetFile(pa.BufferReader(content)).read()
        return by_contract(held, self._table, quarantine_schema(self._table))


def set_aside(lake: Lake, table: Table, partition: str, rejected: pa.Table) -> None:
    """Replace a partition's quarantine: by these rows, or by nothing when there are none."""
    path = data_file(table.name.in_layer("quarantine"), partition)
    if rejected.num_rows:
        lake.publish(path, encode_parquet(rejected))
    else:
        lake.delete(path)
