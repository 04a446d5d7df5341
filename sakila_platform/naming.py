"""The one place that makes a name: asset key, lake path and SQL name of a table are the same three words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

LAYERS = ("oltp", "stage", "final", "trusted", "refined", "warehouse", "analysis", "marts", "quarantine", "dashboards")
DAY_PARTITION = "dt"
YEAR_PARTITION = "year"
UNDATED = "undated"
UNPARTITIONED = ""
"""What stands for the partition of a table that has none."""
DATA_FILE = "part-0.parquet"


@dataclass(frozen=True, order=True)
class TableName:
    """A table of a layer: `stage/sakila/rental` as a key and a path, `stage_sakila.rental` in SQL."""

    layer: str
    source: str
    table: str

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
        return TableName(layer, self.source, self.table)

    def __str__(self) -> str:
        return self.path


def day_partition(day: date | str) -> str:
    """The folder of a table's day: `dt=2005-05-24` (or `dt=undated`)."""
    return f"{DAY_PARTITION}={day}"


def year_partition(year: int | str) -> str:
    """The folder of a table's year: `year=2005`."""
    return f"{YEAR_PARTITION}={year}"


def data_file(table: TableName, partition: str = "") -> str:
    """The Parquet file of a table's partition, as a path within the lake."""
    return "/".join(part for part in (table.path, partition, DATA_FILE) if part)


def mart_key(mart: str) -> tuple[str, str]:
    """A mart's asset key. It has no source: a mart may join several."""
    return ("marts", mart)


def mart_file(mart: str) -> str:
    """The Parquet file of a mart, as a path within the lake."""
    return "/".join((*mart_key(mart), DATA_FILE))
