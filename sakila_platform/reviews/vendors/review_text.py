"""Whether a review is positive, from its text: an interface, and the rule that the platform begins with. Pure.

Texts come as Arrow arrays and are judged without a Python loop over them; `words` is the same rule, written plainly.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

GOOD = "good"
_STOP_WORDS = """
a about above after again against all am an and any are as at be because been before being below between
both but by can could did do does doing down during each few for from further had has have having he her
here hers herself him himself his how i if in into is it its itself just me more most my myself no nor not
now of off on once only or other our ours ourselves out over own same she should so some such than that the
their theirs them themselves then there these they this those through to too under until up very was we
were what when where which while who whom why will with would you your yours yourself yourselves
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
# A piece small enough to stay in the processor's cache while it is looked at four times.
_PIECE_BYTES = 1 << 18
# Letters and digits; all else parts words.
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_BESIDE_WORD = r"[^\p{L}\p{N}]"
_GOOD_WORD = rf"(?i)(?:^|{_BESIDE_WORD}){GOOD}(?:$|{_BESIDE_WORD})"
_CASE_BIT = 0x20


class Classifier(Protocol):
    """Says of each text (Arrow strings) whether it is positive: 1 or 0 (int16), in the same order."""

    def __call__(self, texts: pa.Array) -> pa.Array:
        """The verdicts."""


def words(text: str) -> list[str]:
    """The words of a text without its stop words, lower case: what `GoodWord` looks at."""
    return [word for word in _WORD.findall(text.lower()) if word not in STOP_WORDS]


@dataclass(frozen=True)
class GoodWord:
    """Positive when the word *good* is among the text's words; neither case nor punctuation hides it."""

    def __call__(self, texts: pa.Array) -> pa.Array:
        """The verdicts: 1 or 0 for each text; 0 for null."""
        hits = _Hits.of(texts, ignore_case=True)
        is_word = _PARTS_WORDS[hits.before] & _PARTS_WORDS[hits.after]
        positive = np.zeros(len(texts), np.int16)
        positive[hits.rows[is_word]] = 1
        # Beyond ASCII one must know letters from signs, which regular expressions do.
        unsure = (_IS_BEYOND_ASCII[hits.before] | _IS_BEYOND_ASCII[hits.after]) & (positive[hits.rows] == 0)
        if unsure.any():
            rows = np.unique(hits.rows[unsure])
            matched = pc.match_substring_regex(texts.take(pa.array(rows)), _GOOD_WORD)
            positive[rows] = matched.cast(pa.int8()).to_numpy(zero_copy_only=False)
        return pa.array(positive)


@dataclass(frozen=True)
class GoodToken:
    """Positive when *good* stands between white space exactly so: the reading of a plain split by spaces."""

    def __call__(self, texts: pa.Array) -> pa.Array:
        """The verdicts: 1 or 0 for each text; 0 for null."""
        hits = _Hits.of(texts, ignore_case=False)
        positive = np.zeros(len(texts), np.int16)
        positive[hits.rows[_IS_SPACE[hits.before] & _IS_SPACE[hits.after]]] = 1
        return pa.array(positive)


@dataclass(frozen=True)
class _Hits:
    """Where *good* stands: the row of each place, and the bytes before and after it (a space at a text's ends)."""

    rows: npt.NDArray[np.int64]
    before: npt.NDArray[np.uint8]
    after: npt.NDArray[np.uint8]

    @staticmethod
    def of(texts: pa.Array, *, ignore_case: bool) -> _Hits:
        """The places in these texts."""
        offsets = np.frombuffer(texts.buffers()[1] or b"\0" * 4, np.int32)[texts.offset : texts.offset + len(texts) + 1]
        content = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
        places = _places(content, int(offsets[0]), int(offsets[-1]), ignore_case) if len(texts) else _NOWHERE
        rows = np.searchsorted(offsets, places, "right") - 1
        starts, ends = offsets[rows], offsets[rows + 1]
        inside = places + len(GOOD) <= ends
        places, rows, starts, ends = places[inside], rows[inside], starts[inside], ends[inside]
        space = ord(" ")
        before = np.where(places > starts, content[np.maximum(places - 1, 0)], space)
        last = max(len(content) - 1, 0)
        after = np.where(places + len(GOOD) < ends, content[np.minimum(places + len(GOOD), last)], space)
        return _Hits(rows, before.astype(np.uint8), after.astype(np.uint8))


_NOWHERE = np.empty(0, np.int64)


def _places(content: npt.NDArray[np.uint8], start: int, end: int, ignore_case: bool) -> npt.NDArray[np.int64]:
    """Where the word's letters stand in a row, anywhere between start and end."""
    found = []
    for piece_start in range(start, end, _PIECE_BYTES):
        piece = content[piece_start : min(piece_start + _PIECE_BYTES + len(GOOD) - 1, end)]
        count = len(piece) - len(GOOD) + 1
        if count <= 0:
            break
        letters = piece | np.uint8(_CASE_BIT) if ignore_case else piece
        is_there = np.ones(count, np.bool_)
        for n, letter in enumerate(GOOD.encode()):
            is_there &= letters[n : n + count] == letter
        found.append(np.flatnonzero(is_there) + piece_start)
    return np.concatenate(found) if found else _NOWHERE


_BYTES = np.arange(256)
_IS_BEYOND_ASCII = _BYTES >= 128
_IS_SPACE = np.isin(_BYTES, list(b" \t\n\r\x0b\x0c"))
_PARTS_WORDS = ~(_IS_BEYOND_ASCII | np.isin(_BYTES, list((string.ascii_letters + string.digits).encode())))
