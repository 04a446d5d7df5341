"""Years of a Date dimension in the lake, whatever its rows say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from sakila_platform.errors import PlatformError
from sakila_platform.lake.audits.rows import audit_table
from sakila_platform.lake.files import Lake
from sakila_platform.lake.parquet_files import encode_parquet, stamped
from sakila_platform.model.contracts import Table, arrow_schema
from sakila_platform.model.naming import data_file, year_partition
from sakila_platform.model.versions import version_of

PublishYear = Callable[[Lake, int], int]
"""Publishes a year of a domain's Date dimension in a lake. Its rows."""


def publish_year_rows(
    lake: Lake, table: Table, year: int, rows: Sequence[dict[str, Any]], settings: Mapping[str, str] | None = None
) -> int:
    """Publish a year of a Date dimension, whose rows were made by these settings. Returns its rows (days).

    Raises PlatformError for a broken contract.
    """
    kept, _, broken = audit_table(pa.Table.from_pylist(rows, arrow_schema(table)), table, date(year, 1, 1))
    if broken:
        raise PlatformError(f"{table.name} for {year} breaks its contract: {', '.join(broken)}.")
    content = encode_parquet(stamped(kept, version_of(table, settings=settings)))
    lake.publish(data_file(table.name, year_partition(year)), content)
    return kept.num_rows
