"""A domain's sources as assets that others make: the platform reads them, and does not make them."""

from __future__ import annotations

from typing import Any

import dagster as dg

from sakila_platform.declarations.domain import Domain
from sakila_platform.declarations.layers import SourceTable
from sakila_platform.orchestration.asset_specs import OWNERS, asset_key, column_schema
from sakila_platform.orchestration.partitions import daily_partitions


def source_specs(domain: Domain) -> list[dg.AssetSpec]:
    """The beginning of the domain's lineage."""
    group = domain.group(domain.sources_group)
    return [
        dg.AssetSpec(
            asset_key(source.name),
            deps=[asset_key(name) for name in source.made_of],
            description=source.description,
            group_name=group,
            owners=OWNERS,
            kinds={source.kind},
            partitions_def=daily_partitions() if source.is_by_day else None,
            metadata=_columns(source),
        )
        for source in domain.sources
    ]


def _columns(source: SourceTable) -> dict[str, Any]:
    if source.columns is None:
        return {}
    return {"dagster/column_schema": column_schema(source.columns), "dagster/table_name": source.name.table}
