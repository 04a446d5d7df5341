"""A dbt project run inside this process: parsed once per content, built in a DuckDB file of the run's own.

dbt's own command would cost three seconds of start-up for each of parse, version and build. Nothing is written into
the project's folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from sakila_platform.errors import PlatformError
from sakila_platform.long_lived import without_garbage_collection

MANIFEST = "manifest.json"
SKIPPED = "skipped"
_PARSED = "partial_parse.msgpack"
_DATABASE = "dbt.duckdb"
_ABANDONED_AFTER_SECONDS = 24 * 3600
_PASSED = frozenset({"success", "pass", "warn"})


@dataclass(frozen=True)
class NodeResult:
    """What became of a model or a test: its dbt id, its status in dbt's word, seconds, and a message.

    `query` is the SQL that was run; that of a test finds rows where something is wrong, `failures` of them.
    """

    unique_id: str
    status: str
    seconds: float
    failures: int
    message: str
    query: str

    @property
    def passed(self) -> bool:
        """Whether the model was built or the test found nothing (or only warns)."""
        return self.status in _PASSED


@dataclass(frozen=True)
class DbtProject:
    """A dbt project's folder, and the folder where what dbt writes is kept."""

    folder: Path
    state: Path

    def parsed(self) -> Path:
        """The folder with the project's manifest, parsed now unless its files are those that were parsed before.

        Raises PlatformError, with dbt's reason, when the project can't be parsed.
        """
        place = self.state / f"parsed-{self._fingerprint()}"
        if not (place / MANIFEST).exists():
            aside = self.state / f"parsing-{uuid4().hex}"
            try:
                _invoke(["parse", *self._folders(aside)])
                self._keep(aside, place)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
        return place

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A DuckDB file for one build, gone afterwards: its database is `dbt`, which the models' names begin with."""
        folder = self.state / f"run-{uuid4().hex}"
        try:
            folder.mkdir(parents=True)
            self._sweep()
            yield folder / _DATABASE
        except OSError as error:
            raise PlatformError(
                f"The marts can't be built in {folder}: {error.strerror or error}. Free space or correct SAKILA_HOME."
            ) from None
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def build(self, database: Path, names: Sequence[str] = ()) -> list[NodeResult]:
        """Build the models and run the tests of these names (none: of all) in that DuckDB file.

        Raises PlatformError, with dbt's reason, when dbt can't begin; a model or test that fails is in the results.
        """
        # Here and not above: half a second that only a build is worth, so not paid when the code location loads.
        with without_garbage_collection():
            from dbt.contracts.graph.manifest import Manifest  # noqa: PLC0415

        manifest = Manifest.from_msgpack((self.parsed() / _PARSED).read_bytes())
        results = _invoke(
            [
                "build",
                *self._folders(database.parent),
                # Nobody reads what it would write of itself, for half of the time that all models and tests take.
                "--no-write-json",
                # They say what a model makes of rows that they draw themselves; of the rows here they say nothing.
                *("--exclude-resource-type", "unit_test"),
                *(("--select", *names, "--indirect-selection", "empty") if names else ()),
                *("--vars", json.dumps({"database": str(database)})),
            ],
            manifest,
        )
        return [
            NodeResult(
                unique_id=r.node.unique_id,
                status=str(r.status),
                seconds=r.execution_time,
                failures=r.failures or 0,
                message=_one_line(r.message or ""),
                query=r.node.compiled_code or "",
            )
            for r in results
        ]

    def _sweep(self) -> None:
        # What builds left that were killed, once it is old enough to belong to nobody.
        for left in self.state.glob("run-*"):
            if time.time() - left.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
                shutil.rmtree(left, ignore_errors=True)

    def _folders(self, target: Path) -> list[str]:
        project = ("--project-dir", str(self.folder), "--profiles-dir", str(self.folder))
        return [*project, "--target-path", str(target), "--log-path", str(target)]

    def _fingerprint(self) -> str:
        digest = hashlib.sha256(str(self.folder).encode())
        for file in sorted(path for path in self.folder.rglob("*") if path.suffix in (".sql", ".yml", ".md")):
            digest.update(f"{file.relative_to(self.folder)}\0".encode() + file.read_bytes() + b"\0")
        return digest.hexdigest()[:16]

    def _keep(self, aside: Path, place: Path) -> None:
        for outdated in self.state.glob("parsed-*"):
            shutil.rmtree(outdated, ignore_errors=True)
        try:
            os.rename(aside, place)
        except OSError as error:
            # Another process parsed the same files at the same time: its work is as good.
            if not (place / MANIFEST).exists():
                raise PlatformError(
                    f"What dbt parsed can't be kept in {place}: {error.strerror or error}. "
                    "Free space or correct SAKILA_HOME."
                ) from None


def _invoke(arguments: list[str], manifest: Any = None) -> Any:
    # As in build.
    with without_garbage_collection():
        from dbt.cli.main import dbtRunner  # noqa: PLC0415

    quietly = ("--log-level", "none", "--log-level-file", "none", "--no-send-anonymous-usage-stats")
    done = dbtRunner(manifest=manifest).invoke([*quietly, "--no-version-check", *arguments])
    if done.exception or done.result is None:
        raise PlatformError(f"dbt {arguments[0]} failed: {_one_line(str(done.exception))}. Fix the files in sql/marts.")
    return done.result


def _one_line(text: str) -> str:
    return " ".join(text.split())
