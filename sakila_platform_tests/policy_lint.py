"""IAM policies as the linter `parliament` reads them."""

from __future__ import annotations

import json
import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any


def policy_faults(document: Any) -> list[str]:
    """Everything that is wrong with a policy. That a resource is `*` is for a rule of our own, which asks why."""
    findings = _linter().analyze_policy_string(json.dumps(document)).findings
    return [f"{each.issue}: {each.detail}" for each in findings if each.issue != "RESOURCE_STAR"]


@cache
def _linter() -> Any:
    spec = find_spec("parliament")
    assert spec and spec.origin
    folder = Path(spec.origin).parent
    # It asks a module that setuptools had until version 81, and of that only where its own files are.
    places = ModuleType("pkg_resources")
    places.resource_filename = lambda package, name: str(folder / name)  # type: ignore[attr-defined]
    sys.modules.setdefault("pkg_resources", places)
    return import_module("parliament")
