"""Answers that were had on a day and are not in raw yet: kept here, so that a run after a kill asks nothing twice."""

from __future__ import annotations

import sqlite3
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
    """The answers of one day, in a SQLite file. Answers of other days are forgotten when it is opened."""

    def __init__(self, file: Path | None, day: date) -> None:
        self._day = day.isoformat()
        try:
            if file:
                file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(str(file or ":memory:"), isolation_level=None)
            # Safe when the process is killed; a power cut may lose the last answers, which are then asked again.
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(_TABLE)
            self._connection.execute("DELETE FROM answer WHERE day <> ?", [self._day])
        except (sqlite3.Error, OSError) as error:
            raise PlatformError(f"{file} can't be used to keep answers of TMDB: {error}. Remove it.") from None

    def get(self, request: Request) -> tuple[int, str] | None:
        """Status and text of an answer that was had; None for a question that was not asked."""
        found = self._connection.execute(
            "SELECT status, text FROM answer WHERE day = ? AND request = ?", [self._day, str(request)]
        )
        return found.fetchone()

    def put(self, request: Request, answer: Answer) -> None:
        """Keep an answer."""
        self._connection.execute(
            "INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)",
            [self._day, str(request), answer.status, answer.text],
        )

    def forget(self) -> None:
        """Forget the day's answers: they are in raw."""
        self._connection.execute("DELETE FROM answer")

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()
