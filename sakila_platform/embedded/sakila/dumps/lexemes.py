"""What MySQL takes for a string, a name, a comment and a literal, as patterns. No statement is understood here."""

from __future__ import annotations

import re

# Every piece is written so that it can match in one way only: a corrupt file must fail fast, not backtrack for hours.
STRING = r"""'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'(?!')|"[^"\\]*(?:(?:\\.|"")[^"\\]*)*"(?!")"""
QUOTED_NAME = r"`[^`]*`"
COMMENT = r"/\*(?!M?!)[^*]*(?:\*(?!/)[^*]*)*\*/|--(?=\s|\Z)[^\n]*|\#[^\n]*"
HINT = r"/\*\+[^*]*(?:\*(?!/)[^*]*)*\*/"
EXECUTABLE = r"/\*M?!\d{0,6}"
NAME = rf"(?:{QUOTED_NAME}|[\w$]+)"
NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?"
LITERAL = rf"(?:(?:[bnx]|_\w+\s*)?(?:{STRING})|0x[0-9a-f]+|0b[01]+|{NUMBER}|NULL|TRUE|FALSE)"
FLAGS = re.DOTALL | re.IGNORECASE

# How bytes that are no UTF-8 stand in a text that was decoded with surrogateescape.
STRAY_BYTE = re.compile("[\udc80-\udcff]")
_STRING_ALONE = re.compile(rf"(?P<keep>(?:_\w+\s*|[bnx])(?:{STRING})|{QUOTED_NAME}|{COMMENT})|{STRING}", FLAGS)
_BLANKED = re.compile(rf"(?P<keep>{STRING}|{QUOTED_NAME})|{COMMENT}", FLAGS)


def unquoted(name: str) -> str:
    """An identifier without its backticks."""
    return name[1:-1] if name.startswith("`") else name


def blank(text: str) -> str:
    """As many blanks, in as many lines."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(text: str) -> str:
    """The text with blanks in place of its comments: every position is the same."""
    if not any(mark in text for mark in ("/*", "#", "--")):
        return text
    return _BLANKED.sub(lambda found: found["keep"] or blank(found[0]), text)


def with_binary_strings(text: str) -> str:
    """The text with `_binary` before each string that is not UTF-8: a server keeps its bytes then as they are."""
    return _STRING_ALONE.sub(
        lambda found: f"_binary {found[0]}" if not found["keep"] and STRAY_BYTE.search(found[0]) else found[0], text
    )
