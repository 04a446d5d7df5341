"""A domain as Dagster has it: its layers by the factories, and what it has of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module

import dagster as dg

from sakila_platform.dashboards.declarations import Dashboard
from sakila_platform.declarations.domain import Domain
from sakila_platform.orchestration.layers.agreement import agreement_checks
from sakila_platform.orchestration.layers.daily import daily_assets
from sakila_platform.orchestration.layers.dashboards import dashboard_assets
from sakila_platform.orchestration.layers.data_catalog import data_catalog_asset
from sakila_platform.orchestration.layers.dates import date_dimension_assets
from sakila_platform.orchestration.layers.marts import marts_assets
from sakila_platform.orchestration.layers.questions import questions_assets
from sakila_platform.orchestration.layers.source import source_specs
from sakila_platform.orchestration.layers.unpartitioned import unpartitioned_assets
from sakila_platform.orchestration.layers.warehouse import warehouse_assets
from sakila_platform.orchestration.resources.database import DatabaseResource
from sakila_platform.orchestration.work import source_of, warehouse_of

OWN = "own_definitions"
"""The function of a domain's `own_assets` that gives what only it has."""


def domain_definitions(domain: Domain, site: Sequence[Dashboard]) -> dg.Definitions:
    """The domain's part of the definitions. `site`: every dashboard that its pages lead to."""
    shared = dg.Definitions(
        assets=[*source_specs(domain), *_assets(domain, site)],
        asset_checks=agreement_checks(domain),
        resources=dict(_databases(domain)),
    )
    if not domain.own_assets:
        return shared
    own: dg.Definitions = getattr(import_module(domain.own_assets), OWN)()
    return dg.Definitions.merge(own, shared)


def _assets(domain: Domain, site: Sequence[Dashboard]) -> Iterator[dg.AssetsDefinition]:
    for daily in domain.daily:
        yield daily_assets(domain, daily)
    for unpartitioned in domain.unpartitioned:
        yield unpartitioned_assets(domain, unpartitioned)
    if domain.warehouse:
        yield warehouse_assets(domain, domain.warehouse)
        if domain.dates:
            yield from date_dimension_assets(domain, domain.dates, domain.warehouse)
    yield from questions_assets(domain)
    if domain.has_marts:
        yield marts_assets(domain)
    yield from dashboard_assets(domain, site)
    if domain.catalog:
        yield data_catalog_asset(domain.catalog)


def _databases(domain: Domain) -> Iterator[tuple[str, DatabaseResource]]:
    if domain.source_database:
        yield source_of(domain), DatabaseResource.of(domain.source_database)
    if domain.warehouse_database:
        yield warehouse_of(domain), DatabaseResource.of(domain.warehouse_database)
