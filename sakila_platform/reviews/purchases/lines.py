"""The retailer's CSV of purchases, line by line: decoded, checked, and as COPY takes it. Pure but for reading the file.

Null customers, negative quantities and equal lines are normal. A line that can't be read is reported by number. What
quotation marks mean is found from the whole file, and then kept to strictly.
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

from sakila_platform.capture.csv_dialects import Form, Quoting
from sakila_platform.capture.csv_lines import Lines, below_header, found_quoting, header_of, read_lines
from sakila_platform.errors import PlatformError

HEADER = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
_FORMATS = ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
_FAULTS_SHOWN = 5
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
    form: Form
    """How its lines are parted, with what quotation marks mean in it."""

    @classmethod
    def open(cls, path: Path) -> PurchaseFile:
        """Raises PlatformError when the file can't be read or has another header."""
        try:
            encoding = _encoding(path)
            with path.open("rb") as opened:
                first_line = header_of(opened).decode(encoding)
                header = tuple(name.strip() for name in next(csv.reader([first_line]), []))
                if header != HEADER:
                    found = ",".join(header)[:200] or "nothing"
                    raise PlatformError(f"{path} begins with {found!r}. The header must be {','.join(HEADER)}")
                return cls(path, encoding, _FORM.reading(found_quoting(opened, _FORM)))
        except OSError as error:
            raise PlatformError(f"{path} can't be read: {error.strerror or error}. Name a CSV file.") from None
        except csv.Error as error:
            raise PlatformError(
                f"{path} is not a CSV file: {error}. Give one with the header {','.join(HEADER)}"
            ) from None

    def rows(self) -> Iterator[Row]:
        """The lines as texts that PostgreSQL reads, in the order of user_purchase's columns.

        Raises PlatformError after the last line when any can't be read, naming the first of them.
        """
        faults: list[str] = []
        count, is_about_marks = 0, False
        with self.path.open("rb") as opened:
            for line in read_lines(below_header(opened), self.form):
                try:
                    yield _row(line, self.encoding)
                except ValueError as error:
                    count += 1
                    is_about_marks = is_about_marks or bool(line.fault or line.remark)
                    if count <= _FAULTS_SHOWN:
                        faults.append(f"line {line.number}: {error}")
        if count:
            more = f"; and {count - len(faults):,} more" if count > len(faults) else ""
            read_as = f" The file was read as {self.form.quoting.value}." if is_about_marks else ""
            raise PlatformError(
                f"{self.path} was not loaded, and the purchases are as they were: {'; '.join(faults)}{more}.{read_as} "
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
    return "utf-8"


def _row(line: Lines, encoding: str) -> Row:
    """Raises ValueError, saying what is wrong, for a line that does not fit the table."""
    if line.fault:
        raise ValueError(line.fault)
    if len(line.fields) != len(HEADER):
        remark = f" ({line.remark})" if line.remark else ""
        raise ValueError(f"{len(line.fields)} fields instead of {len(HEADER)}{remark}")
    # A line at once, where it can be: most have no quotation mark, and files are long.
    fields = line.raw.decode(encoding).split(",") if b'"' not in line.raw else [f.decode(encoding) for f in line.fields]
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


def _is_purchase(fields: Sequence[bytes]) -> bool:
    """Whether these can be the fields of a purchase: only such have a number, a moment and a price there."""
    try:
        quantity, moment, price = (field.decode("ascii").strip() for field in fields[3:6])
        return bool(_whole(quantity) and _moment(moment) and _price(price))
    except ValueError:
        return False


_FORM = Form(b",", len(HEADER), Quoting.DOUBLED, usual=Quoting.DOUBLED, fits=_is_purchase)
