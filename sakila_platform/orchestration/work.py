"""What the functions of a domain's layers are given, from the resources of a run."""

from __future__ import annotations

import dagster as dg

from sakila_platform.declarations.domain import Database, Domain
from sakila_platform.declarations.layers import Work

LAKE, CLOCK = "lake", "clock"
# In the layer whose step uses it, a database is called by its domain: `rentals_source`, `rentals_warehouse`.
_SOURCE, _WAREHOUSE = "source", "warehouse"


def source_of(domain: Domain) -> str:
    """The resource of a domain's source database."""
    return f"{domain.name}_{_SOURCE}"


def warehouse_of(domain: Domain) -> str:
    """The resource of a domain's warehouse."""
    return f"{domain.name}_{_WAREHOUSE}"


def work_of(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext,
    database: str = "",
    *,
    recapture: bool = False,
    lose_history: bool = False,
) -> Work:
    """What a step's functions work with; `database` is the resource of the one that it needs."""
    resources = context.resources
    return Work(
        lake=resources.lake.lake(),
        clock=resources.clock.clock(),
        database=database_of(context, database) if database else None,
        recapture=recapture,
        lose_history=lose_history,
        report=context.log.info,
    )


def database_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext, resource: str) -> Database:
    """The database of a run's resource."""
    found: Database = getattr(context.resources, resource).database()
    return found
