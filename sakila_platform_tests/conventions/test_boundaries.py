"""Who may know whom, beyond the layers that import-linter keeps: the environment, and what pure modules may import."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sakila_platform_tests.conventions.source_files import PACKAGE, ROOT, modules, shown, tree

PURE = (
    "errors.py",
    "settings.py",
    "naming.py",
    "days.py",
    "contracts.py",
    "rentals/source.py",
    "rentals/star.py",
    "rentals/warehouse_star.py",
    "rentals/calendar.py",
    "rentals/simulation.py",
)
OUTSIDE_WORLD = {"dagster", "boto3", "pymysql", "duckdb"}
READS_THE_ENVIRONMENT = {"environ", "getenv", "environb", "getenvb"}

# Every way out: a connection, a look-up of a name, a new process.
_NO_WAY_OUT = """
import sys

def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.mkdir"}:
        sys.stderr.write(f"{event} {arguments}")
        sys.stderr.flush()
        import os
        os._exit(3)

import dagster, sqlglot, duckdb
sys.addaudithook(refuse)
from sakila_platform.definitions import defs
loaded = defs() if callable(defs) else defs
print(len(list(loaded.get_repository_def().asset_graph.get_all_asset_keys())))
"""


def test_only_the_settings_read_the_environment() -> None:
    reading = [
        f"{shown(path)}:{node.lineno}"
        for path in modules(PACKAGE)
        if path.name != "settings.py"
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and node.attr in READS_THE_ENVIRONMENT)
        or (isinstance(node, ast.ImportFrom) and READS_THE_ENVIRONMENT & {name.name for name in node.names})
    ]
    assert not reading, f"These read the environment; make it a setting: {', '.join(reading)}"


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_does_not_know_the_outside_world(module: str) -> None:
    known = {package: by for by, package in reachable_packages(PACKAGE / module)}
    strangers = {package: known[package] for package in OUTSIDE_WORLD & known.keys()}
    assert not strangers, f"{module} is pure, but imports {strangers} (by way of the module named)."


def test_the_definitions_load_with_an_empty_environment_and_touch_nothing(tmp_path: Path) -> None:
    loaded = subprocess.run(
        [sys.executable, "-B", "-W", "ignore", "-c", _NO_WAY_OUT],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": os.defpath},
        capture_output=True,
        text=True,
    )
    assert loaded.returncode == 0, f"Loading reached out: {loaded.stderr}"
    assert int(loaded.stdout.split()[-1]) > 30
    assert not list(tmp_path.iterdir())


def reachable_packages(path: Path) -> Iterator[tuple[str, str]]:
    """Every package that a module imports, itself or by modules of ours: (who imports it, package)."""
    seen: set[Path] = set()
    open_paths = [path]
    while open_paths:
        current = open_paths.pop()
        if current in seen:
            continue
        seen.add(current)
        for name in imported_names(current):
            yield shown(current), name.split(".")[0]
            open_paths += [own for own in our_files(name) if own.exists()]


def imported_names(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def our_files(name: str) -> list[Path]:
    return [ROOT / f"{name.replace('.', '/')}.py"] if name.startswith("sakila_platform.") else []
