"""The spec as people read it: a chapter per folder of tests, a section per file, a sentence per test.

`python -m sakila_platform_tests.manual` writes `docs/spec.md` anew.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform_tests.drawn_marts import unit_tests

SPEC = Path(__file__).resolve().parent / "spec"
MARTS = SPEC / "selects" / "test_marts.py"
PAGE = SPEC.parents[1] / "docs" / "spec.md"
CHAPTERS = ("source", "days", "lake", "warehouse", "changing", "chain", "reviews", "catalogue", "selects")
"""The folders of the spec, in reading order."""

_INTRODUCTION = """\
# What the platform promises

Each sentence is the name of a test in `sakila_platform_tests/spec`, and true as long as that test passes: a chapter is
a folder, a section a file. `make docs` writes this page anew."""
# Words that a test's name can't spell.
_SPELT = {
    "csv": "CSV",
    "dagster": "Dagster",
    "duckdb": "DuckDB",
    "imdb": "IMDb",
    "json": "JSON",
    "sakila": "Sakila",
    "spark": "Spark",
    "sql": "SQL",
    "tmdb": "TMDB",
    "utc": "UTC",
}


@dataclass(frozen=True)
class Section:
    """A file of the spec: its title, and what its tests say, in their order."""

    file: Path
    title: str
    sentences: tuple[str, ...]


def manual() -> str:
    """The whole page as Markdown."""
    return "\n\n".join([_INTRODUCTION, *_chapters()]) + "\n"


def sections(folder: Path) -> list[Section]:
    """The sections of a chapter, by the names of their files."""
    return [_section(path) for path in sorted(folder.glob("test_*.py"))]


def sentence(test: str) -> str:
    """What the name of a test says: `test_a_run_owns_its_days` is `A run owns its days.`"""
    words = _table_names().sub(lambda found: f"`{found[0]}`", test.removeprefix("test_"))
    # Outside of the names of tables, which are between grave accents.
    parts = [part if n % 2 else _spelt(part) for n, part in enumerate(words.split("`"))]
    said = "`".join(parts)
    return f"{said[0].upper()}{said[1:]}."


def _chapters() -> Iterator[str]:
    for folder in (SPEC / name for name in CHAPTERS):
        yield f"## {_title(folder / '__init__.py')}"
        for section in sections(folder):
            link = f"../{section.file.relative_to(SPEC.parents[1]).as_posix()}"
            yield f"### [{section.title}]({link})"
            yield "\n".join(f"- {one}" for one in section.sentences)


def _section(path: Path) -> Section:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    tests = [node for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    return Section(path, _title(path), (*map(_sentence, tests), *_in_dbt(path)))


def _in_dbt(path: Path) -> Iterator[str]:
    """What the unit tests of the dbt project say, for the one file that runs them."""
    if path == MARTS:
        for names in unit_tests().values():
            yield from map(sentence, names)


def _sentence(test: ast.FunctionDef) -> str:
    more = (ast.get_docstring(test) or "").partition("\n\n")[0]
    return " ".join([sentence(test.name), *more.split()])


def _title(path: Path) -> str:
    """The first paragraph of a module's docstring, without its full stop."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(said.partition("\n\n")[0].split()).removesuffix(".")


def _spelt(words: str) -> str:
    said = " ".join(_SPELT.get(word, word) for word in words.split("_"))
    return said.replace(" s ", "'s ")


@cache
def _table_names() -> re.Pattern[str]:
    """Names of tables that are made by SQL, where they are no words of a sentence: `fact_rental`, and not `titles`."""
    names = {path.stem for path in SQL_FOLDER.glob("*/*/*.sql") if path.stem.startswith(("dim_", "fact_", "bridge_"))}
    return re.compile(rf"(?:^|(?<=_))(?:{'|'.join(sorted(names, key=len, reverse=True))})(?=_|$)")


if __name__ == "__main__":
    PAGE.write_text(manual(), encoding="utf-8")
