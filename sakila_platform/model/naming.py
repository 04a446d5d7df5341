"""The one place that makes a name: asset key, lake path and SQL name of a table are the same three words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

LAYERS = ("oltp", "stage", "final", "trusted", "refined", "warehouse", "analysis", "marts", "quarantine", "dashboards")
DAY_PARTITION = "dt"
YEAR_PARTITION = "year"
UNDATED = "undated"
UNPARTITIONED = ""
"""What stands for the partition of a table that has none."""
DATA_FILE = "part-0.parquet"
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, order=True)
class TableName:
    """A table of a layer: `stage/sakila/rental` as a key and a path, `stage_sakila.rental` in SQL."""

    layer: str
    source: str
    table: str
    business: str = field(default="", compare=False, repr=False)
    """The domain that it is of, where that is not called as its source is."""

    @property
    def domain(self) -> str:
        """The domain of the table, as commands call it; of a name read from a path, its source."""
        return self.business or self.source

    @property
    def key(self) -> tuple[str, str, str]:
        """The asset key's parts, which are also the lake's folders."""
        return (self.layer, self.source, self.table)

    @property
    def path(self) -> str:
        """The table's folder in the lake."""
        return "/".join(self.key)

    @property
    def database(self) -> str:
        """The schema in SQL engines and the Glue database: `final_sakila`."""
        return f"{self.layer}_{self.source}"

    @property
    def sql(self) -> str:
        """The table as it is called in a query on the lake: `final_sakila.fact_rental`."""
        return f"{self.database}.{self.table}"

    def in_layer(self, layer: str) -> TableName:
        """The table of the same name in another layer."""
        return replace(self, layer=layer)

    def __str__(self) -> str:
        return self.path


def day_partition(day: date | str) -> str:
    """The folder of a table's day: `dt=2005-05-24` (or `dt=undated`)."""
    return f"{DAY_PARTITION}={day}"


def year_partition(year: int | str) -> str:
    """The folder of a table's year: `year=2005`."""
    return f"{YEAR_PARTITION}={year}"


def partition_key(folder: str, table: TableName) -> str:
    """`dt` or `year` when a folder's name is that of a partition of the table's layer; empty for any other name.

    Rows without a day are in quarantine alone: `dt=undated` is no partition of another layer.
    """
    key, _, value = folder.partition("=")
    if key == YEAR_PARTITION:
        return key if _YEAR.fullmatch(value) else ""
    if key != DAY_PARTITION:
        return ""
    if value == UNDATED:
        return key if table.layer == "quarantine" else ""
    try:
        return key if date.fromisoformat(value).isoformat() == value else ""
    except ValueError:
        return ""


def partitions_among(folders: Iterable[str], table: TableName) -> list[str]:
    """Those folders of a table that are its partitions, sorted. All go by the key that most of them have."""
    keys = {folder: key for folder in folders if (key := partition_key(folder, table))}
    by_day = sum(key == DAY_PARTITION for key in keys.values())
    wanted = DAY_PARTITION if 2 * by_day >= len(keys) else YEAR_PARTITION
    return sorted(folder for folder, key in keys.items() if key == wanted)


def data_file(table: TableName, partition: str = "") -> str:
    """The Parquet file of a table's partition, as a path within the lake."""
    return "/".join(part for part in (table.path, partition, DATA_FILE) if part)


def mart_key(mart: str) -> tuple[str, str]:
    """A mart's asset key. It has no source: a mart may join several."""
    return ("marts", mart)


def mart_file(mart: str) -> str:
    """The Parquet file of a mart, as a path within the lake."""
    return "/".join((*mart_key(mart), DATA_FILE))
