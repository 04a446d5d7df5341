"""The platform's jobs as a command has them, and the domain that it was asked to run."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from sakila_platform.declarations.domain import Domain
from sakila_platform.definitions import platform_definitions
from sakila_platform.domains import DOMAINS, domain_called
from sakila_platform.errors import UsageError
from sakila_platform.lake.location import open_lake
from sakila_platform.orchestration.event_log.runs import Runs, opened_runs


def open_runs(home: Path) -> AbstractContextManager[Runs]:
    """The jobs on the state folder's instance, which is made if need be; runs that died in it are marked as failed.

    Raises PlatformError for a lake that can't be used: no run can, then, and none is begun.
    """
    open_lake().require_usable()
    return opened_runs(home, platform_definitions)


def require_domain(name: str) -> Domain:
    """The domain of that name, whose settings agree.

    Raises UsageError, with the names there are, when none is called so, or naming the setting that is to be corrected.
    """
    domain = domain_called(name)
    if domain is None:
        names = sorted(each.name for each in DOMAINS)
        raise UsageError(f"There is no domain {name!r}. Give one of: {', '.join(names)}.")
    for check in domain.settings_checks:
        check()
    return domain
