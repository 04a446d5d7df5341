"""Logs of sessions: what the fast way reads, a real XML parser reads too; places and systems by their names."""

from __future__ import annotations

from unittest.mock import patch

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from sakila_platform.reviews.vendors import session_logs
from sakila_platform.reviews.vendors.places import MISSPELT, STATES, location
from sakila_platform.reviews.vendors.session_logs import TAGS, parsed, read_logs
from sakila_platform.reviews.vendors.systems import browser_of, is_apple
from sakila_platform.settings.reviews import REVIEWS_BROWSERS

BROWSERS = REVIEWS_BROWSERS.parse(REVIEWS_BROWSERS.default)
USUAL = ("04-25-2021", "02-30-2021", "Mobile", "Texas", " TX ", "Apple iOS", "a &amp; b", "", " ", "<b/>", "]]>")
SAID = st.one_of(st.sampled_from(USUAL), st.text(st.characters(blacklist_categories=["Cs"]), max_size=12))
BEGINNINGS = ("", "", "", " ", '<?xml version="1.0"?>')


@st.composite
def logs(draw: st.DrawFn) -> str:
    """Logs of the usual shape and its neighbours: tags missing, twice, in another order, with attributes."""
    tags = list(TAGS)
    if draw(st.booleans()):
        tags = draw(st.lists(st.sampled_from([*TAGS, 'os a="b"', "other"]), max_size=8))
    said = "".join(f"<{tag}>{draw(SAID)}</{tag.split()[0]}>" for tag in tags)
    return f"{draw(st.sampled_from(BEGINNINGS))}<reviewlog><log>{said}</log></reviewlog>"


@trying(deadline=None)
@given(st.lists(logs(), max_size=5))
def test_the_fast_way_reads_what_the_parser_reads(texts: list[str]) -> None:
    documents = pa.array(texts, pa.string())
    fast = read_logs(documents, BROWSERS)
    with patch.object(session_logs, "_USUAL", session_logs._USUAL.replace("<reviewlog>", "<never>")):
        slow = read_logs(documents, BROWSERS)
    assert fast.columns.to_pylist() == slow.columns.to_pylist()
    assert set(fast.faults) == set(slow.faults)


def test_the_usual_shape_needs_no_parser() -> None:
    said = dict.fromkeys(TAGS, "x") | {"logDate": "04-25-2021"}
    log = "<reviewlog><log>" + "".join(f"<{tag}>{text}</{tag}>" for tag, text in said.items()) + "</log></reviewlog>"
    assert pc.extract_regex(pa.array([log]), session_logs._USUAL).to_pylist() == [parsed(log)]


@pytest.mark.parametrize("log", ["", "<reviewlog>", "<a/>", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "no log"])
def test_what_is_no_log_says_which_rule_it_breaks(log: str) -> None:
    with pytest.raises(ValueError) as error:
        parsed(log)
    assert error.value.args[0] in (session_logs.XML, session_logs.SHAPE)


def test_places_are_known_by_name_abbreviation_and_known_misspellings() -> None:
    assert [location(written) for written in ("Texas", "tx", " new   york ", "Pensylvania", "Lousiana", "Paris")] == [
        "Texas",
        "Texas",
        "New York",
        "Pennsylvania",
        "Louisiana",
        "Paris",
    ]
    assert len(STATES) == 51
    assert set(MISSPELT.values()) <= set(STATES)
    assert not set(MISSPELT) & set(STATES)


@pytest.mark.parametrize(
    ("system", "browser", "apple"),
    [
        ("Microsoft Windows", "Edge", False),
        ("Windows 11", "Edge", False),
        ("Apple MacOs", "Safari", True),
        ("Mac OS X", "Safari", True),
        ("Apple iOS", "Safari", True),
        ("Google Android", "Chrome", False),
        ("Linux", "Firefox", False),
        ("BeOS", None, False),
        ("Pineapple OS", None, False),
    ],
)
def test_a_system_comes_with_a_browser_and_a_maker(system: str, browser: str | None, apple: bool) -> None:
    assert (browser_of(system, BROWSERS), is_apple(system)) == (browser, apple)


@pytest.mark.parametrize("text", ["windows", "windows=", "=Edge", "mac os=Safari", "linux=a,LINUX=b"])
def test_a_table_of_browsers_that_is_none_is_reported(text: str) -> None:
    with pytest.raises(ValueError, match="windows=Edge"):
        REVIEWS_BROWSERS.parse(text)
