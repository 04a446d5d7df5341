"""The businesses of the platform: the only list of them. Each is one package and one entry here.

A domain is imported when it is asked for: who only wants to know what commands there are need not wait for its engines.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click import Command

    from sakila_platform.dashboards.declarations import Dashboard
    from sakila_platform.declarations.domain import Domain

PACKAGES = ("sakila_platform.rentals", "sakila_platform.reviews", "sakila_platform.catalogue")
"""Each has a module `domain` with its DOMAIN, and may have `commands` with its COMMANDS. In the order of telling."""
NAMES = tuple(package.rpartition(".")[2] for package in PACKAGES)
"""What they are called: as their packages."""

DOMAINS: tuple[Domain, ...]
"""The domains of those packages."""


def domain_called(name: str) -> Domain | None:
    """The domain of that name, if there is one."""
    return next((domain for domain in _domains(PACKAGES) if domain.name == name), None)


def __getattr__(name: str) -> Any:
    if name == "DOMAINS":
        return _domains(PACKAGES)
    raise AttributeError(name)


def all_dashboards() -> tuple[Dashboard, ...]:
    """Every dashboard of every domain, in the order in which pages lead to them."""
    return tuple(dashboard for domain in _domains(PACKAGES) for dashboard in domain.dashboards)


def domain_commands() -> Iterator[Command]:
    """The commands that only a domain has."""
    for package in PACKAGES:
        if find_spec(f"{package}.commands"):
            yield from import_module(f"{package}.commands").COMMANDS


@cache
def _domains(packages: tuple[str, ...]) -> tuple[Domain, ...]:
    return tuple(import_module(f"{package}.domain").DOMAIN for package in packages)
