"""The vendors' files as assets, which others make and the sensor of arrivals tells of."""

from __future__ import annotations

import dagster as dg

from sakila_platform.engine.asset_specs import OWNERS, asset_key
from sakila_platform.partitions import daily_partitions
from sakila_platform.reviews.raw import raw_path
from sakila_platform.reviews.source import VENDOR_FILES

GROUP = "reviews_raw"


def raw_specs() -> list[dg.AssetSpec]:
    """The vendors' files as the beginning of lineage. The platform is told of them, and does not make them."""
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
