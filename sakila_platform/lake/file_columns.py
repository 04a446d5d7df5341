"""Files of the lake that another contract of their table wrote: what can be read of them by today's, and what can't.

A published day stays as it is when its table's contract changes. A reader of many days goes by the contract and by
names: a column that an older file lacks has its declared default, or is null; one that was called otherwise is read by
that name; a type that was widened is read wide; a column that the contract has no more is passed by. A file that can't
be read so is named, with the command that makes its day anew: no value is cut to fit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from sakila_platform.errors import PlatformError
from sakila_platform.lake.files import Lake
from sakila_platform.model.contracts import Column, Table, TableKind, arrow_schema, is_wider
from sakila_platform.model.naming import DAY_PARTITION, TableName, data_file


def file_differences(schema: pa.Schema, table: Table) -> str:
    """Why a file can't be read by the contract; empty when it can."""
    return ", ".join(_differences(schema, table.columns))


def require_contract(
    lake: Lake, table: Table, partitions: Sequence[str], name: TableName | None = None
) -> dict[pa.Schema, list[str]]:
    """These partitions, as far as they are there, by the schema of their files; a damaged one's reader reports it.

    `name` is the table's in another layer: quarantine has the same columns. Raises PlatformError when one can't be read
    by the contract.
    """
    of = name or table.name
    there = lake.present(of, partitions)
    return readable_partitions(table, of, _with_schemas(lake, of, there))


def require_same_columns(lake: Lake, table: Table, partitions: Sequence[str]) -> None:
    """Raise PlatformError when one of these partitions has not exactly the columns of the contract, in their order.

    For readers that take columns by their places.
    """
    schema = arrow_schema(table)
    differing = {
        partition: file_differences(found, table) or f"its columns are {', '.join(found.names)}"
        for partition, found in _with_schemas(lake, table.name, lake.present(table.name, partitions))
        if not is_same(found, schema)
    }
    if differing:
        raise written_by_another(table, differing)


def readable_partitions(
    table: Table, name: TableName, schemas: Iterable[tuple[str, pa.Schema]]
) -> dict[pa.Schema, list[str]]:
    """Partitions by the schema of their files, given each with it.

    Raises PlatformError, naming partitions and differences, when one can't be read by the contract.
    """
    # Rows that were set aside may lack anything.
    set_aside = name.layer == "quarantine"
    # Files of a table are mostly alike, and comparing costs more than looking.
    alike: dict[pa.Schema, list[str]] = {}
    for partition, schema in schemas:
        alike.setdefault(schema, []).append(partition)
    found = {schema: ", ".join(_differences(schema, table.columns, may_lack=set_aside)) for schema in alike}
    differing = {partition: found[schema] for schema in alike if found[schema] for partition in alike[schema]}
    if differing:
        raise PlatformError(_message(table, name, dict(sorted(differing.items()))))
    return alike


def is_same(schema: pa.Schema, wanted: pa.Schema) -> bool:
    """Whether a file has exactly these columns, in their order."""
    return schema.names == wanted.names and schema.types == wanted.types


def column_in_file(column: Column, names: Collection[str]) -> str:
    """What a file with columns of these names calls a column of the contract; empty where it lacks it."""
    return next((name for name in (column.name, column.renamed_from) if name in names), "")


def by_contract(rows: pa.Table, table: Table, schema: pa.Schema | None = None) -> pa.Table:
    """Rows of a file that can be read by the contract, with its columns alone (or those of another layer's schema)."""
    wanted = schema or arrow_schema(table)
    if rows.schema.equals(wanted):
        return rows
    columns = []
    for column in (column for column in table.columns if column.name in wanted.names):
        held = column_in_file(column, rows.column_names)
        values = rows[held] if held else pa.array([column.default] * rows.num_rows, column.type.arrow)
        columns.append(values.cast(column.type.arrow))
    columns += [rows[name] for name in wanted.names[len(columns) :]]
    return pa.table(columns, schema=wanted)


def written_by_another(table: Table, partitions: Mapping[str, str]) -> PlatformError:
    """The error about partitions of a table that another contract wrote: partition to how it differs."""
    return PlatformError(_message(table, table.name, partitions))


def _with_schemas(lake: Lake, name: TableName, partitions: Sequence[str]) -> list[tuple[str, pa.Schema]]:
    try:
        footers = lake.footers([data_file(name, partition) for partition in partitions])
    except (pa.ArrowInvalid, OSError):
        # A damaged file is reported by who reads it.
        return []
    schemas = (footer.schema.to_arrow_schema().remove_metadata() for footer in footers)
    return list(zip(partitions, schemas, strict=True))


def _differences(schema: pa.Schema, columns: Iterable[Column], *, may_lack: bool = False) -> Iterator[str]:
    for column in columns:
        held = column_in_file(column, schema.names)
        if not held:
            if not (may_lack or column.nullable or column.default is not None):
                yield f"{column.name} is missing ({column.type.arrow} in the contract)"
        elif not is_wider(column.type.arrow, schema.field(held).type):
            yield f"{held} is {schema.field(held).type} there and {column.type.arrow} in the contract"


def _message(table: Table, name: TableName, differing: Mapping[str, str]) -> str:
    first = next(iter(differing))
    more = f" (and {len(differing) - 1} more)" if len(differing) > 1 else ""
    days = sorted(partition.removeprefix(f"{DAY_PARTITION}=") for partition in differing)
    return (
        f"{name}/{first}{more} was written by another contract: {differing[first]}. Neither source nor warehouse is at "
        f"fault, and nothing was changed. {_remedy(table, days)}."
    )


def _remedy(table: Table, days: Sequence[str]) -> str:
    domain, first, last = table.name.domain, days[0], days[-1]
    if table.kind is TableKind.SNAPSHOT and table.name.layer == "stage":
        # A capture is evidence, so that no run replaces it unasked.
        return (
            f"Captures are kept as they are: take {first}..{last} anew in Dagster's web UI (`sakila-platform dev`), by "
            f"a run of {domain}_daily for these days with `ops: {{{domain}_stage: {{config: {{recapture: true}}}}}}`"
        )
    if table.kind is TableKind.CALENDAR:
        return f"Materialise {table.name} for these years again, in Dagster's web UI (`sakila-platform dev`)"
    return f"Make it anew: `sakila-platform run {domain} --from {first} --to {last}`"
