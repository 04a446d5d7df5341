"""A setting: one environment variable, read when it is needed. `settings` has all of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sakila_platform.errors import UsageError

T = TypeVar("T")


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One environment variable: how it is called, what it means, and what it is on a laptop."""

    name: str
    default: str
    meaning: str
    parse: Callable[[str], T]
    is_secret: bool = False

    def text(self) -> str:
        """The value in force as it was written: to hand it on, such as to a job elsewhere."""
        return os.environ.get(self.name, "").strip() or self.default

    def read(self) -> T:
        """The value in force. Raises UsageError, naming the variable, when the text can't be understood."""
        text = self.text()
        try:
            return self.parse(text)
        except ValueError as error:
            shown = "its value" if self.is_secret else f"{text!r}"
            raise UsageError(f"{self.name}: {shown} is not usable: {error}. It means: {self.meaning}") from None
