"""Years of dim_date, published in the lake. What its rows are: `calendar`."""

from __future__ import annotations

from sakila_platform.lake.files import Lake
from sakila_platform.lake.published_years import publish_year_rows
from sakila_platform.rentals import star
from sakila_platform.rentals.dates.calendar import date_rows, holiday_names
from sakila_platform.settings.calendar import FIRST_DAY, HOLIDAY_COUNTRY, HOLIDAY_LANGUAGE, HOLIDAY_SUBDIVISION

_OF_HOLIDAYS = (HOLIDAY_COUNTRY, HOLIDAY_SUBDIVISION, HOLIDAY_LANGUAGE)


def publish_year(lake: Lake, year: int) -> int:
    """Publish a year of dim_date with the holidays of the settings. Returns its rows (days)."""
    rows = date_rows(year, *_whose_holidays())
    return publish_year_rows(lake, star.DIM_DATE, year, rows, holiday_settings())


def holiday_settings() -> dict[str, str]:
    """The settings that decide about holidays, as they are."""
    return {setting.name: setting.read() for setting in _OF_HOLIDAYS}


def require_holidays() -> None:
    """Raises UsageError, naming the setting, when no holidays are known by the settings' country, part or language."""
    holiday_names(FIRST_DAY.read().year, *_whose_holidays())


def _whose_holidays() -> tuple[str, str, str]:
    country, subdivision, language = (setting.read() for setting in _OF_HOLIDAYS)
    return country, subdivision, language
