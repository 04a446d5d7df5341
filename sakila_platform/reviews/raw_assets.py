"""What reviews are made from, as assets that others make: the vendors' files, and the retailer's purchases."""

from __future__ import annotations

import dagster as dg

from sakila_platform.orchestration.asset_specs import OWNERS, asset_key, column_schema
from sakila_platform.orchestration.partitions import daily_partitions
from sakila_platform.reviews.purchases.table import PURCHASES
from sakila_platform.reviews.source import VENDOR_FILES
from sakila_platform.reviews.vendors.raw import raw_path

GROUP = "reviews_raw"


def source_specs() -> list[dg.AssetSpec]:
    """The beginning of lineage. The platform reads it, and is told of it, but does not make it."""
    return [_purchases(), *_vendor_files()]


def _purchases() -> dg.AssetSpec:
    return dg.AssetSpec(
        asset_key(PURCHASES.name),
        description=f"{PURCHASES.grain} Loaded by `sakila-platform load-purchases`.",
        group_name=GROUP,
        owners=OWNERS,
        kinds={"postgres"},
        metadata={"dagster/column_schema": column_schema(PURCHASES), "dagster/table_name": PURCHASES.name.table},
    )


def _vendor_files() -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(
            asset_key(vendor.raw),
            description=(
                f"One file per day, `{raw_path(vendor, 'DAY')}`, as the vendor delivers it: "
                f"{', '.join(vendor.columns)}. The sensor reviews_arrivals tells when a day's is taken."
            ),
            group_name=GROUP,
            owners=OWNERS,
            kinds={"csv"},
            partitions_def=daily_partitions(),
        )
        for vendor in VENDOR_FILES
    ]
