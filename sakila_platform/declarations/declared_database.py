"""What a domain says of each of its databases: what it is called, and which settings may say on which server it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from sakila_platform.settings.setting import Setting

D = TypeVar("D", bound="DeclaredDatabase")


@dataclass(frozen=True)
class DeclaredDatabase:
    """A database by its name and the settings that lead to it. Nothing is reached before it is asked for."""

    name: str
    """What the database is called on its server."""
    settings: tuple[Setting[str], ...]
    """Those that may say where the server is: the first that is set counts. None is: the private server."""
    url: str = ""
    """Where it is, whatever the settings say."""

    def at(self: D, url: str, name: str) -> D:
        """The same database at that server and of that name; what is empty stays as it is."""
        return replace(self, url=url or self.url, name=name or self.name)

    def where(self) -> tuple[str, str]:
        """URL of the server ("" for the private one), and the name of the setting that gives it."""
        if self.url:
            return self.url, self.settings[0].name
        for setting in self.settings:
            if found := setting.read():
                return found, setting.name
        return "", self.settings[-1].name
