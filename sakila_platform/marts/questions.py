"""Business questions: one SQL file each on the warehouse, and the answer as rows, as CSV and as Markdown."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
from pymysql.constants import ER, FIELD_TYPE

from sakila_platform.databases.transient import is_transient
from sakila_platform.errors import PlatformError
from sakila_platform.marts.plots import Plot, declared_plot
from sakila_platform.model.queries import SQL_FOLDER, Query, read_query

PREVIEW_ROWS = 20
# What spreadsheets take for the beginning of a formula; some skip a tab or a return before it.
_BEGIN_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TYPE_NAMES: Mapping[int, str] = {
    code: name.lower() for name, code in vars(FIELD_TYPE).items() if isinstance(code, int) and name.isupper()
} | {
    FIELD_TYPE.TINY: "tinyint",
    FIELD_TYPE.SHORT: "smallint",
    FIELD_TYPE.LONG: "int",
    FIELD_TYPE.LONGLONG: "bigint",
    FIELD_TYPE.NEWDECIMAL: "decimal",
    FIELD_TYPE.VAR_STRING: "varchar",
    FIELD_TYPE.STRING: "char",
}


@dataclass(frozen=True)
class Question:
    """A question and how its answer is drawn; `where` is its file as messages name it."""

    query: Query
    plot: Plot | None
    where: str

    @property
    def name(self) -> str:
        """The question's name, which is its file's."""
        return self.query.name


@dataclass(frozen=True)
class Answer:
    """The rows that answer a question, with the names and the database's types of their columns."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def csv(self) -> str:
        """The answer as CSV for people, with a header line; what is unknown is empty.

        Text that a spreadsheet would work out as a formula begins with an apostrophe, which has it shown as text.
        """
        rows = ([_as_text(value) for value in row] for row in self.rows)
        return "".join(map(_csv_line, [self.columns, *rows]))

    @property
    def markdown(self) -> str:
        """The first rows as a Markdown table."""
        return markdown_table(self.columns, self.rows[:PREVIEW_ROWS])


def _csv_line(row: Sequence[Any]) -> str:
    line = io.StringIO()
    # The writer quotes what ends a line by its own settings: a return within a text is to be quoted, too.
    csv.writer(line, lineterminator="\r\n").writerow(row)
    return line.getvalue().removesuffix("\r\n") + "\n"


def _as_text(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_BEGIN_A_FORMULA) else value


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows as a Markdown table; what is unknown is empty."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(value) for value in line) + " |" for line in lines)


def read_questions(folder: Path, tables: Collection[str], dialect: str = "mysql") -> list[Question]:
    """The questions of a folder, by name; `tables` are those that they may read, `dialect` the warehouse's SQL.

    Raises PlatformError, naming file and fault, when a file is not one SELECT on these tables that begins with its
    grain and names each of its columns.
    """
    return [_question(path, tables, dialect) for path in sorted(folder.glob("*.sql"))]


def shown_path(path: Path) -> str:
    """A query's file as messages name it."""
    return f"sql/{path.relative_to(SQL_FOLDER)}" if path.is_relative_to(SQL_FOLDER) else str(path)


def _question(path: Path, tables: Collection[str], dialect: str) -> Question:
    query = read_query(path, dialect)
    where = shown_path(path)
    unknown = sorted(".".join(filter(None, table)) for table in query.reads if table[0] or table[1] not in tables)
    if unknown:
        raise PlatformError(f"{where}: reads {', '.join(unknown)}. The warehouse has {', '.join(sorted(tables))}.")
    names = [name for name in query.columns if name and name != "*"]
    if len(set(names)) != len(query.columns):
        raise PlatformError(f"{where}: give every column a name of its own (AS …), and no `*`.")
    return Question(query, declared_plot(query.sql, query.columns, where), where)


def answer(connection: pymysql.Connection, question: Question, domain: str) -> Answer:
    """Ask a warehouse on MySQL. Raises PlatformError, naming the file and the server's reason, when it can't answer."""
    with connection.cursor() as cursor:
        cursor.execute("START TRANSACTION READ ONLY")
        try:
            cursor.execute(question.query.sql)
            rows = tuple(cursor.fetchall())
        except (pymysql.err.ProgrammingError, pymysql.err.OperationalError, pymysql.err.InternalError) as error:
            if is_transient(error):
                raise
            raise PlatformError(f"{question.where}: {error.args[1]}. {_remedy(error.args[0], domain)}") from None
        finally:
            connection.rollback()
        described = cursor.description or ()
    return Answer(
        tuple(column[0] for column in described),
        tuple(_TYPE_NAMES.get(int(column[1]), "unknown") for column in described),
        rows,
    )


def _remedy(code: int, domain: str) -> str:
    if code == ER.NO_SUCH_TABLE:
        return f"Load the warehouse first: `sakila-platform run {domain} --from DAY --to DAY`."
    return "Fix the file."


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
