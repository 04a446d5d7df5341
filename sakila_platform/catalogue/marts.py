"""The marts of the catalogue: what its dashboard reads, from the star of horror (`sql/marts/models/catalogue`)."""

from pathlib import Path

import dagster as dg

from sakila_platform.orchestration.layers.marts import MARTS_PROJECT, domain_marts, marts_project

DOMAIN = "catalogue"


def marts_assets(folder: Path = MARTS_PROJECT) -> list[dg.AssetsDefinition]:
    """An asset for each of the domain's dbt models and a check for each dbt test, in one step."""
    return [domain_marts(marts_project(folder), DOMAIN, "catalogue_marts")]
