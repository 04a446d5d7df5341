"""Marts built in a DuckDB file of the run's own, tested there, and only then published to the lake, each one whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from sakila_platform.errors import PlatformError
from sakila_platform.lake.duckdb import create_mart_view, create_view
from sakila_platform.lake.files import Lake, held_partitions
from sakila_platform.marts.dbt_project import MANIFEST, SKIPPED, DbtProject, NodeResult
from sakila_platform.marts.questions import PREVIEW_ROWS, markdown_table
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName, mart_file

PROJECT = "marts"
"""What dbt_project.yml calls the project: every node's full name begins with it."""

_FAULTS_SHOWN = 5


@dataclass(frozen=True)
class Published:
    """A mart that is in the lake now: rows, bytes, and its first rows as Markdown."""

    rows: int
    size: int
    preview: str


@dataclass
class MartOutcome:
    """What became of a build: results by dbt id, what was published, and why the rest was not, by mart."""

    results: dict[str, NodeResult] = field(default_factory=dict)
    published: dict[str, Published] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """What lies in the lake beside what was read, a line each."""


def build_marts(
    project: DbtProject, lake: Lake, contracts: Mapping[TableName, Table], models: Sequence[str], tests: Sequence[str]
) -> MartOutcome:
    """Build these models, run these tests (dbt ids) and publish each mart whose tests found nothing.

    Tables of the lake are read by their contracts, whatever older contract wrote some of their days.
    A model that is not built anew is read as it was last published. A mart that is refused stays as it was before.
    Raises PlatformError when the lake lacks a table that the project reads, or dbt can't begin.
    """
    manifest = json.loads((project.parsed() / MANIFEST).read_text(encoding="utf-8"))
    outcome = MartOutcome()
    with project.workspace() as database:
        with _connected(database) as connection:
            outcome.notes += _name_inputs(connection, lake, contracts, manifest, [*models, *tests])
        results = project.build(database, _names(manifest, [*models, *tests]))
        with _connected(database) as connection:
            outcome.results.update((result.unique_id, _explained(connection, result)) for result in results)
            outcome.refused.update(_refusals(manifest, models, outcome.results))
            for mart in (_mart(model) for model in models):
                if mart not in outcome.refused:
                    outcome.published[mart] = _publish(connection, lake, mart, database.parent)
    return outcome


def source_table(properties: Mapping[str, Any]) -> TableName:
    """The lake table that a dbt source stands for: the source is named as its schema, `final_sakila`."""
    layer, _, source = properties["source_name"].partition("_")
    return TableName(layer, source, properties["name"])


def domain_of(properties: Mapping[str, Any]) -> str:
    """The domain that a node or source of dbt's manifest belongs to: the folder under `models`."""
    return str(properties["fqn"][1])


def _names(manifest: Mapping[str, Any], chosen: Sequence[str]) -> list[str]:
    """The chosen nodes by their full names. One alone could be a model's and a folder's."""
    nodes, wanted = manifest["nodes"], set(chosen)
    by_domain: dict[str, list[str]] = {}
    for node in nodes:
        by_domain.setdefault(domain_of(nodes[node]), []).append(node)
    # dbt looks at every node once for each name, so a whole domain, the usual case, is one name.
    whole = {domain for domain, its_nodes in by_domain.items() if wanted.issuperset(its_nodes)}
    single = [".".join(nodes[node]["fqn"]) for node in chosen if domain_of(nodes[node]) not in whole]
    return [f"{PROJECT}.{domain}" for domain in sorted(whole)] + single


def _mart(unique_id: str) -> str:
    return unique_id.split(".")[2]


@contextmanager
def _connected(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(database))
    try:
        yield connection
    finally:
        connection.close()


def _name_inputs(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    contracts: Mapping[TableName, Table],
    manifest: Mapping[str, Any],
    chosen: Sequence[str],
) -> list[str]:
    """Views of what the chosen nodes read and this build does not make: lake tables, and marts as they are.

    Returns a line for each folder of those tables that is not read.
    """
    notes: list[str] = []
    read = {name for node in chosen for name in manifest["nodes"][node]["depends_on"]["nodes"]}
    for name in sorted(read & manifest["sources"].keys()):
        table = source_table(manifest["sources"][name])
        partitions = held_partitions(lake, table)
        if not partitions:
            domain = domain_of(manifest["sources"][name])
            raise PlatformError(
                f"The lake has no {table} yet, which the marts are made from. "
                f"Run the chain first: `sakila-platform run {domain} --from DAY --to DAY`."
            )
        create_view(connection, lake, contracts[table], partitions)
        notes += lake.folders(table).notes
    marts = {_mart(name) for name in (read & manifest["nodes"].keys()) - set(chosen)}
    for mart in sorted(marts.intersection(lake.marts())):
        create_mart_view(connection, lake, mart)
    return notes


def _explained(connection: duckdb.DuckDBPyConnection, result: NodeResult) -> NodeResult:
    """The result with what a test found, `customer_id is never null (faults: 3)`, in place of dbt's count alone."""
    if not result.failures:
        return result
    found = connection.execute(result.query)
    columns = [column[0] for column in found.description or ()]
    shown = [_fault(columns, row) for row in found.fetchmany(_FAULTS_SHOWN)]
    more = [f"and {result.failures - len(shown)} more"] if result.failures > len(shown) else []
    return replace(result, message="; ".join(shown + more))


def _fault(columns: Sequence[str], row: Sequence[Any]) -> str:
    """A row that a test found: what it names first (a rule, a total) with the numbers, or `column: 7` of one column."""
    named = [f"{column}: {value}" for column, value in zip(columns, row, strict=True)]
    return f"{row[0]} ({', '.join(named[1:])})" if named[1:] else named[0]


def _refusals(manifest: Mapping[str, Any], models: Sequence[str], results: Mapping[str, NodeResult]) -> dict[str, str]:
    """Why marts are not to be published: those that have a fault of their own first, then those built on them."""
    faults: dict[str, list[str]] = {}
    held_up: set[str] = set()
    for result in results.values():
        node = manifest["nodes"][result.unique_id]
        model = node.get("attached_node") or (node["depends_on"]["nodes"][0] if _is_test(node) else result.unique_id)
        if result.status == SKIPPED:
            held_up.add(model)
        elif not result.passed:
            message = result.message or result.status
            faults.setdefault(model, []).append(f"{node['name']}: {message}" if _is_test(node) else message)
    refused = {_mart(model): "; ".join(found) for model, found in faults.items() if model in models}
    for model in models:
        if model in held_up or model not in results:
            refused.setdefault(_mart(model), "a mart that it is made from, or checked against, was refused")
    return refused


def _is_test(node: Mapping[str, Any]) -> bool:
    return node["resource_type"] == "test"


def _publish(connection: duckdb.DuckDBPyConnection, lake: Lake, mart: str, folder: Path) -> Published:
    aside = folder / f"{mart}.parquet"
    # Ordered, so that the same rows are the same file; streamed, so that a large mart needs no memory.
    counted = connection.execute(
        f"COPY (SELECT * FROM marts.\"{mart}\" ORDER BY ALL) TO '{str(aside).replace(chr(39), chr(39) * 2)}' "
        "(FORMAT parquet, COMPRESSION zstd)"
    ).fetchone()
    lake.publish_file(mart_file(mart), aside)
    first = connection.execute(f'SELECT * FROM marts."{mart}" ORDER BY ALL LIMIT {PREVIEW_ROWS}')
    columns = [column[0] for column in first.description or ()]
    return Published(counted[0] if counted else 0, aside.stat().st_size, markdown_table(columns, first.fetchall()))
