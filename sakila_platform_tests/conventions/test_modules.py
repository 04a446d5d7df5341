"""What every Python module of the project keeps to."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sakila_platform_tests.conventions.source_files import PACKAGE, TESTS, modules, shown, tree

MOST_LINES = 320
A_DOZEN = 12


# A name of these says nothing about what is inside.
NAMES_NOT_USED = {
    "base",
    "common",
    "core",
    "data",
    "helper",
    "helpers",
    "info",
    "manager",
    "misc",
    "new",
    "process",
    "util",
    "utils",
}


def faults(paths: list[Path], find: str, found: list[tuple[Path, int]]) -> str:
    """Where a rule is broken, one place a line."""
    assert paths, "no file was looked at"
    return "\n".join(f"{shown(path)}:{line} {find}" for path, line in found)


def test_every_module_opens_with_a_docstring() -> None:
    paths = modules(PACKAGE, TESTS)
    found = [(path, 1) for path in paths if not ast.get_docstring(tree(path))]
    assert not found, faults(paths, "has no docstring. Say in a line what belongs in the module.", found)


def test_modules_are_short() -> None:
    paths = modules(PACKAGE)
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    found = [(path, length) for path, length in lengths.items() if length > MOST_LINES]
    assert not found, faults(paths, f"is the last line, but {MOST_LINES} are the most. Split the module.", found)


def test_a_package_only_says_what_it_is() -> None:
    paths = [path for path in modules(PACKAGE, TESTS) if path.name == "__init__.py"]
    found = [(path, 2) for path in paths if len(tree(path).body) != 1 or not ast.get_docstring(tree(path))]
    assert not found, faults(paths, "must be a docstring alone: nothing happens at import.", found)


def test_a_room_says_what_belongs_there_and_what_does_not() -> None:
    paths = [path for path in modules(PACKAGE) if path.name == "__init__.py"]
    found = [(path, 1) for path in paths if len((ast.get_docstring(tree(path)) or "").split("\n\n")) != 2]
    assert not found, faults(paths, "must say in two paragraphs what belongs in the room, and what does not.", found)


def test_a_room_has_at_most_a_dozen_modules() -> None:
    rooms = Counter(path.parent for path in modules(PACKAGE) if path.name != "__init__.py")
    found = [(room, count) for room, count in rooms.items() if count > A_DOZEN]
    assert not found, faults(
        modules(PACKAGE), "is how many modules the room has. Part it where its meaning changes.", found
    )


def test_names_of_modules_say_what_is_inside() -> None:
    paths = [*modules(PACKAGE, TESTS), *(path for path in PACKAGE.rglob("*") if path.is_dir())]
    found = [(path, 1) for path in paths if NAMES_NOT_USED & {path.stem, path.stem.removeprefix("test_")}]
    assert not found, faults(paths, "has a name that says nothing. Name what is inside.", found)


def test_what_is_public_says_what_it_does() -> None:
    paths = modules(PACKAGE)
    found = [(path, node.lineno) for path in paths for node in undocumented(tree(path))]
    assert not found, faults(paths, "is public and has no docstring.", found)


def test_exceptions_are_named() -> None:
    paths = modules(PACKAGE, TESTS)
    found = [(path, node.lineno) for path in paths for node in ast.walk(tree(path)) if catches_everything(node)]
    assert not found, faults(paths, "catches every exception. Name those that can be dealt with here.", found)


def test_no_test_is_left_out() -> None:
    paths = modules(TESTS)
    found = [(path, line) for path in paths for line in skips_without_a_look(tree(path))]
    assert not found, faults(
        paths, "leaves a test out, whatever machine it is on. A test runs, or is not there.", found
    )


def undocumented(scope: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Public functions and classes without a docstring; methods too, but not what a Protocol or an override states."""
    for node in scope.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield node
        if isinstance(node, ast.ClassDef) and not is_protocol(node):
            yield from undocumented(node)


def skips_without_a_look(module: ast.Module) -> Iterator[int]:
    """Marks that leave a test out or let it fail, and `skip` without a look at what the machine lacks."""
    looked = {
        id(inner)
        for node in ast.walk(module)
        if isinstance(node, ast.If | ast.ExceptHandler)
        for inner in ast.walk(node)
    }
    for node in ast.walk(module):
        if not isinstance(node, ast.Attribute):
            continue
        if node.attr in {"skipif", "xfail", "importorskip"} or (node.attr == "skip" and id(node) not in looked):
            yield node.lineno


def is_protocol(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


def catches_everything(node: ast.AST) -> bool:
    """A bare except, or one of Exception or BaseException that does not raise again."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    is_broad = any(
        each is None or (isinstance(each, ast.Name) and each.id in ("Exception", "BaseException")) for each in caught
    )
    return is_broad and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
