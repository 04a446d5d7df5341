"""Every setting of the platform: its name, its meaning and its laptop value.

This is the only module that reads the environment. A setting is read when it is needed, never at import, so the
code location loads with an empty environment and a test can set what it likes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sakila_platform.errors import UsageError

T = TypeVar("T")


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One environment variable: how it is called, what it means, and what it is on a laptop."""

    name: str
    default: str
    meaning: str
    parse: Callable[[str], T]
    is_secret: bool = False

    def text(self) -> str:
        """The value in force as it was written: to hand it on, such as to a job elsewhere."""
        return os.environ.get(self.name, "").strip() or self.default

    def read(self) -> T:
        """The value in force. Raises UsageError, naming the variable, when the text can't be understood."""
        text = self.text()
        try:
            return self.parse(text)
        except ValueError as error:
            shown = "its value" if self.is_secret else f"{text!r}"
            raise UsageError(f"{self.name}: {shown} is not usable: {error}. It means: {self.meaning}") from None


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        value = int(text) if text.lstrip("-").isdigit() else None
        if value is None or not low <= value <= high:
            raise ValueError(f"give a whole number from {low} to {high}")
        return value

    return parse


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ValueError("give a share from 0 to 1, such as 0.01")
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("give a day as YYYY-MM-DD") from None


def _time_zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("give an IANA time zone, such as America/Bogota") from None


def _optional_instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("give an instant such as 2005-06-01T12:00:00+00:00") from None
    if instant.tzinfo is None:
        raise ValueError("give the instant with its offset, such as +00:00")
    return instant


def _hours(text: str) -> tuple[int, int]:
    opens, _, closes = text.partition("-")
    if not (opens.isdigit() and closes.isdigit() and 0 <= int(opens) < int(closes) <= 24):
        raise ValueError("give opening and closing hour, such as 9-21")
    return int(opens), int(closes)


def _matching(pattern: str, usage: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(usage)
        return text

    return parse


def _text(text: str) -> str:
    return text


def _key(text: str) -> str:
    if text and len(text) < 32:
        raise ValueError("give at least 32 random characters, or leave it empty")
    return text


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(origin.strip() for origin in text.split(",") if origin.strip())
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("give origins such as https://shop.example, separated by commas")
    return origins


def _identifiers(pattern: str, usage: str) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        names = tuple(name.strip() for name in text.split(",") if name.strip())
        if not all(re.fullmatch(pattern, name) for name in names):
            raise ValueError(usage)
        return names

    return parse


HOME = Setting("SAKILA_HOME", ".sakila", "the state folder: database, lake, Dagster instance", Path)
MYSQL_URL = Setting(
    "SAKILA_MYSQL_URL",
    "",
    "any MySQL 8 as mysql://user:password@host:3306 (empty: the private MariaDB under SAKILA_HOME)",
    _text,
    is_secret=True,
)
WAREHOUSE_URL = Setting(
    "SAKILA_WAREHOUSE_URL",
    "",
    "the warehouse's MySQL server, when it is another one than SAKILA_MYSQL_URL",
    _text,
    is_secret=True,
)
MARIADBD = Setting("SAKILA_MARIADBD", "", "the server binary (empty: found on PATH, else installed)", _text)
DUMP = Setting(
    "SAKILA_DUMP",
    "",
    "folder, archive or https URL of the official Sakila dump (empty: MySQL's download address, else generated data)",
    _text,
)
LAKE = Setting("SAKILA_LAKE", "", "the lake's folder (empty: lake/ under SAKILA_HOME)", _text)
TIME_ZONE = Setting("SAKILA_TIME_ZONE", "UTC", "the shop's time zone: calendar, schedules and every 'now'", _time_zone)
FIRST_DAY = Setting("SAKILA_FIRST_DAY", "2005-05-24", "the first day of the calendar", _day)
CLOCK = Setting("SAKILA_CLOCK", "", "a fixed instant to take for now (empty: the real clock)", _optional_instant)
HOLIDAY_COUNTRY = Setting("SAKILA_HOLIDAY_COUNTRY", "CO", "whose holidays dim_date marks, as an ISO country", _text)
HOLIDAY_SUBDIVISION = Setting("SAKILA_HOLIDAY_SUBDIVISION", "", "a state or region of that country", _text)
HOLIDAY_LANGUAGE = Setting("SAKILA_HOLIDAY_LANGUAGE", "", "language of holiday names (empty: the country's)", _text)
RENTERS_PER_DAY = Setting("SAKILA_RENTERS_PER_DAY", "100", "customers simulated on a day", _whole_number(0, 100_000))
SMOOTHING = Setting(
    "SAKILA_SMOOTHING", "1", "added to everyone's past rentals, so newcomers can be drawn", _whole_number(1, 1_000_000)
)
OPENING_HOURS = Setting("SAKILA_OPENING_HOURS", "0-24", "hours in which simulated rentals are taken", _hours)
ALLOWED_BAD_SHARE = Setting(
    "SAKILA_ALLOWED_BAD_SHARE", "0.01", "share of a table's day that may go to quarantine", _share
)
DAYS_PER_CHUNK = Setting(
    "SAKILA_DAYS_PER_CHUNK", "400", "days worked through at a time within a run", _whole_number(1, 10_000)
)
MAX_DAYS_PER_RUN = Setting("SAKILA_MAX_DAYS_PER_RUN", "400", "most days that one run takes", _whole_number(1, 100_000))
SLACK_WEBHOOK_URL = Setting(
    "SAKILA_SLACK_WEBHOOK_URL", "", "where run failures are told (empty: the log only)", _text, is_secret=True
)
DAGSTER_URL = Setting("SAKILA_DAGSTER_URL", "http://localhost:3000", "where people reach Dagster's pages", _text)
SNS_TOPIC_ARN = Setting("SAKILA_SNS_TOPIC_ARN", "", "SNS topic that run failures are told to", _text)
DESK_HOST = Setting("SAKILA_DESK_HOST", "127.0.0.1", "the address that the rental desk listens on", _text)
DESK_PORT = Setting("SAKILA_DESK_PORT", "8000", "the rental desk's port", _whole_number(1, 65_535))
DESK_WORKERS = Setting("SAKILA_DESK_WORKERS", "2", "processes that serve the rental desk", _whole_number(1, 64))
DESK_THREADS = Setting("SAKILA_DESK_THREADS", "8", "threads, and database connections, of each", _whole_number(1, 64))
DESK_PROXIES = Setting(
    "SAKILA_DESK_PROXIES",
    "0",
    "reverse proxies before the desk, whose headers are believed",
    _whole_number(0, 5),
)
DESK_SECRET_KEY = Setting(
    "SAKILA_DESK_SECRET_KEY", "", "what signs the desk's cookies (empty: kept in SAKILA_HOME)", _key, is_secret=True
)
DESK_SESSION_MINUTES = Setting(
    "SAKILA_DESK_SESSION_MINUTES", "480", "how long somebody stays signed in at the desk", _whole_number(1, 43_200)
)
DESK_CORS_ORIGINS = Setting(
    "SAKILA_DESK_CORS_ORIGINS", "", "origins whose pages may call the desk's JSON twins, comma-separated", _origins
)

DASHBOARD_ROWS = Setting(
    "SAKILA_DASHBOARD_ROWS",
    "250000",
    "most rows of a mart that a dashboard's page carries: the newest days are kept",
    _whole_number(1, 10_000_000),
)

QUICKSIGHT_ACCOUNT = Setting(
    "SAKILA_QUICKSIGHT_ACCOUNT",
    "",
    "AWS account where dashboards are published (empty: none are)",
    _matching(r"([0-9]{12})?", "give the twelve digits of an account"),
)
QUICKSIGHT_REGION = Setting(
    "SAKILA_QUICKSIGHT_REGION",
    "us-east-1",
    "AWS region of QuickSight, Athena and the marts",
    _matching(r"[a-z]{2}(-[a-z]+)+-[0-9]", "give a region, such as us-east-1"),
)
QUICKSIGHT_GROUP = Setting("SAKILA_QUICKSIGHT_GROUP", "", "QuickSight group that may see the dashboards", _text)
QUICKSIGHT_NAMESPACE = Setting("SAKILA_QUICKSIGHT_NAMESPACE", "default", "QuickSight namespace of that group", _text)
QUICKSIGHT_WORKGROUP = Setting("SAKILA_QUICKSIGHT_WORKGROUP", "primary", "Athena workgroup that QuickSight asks", _text)
QUICKSIGHT_DATABASE = Setting("SAKILA_QUICKSIGHT_DATABASE", "marts", "Glue database that holds the marts", _text)
QUICKSIGHT_REFRESH = Setting(
    "SAKILA_QUICKSIGHT_REFRESH",
    "04:00",
    "when QuickSight reads the marts each day, in the shop's time zone: after the daily chain",
    _matching(r"([01][0-9]|2[0-3]):[0-5][0-9]", "give a time of the day, such as 04:00"),
)

AWS_REGION = Setting(
    "SAKILA_AWS_REGION",
    "us-east-1",
    "AWS region that `deploy` works in",
    _matching(r"[a-z]{2}(-[a-z]+)+-[0-9]", "give a region, such as us-east-1"),
)
CONDUCTOR = Setting(
    "SAKILA_CONDUCTOR",
    "glue",
    "who starts the day in AWS: glue (the workflow's own trigger) or dagster",
    _matching("glue|dagster", "give glue or dagster"),
)
SUBNETS = Setting(
    "SAKILA_SUBNETS",
    "",
    "VPC subnets, comma-separated, for RDS, Glue and Lambda (empty: outside of a VPC)",
    _identifiers(r"subnet-[0-9a-f]{8,17}", "give subnets such as subnet-0123456789abcdef0, separated by commas"),
)
SECURITY_GROUPS = Setting(
    "SAKILA_SECURITY_GROUPS",
    "",
    "security groups of those, comma-separated",
    _identifiers(r"sg-[0-9a-f]{8,17}", "give groups such as sg-0123456789abcdef0, separated by commas"),
)
DATABASE_CLASS = Setting(
    "SAKILA_DATABASE_CLASS",
    "db.t4g.small",
    "size of the RDS server that `deploy` makes when SAKILA_MYSQL_URL is empty",
    _matching(r"db\.[a-z0-9]+\.[a-z0-9]+", "give a class, such as db.t4g.small"),
)
GLUE_WORKERS = Setting("SAKILA_GLUE_WORKERS", "2", "Glue workers (G.1X) of a job", _whole_number(2, 299))
GLUE_DATABASE_PREFIX = Setting(
    "SAKILA_GLUE_DATABASE_PREFIX",
    "",
    "what names of Glue databases begin with, for several environments in one account",
    _matching(r"([a-z][a-z0-9_]{0,30})?", "give lower-case letters, digits and _, such as test_"),
)
ATHENA_SCAN_LIMIT_GIGABYTES = Setting(
    "SAKILA_ATHENA_SCAN_LIMIT_GIGABYTES",
    "100",
    "most gigabytes that one Athena query may scan",
    _whole_number(1, 7_000_000),
)
ALARM_EMAIL = Setting("SAKILA_ALARM_EMAIL", "", "who is told of alarms by mail, after confirming once", _text)


def all_settings() -> tuple[Setting, ...]:
    """Every setting, in the order of this module."""
    return tuple(value for value in globals().values() if isinstance(value, Setting))


def require_usable() -> None:
    """Raises UsageError for the first setting that can't be understood: better before the work than in its middle."""
    for setting in all_settings():
        setting.read()


def lake_location() -> str:
    """The lake's folder: the setting's, else lake/ under the state folder."""
    return LAKE.read() or str(HOME.read().resolve() / "lake")


def put_in_environment(variables: Mapping[str, str]) -> None:
    """Set variables for this process and those it starts: Dagster reads its own from there."""
    os.environ.update(variables)
