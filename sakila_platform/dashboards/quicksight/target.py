"""Where the settings say that dashboards are published."""

from __future__ import annotations

from sakila_platform.dashboards.quicksight.requests import Target
from sakila_platform.settings.calendar import TIME_ZONE
from sakila_platform.settings.dashboards import (
    QUICKSIGHT_ACCOUNT,
    QUICKSIGHT_DATABASE,
    QUICKSIGHT_GROUP,
    QUICKSIGHT_NAMESPACE,
    QUICKSIGHT_REFRESH,
    QUICKSIGHT_REGION,
    QUICKSIGHT_WORKGROUP,
)


def chosen_target() -> Target | None:
    """Where dashboards are published; None when the settings name no account or no group."""
    account, group = QUICKSIGHT_ACCOUNT.read(), QUICKSIGHT_GROUP.read()
    if not account or not group:
        return None
    return Target(
        account=account,
        region=QUICKSIGHT_REGION.read(),
        group=group,
        namespace=QUICKSIGHT_NAMESPACE.read(),
        workgroup=QUICKSIGHT_WORKGROUP.read(),
        database=QUICKSIGHT_DATABASE.read(),
        refresh_at=QUICKSIGHT_REFRESH.read(),
        time_zone=TIME_ZONE.read().key,
    )
