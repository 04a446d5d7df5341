"""What is asked of the settings before any work: that each is understood, and that they agree."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from sakila_platform.cli.doctor import examine
from sakila_platform.cli.running.jobs import require_domain
from sakila_platform.cli.terminal import Terminal
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.settings.calendar import (
    CLOCK,
    FIRST_DAY,
    HOLIDAY_COUNTRY,
    HOLIDAY_LANGUAGE,
    HOLIDAY_SUBDIVISION,
    TIME_ZONE,
)
from sakila_platform.settings.every import require_usable, unknown_variables
from sakila_platform.settings.places import HOME
from sakila_platform.settings.setting import Setting


def test_a_calendar_without_a_day_is_refused_and_the_settings_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIRST_DAY.name, "9000-01-01")
    with pytest.raises(UsageError, match=f"{FIRST_DAY.name}: the calendar has no day, .*9000-01-01, is after today"):
        require_usable()
    monkeypatch.setenv(FIRST_DAY.name, "2005-05-24")
    monkeypatch.setenv(CLOCK.name, "2005-05-23T12:00:00+00:00")
    with pytest.raises(UsageError, match=f"2005-05-24, is after 2005-05-23, where {CLOCK.name} stands"):
        require_usable()


def test_a_calendar_begins_by_the_shops_own_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FIRST_DAY.name, "2005-05-24")
    monkeypatch.setenv(CLOCK.name, "2005-05-23T22:00:00+00:00")
    monkeypatch.setenv(TIME_ZONE.name, "Europe/Madrid")
    require_usable()


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv(HOME.name, str(tmp_path))
    return tmp_path


def told_by_the_doctor(capsys: pytest.CaptureFixture[str]) -> str:
    with suppress(PlatformError):
        examine(Terminal())
    return " ".join(capsys.readouterr().out.split())


def test_the_doctor_says_that_a_calendar_has_no_day(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(FIRST_DAY.name, "9000-01-01")
    assert "settings MISSING SAKILA_FIRST_DAY: the calendar has no day" in told_by_the_doctor(capsys)


@pytest.mark.parametrize(
    ("setting", "text", "told"),
    [
        (HOLIDAY_COUNTRY, "XX", "no holidays are known for country 'XX'"),
        (HOLIDAY_SUBDIVISION, "Nowhere", "CO has no subdivision 'Nowhere'"),
        (HOLIDAY_LANGUAGE, "tlh", "holidays of CO have no names in 'tlh'"),
    ],
)
def test_the_doctor_says_that_no_holidays_are_known_of_a_place_or_in_a_language(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    setting: Setting,
    text: str,
    told: str,
) -> None:
    monkeypatch.setenv(setting.name, text)
    assert f"settings MISSING {setting.name}: {told}" in told_by_the_doctor(capsys)
    with pytest.raises(UsageError, match=f"^{setting.name}: "):
        require_domain("rentals")


def test_the_doctor_notes_a_variable_that_is_no_setting_and_the_setting_nearest_to_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAKILA_MYSQL_URI", "mysql://me:secret-word@host")
    monkeypatch.setenv("SAKILA_NOTHING_AT_ALL", "x")
    assert unknown_variables() == {"SAKILA_MYSQL_URI": "SAKILA_MYSQL_URL", "SAKILA_NOTHING_AT_ALL": ""}
    told = told_by_the_doctor(capsys)
    assert "SAKILA_MYSQL_URI note no setting is called so" in told
    assert "secret-word" not in told
