"""Places as vendors write them, put right, and where the Census Bureau counts a state. Pure.

A state is known by its name, by its postal abbreviation and by the misspellings met so far; any other place keeps its
name, and has no region.
"""

from __future__ import annotations

from collections.abc import Mapping

DIVISIONS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("Northeast", "New England"): {
        "CT": "Connecticut",
        "MA": "Massachusetts",
        "ME": "Maine",
        "NH": "New Hampshire",
        "RI": "Rhode Island",
        "VT": "Vermont",
    },
    ("Northeast", "Middle Atlantic"): {"NJ": "New Jersey", "NY": "New York", "PA": "Pennsylvania"},
    ("Midwest", "East North Central"): {
        "IL": "Illinois",
        "IN": "Indiana",
        "MI": "Michigan",
        "OH": "Ohio",
        "WI": "Wisconsin",
    },
    ("Midwest", "West North Central"): {
        "IA": "Iowa",
        "KS": "Kansas",
        "MN": "Minnesota",
        "MO": "Missouri",
        "ND": "North Dakota",
        "NE": "Nebraska",
        "SD": "South Dakota",
    },
    ("South", "South Atlantic"): {
        "DC": "District of Columbia",
        "DE": "Delaware",
        "FL": "Florida",
        "GA": "Georgia",
        "MD": "Maryland",
        "NC": "North Carolina",
        "SC": "South Carolina",
        "VA": "Virginia",
        "WV": "West Virginia",
    },
    ("South", "East South Central"): {"AL": "Alabama", "KY": "Kentucky", "MS": "Mississippi", "TN": "Tennessee"},
    ("South", "West South Central"): {"AR": "Arkansas", "LA": "Louisiana", "OK": "Oklahoma", "TX": "Texas"},
    ("West", "Mountain"): {
        "AZ": "Arizona",
        "CO": "Colorado",
        "ID": "Idaho",
        "MT": "Montana",
        "NM": "New Mexico",
        "NV": "Nevada",
        "UT": "Utah",
        "WY": "Wyoming",
    },
    ("West", "Pacific"): {"AK": "Alaska", "CA": "California", "HI": "Hawaii", "OR": "Oregon", "WA": "Washington"},
}
"""States by abbreviation, within the Census Bureau's region and division."""

MISSPELT: Mapping[str, str] = {
    "Arkansaw": "Arkansas",
    "Californa": "California",
    "Conneticut": "Connecticut",
    "Conneticutt": "Connecticut",
    "Deleware": "Delaware",
    "Flordia": "Florida",
    "Hawai": "Hawaii",
    "Illinios": "Illinois",
    "Lousiana": "Louisiana",
    "Louisianna": "Louisiana",
    "Massachusets": "Massachusetts",
    "Massachussets": "Massachusetts",
    "Massachussetts": "Massachusetts",
    "Massachusettes": "Massachusetts",
    "Missisippi": "Mississippi",
    "Mississipi": "Mississippi",
    "Minnesotta": "Minnesota",
    "Missourri": "Missouri",
    "New Hamshire": "New Hampshire",
    "Pensylvania": "Pennsylvania",
    "Pennsilvania": "Pennsylvania",
    "Pennslyvania": "Pennsylvania",
    "Tennesee": "Tennessee",
    "Tennesse": "Tennessee",
    "Washington DC": "District of Columbia",
    "Washington D.C.": "District of Columbia",
    "Wisconson": "Wisconsin",
}
"""Spellings met, or likely, and the name that is meant."""

STATES: Mapping[str, tuple[str, str]] = {name: where for where, states in DIVISIONS.items() for name in states.values()}
"""Census region and division of each state and of the District of Columbia."""

_NAMES: Mapping[str, str] = {
    **{name.casefold(): name for name in STATES},
    **{abbreviation.casefold(): name for states in DIVISIONS.values() for abbreviation, name in states.items()},
    **{misspelt.casefold(): name for misspelt, name in MISSPELT.items()},
}


def location(written: str) -> str:
    """The name of a place as a vendor wrote it: a state's own, else as written without needless white space."""
    tidied = " ".join(written.split())
    return _NAMES.get(tidied.casefold(), tidied)


def census_region_sql(place: str) -> str:
    """SQL for the Census region of the place that this SQL names; null for what is no state."""
    return _lookup_sql(place, {name: region for name, (region, _) in STATES.items()})


def census_division_sql(place: str) -> str:
    """SQL for the Census division of the place that this SQL names; null for what is no state."""
    return _lookup_sql(place, {name: division for name, (_, division) in STATES.items()})


def _lookup_sql(place: str, found: Mapping[str, str]) -> str:
    cases = " ".join(f"WHEN '{name}' THEN '{value}'" for name, value in found.items())
    return f"CASE {place} {cases} END"
