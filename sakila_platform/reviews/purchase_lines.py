"""The retailer's CSV of purchases, line by line: decoded, checked, and as COPY takes it. Pure but for reading the file.

Null customers, negative quantities and equal lines are normal. A line that can't be read is told by its number.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sakila_platform.errors import PlatformError

HEADER = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
_FORMATS = ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
_FAULTS_TOLD = 5
_PIECE = 1024**2
_SMALLEST, _LARGEST = -(2**31), 2**31 - 1
# A whole number, also as spreadsheets write it.
_WHOLE = re.compile(r"([+-]?\d{1,10})(?:\.0*)?")
_PRICE = re.compile(r"[+-]?\d{0,5}(?:\.\d{0,3}0*)?")

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class PurchaseFile:
    """A file whose header was understood."""

    path: Path
    encoding: str
    """UTF-8, else ISO-8859-1."""

    @classmethod
    def open(cls, path: Path) -> PurchaseFile:
        """Raises PlatformError when the file can't be read or has another header."""
        try:
            file = cls(path, _encoding(path))
            with path.open(encoding=file.encoding, newline="") as opened:
                header = tuple(name.strip() for name in next(csv.reader(opened), []))
        except OSError as error:
            raise PlatformError(f"{path} can't be read: {error.strerror or error}. Name a CSV file.") from None
        except csv.Error as error:
            raise PlatformError(
                f"{path} is not a CSV file: {error}. Give one with the header {','.join(HEADER)}"
            ) from None
        if header != HEADER:
            found = ",".join(header)[:200] or "nothing"
            raise PlatformError(f"{path} begins with {found!r}. The header must be {','.join(HEADER)}")
        return file

    def rows(self) -> Iterator[Row]:
        """The lines as texts that PostgreSQL reads, in the order of user_purchase's columns.

        Raises PlatformError after the last line when any can't be read, naming the first of them.
        """
        faults: list[str] = []
        count = 0
        with self.path.open(encoding=self.encoding, newline="") as opened:
            reader = csv.reader(opened)
            try:
                next(reader)
                began = reader.line_num + 1
                for fields in reader:
                    try:
                        if fields:
                            yield _row(fields)
                    except ValueError as error:
                        count += 1
                        if count <= _FAULTS_TOLD:
                            faults.append(f"line {began}: {error}")
                    began = reader.line_num + 1
            except csv.Error as error:
                count += 1
                faults.append(f"line {reader.line_num}: {error}")
        if count:
            more = f"; and {count - len(faults):,} more" if count > len(faults) else ""
            raise PlatformError(
                f"{self.path} was not loaded, and the purchases are as they were: {'; '.join(faults)}{more}. "
                "Correct the file and load it again."
            )


def _encoding(path: Path) -> str:
    """UTF-8 if the whole file is; else ISO-8859-1, in which any byte means something."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "iso-8859-1"
    return "utf-8-sig"


def _row(fields: Sequence[str]) -> Row:
    """Raises ValueError, saying what is wrong, for a line that does not fit the table."""
    if len(fields) != len(HEADER):
        raise ValueError(f"{len(fields)} fields instead of {len(HEADER)}")
    invoice, stock, detail, quantity, moment, price, customer, country = fields
    return (
        _text("InvoiceNo", invoice, 10),
        _text("StockCode", stock, 20),
        _text("Description", detail, 1000),
        _required("Quantity", quantity, _whole),
        _required("InvoiceDate", moment, _moment),
        _required("UnitPrice", price, _price),
        _understood("CustomerID", customer, _whole) if customer.strip() else None,
        _text("Country", country, 20),
    )


def _text(name: str, text: str, longest: int) -> str | None:
    text = text.strip()
    if len(text) > longest:
        raise ValueError(f"{name} has {len(text)} characters, more than {longest}")
    if "\0" in text:
        raise ValueError(f"{name} has a zero byte")
    return text or None


def _required(name: str, text: str, read: Callable[[str], str]) -> str:
    if not text.strip():
        raise ValueError(f"{name} is empty")
    return _understood(name, text, read)


def _understood(name: str, text: str, read: Callable[[str], str]) -> str:
    try:
        return read(text.strip())
    except ValueError:
        raise ValueError(f"{name} {text[:40]!r} can't be read") from None


@lru_cache(maxsize=65_536)
def _whole(text: str) -> str:
    found = _WHOLE.fullmatch(text)
    if not found or not _SMALLEST <= int(found[1]) <= _LARGEST:
        raise ValueError
    return found[1]


@lru_cache(maxsize=65_536)
def _price(text: str) -> str:
    if not _PRICE.fullmatch(text) or not any(map(str.isdigit, text)):
        raise ValueError
    return text


@lru_cache(maxsize=65_536)
def _moment(text: str) -> str:
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).isoformat(" ")
        except ValueError:
            continue
    raise ValueError
