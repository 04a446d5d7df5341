"""Answers that were had on a day and are not in raw yet: kept here, so that a run after a kill asks nothing twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sakila_platform.catalogue.tmdb.client import Answer
from sakila_platform.catalogue.tmdb.endpoints import Request
from sakila_platform.errors import PlatformError

_TABLE = """
CREATE TABLE IF NOT EXISTS answer (
    day TEXT NOT NULL, request TEXT NOT NULL, status INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (day, request)
) WITHOUT ROWID
"""


class AnswerCache:
    """The answers of one day, in a SQLite file (None: in memory). Those of other days are forgotten when it is opened.

    Every method raises PlatformError, in one line, when the file can't be used.
    """

    def __init__(self, file: Path | None, day: date) -> None:
        self._day = day.isoformat()
        self._place = str(file or ":memory:")
        with self._failing_in_one_line():
            if file:
                file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._place, isolation_level=None)
            # Safe when the process is killed; a power cut may lose the last answers, which are then asked again.
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(_TABLE)
            self._connection.execute("DELETE FROM answer WHERE day <> ?", [self._day])

    def get(self, request: Request) -> tuple[int, str] | None:
        """Status and text of an answer that was had; None for a question that was not asked."""
        with self._failing_in_one_line():
            found = self._connection.execute(
                "SELECT status, text FROM answer WHERE day = ? AND request = ?", [self._day, str(request)]
            )
            return found.fetchone()

    def put(self, request: Request, answer: Answer) -> None:
        """Keep an answer."""
        with self._failing_in_one_line():
            self._connection.execute(
                "INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)",
                [self._day, str(request), answer.status, answer.text],
            )

    def forget(self) -> None:
        """Forget the day's answers: they are in raw."""
        with self._failing_in_one_line():
            self._connection.execute("DELETE FROM answer WHERE day = ?", [self._day])

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    @contextmanager
    def _failing_in_one_line(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise PlatformError(
                f"{self._place} can't be used to keep answers of TMDB: {error}. Free space, or remove it."
            ) from None
