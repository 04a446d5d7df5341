"""Every setting of the platform: its name, its meaning and its laptop value.

This module and `setting` are all that reads the environment. A setting is read when it is needed, never at import, so
the code location loads with an empty environment and a test can set what it likes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sakila_platform.catalogue_settings import (  # noqa: F401 - settings like all others
    CATALOGUE_FOLDER,
    CATALOGUE_SETTINGS,
    SUBGENRES,
    TMDB_FIRST_YEAR,
    TMDB_PAGES_PER_YEAR,
    TMDB_REFRESH_DAYS,
    TMDB_REQUESTS_PER_SECOND,
    TMDB_SECRET,
    TMDB_TIMEOUT_SECONDS,
    TMDB_TOKEN,
    TMDB_URL,
)
from sakila_platform.setting import Setting
from sakila_platform.setting_values import (
    browsers,
    day,
    hours,
    identifiers,
    matching,
    optional_instant,
    origins,
    plain_text,
    share,
    signing_key,
    time_zone,
    whole_number,
    yes_or_no,
)

HOME = Setting("SAKILA_HOME", ".sakila", "the state folder: database, lake, Dagster instance", Path)
MYSQL_URL = Setting(
    "SAKILA_MYSQL_URL",
    "",
    "any MySQL 8 as mysql://user:password@host:3306[?ssl-mode=…&ssl-ca=…] (empty: the private MariaDB under "
    "SAKILA_HOME)",
    plain_text,
    is_secret=True,
)
WAREHOUSE_URL = Setting(
    "SAKILA_WAREHOUSE_URL",
    "",
    "the warehouse's MySQL server, when it is another one than SAKILA_MYSQL_URL",
    plain_text,
    is_secret=True,
)
MARIADBD = Setting("SAKILA_MARIADBD", "", "the server binary (empty: found on PATH, else installed)", plain_text)
POSTGRES_URL = Setting(
    "SAKILA_POSTGRES_URL",
    "",
    "any PostgreSQL for the domain reviews, as postgresql://user:password@host:5432[?sslmode=…&sslrootcert=…] "
    "(empty: a private one under SAKILA_HOME, started when it is needed)",
    plain_text,
    is_secret=True,
)
REVIEWS_WAREHOUSE_URL = Setting(
    "SAKILA_REVIEWS_WAREHOUSE_URL",
    "",
    "the warehouse of reviews, when it is on another PostgreSQL, or on Redshift (redshift://workgroup/database)",
    plain_text,
    is_secret=True,
)
REVIEWS_EXACT_TOKENS = Setting(
    "SAKILA_REVIEWS_EXACT_TOKENS",
    "no",
    "yes: a review is positive only when `good` stands between white space exactly so (no: case and punctuation "
    "do not hide the word)",
    yes_or_no,
)
REVIEWS_BROWSERS = Setting(
    "SAKILA_REVIEWS_BROWSERS",
    "windows=Edge,macos=Safari,mac=Safari,osx=Safari,ios=Safari,ipados=Safari,android=Chrome,linux=Firefox",
    "the browser of a review's session, by a word of its operating system's name: the first that the name has decides",
    browsers,
)
DUMP = Setting(
    "SAKILA_DUMP",
    "",
    "folder, archive or https URL of the official Sakila dump (empty: MySQL's download address, else generated data)",
    plain_text,
)
LAKE = Setting(
    "SAKILA_LAKE", "", "the lake: a folder, or s3://bucket/prefix (empty: lake/ under SAKILA_HOME)", plain_text
)
LAKE_ENDPOINT = Setting(
    "SAKILA_LAKE_ENDPOINT",
    "",
    "the address of an S3-compatible store that holds the lake, such as http://localhost:9000 (empty: AWS)",
    matching(r"(https?://[^\s/]+/?)?", "give an address such as http://localhost:9000"),
)
LAKE_TIMEOUT_SECONDS = Setting(
    "SAKILA_LAKE_TIMEOUT_SECONDS", "30", "how long S3 may stay silent before a call is repeated", whole_number(1, 600)
)
TIME_ZONE = Setting("SAKILA_TIME_ZONE", "UTC", "the shop's time zone: calendar, schedules and every 'now'", time_zone)
FIRST_DAY = Setting("SAKILA_FIRST_DAY", "2005-05-24", "the first day of the calendar", day)
CLOCK = Setting("SAKILA_CLOCK", "", "a fixed instant to take for now (empty: the real clock)", optional_instant)
HOLIDAY_COUNTRY = Setting(
    "SAKILA_HOLIDAY_COUNTRY", "CO", "whose holidays dim_date marks, as an ISO country", plain_text
)
HOLIDAY_SUBDIVISION = Setting("SAKILA_HOLIDAY_SUBDIVISION", "", "a state or region of that country", plain_text)
HOLIDAY_LANGUAGE = Setting(
    "SAKILA_HOLIDAY_LANGUAGE", "", "language of holiday names (empty: the country's)", plain_text
)
RENTERS_PER_DAY = Setting("SAKILA_RENTERS_PER_DAY", "100", "customers simulated on a day", whole_number(0, 100_000))
SMOOTHING = Setting(
    "SAKILA_SMOOTHING", "1", "added to everyone's past rentals, so newcomers can be drawn", whole_number(1, 1_000_000)
)
OPENING_HOURS = Setting("SAKILA_OPENING_HOURS", "0-24", "hours in which simulated rentals are taken", hours)
ALLOWED_BAD_SHARE = Setting(
    "SAKILA_ALLOWED_BAD_SHARE", "0.01", "share of a table's day that may go to quarantine", share
)
DAYS_PER_CHUNK = Setting(
    "SAKILA_DAYS_PER_CHUNK", "400", "days worked through at a time within a run", whole_number(1, 10_000)
)
MAX_DAYS_PER_RUN = Setting("SAKILA_MAX_DAYS_PER_RUN", "400", "most days that one run takes", whole_number(1, 100_000))
SLACK_WEBHOOK_URL = Setting(
    "SAKILA_SLACK_WEBHOOK_URL", "", "where run failures are told (empty: the log only)", plain_text, is_secret=True
)
DAGSTER_URL = Setting("SAKILA_DAGSTER_URL", "http://localhost:3000", "where people reach Dagster's pages", plain_text)
SNS_TOPIC_ARN = Setting("SAKILA_SNS_TOPIC_ARN", "", "SNS topic that run failures are told to", plain_text)
DESK_HOST = Setting("SAKILA_DESK_HOST", "127.0.0.1", "the address that the rental desk listens on", plain_text)
DESK_PORT = Setting("SAKILA_DESK_PORT", "8000", "the rental desk's port", whole_number(1, 65_535))
DESK_WORKERS = Setting("SAKILA_DESK_WORKERS", "2", "processes that serve the rental desk", whole_number(1, 64))
DESK_THREADS = Setting("SAKILA_DESK_THREADS", "8", "threads, and database connections, of each", whole_number(1, 64))
DESK_PROXIES = Setting(
    "SAKILA_DESK_PROXIES",
    "0",
    "reverse proxies before the desk, whose headers are believed",
    whole_number(0, 5),
)
DESK_SECRET_KEY = Setting(
    "SAKILA_DESK_SECRET_KEY",
    "",
    "what signs the desk's cookies (empty: kept in SAKILA_HOME)",
    signing_key,
    is_secret=True,
)
DESK_SESSION_MINUTES = Setting(
    "SAKILA_DESK_SESSION_MINUTES", "480", "how long somebody stays signed in at the desk", whole_number(1, 43_200)
)
DESK_CORS_ORIGINS = Setting(
    "SAKILA_DESK_CORS_ORIGINS", "", "origins whose pages may call the desk's JSON twins, comma-separated", origins
)

DASHBOARD_ROWS = Setting(
    "SAKILA_DASHBOARD_ROWS",
    "250000",
    "most rows of a table that a dashboard's page carries: older days are summed by month and year, or left out",
    whole_number(1, 10_000_000),
)

QUICKSIGHT_ACCOUNT = Setting(
    "SAKILA_QUICKSIGHT_ACCOUNT",
    "",
    "AWS account where dashboards are published (empty: none are)",
    matching(r"([0-9]{12})?", "give the twelve digits of an account"),
)
QUICKSIGHT_REGION = Setting(
    "SAKILA_QUICKSIGHT_REGION",
    "us-east-1",
    "AWS region of QuickSight, Athena and the marts",
    matching(r"[a-z]{2}(-[a-z]+)+-[0-9]", "give a region, such as us-east-1"),
)
QUICKSIGHT_GROUP = Setting("SAKILA_QUICKSIGHT_GROUP", "", "QuickSight group that may see the dashboards", plain_text)
QUICKSIGHT_NAMESPACE = Setting(
    "SAKILA_QUICKSIGHT_NAMESPACE", "default", "QuickSight namespace of that group", plain_text
)
QUICKSIGHT_WORKGROUP = Setting(
    "SAKILA_QUICKSIGHT_WORKGROUP", "primary", "Athena workgroup that QuickSight asks", plain_text
)
QUICKSIGHT_DATABASE = Setting("SAKILA_QUICKSIGHT_DATABASE", "marts", "Glue database that holds the marts", plain_text)
QUICKSIGHT_REFRESH = Setting(
    "SAKILA_QUICKSIGHT_REFRESH",
    "04:00",
    "when QuickSight reads the marts each day, in the shop's time zone: after the daily chain",
    matching(r"([01][0-9]|2[0-3]):[0-5][0-9]", "give a time of the day, such as 04:00"),
)

AWS_REGION = Setting(
    "SAKILA_AWS_REGION",
    "us-east-1",
    "AWS region that `deploy` and `query athena` work in",
    matching(r"[a-z]{2}(-[a-z]+)+-[0-9]", "give a region, such as us-east-1"),
)
COMPUTE = Setting(
    "SAKILA_COMPUTE",
    "local",
    "what works on stage, final and warehouse: local (Dagster's own process) or glue (jobs that Dagster starts)",
    matching("local|glue", "give local or glue"),
)
ENVIRONMENT = Setting(
    "SAKILA_ENVIRONMENT",
    "prod",
    "the environment of `deploy` whose Glue jobs and crawlers Dagster starts, and that metrics are told of",
    matching(r"[a-z][a-z0-9]{0,11}", "give the name that `deploy apply --env` was given, such as prod"),
)
METRICS_NAMESPACE = Setting(
    "SAKILA_METRICS_NAMESPACE",
    "",
    "CloudWatch namespace that is told rows and seconds of each layer (empty: none is)",
    matching(r"([A-Za-z][A-Za-z0-9_./#-]{0,254})?", "give a name such as Sakila, not beginning with AWS/"),
)
CONDUCTOR = Setting(
    "SAKILA_CONDUCTOR",
    "glue",
    "who starts the day in AWS: glue (the workflow's own trigger) or dagster",
    matching("glue|dagster", "give glue or dagster"),
)
SUBNETS = Setting(
    "SAKILA_SUBNETS",
    "",
    "VPC subnets, comma-separated, for RDS, Glue and Lambda (empty: outside of a VPC)",
    identifiers(r"subnet-[0-9a-f]{8,17}", "give subnets such as subnet-0123456789abcdef0, separated by commas"),
)
SECURITY_GROUPS = Setting(
    "SAKILA_SECURITY_GROUPS",
    "",
    "security groups of those, comma-separated",
    identifiers(r"sg-[0-9a-f]{8,17}", "give groups such as sg-0123456789abcdef0, separated by commas"),
)
DATABASE_CLASS = Setting(
    "SAKILA_DATABASE_CLASS",
    "db.t4g.small",
    "size of the RDS server that `deploy` makes when SAKILA_MYSQL_URL is empty",
    matching(r"db\.[a-z0-9]+\.[a-z0-9]+", "give a class, such as db.t4g.small"),
)
MYSQL_SECRET = Setting(
    "SAKILA_MYSQL_SECRET",
    "",
    "Secrets Manager secret with the username and password for SAKILA_MYSQL_URL, for a Lambda function",
    plain_text,
)
GLUE_WORKERS = Setting("SAKILA_GLUE_WORKERS", "2", "Glue workers (G.1X) of a job", whole_number(2, 299))
GLUE_DATABASE_PREFIX = Setting(
    "SAKILA_GLUE_DATABASE_PREFIX",
    "",
    "what names of Glue databases begin with, for several environments in one account",
    matching(r"([a-z][a-z0-9_]{0,30})?", "give lower-case letters, digits and _, such as test_"),
)
ATHENA_WORKGROUP = Setting(
    "SAKILA_ATHENA_WORKGROUP", "primary", "Athena workgroup that `query athena` and dbt ask", plain_text
)
ATHENA_SCAN_LIMIT_GIGABYTES = Setting(
    "SAKILA_ATHENA_SCAN_LIMIT_GIGABYTES",
    "100",
    "most gigabytes that one Athena query may scan",
    whole_number(1, 7_000_000),
)
ALARM_EMAIL = Setting("SAKILA_ALARM_EMAIL", "", "who is told of alarms by mail, after confirming once", plain_text)


def all_settings() -> tuple[Setting, ...]:
    """Every setting, in the order of this module; those of the catalogue last."""
    here = (value for value in globals().values() if isinstance(value, Setting))
    return (*(setting for setting in here if setting not in CATALOGUE_SETTINGS), *CATALOGUE_SETTINGS)


def require_usable() -> None:
    """Raises UsageError for the first setting that can't be understood: better before the work than in its middle."""
    for setting in all_settings():
        setting.read()


def lake_location() -> str:
    """Where the lake is: as the setting says, else in lake/ under the state folder."""
    return LAKE.read() or str(HOME.read().resolve() / "lake")


def catalogue_folder() -> Path:
    """Where the catalogue's CSV files are: as the setting says, else in catalogue/ under the state folder."""
    return Path(CATALOGUE_FOLDER.read() or HOME.read().resolve() / "catalogue")


def put_in_environment(variables: Mapping[str, str]) -> None:
    """Set variables for this process and those it starts: Dagster reads its own from there."""
    os.environ.update(variables)
