"""The lake as a Dagster resource. What a lake can do is in `lake_files`, which needs no Dagster."""

from __future__ import annotations

import dagster as dg

from sakila_platform import settings
from sakila_platform.resources.lake_files import Lake


class LakeResource(dg.ConfigurableResource):
    """Where the lake is. Empty: as the settings say, when it is used."""

    location: str = ""

    def lake(self) -> Lake:
        """The lake itself."""
        return Lake(self.location or settings.lake_location())
