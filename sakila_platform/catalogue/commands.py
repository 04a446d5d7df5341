"""The command that only the catalogue has: a folder of CSV files taken into the lake."""

from __future__ import annotations

from pathlib import Path

import click

from sakila_platform.model.days import parse_day


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--day", metavar="DAY", help="The day to file them under, as YYYY-MM-DD (today).")
def ingest_catalogue(folder: Path, day: str | None) -> None:
    """Copy movies.csv and series.csv from a folder into the lake, byte for byte.

    They are written to Raw/Local/CSV/Movies/YYYY/MM/DD/movies.csv and .../Series/.../series.csv. An upload to
    S3 that was cut goes on where it stopped; what is there already is not sent again.

    \b
    Example: sakila-platform ingest-catalogue ~/titles --day 2022-05-02
    """
    from sakila_platform.catalogue.csv.local_files import ingest_folder

    ingest_folder(folder, parse_day(day) if day else None, click.echo)


COMMANDS = (ingest_catalogue,)
