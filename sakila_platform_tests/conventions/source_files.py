"""The project's own files as the convention tests read them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "sakila_platform"
TESTS = ROOT / "sakila_platform_tests"


def modules(*folders: Path) -> list[Path]:
    """Every Python file under the folders."""
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """A file's syntax."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def shown(path: Path) -> str:
    """A path as messages name it."""
    return path.relative_to(ROOT).as_posix()
