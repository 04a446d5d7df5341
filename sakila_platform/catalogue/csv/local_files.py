"""The CSV files of a folder, taken into raw byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sakila_platform.catalogue.csv.files import CSV_FILES, CsvFile
from sakila_platform.catalogue.raw.zone import newest_files
from sakila_platform.errors import PlatformError
from sakila_platform.lake.files import Lake
from sakila_platform.lake.location import open_lake
from sakila_platform.lake.raw_files import LakeFiles
from sakila_platform.model.days import Clock
from sakila_platform.settings.calendar import CLOCK, TIME_ZONE

Report = Callable[[str], None]


@dataclass(frozen=True)
class TakenIn:
    """What became of a file: where it is in the lake, its bytes, its lines, and whether it had to be sent."""

    path: str
    size: int
    lines: int
    is_sent: bool


def take_in_file(lake: Lake, file: CsvFile, folder: Path, day: date, report: Report) -> TakenIn:
    """Put a file of a folder into raw, as of a day; one that is there already is not sent again.

    Raises PlatformError when there is no such file, what is there is not that file at all, or it has no title.
    """
    source = folder / file.file
    lines = _counted_lines(source, file)
    path = file.raw.file(day, file.file).path
    is_sent = lake.take_in(path, source, report)
    return TakenIn(path, source.stat().st_size, lines, is_sent)


def taken_in_elsewhere(lake: Lake, file: CsvFile, day: date) -> TakenIn | None:
    """What raw has of a file by a day, put there by whoever else takes files in; None where it has nothing.

    A file of an earlier day still counts, but is no row of this one.
    """
    zone = LakeFiles(lake)
    for raw in newest_files(zone, file.raw, day):
        if raw.name == file.file:
            with zone.opened(raw.path) as opened:
                lines, size = sum(1 for _ in opened), opened.tell()
            return TakenIn(raw.path, size, max(lines - 1, 0) if raw.day == day else 0, False)
    return None


def take_in_folder(lake: Lake, folder: Path, day: date, report: Report) -> list[TakenIn]:
    """Put both files of a folder into raw, as of a day. Raises PlatformError, before anything is sent, if one can't."""
    for file in CSV_FILES:
        _counted_lines(folder / file.file, file)
    return [take_in_file(lake, file, folder, day, report) for file in CSV_FILES]


def ingest_folder(folder: Path, day: date | None, report: Report) -> None:
    """Put a folder's movies.csv and series.csv into the lake's raw zone, as of a day (None: today)."""
    clock = Clock(TIME_ZONE.read(), CLOCK.read())
    lake = open_lake()
    for taken_in in take_in_folder(lake, folder, day or clock.today(), report):
        what = "taken in" if taken_in.is_sent else "there already"
        report(f"{taken_in.path}: {taken_in.lines:,} rows, {taken_in.size:,} bytes, {what}")
    report(f"The lake is in {lake.location}")


def _counted_lines(source: Path, file: CsvFile) -> int:
    """The lines below the header. What is wrong with one of them is no reason not to have the file in raw."""
    try:
        with source.open("rb") as opened:
            header = opened.readline(10_000).removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n")
            if header.decode("latin-1") != file.header:
                raise PlatformError(
                    f"{source} does not begin with the header of {file.file}: {file.header}. Put the right file there."
                )
            lines, has_titles = 0, False
            for line in opened:
                lines += 1
                has_titles = has_titles or not line.isspace()
            if not has_titles:
                raise PlatformError(
                    f"{source} has its header and no title, as a file that was cut off. Put the whole file there."
                )
            return lines
    except OSError as error:
        raise PlatformError(
            f"{source} can't be read: {error.strerror or error}. Put {' and '.join(f.file for f in CSV_FILES)} there, "
            "or name their folder in SAKILA_CATALOGUE_FOLDER."
        ) from None
