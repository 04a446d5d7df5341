"""Whether files of the lake have the columns of their table's contract, and what to run when an older one wrote them.

A published day stays as it is when its table's contract changes. Readers then fail in words of their engine; here it
gets an error that names table and day, what both have, and the command that makes the day anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from sakila_platform.errors import PlatformError
from sakila_platform.lake.files import Lake
from sakila_platform.model.contracts import Table, TableKind, arrow_schema
from sakila_platform.model.naming import DAY_PARTITION, TableName, data_file


def file_differences(schema: pa.Schema, table: Table) -> str:
    """How a file's columns differ from what is read of it by the contract; empty when they do not."""
    return ", ".join(_differences(schema, table))


def require_contract(lake: Lake, table: Table, partitions: Sequence[str], name: TableName | None = None) -> None:
    """Raise PlatformError when one of these partitions, as far as they are there, was written by another contract.

    `name` is the table's in another layer: quarantine has the same columns.
    """
    of = name or table.name
    there = lake.present(of, partitions)
    try:
        footers = lake.footers([data_file(of, partition) for partition in there])
    except (pa.ArrowInvalid, OSError):
        # A damaged file is reported by who reads it.
        return
    # Files of a table are mostly alike, and comparing costs more than looking.
    known: dict[pa.Schema, str] = {}
    differing: dict[str, str] = {}
    for partition, footer in zip(there, footers, strict=True):
        schema = footer.schema.to_arrow_schema().remove_metadata()
        if schema not in known:
            known[schema] = file_differences(schema, table)
        if known[schema]:
            differing[partition] = known[schema]
    if differing:
        raise PlatformError(_message(table, of, differing))


def written_by_another(table: Table, partitions: Mapping[str, str]) -> PlatformError:
    """The error about partitions of a table that another contract wrote: partition to how it differs."""
    return PlatformError(_message(table, table.name, partitions))


def _differences(schema: pa.Schema, table: Table) -> Iterator[str]:
    for field in arrow_schema(table):
        at = schema.get_field_index(field.name)
        if at < 0:
            yield f"{field.name} is missing ({field.type} in the contract)"
        elif schema.field(at).type != field.type:
            yield f"{field.name} is {schema.field(at).type} there and {field.type} in the contract"


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
