"""Who may know whom, beyond the layers that import-linter keeps: the environment, and what pure modules may import."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from sakila_platform.domains import PACKAGES, domain_called
from sakila_platform.rentals.warehouse_star import STAR as RENTALS
from sakila_platform.reviews.warehouse_star import STAR as REVIEWS
from sakila_platform_tests.conventions.source_files import PACKAGE, ROOT, modules, shown, tree

PURE = (
    "errors.py",
    "settings/every.py",
    "model/naming.py",
    "model/days.py",
    "model/contracts.py",
    "model/versions.py",
    "capture/csv_dialects.py",
    "capture/csv_lines.py",
    "dashboards/declarations.py",
    "dashboards/mart_contracts.py",
    "dashboards/chart_shapes.py",
    "dashboards/chart_specs.py",
    "dashboards/quicksight/requests.py",
    "rentals/dashboards.py",
    "reviews/dashboards.py",
    "reviews/warehouse_star.py",
    "warehouse/star.py",
    "warehouse/load_questions.py",
    "rentals/source.py",
    "rentals/star.py",
    "rentals/warehouse_star.py",
    "rentals/dates/calendar.py",
    "rentals/simulation/draws.py",
    "rentals/simulation/known.py",
    "rentals/simulation/shelf.py",
    "catalogue/raw/paths.py",
    "catalogue/csv/files.py",
    "catalogue/tmdb/endpoints.py",
    "catalogue/tmdb/record_files.py",
    "catalogue/tmdb_stand_in/titles.py",
    "catalogue/tmdb_stand_in/answers.py",
)
OUTSIDE_WORLD = {"dagster", "boto3", "pymysql", "duckdb"}
READS_THE_ENVIRONMENT = {"environ", "getenv", "environb", "getenvb"}

_WAYS_OUT = ["socket.connect", "socket.getaddrinfo"]
_WAYS_TO_CHANGE_THINGS = ["subprocess.Popen", "os.exec", "os.posix_spawn", "os.mkdir", "os.rename", "os.remove"]
_REFUSING = """
import os, sys, dagster, dagster_dbt, duckdb, sqlglot

def refuse(event, arguments):
    if event in {events}:
        sys.stderr.write(event + str(arguments))
        sys.stderr.flush()
        os._exit(3)

sys.addaudithook(refuse)
import sakila_platform.definitions as definitions
"""
_LOADING = """
loaded = definitions.platform_definitions()
print(len(list(loaded.get_repository_def().asset_graph.get_all_asset_keys())))
"""


def test_only_the_settings_read_the_environment() -> None:
    reading = [
        f"{shown(path)}:{node.lineno}"
        for path in modules(PACKAGE)
        if path.parent != PACKAGE / "settings"
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


def test_what_loads_a_warehouse_knows_no_table_by_name() -> None:
    # The Date dimension is called the same in every star.
    names = {table.name.table for star in (RENTALS, REVIEWS) for table in star.tables}
    found = [
        f"{shown(path)}:{text.lineno} {', '.join(sorted(named))}"
        for path in modules(PACKAGE / "warehouse")
        for text in texts(tree(path))
        if (named := names & set(re.findall(r"\w+", str(text.value))))
    ]
    assert not found, f"Declare what is special about a table in its domain's star: {'; '.join(found)}"


def test_importing_the_definitions_does_nothing(tmp_path: Path) -> None:
    imported = run_in(tmp_path, _REFUSING.format(events=_WAYS_OUT + _WAYS_TO_CHANGE_THINGS))
    assert imported.returncode == 0, f"Importing reached out: {imported.stderr}"
    assert not list(tmp_path.iterdir())


def test_the_definitions_load_with_an_empty_environment_and_no_connection(tmp_path: Path) -> None:
    loaded = run_in(tmp_path, _REFUSING.format(events=_WAYS_OUT) + _LOADING)
    assert loaded.returncode == 0, f"Loading reached out: {loaded.stderr}"
    assert int(loaded.stdout.split()[-1]) > 30


def texts(module: ast.Module) -> Iterator[ast.Constant]:
    """The texts of a module that are no docstrings."""
    said = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node


def run_in(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in an empty folder, with an empty environment."""
    return subprocess.run(
        [sys.executable, "-B", "-W", "ignore", "-c", program],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": os.defpath, "HOME": str(folder)},
        capture_output=True,
        text=True,
    )


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


KNOW_DAGSTER = ("orchestration/", "definitions.py", "rentals/assets.py", "reviews/assets.py", "catalogue/assets.py")
"""One room, the composition root that Dagster loads, and what of a domain needs Dagster."""
OF_DAGSTER = {"dagster", "dagster_aws", "dagster_dbt"}


def test_only_orchestration_and_a_domains_assets_import_dagster() -> None:
    strangers = [
        shown(path)
        for path in modules(PACKAGE)
        if OF_DAGSTER & {name.split(".")[0] for name in imported_names(path)}
        and not path.relative_to(PACKAGE).as_posix().startswith(KNOW_DAGSTER)
    ]
    assert not strangers, f"These import Dagster: {', '.join(strangers)}"


DOMAIN_NAMES = "rentals|reviews|catalogue"
MAY_NAME_DOMAINS = (
    *(f"{name}/" for name in DOMAIN_NAMES.split("|")),
    "rental_desk/",
    "domains.py",
    # A subject of settings is a file, and a domain is a subject.
    "settings/",
)
_NAMED = re.compile(rf"sakila_platform\.({DOMAIN_NAMES})\b|(^|[/`])({DOMAIN_NAMES})($|[/`_])|\brun ({DOMAIN_NAMES})\b")


def test_no_other_room_names_a_domain() -> None:
    """By an import or in a text, what documents a module or a function aside."""
    naming = [
        f"{shown(path)}: {text!r}"
        for path in modules(PACKAGE)
        if not path.relative_to(PACKAGE).as_posix().startswith(MAY_NAME_DOMAINS)
        for text in (*imported_names(path), *(str(text.value) for text in texts(tree(path))))
        if _NAMED.search(text)
    ]
    assert not naming, "A domain is named outside of it. Have it declared in its `domain.py`: " + "; ".join(naming)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_handler_of_a_domains_function_is_in_its_package(package: str) -> None:
    domain = domain_called(package.rpartition(".")[2])
    assert domain
    elsewhere = [
        function.module
        for function in domain.aws.functions
        if not (function.module.startswith(f"{package}.") and find_spec(function.module))
    ]
    assert not elsewhere, f"A function's handler is a module of its domain: {', '.join(elsewhere)}"
