"""What the stand-in does wrong on demand, and what it was asked."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum


class Fault(Enum):
    """What may become of a question."""

    RATE_LIMITED = "429 with Retry-After"
    RATE_LIMITED_ODDLY = "429 with a Retry-After that says nothing"
    SERVER_ERROR = "500"
    UNAVAILABLE = "503"
    SLOW = "answered after a while"
    DRIPPING = "answered a few bytes at a time"
    CUT_OFF = "cut off in the middle of the answer"
    MALFORMED = "answered with half a JSON document"
    NOT_A_NUMBER = "answered with a NaN, which JSON has not"
    HTML = "answered with a page"
    NOT_AN_OBJECT = "answered with a list"
    UNAUTHORIZED = "401"
    GONE = "404"
    ODD_FIELDS = "answered with a field that nobody knows, and another of another type"


@dataclass(frozen=True)
class Order:
    """The next so many questions whose path and query have this text are dealt with so."""

    fault: Fault
    about: str = ""
    times: int = 1
    seconds: float = 0.0
    """How long it is slow, or says that one should wait."""


@dataclass
class Register:
    """Orders that wait, and questions that came: by path and query, with how often, faults included."""

    asked: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    """Those that were answered as they should be."""
    _orders: list[Order] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def order(self, order: Order) -> None:
        """Let the next questions fail so."""
        with self._lock:
            self._orders += [order] * order.times

    def note(self, question: str) -> Order | None:
        """Note a question. Returns the order that it falls under, which is thereby carried out."""
        with self._lock:
            self.asked[question] += 1
            for order in self._orders:
                if order.about in question:
                    self._orders.remove(order)
                    return order
        return None

    def note_answered(self, question: str) -> None:
        """Note that a question was answered."""
        with self._lock:
            self.answered[question] += 1
