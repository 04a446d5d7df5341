"""Arguments of the Glue jobs: as Glue passes them, `--name value`, the same from Dagster and a workflow.

What a job does not know is let through, since Glue adds arguments of its own.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sakila_platform.errors import UsageError
from sakila_platform.model.contracts import Table
from sakila_platform.model.days import ONE_DAY, Clock, days_between, parse_day
from sakila_platform.settings.calendar import CLOCK, FIRST_DAY, TIME_ZONE
from sakila_platform.settings.every import all_settings, put_in_environment
from sakila_platform.settings.places import LAKE, lake_location
from sakila_platform.settings.runs import MAX_DAYS_PER_RUN
from sakila_platform.spark.source.login import Login

_PIPES = "--dagster-pipes-messages"
_YES = {"true": True, "false": False}


@dataclass(frozen=True)
class Arguments:
    """A job's arguments. `days` and `years` are in calendar order and never empty."""

    days: tuple[date, ...]
    years: tuple[int, ...]
    tables: tuple[str, ...]
    into: tuple[str, ...]
    lake: str
    """Where the lake is: a folder or s3://."""
    lake_for_spark: str
    """The same, under the scheme that was given: Spark may know S3 as s3a:// alone."""
    login: Login
    recapture: bool
    lose_history: bool
    jdbc_partitions: int
    jars: tuple[str, ...]
    is_started_by_dagster: bool

    def selected(self, tables: Sequence[Table]) -> list[Table]:
        """Those of a layer's tables that the job is about, in the layer's order. Raises UsageError for other names."""
        known = [table.name.table for table in tables]
        strangers = [name for name in self.tables if name not in known]
        if strangers:
            raise UsageError(f"--tables: there is no {', '.join(strangers)}. Give some of {', '.join(known)}.")
        return [table for table in tables if not self.tables or table.name.table in self.tables]


def job_clock() -> Clock:
    """The clock in the shop's time zone, as the settings say."""
    return Clock(TIME_ZONE.read(), CLOCK.read())


def parse_arguments(words: Sequence[str]) -> Arguments:
    """The arguments of a job. Settings that are among them are put into the environment of this process.

    Raises UsageError, naming the argument, for one that can't be understood, and for days outside of the calendar.
    """
    given, _ = _parser().parse_known_args(list(words))
    named = vars(given)
    put_in_environment(
        {setting.name: text for setting in all_settings() if (text := named.get(setting.name)) is not None}
    )
    if given.lake:
        put_in_environment({LAKE.name: as_s3(given.lake)})
    today = job_clock().today()
    return Arguments(
        days=tuple(_days(given, today)),
        years=tuple(sorted(_number("--years", year) for year in _listed(given.years)) or (today.year, today.year + 1)),
        tables=tuple(_listed(given.tables)),
        into=tuple(_listed(given.into)) or ("lake", "warehouse"),
        lake=lake_location(),
        lake_for_spark=given.lake.rstrip("/") or lake_location(),
        login=Login(given.jdbc_url, given.secret),
        recapture=_flag("--recapture", given.recapture),
        lose_history=_flag("--lose-history", given.lose_history),
        jdbc_partitions=_number("--jdbc-partitions", given.jdbc_partitions),
        jars=tuple(_listed(given.jars)),
        is_started_by_dagster=_PIPES in words,
    )


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(f"{message}. See glue_scripts/README.md.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(allow_abbrev=False, add_help=False)
    for name in ("days", "from", "to", "years", "tables", "into", "lake", "jdbc-url", "secret", "jars"):
        parser.add_argument(f"--{name}", default="")
    for flag in ("recapture", "lose-history"):
        parser.add_argument(f"--{flag}", default="false")
    parser.add_argument("--jdbc-partitions", default="0")
    for setting in all_settings():
        # A secret would be seen by everyone who sees the job.
        if not setting.is_secret:
            parser.add_argument(f"--{setting.name}")
    return parser


def _days(given: argparse.Namespace, today: date) -> list[date]:
    first, last = vars(given)["from"], given.to
    if given.days and (first or last):
        raise UsageError("Give --days or --from and --to, not both.")
    if given.days:
        days = sorted({parse_day(day) for day in _listed(given.days)})
    elif first or last:
        days = days_between(parse_day(first or last), parse_day(last or first))
    else:
        days = [today - ONE_DAY]
    _require_in_calendar(days, today)
    return days


def _require_in_calendar(days: Sequence[date], today: date) -> None:
    first, most = FIRST_DAY.read(), MAX_DAYS_PER_RUN.read()
    for day in days:
        if not first <= day <= today:
            raise UsageError(
                f"{day} is not a day of the calendar, which goes from {first} to {today}. "
                f"Choose other days, or set {FIRST_DAY.name}."
            )
    if len(days) > most:
        raise UsageError(
            f"The run asks for {len(days)} days ({days[0]}..{days[-1]}), but a run takes at most {most}. "
            f"Choose fewer days, or raise {MAX_DAYS_PER_RUN.name}."
        )


def as_s3(location: str) -> str:
    """A location as the lake knows it: s3://, also where Spark knows S3 as s3a:// alone."""
    return f"s3://{location.removeprefix('s3a://')}" if location.startswith("s3a://") else location


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _number(name: str, text: str) -> int:
    if not text.isdigit():
        raise UsageError(f"{name}: {text!r} is not a whole number.")
    return int(text)


def _flag(name: str, text: str) -> bool:
    if text.lower() not in _YES:
        raise UsageError(f"{name}: give true or false, not {text!r}.")
    return _YES[text.lower()]
