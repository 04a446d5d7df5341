"""The archives that Lambda runs: a handler, those of our modules that it imports, and what they need from PyPI."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from sakila_platform import domains
from sakila_platform.declarations.aws import LambdaFunction
from sakila_platform.deploy.release.archives import files_under, is_carried, reproducible_zip
from sakila_platform.errors import PlatformError

_ROOT = Path(__file__).resolve().parents[3]
_PACKAGE = "sakila_platform"


def declared_functions() -> list[LambdaFunction]:
    """The functions of every domain: whether an environment has the domain or not, its functions are in the release."""
    return [function for domain in domains.DOMAINS for function in domain.aws.functions]


def lambda_archive(function: LambdaFunction) -> bytes:
    """The ZIP archive of a function: the same bytes for the same sources and packages. boto3 is Lambda's own."""
    files = {path: (_ROOT / path).read_bytes() for path in _own_modules(function.module)}
    for package in function.packages:
        files |= _package_files(package)
    files |= {path: text.encode() for path, text in function.made.items()}
    if name := function.asks_its_version:
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
