"""Logs of review sessions: from XML to columns, the usual shape by one regular expression, all else by a parser. Pure.

The regular expression is so strict that the parser would find the same; a test holds them against each other. What is
no log is reported with its rule: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import Element, ParseError

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from sakila_platform.reviews.source import DEVICES, REVIEW_LOGS
from sakila_platform.reviews.vendors.csv_records import Fault
from sakila_platform.reviews.vendors.places import location
from sakila_platform.reviews.vendors.systems import browser_of

TAGS = ("logDate", "device", "location", "os", "ipAddress", "phoneNumber")
XML = "log is well-formed XML"
SHAPE = "log is one reviewlog of one log"
DATE = "log_date is a day of the calendar, MM-DD-YYYY"
SYSTEM = "os has a browser"
# Neither markup, nor line breaks (which XML changes), nor what XML does not allow.
_TEXT = r"[^<>&\x00-\x1F\x{FFFE}\x{FFFF}]*"
_USUAL = (
    r"\A<reviewlog><log>" + "".join(rf"<{tag}>(?P<{tag}>{_TEXT})</{tag}>" for tag in TAGS) + r"</log></reviewlog>\z"
)
_SHOWN = 60


@dataclass(frozen=True)
class Sessions:
    """What logs say: columns in the order of the logs (null where a log says nothing), and the logs at fault."""

    columns: pa.Table
    """log_date, device, os, location, location_as_written, browser, ip, phone_number."""
    faults: Sequence[Fault]


def read_logs(logs: pa.Array, browsers: Mapping[str, str]) -> Sessions:
    """The sessions that these XML documents tell of; `browsers` is the settings' table of them by system."""
    tags, faults = _texts(logs)
    for tag, column in (("device", "device"), ("os", "os"), ("location", "location_as_written")):
        faults += _too_long(tags[tag], column)
    dates, not_dates = _looked_up(tags["logDate"], _date, pa.date32())
    system, _ = _looked_up(tags["os"], _tidied, pa.string())
    browser, unknown = _looked_up(tags["os"], lambda name: browser_of(name, browsers), pa.string())
    columns = {
        "log_date": dates,
        "device": _looked_up(tags["device"], _device, pa.string())[0],
        "os": system,
        "location": _looked_up(tags["location"], lambda name: location(name) or None, pa.string())[0],
        "location_as_written": _looked_up(tags["location"], lambda name: name or None, pa.string())[0],
        "browser": browser,
        "ip": _filled(tags["ipAddress"]),
        "phone_number": _filled(tags["phoneNumber"]),
    }
    faults += _faults(DATE, tags["logDate"], not_dates) + _faults(SYSTEM, system, unknown)
    return Sessions(pa.table(columns), faults)


def parsed(log: str) -> dict[str, str | None]:
    """The texts of one log by tag, by a real parser; None for a tag that is missing.

    Raises ValueError, whose first argument is the rule that the log breaks and whose second says how.
    """
    try:
        root: Element = fromstring(log, forbid_dtd=True)
    except ParseError as error:
        raise ValueError(XML, str(error)) from None
    except DefusedXmlException as error:
        raise ValueError(XML, type(error).__name__) from None
    entries = root.findall("log")
    if root.tag != "reviewlog" or len(entries) != 1:
        raise ValueError(SHAPE, f"{root.tag} of {len(entries)} log")
    texts: dict[str, str | None] = dict.fromkeys(TAGS)
    for tag in TAGS:
        found = entries[0].findall(tag)
        if len(found) > 1:
            raise ValueError(SHAPE, f"{tag} is there {len(found)} times")
        if found:
            texts[tag] = "".join(found[0].itertext())
    return texts


def _texts(logs: pa.Array) -> tuple[dict[str, pa.Array], list[Fault]]:
    """The texts of each log by tag, and the logs that are none."""
    matched = pc.extract_regex(logs, _USUAL)
    texts = {tag: matched.field(n) for n, tag in enumerate(TAGS)}
    faults: list[Fault] = []
    if not matched.null_count:
        return texts, faults
    is_unusual = pc.is_null(matched)
    unusual = np.flatnonzero(is_unusual.to_numpy(zero_copy_only=False))
    found: list[dict[str, str | None]] = []
    for place, log in zip(unusual, logs.take(pa.array(unusual)).to_pylist(), strict=True):
        try:
            found.append(parsed(log or ""))
        except ValueError as error:
            rule, detail = error.args
            faults.append(Fault(int(place), rule, detail))
            found.append(dict.fromkeys(TAGS))
    by_parser = {tag: pa.array([one[tag] for one in found], pa.string()) for tag in TAGS}
    return {tag: pc.replace_with_mask(texts[tag], is_unusual, by_parser[tag]) for tag in TAGS}, faults


def _looked_up(
    texts: pa.Array, meaning: Callable[[str], object | None], kind: pa.DataType
) -> tuple[pa.Array, pa.Array]:
    """What each text means (each different one is asked once), and which of those that say something mean nothing."""
    encoded = texts.dictionary_encode()
    said = [text.strip() for text in encoded.dictionary.to_pylist()]
    meant = [meaning(text) if text else None for text in said]
    is_odd = [bool(text) and value is None for text, value in zip(said, meant, strict=True)]
    found = pa.array(meant, kind).take(encoded.indices)
    return found, pc.fill_null(pa.array(is_odd, pa.bool_()).take(encoded.indices), False)


def _too_long(texts: pa.Array, column: str) -> list[Fault]:
    """Names that the dimensions' columns can't hold."""
    most = REVIEW_LOGS.column(column).type.length or 0
    is_too_long = pc.fill_null(pc.greater(pc.utf8_length(texts), most), False)
    return _faults(f"{column} has at most {most} characters", texts, is_too_long)


def _faults(rule: str, texts: pa.Array, is_odd: pa.Array) -> list[Fault]:
    if not pc.any(is_odd, min_count=0).as_py():
        return []
    places = np.flatnonzero(is_odd.to_numpy(zero_copy_only=False))
    shown = texts.take(pa.array(places)).to_pylist()
    return [Fault(int(place), rule, repr(str(text)[:_SHOWN])) for place, text in zip(places, shown, strict=True)]


def _filled(texts: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _date(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%m-%d-%Y").date() if len(text) == len("04-25-2021") else None
    except ValueError:
        return None


def _device(text: str) -> str:
    tidied = " ".join(text.split())
    return next((device for device in DEVICES if device.casefold() == tidied.casefold()), tidied)


def _tidied(text: str) -> str:
    return " ".join(text.split())
