"""The data model as people read it: bus matrix, star and every table, drawn from the contracts into a Markdown page.

`python -m sakila_platform.documents.data_model` writes the part of each domain's page between the two markers anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sakila_platform.catalogue import refined_tables, trusted_tables
from sakila_platform.model.contracts import Column, ColumnType, Kind, Table, postgres_type
from sakila_platform.model.naming import DATA_FILE, DAY_PARTITION, YEAR_PARTITION
from sakila_platform.rentals import source, star
from sakila_platform.rentals import warehouse_star as warehouse
from sakila_platform.reviews import source as reviews_source
from sakila_platform.reviews import star as reviews_star
from sakila_platform.reviews import warehouse_star as reviews_warehouse
from sakila_platform.warehouse.mysql.load import tables_on_mysql
from sakila_platform.warehouse.postgres.load import tables_on_postgres

BEGIN, END = "<!-- contracts -->", "<!-- /contracts -->"
_ROOT = Path(__file__).resolve().parents[2]
_DOCS = _ROOT / "docs"
_SQL = _ROOT / "sql"
_DATE_KEY = "date_key"
_BY_DAY = f"{DAY_PARTITION}=DAY"

WAREHOUSE_TABLES: tuple[Table, ...] = (*warehouse.DAILY_TABLES, warehouse.DIM_DATE)


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


@dataclass(frozen=True)
class Model:
    """A domain's data model, as one page."""

    page: Path
    star: tuple[Table, ...]
    """The tables of the bus matrix and of the diagrams."""
    star_note: str
    sections: tuple[Section, ...]
    answers: tuple[tuple[str, Path], ...]
    """What one row of each SQL file of a folder is: kind and folder."""


RENTALS = Model(
    page=_DOCS / "data_model.md",
    star=WAREHOUSE_TABLES,
    star_note=(
        "As it is in the warehouse, a process at a time. In the lake a star is one day: the same tables, joined by the "
        "shop's own numbers (`customer_id` for `customer_key`) and the same `dt`, without what only time completes."
    ),
    sections=(
        Section(
            "Tables of the warehouse",
            tables_on_mysql(warehouse.STAR),
            _mysql,
        ),
        Section("Tables of the lake's star", (*star.DAILY_TABLES, star.DIM_DATE)),
        Section("Tables of stage", source.STAGE_TABLES),
    ),
    answers=(("analysis", _SQL / "rentals" / "analysis"), ("mart", _SQL / "marts" / "models" / "rentals")),
)
REVIEWS = Model(
    page=_DOCS / "data_model_reviews.md",
    star=(*reviews_warehouse.DAILY_TABLES, reviews_warehouse.DIM_DATE),
    star_note="As it is in the warehouse. The lake has the same tables by day, and the reviews one by one.",
    sections=(
        Section(
            "Tables of the warehouse",
            tables_on_postgres(reviews_warehouse.STAR),
            postgres_type,
        ),
        Section("Tables of the lake's star", (*reviews_star.DAILY_TABLES, reviews_star.DIM_DATE)),
        Section("Tables of stage", reviews_source.STAGE_TABLES),
    ),
    answers=(("analysis", _SQL / "reviews" / "analysis"), ("mart", _SQL / "marts" / "models" / "reviews")),
)
CATALOGUE = Model(
    page=_DOCS / "data_model_catalogue.md",
    # A report is no process.
    star=tuple(table for table in refined_tables.REFINED_TABLES if table is not refined_tables.UNMATCHED_TITLES),
    star_note="As it is in the refined zone: all titles together, without days.",
    sections=(
        Section("Tables of refined", refined_tables.REFINED_TABLES, partition=""),
        Section("Tables of trusted made from CSV files", trusted_tables.CSV_TABLES, partition=""),
        Section("Tables of trusted made from TMDB's answers", trusted_tables.TMDB_TABLES),
    ),
    answers=(("refined", _SQL / "catalogue" / "refined"), ("mart", _SQL / "marts" / "models" / "catalogue")),
)
MODELS = (RENTALS, REVIEWS, CATALOGUE)


def with_data_model(page: str, model: Model) -> str:
    """A page with what stands between its two markers drawn anew. Raises ValueError when it has no markers."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n{data_model(model)}\n{END}{after}"


def data_model(model: Model) -> str:
    """A whole model as Markdown, from the contracts and the first lines of the SQL files."""
    parts = [
        "## Bus matrix",
        "Rows are business processes, columns the dimensions they share. A cell names the key by which they meet.",
        bus_matrix(model.star),
        "## The star",
        model.star_note,
        *(star_diagram(fact, model.star) for fact in model.star if fact.kind is Kind.FACT),
    ]
    for section in model.sections:
        parts += [f"## {section.title}", *(described(table, section) for table in section.tables)]
    parts += ["## Answers and marts", "Each is one SQL file, and its first line says its grain."]
    parts += [grains(kind, folder) for kind, folder in model.answers]
    return "\n\n".join(parts)


def bus_matrix(tables: Sequence[Table]) -> str:
    """Facts by dimensions: the key columns, or the bridge, by which a fact reaches a dimension."""
    facts = [table for table in tables if table.kind is Kind.FACT]
    dimensions = [table for table in tables if table.kind in (Kind.CALENDAR, Kind.DIMENSION)]
    bridges = [table for table in tables if table.kind is Kind.BRIDGE]
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
    bridges = [table for table in tables if table.kind is Kind.BRIDGE and _meet(table, reached)]
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
    partition = f"{YEAR_PARTITION}=YEAR" if table.kind is Kind.CALENDAR and section.partition else section.partition
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
    if dimension.kind is Kind.CALENDAR:
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
        elif table.kind is Kind.FACT and _is_date_key(column):
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
    for each in MODELS:
        each.page.write_text(with_data_model(each.page.read_text(encoding="utf-8"), each), encoding="utf-8")
