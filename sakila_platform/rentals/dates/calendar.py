"""The rows of the Date dimension, a year at a time, with the holidays of a country. Pure.

Day and month names are English; only holiday names follow the language asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from typing import Any

import holidays
from holidays.registry import COUNTRIES

from sakila_platform.errors import UsageError
from sakila_platform.model.calendar_days import day_columns, days_of_year

_SATURDAY = 6


def date_rows(year: int, country: str, subdivision: str = "", language: str = "") -> list[dict[str, Any]]:
    """One row per day of the year, in calendar order: the columns of `dim_date`.

    country: ISO code as the `holidays` library knows it (CO, US); subdivision: a code or name of that country;
    language: of holiday names, such as en (empty: the country's own). `holiday_name` is None on other days.
    Raises UsageError, with close matches, on a country, subdivision, language or year that does not exist.
    """
    days = list(days_of_year(year))
    named = holiday_names(year, country, subdivision, language)
    return [_date_row(day, named.get(day)) for day in days]


def holiday_names(year: int, country: str, subdivision: str = "", language: str = "") -> dict[date, str]:
    """The holidays of a year by day; several on one day are joined by "; ". Raises as `date_rows` does."""
    code = _country_code(country)
    known = holidays.country_holidays(
        code,
        subdiv=_subdivision(code, subdivision) or None,
        years=year,
        language=_language(code, language) or None,
    )
    return dict(known.items())


def _date_row(day: date, holiday: str | None) -> dict[str, Any]:
    return {
        **day_columns(day),
        "is_weekend": day.isoweekday() >= _SATURDAY,
        "is_holiday": holiday is not None,
        "holiday_name": holiday,
    }


def _country_code(country: str) -> str:
    wanted = country.strip().upper()
    codes = {names[1]: entity for entity, names in COUNTRIES.items()}
    if wanted in codes:
        return wanted
    by_name = {entity.upper(): code for code, entity in codes.items()} | {code: code for code in codes}
    close = [by_name[name] for name in _close(wanted.replace(" ", "_"), by_name)]
    shown = [f"{code} ({codes[code].replace('_', ' ').title()})" for code in dict.fromkeys(close)]
    raise UsageError(
        f"SAKILA_HOLIDAY_COUNTRY: no holidays are known for country {country!r}. {_did_you_mean(shown)}"
        "Give a two-letter ISO code, such as CO or US."
    )


def _subdivision(country: str, subdivision: str) -> str:
    """The code of a subdivision that was given by code or by name."""
    wanted = subdivision.strip()
    if not wanted:
        return ""
    entity = _entity(country)
    by_name = {code.upper(): code for code in entity.subdivisions}
    by_name |= {name.upper(): code for name, code in getattr(entity, "subdivisions_aliases", {}).items()}
    if wanted.upper() in by_name:
        return by_name[wanted.upper()]
    close = [by_name[name] for name in _close(wanted.upper(), by_name)]
    known = f"{country} has {', '.join(entity.subdivisions)}." if entity.subdivisions else f"{country} has none."
    raise UsageError(
        f"SAKILA_HOLIDAY_SUBDIVISION: {country} has no subdivision {subdivision!r} with holidays of its own. "
        f"{_did_you_mean(dict.fromkeys(close))}{known}"
    )


def _language(country: str, language: str) -> str:
    """The language that the library offers for what was asked: `en` may be called en_US there."""
    entity = _entity(country)
    own = entity.default_language or ""
    wanted = language.strip()
    if not wanted:
        return own
    # A country without translations has its names in one language only, which the library leaves unnamed: English.
    offered = tuple(entity.supported_languages) or (own or "en",)
    for name in sorted(offered, key=lambda name: name != own):
        if wanted.lower().replace("-", "_") in (name.lower(), name.lower().partition("_")[0]):
            return name if entity.supported_languages else own
    raise UsageError(
        f"SAKILA_HOLIDAY_LANGUAGE: holidays of {country} have no names in {language!r}. "
        f"{_did_you_mean(_close(wanted, offered))}{country} has {', '.join(offered)}."
    )


def _entity(country: str) -> Any:
    return type(holidays.country_holidays(country))


def _close(wanted: str, known: Iterable[str]) -> list[str]:
    return get_close_matches(wanted, list(known), n=3, cutoff=0.5)


def _did_you_mean(names: Iterable[str]) -> str:
    listed = ", ".join(names)
    return f"Did you mean {listed}? " if listed else ""
