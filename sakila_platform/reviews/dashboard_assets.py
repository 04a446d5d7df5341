"""The dashboard of reviews as assets."""

from collections.abc import Sequence

import dagster as dg

from sakila_platform.dashboards.declarations import Dashboard
from sakila_platform.orchestration.layers import dashboards as page_assets
from sakila_platform.reviews.dashboards import DASHBOARDS

GROUP = "reviews_dashboards"


def dashboard_assets(every: Sequence[Dashboard] = DASHBOARDS) -> list[dg.AssetsDefinition]:
    """A page for each dashboard, which leads to every one of the platform, and its twin in QuickSight."""
    return page_assets.dashboard_assets(DASHBOARDS, GROUP, every)
