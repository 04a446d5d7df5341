"""The data model as people read it: bus matrix, star and every table, drawn from the contracts into a Markdown page.

`python -m sakila_platform.documents.data_model` writes the part of each domain's page between the two markers anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sakila_platform.declarations.domain import Domain
from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.domains import DOMAINS
from sakila_platform.model.contracts import Column, ColumnType, Table, TableKind
from sakila_platform.model.ddl import postgres_type
from sakila_platform.model.naming import DATA_FILE, DAY_PARTITION, YEAR_PARTITION
from sakila_platform.model.queries import SQL_FOLDER

BEGIN, END = "<!-- contracts -->", "<!-- /contracts -->"
_ROOT = Path(__file__).resolve().parents[2]
_DOCS = _ROOT / "docs"
_DATE_KEY = "date_key"
_BY_DAY = f"{DAY_PARTITION}=DAY"


def _mysql(kind: ColumnType) -> str:
    return kind.mysql


def _arrow(kind: ColumnType) -> str:
    return str(kind.arrow)


@dataclass(frozen=True)
class Section:
    """Tables that are described together: how their types are called, and the partition of their files ("": none)."""

    title: str
    tables: tuple[Table, ...]
    type_name: Callable[[ColumnType], str] = _arrow
    partition: str = _BY_DAY


def page_of(domain: Domain) -> Path:
    """The page that has the domain's data model."""
    return _DOCS / domain.data_model.page


def sections(domain: Domain) -> Iterator[Section]:
    """The domain's tables as they are described together, the nearest to people first."""
    if domain.warehouse:
        type_name = _mysql if isinstance(domain.warehouse_database, MySQLDatabase) else postgres_type
        yield Section("Tables of the warehouse", (*domain.warehouse_tables, *domain.warehouse.further), type_name)
    for layer in reversed(domain.unpartitioned):
        yield Section(layer.title or f"Tables of {layer.layer}", layer.tables, partition="")
    dates = (domain.dates.final,) if domain.dates else ()
    for daily in reversed(domain.daily):
        of_layer = tuple(table for table in dates if table.name.layer == daily.layer)
        yield Section(daily.title or f"Tables of {daily.layer}", (*daily.tables, *of_layer))


def with_data_model(page: str, domain: Domain) -> str:
    """A page with what stands between its two markers drawn anew. Raises ValueError when it has no markers."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n{data_model(domain)}\n{END}{after}"


def data_model(domain: Domain) -> str:
    """A whole model as Markdown, from the contracts and the first lines of the SQL files."""
    model = domain.data_model
    parts = [
        "## Bus matrix",
        "Rows are business processes, columns the dimensions they share. A cell names the key by which they meet.",
        bus_matrix(model.star),
        "## The star",
        model.note,
        *(star_diagram(fact, model.star) for fact in model.star if fact.kind is TableKind.FACT),
    ]
    for section in sections(domain):
        parts += [f"## {section.title}", *(described(table, section) for table in section.tables)]
    parts += ["## Answers and marts", "Each is one SQL file, and its first line says its grain."]
    parts += [grains(kind, SQL_FOLDER / folder) for kind, folder in model.answers]
    return "\n\n".join(parts)


def bus_matrix(tables: Sequence[Table]) -> str:
    """Facts by dimensions: the key columns, or the bridge, by which a fact reaches a dimension."""
    facts = [table for table in tables if table.kind is TableKind.FACT]
    dimensions = [table for table in tables if table.kind in (TableKind.CALENDAR, TableKind.DIMENSION)]
    bridges = [table for table in tables if table.kind is TableKind.BRIDGE]
    rows = [
        [
            f"`{fact.name.table}`",
            *(", ".join(f"`{way}`" for way in _ways(fact, dimension, bridges)) for dimension in dimensions),
        ]
        for fact in facts
    ]
    return markdown_table(["process", *(f"`{dimension.name.table}`" for dimension in dimensions)], rows)


def star_diagram(fact: Table, tables: Sequence[Table]) -> str:
    """A fact and what it reaches, as a Mermaid entity-relationship diagram: who points at whom, by which column."""
    by_name = {table.name.table: table for table in tables}
    reached = [target for _, target in _references(fact, by_name)]
    bridges = [table for table in tables if table.kind is TableKind.BRIDGE and _meet(table, reached)]
    reached += [target for bridge in bridges for _, target in _references(bridge, by_name)]
    lines = ["```mermaid", "erDiagram"]
    for table in (fact, *bridges):
        for column, target in _references(table, by_name):
            is_one = target.primary_key in ((column.name,), (_DATE_KEY,))
            parent = ("|o" if column.nullable else "||") if is_one else "}|"
            lines.append(f'  {target.name.table} {parent}--o{{ {table.name.table} : "{column.name}"')
    for table in dict.fromkeys((fact, *bridges, *reached)):
        lines += [f"  {table.name.table} {{", *_attributes(table, by_name), "  }"]
    return "\n".join([*lines, "```"])


def described(table: Table, section: Section) -> str:
    """One table: grain, place, keys, rules, and its columns."""
    facts = [f"Primary key: {_listed(table.primary_key)}."]
    if table.indexes and table.name.layer == "warehouse":
        facts.append(f"Further indexes: {'; '.join(_listed(columns) for columns in table.indexes)}.")
    facts.append(_place(table, section))
    if table.rules:
        facts.append(f"Every row: {'; '.join(rule.name for rule in table.rules)}.")
    if table.left_out:
        facts.append(f"Of the source, not carried: {_listed(table.left_out)}.")
    rows = [_column_row(column, section.type_name) for column in table.columns]
    columns = markdown_table(["column", "type", "null", "meaning"], rows)
    return f"### {table.name}\n\n{table.grain} {' '.join(facts)}\n\n{columns}"


def _place(table: Table, section: Section) -> str:
    if table.name.layer == "warehouse":
        return f"Table `datawarehouse_{table.name.source}.{table.name.table}`."
    is_by_year = table.kind is TableKind.CALENDAR and section.partition
    partition = f"{YEAR_PARTITION}=YEAR" if is_by_year else section.partition
    file = "/".join(part for part in (table.name.path, partition, DATA_FILE) if part)
    return f"File `{file}`, in SQL `{table.name.sql}`."


def grains(kind: str, folder: Path) -> str:
    """The queries of a folder by name, each with the grain that its first line says."""
    rows = []
    for path in sorted(folder.glob("*.sql")):
        first_line = path.read_text(encoding="utf-8").partition("\n")[0]
        rows.append([f"`{path.stem}`", first_line.removeprefix("-- ")])
    return markdown_table([kind, "grain"], rows)


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _ways(fact: Table, dimension: Table, bridges: Sequence[Table]) -> list[str]:
    """How a fact reaches a dimension: its own columns, else a bridge from a dimension that it has."""
    if dimension.kind is TableKind.CALENDAR:
        return [column.name for column in fact.columns if _is_date_key(column)]
    own = [column for column, target in fact.references.items() if target == dimension.name.table]
    reached = set(fact.references.values())
    return own or [
        bridge.name.table
        for bridge in bridges
        if _meet(bridge, [dimension]) and not reached.isdisjoint(bridge.references.values())
    ]


def _references(table: Table, by_name: dict[str, Table]) -> Iterator[tuple[Column, Table]]:
    for column in table.columns:
        if column.references:
            yield column, by_name[column.references]
        elif table.kind is TableKind.FACT and _is_date_key(column):
            yield column, by_name["dim_date"]


def _is_date_key(column: Column) -> bool:
    return column.name == _DATE_KEY or column.name.endswith(f"_{_DATE_KEY}")


def _meet(bridge: Table, dimensions: Iterable[Table]) -> bool:
    return not {dimension.name.table for dimension in dimensions}.isdisjoint(bridge.references.values())


def _attributes(table: Table, by_name: dict[str, Table]) -> Iterator[str]:
    foreign = {column.name for column, _ in _references(table, by_name)}
    for column in table.columns:
        keys = {"PK": column.name in table.primary_key, "FK": column.name in foreign}
        marks = ", ".join(mark for mark, holds in keys.items() if holds)
        # Mermaid's types know no comma.
        column_type = column.type.mysql.partition("(")[0].lower()
        yield f"    {column_type} {column.name} {marks}".rstrip()


def _column_row(column: Column, type_name: Callable[[ColumnType], str]) -> list[str]:
    meaning = [column.description]
    if column.references:
        meaning.append(f"Points at `{column.references}`.")
    if column.allowed:
        meaning.append(f"One of {', '.join(column.allowed)}.")
    if column.minimum is not None and column.maximum is not None:
        meaning.append(f"From {column.minimum} to {column.maximum}.")
    elif column.minimum is not None:
        meaning.append(f"At least {column.minimum}.")
    if column.is_personal:
        meaning.append("Personal.")
    return [f"`{column.name}`", f"`{type_name(column.type)}`", "yes" if column.nullable else "", " ".join(meaning)]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    for each in DOMAINS:
        page = page_of(each)
        page.write_text(with_data_model(page.read_text(encoding="utf-8"), each), encoding="utf-8")
