"""The lake as a Dagster resource. What a lake can do is in `lake_files`, which needs no Dagster."""

from __future__ import annotations

import dagster as dg
from pydantic import PrivateAttr

from sakila_platform.lake.files import Lake
from sakila_platform.lake.location import open_lake
from sakila_platform.orchestration.failures import failing_in_one_line


class LakeResource(dg.ConfigurableResource):
    """Where the lake is. Empty: as the settings say, when it is used."""

    location: str = ""
    _opened: Lake | None = PrivateAttr(default=None)

    def lake(self) -> Lake:
        """The lake itself, the same one for as long as this resource lives.

        Fails the run, in one line, for a location that is no lake's.
        """
        with failing_in_one_line():
            self._opened = self._opened or open_lake(self.location)
        return self._opened
