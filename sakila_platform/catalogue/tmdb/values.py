"""Single values of TMDB's JSON as the trusted tables have them: what can't be read is None, and noted. Pure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sakila_platform.catalogue.csv.files import IMDB_ID
from sakila_platform.catalogue.tmdb.known_fields import Odd, json_type

_MOST = {"integer": 2**31 - 1, "bigint": 2**63 - 1}
_MOST_POPULARITY = 10**9
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def whole_letters(text: str) -> str:
    """A text without half letters, which JSON can escape and no file could hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


@dataclass
class Values:
    """Reads the values of one title, and notes those that are there and can't be read."""

    odd: dict[tuple[str, str], Odd] = field(default_factory=dict)

    def text(self, path: str, value: Any) -> str | None:
        """A text; None for an empty one. A number is taken as it is written."""
        if value is None or isinstance(value, (list, dict, bool)):
            return self._none(path, value)
        return whole_letters(str(value)).strip() or None

    def integer(self, path: str, value: Any, size: str = "integer") -> int | None:
        """A whole number, also if it came as text or with an empty fraction."""
        if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) < 20:
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _MOST[size]:
            return self._none(path, value)
        return value

    def amount(self, path: str, value: Any) -> int | None:
        """Dollars; 0 is TMDB's word for not known."""
        return self.integer(path, value, "bigint") or None

    def rating(self, path: str, value: Any) -> Decimal | None:
        """A mean of votes, 0 to 10."""
        number = self._number(path, value, 10)
        return None if number is None else number.quantize(Decimal("0.001"))

    def popularity(self, path: str, value: Any) -> Decimal | None:
        """TMDB's popularity."""
        number = self._number(path, value, _MOST_POPULARITY)
        return None if number is None else number.quantize(Decimal("0.0001"))

    def day(self, path: str, value: Any) -> date | None:
        """A day; None for an empty text."""
        if not isinstance(value, str) or not value:
            return self._none(path, value or None)
        try:
            # Later Pythons know more ways to write a day than TMDB has.
            return date.fromisoformat(value) if _DAY.fullmatch(value) else self._none(path, value)
        except ValueError:
            return self._none(path, value)

    def imdb_id(self, path: str, value: Any) -> str | None:
        """One of IMDb's ids of titles; None for an empty text."""
        if isinstance(value, str) and IMDB_ID.fullmatch(value):
            return value
        return self._none(path, value or None)

    def items(self, path: str, value: Any) -> list[dict[str, Any]]:
        """The objects of an array; what else is in it is noted."""
        if not isinstance(value, list):
            return self._none(path, value) or []
        for item in value:
            if not isinstance(item, dict):
                self._none(f"{path}[]", item)
        return [item for item in value if isinstance(item, dict)]

    def _number(self, path: str, value: Any, most: int) -> Decimal | None:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return self._none(path, value)
        if not math.isfinite(value) or not 0 <= value <= most:
            return self._none(path, value)
        return Decimal(str(value))

    def _none(self, path: str, value: Any) -> Any:
        if value is not None:
            self.odd.setdefault((path, json_type(value)), Odd(path, json_type(value), False, value))
        return None
