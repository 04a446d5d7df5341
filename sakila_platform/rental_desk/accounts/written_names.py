"""What identifies people, in one form: documents, names, passwords. Pure: every door asks here, so what
is counted, looked up, kept and compared is the same."""

from __future__ import annotations

import re
import unicodedata

_DOCUMENT = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,19}")
_FULL_WIDTH = ("<wide>", "<narrow>")
# Fillers and a blank pattern of dots: letters and signs to Unicode, nothing to an eye.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_VARIATION_SELECTORS = re.compile("[\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Turn the direction of what stands beside them.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Control signs of both kinds, separators of lines, and what has no character.
_NEVER_IN_A_NAME = ("Cc", "Zl", "Zp", "Cs", "Co", "Cn")


def document_form(text: str) -> str | None:
    """A document as it is kept: A to Z, digits, hyphens. None for what can be no document.

    Capitals or not, spaces, dots, invisible signs and full-width letters make no difference. Other letters that happen
    to become A to Z as capitals (a long s, a dotless i) or when taken apart (a ligature) are no letters of a document.
    """
    seen = "".join(_usual_width(sign) for sign in text if not _is_invisible(sign))
    plain = re.sub(r"[\s.]+", "", seen)
    return plain.upper() if _DOCUMENT.fullmatch(plain) else None


def name_form(text: str) -> str | None:
    """A name as it is kept: composed (NFC), no blanks around it. None for one that shows nothing or turns the line."""
    name = unicodedata.normalize("NFC", text).strip()
    if any(sign in _BIDI or unicodedata.category(sign) in _NEVER_IN_A_NAME for sign in name):
        return None
    # A combining mark shows on the sign before it, and alone is no name.
    shown = (sign for sign in name if not unicodedata.category(sign).startswith("M"))
    return name if any(not _is_invisible(sign) and not sign.isspace() for sign in shown) else None


def password_form(text: str) -> str:
    """A password as it is hashed, by RFC 8265: composed (NFC), every kind of space the plain one."""
    return unicodedata.normalize("NFC", "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in text))


def older_password_forms(text: str) -> list[str]:
    """The forms in which the same password may have been hashed before it had one form."""
    form = password_form(text)
    forms = dict.fromkeys((text, form, unicodedata.normalize("NFD", form)))
    del forms[form]
    return list(forms)


def _usual_width(sign: str) -> str:
    return unicodedata.normalize("NFKC", sign) if unicodedata.decomposition(sign).startswith(_FULL_WIDTH) else sign


def _is_invisible(sign: str) -> bool:
    return sign in _BLANKS or unicodedata.category(sign) == "Cf" or bool(_VARIATION_SELECTORS.match(sign))
