"""The archives that Lambda runs: a handler, those of our modules that it imports, and what they need from PyPI."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from sakila_platform.deploy.release.archives import files_under, is_carried, reproducible_zip
from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import mysql_ddl
from sakila_platform.rentals import warehouse_star

_ROOT = Path(__file__).resolve().parents[3]
_PACKAGE = "sakila_platform"


@dataclass(frozen=True)
class FunctionArchive:
    """A function's handler module, the packages it needs (all of pure Python), and files made for it."""

    handler: str
    packages: tuple[str, ...]
    made: Mapping[str, str] = field(default_factory=dict)
    asks_its_version: str = ""
    """A package that looks up its own version when it is imported."""


# boto3 is Lambda's own. The contracts need pyarrow, which is too large here, so the table's DDL comes written out.
FUNCTION_ARCHIVES: Mapping[str, FunctionArchive] = {
    "simulate_rentals": FunctionArchive("sakila_platform.lambdas.simulate_rentals", ("pymysql", "tzdata")),
    "refresh_date_dimension": FunctionArchive(
        "sakila_platform.lambdas.refresh_date_dimension",
        ("pymysql", "tzdata", "holidays", "dateutil", "six"),
        {"sakila_platform/lambdas/dim_date.sql": mysql_ddl(warehouse_star.DIM_DATE)},
        asks_its_version="holidays",
    ),
    # Lambda's own urllib3 may be older, and not know how long to wait at most.
    "collect_tmdb": FunctionArchive("sakila_platform.lambdas.collect_tmdb", ("urllib3", "tzdata")),
}


def lambda_archive(name: str) -> bytes:
    """The ZIP archive of a function: the same bytes for the same sources and packages."""
    archive = FUNCTION_ARCHIVES[name]
    files = {path: (_ROOT / path).read_bytes() for path in _own_modules(archive.handler)}
    for package in archive.packages:
        files |= _package_files(package)
    files |= {path: text.encode() for path, text in archive.made.items()}
    if name := archive.asks_its_version:
        number = version(name)
        about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n"
        files[f"{name}-{number}.dist-info/METADATA"] = about.encode()
    return reproducible_zip(files)


def _own_modules(entry: str) -> set[str]:
    """The paths of our modules that a module imports, by way of others too, with the packages they are in."""
    seen: set[str] = set()
    left = [entry]
    while left:
        path = f"{left.pop().replace('.', '/')}.py"
        if path in seen or not (_ROOT / path).is_file():
            continue
        seen.add(path)
        left += _imported((_ROOT / path).read_text(encoding="utf-8"))
    packages = {f"{folder.as_posix()}/__init__.py" for path in seen for folder in Path(path).parents if folder.name}
    return seen | packages


def _imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == _PACKAGE:
            yield node.module
            # `from package import module`
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.split(".")[0] == _PACKAGE)


def _package_files(package: str) -> dict[str, bytes]:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise PlatformError(f"The package {package} is missing, but goes into Lambda. Run `pip install -e .`.")
    origin = Path(spec.origin)
    if origin.name != "__init__.py":
        return {origin.name: origin.read_bytes()} if is_carried(Path(origin.name)) else {}
    return files_under(origin.parent, package)
