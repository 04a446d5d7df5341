"""When assets run by themselves: the one condition for everything that follows the daily chain."""

from __future__ import annotations

import dagster as dg


def follows_upstream() -> dg.AutomationCondition:
    """Run when something upstream was updated and nothing upstream is in progress.

    Days that were never run are no obstacle: the quiet years after Sakila's history stay unmaterialised by design,
    and the plain eager condition would wait for them for ever.
    """
    return (
        dg.AutomationCondition.eager()
        .without(~dg.AutomationCondition.any_deps_missing())
        .with_label("follows upstream")
    )
