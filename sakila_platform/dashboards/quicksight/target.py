"""Where the settings say that dashboards are published."""

from __future__ import annotations

from sakila_platform import settings
from sakila_platform.dashboards.quicksight.requests import Target


def chosen_target() -> Target | None:
    """Where dashboards are published; None when the settings name no account or no group."""
    account, group = settings.QUICKSIGHT_ACCOUNT.read(), settings.QUICKSIGHT_GROUP.read()
    if not account or not group:
        return None
    return Target(
        account=account,
        region=settings.QUICKSIGHT_REGION.read(),
        group=group,
        namespace=settings.QUICKSIGHT_NAMESPACE.read(),
        workgroup=settings.QUICKSIGHT_WORKGROUP.read(),
        database=settings.QUICKSIGHT_DATABASE.read(),
        refresh_at=settings.QUICKSIGHT_REFRESH.read(),
        time_zone=settings.TIME_ZONE.read().key,
    )
