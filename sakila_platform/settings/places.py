"""Where things are: the state folder, the databases, the lake."""

from __future__ import annotations

from sakila_platform.settings.setting import Setting
from sakila_platform.settings.values import matching, plain_text, state_folder, whole_number

HOME = Setting("SAKILA_HOME", ".sakila", "the state folder: database, lake, Dagster instance", state_folder)
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


def lake_location() -> str:
    """Where the lake is: as the setting says, else in lake/ under the state folder."""
    return LAKE.read() or str(HOME.read().resolve() / "lake")
