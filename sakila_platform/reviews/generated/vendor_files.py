"""The vendors' two files of a day: reviews in prose with HTML, quotes and line breaks, and their sessions as XML."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from random import Random

from sakila_platform.reviews.generated import words
from sakila_platform.reviews.generated.purchases import FIRST_CUSTOMER, customer_ids
from sakila_platform.reviews.source import LOG_REVIEWS, MOVIE_REVIEW, VendorFile
from sakila_platform.reviews.vendors.places import STATES

SEED = 20210425
FULL_SIZE = 100_000
"""Reviews of a day at full size: about 130 MB of them."""
_SENTENCES, _FEWEST, _MOST = 3_000, 5, 36
_STRANGERS, _PLEASED = 0.05, 0.55
_LONGEST_DELAY_DAYS = 5
_ROWS_AT_ONCE = 5_000
_IDS_PER_DAY, _DAYS_OF_IDS = 100_000, 20_000
_SYSTEMS = {
    "Mobile": ("Apple iOS", "Google Android"),
    "Tablet": ("Apple iOS", "Google Android"),
    "Computer": ("Microsoft Windows", "Microsoft Windows", "Apple MacOS", "Linux"),
}
_DEVICES = ("Mobile", "Mobile", "Mobile", "Tablet", "Computer", "Computer")
_LARGE_STATES = ("California", "Texas", "Florida", "New York")
_MISSPELT = {"Pennsylvania": "Pensylvania", "Louisiana": "Lousiana", "Massachusetts": "Massachussets"}


def write_vendor_files(folder: Path, day: date, reviews: int, seed: int = SEED) -> dict[VendorFile, Path]:
    """Both files of a day, with so many reviews and a session for each. The same for the same day, size and seed."""
    files = {vendor: folder / vendor.file for vendor in (MOVIE_REVIEW, LOG_REVIEWS)}
    random = Random(f"{seed} {day}")
    first_id = day.toordinal() % _DAYS_OF_IDS * _IDS_PER_DAY + 1
    ids = range(first_id, first_id + reviews)
    _write(files[MOVIE_REVIEW], MOVIE_REVIEW, _reviews(random, ids))
    _write(files[LOG_REVIEWS], LOG_REVIEWS, _sessions(random, ids, day))
    return files


def _write(file: Path, vendor: VendorFile, rows: Iterator[tuple[object, ...]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(vendor.columns)
        writer.writerows(rows)


def _reviews(random: Random, ids: range) -> Iterator[tuple[object, ...]]:
    pleased, others = _sentences(random, words.PLEASED), _sentences(random, words.OTHERS)
    known = customer_ids()
    strangers = range(1, FIRST_CUSTOMER)
    for review in ids:
        author = random.choice(strangers if random.random() < _STRANGERS else known)
        chosen = random.choices(others, k=random.randint(_FEWEST, _MOST))
        if random.random() < _PLEASED:
            chosen[0] = random.choice(pleased)
        break_at = len(chosen) // 2
        chosen[break_at] += random.choice(words.PARAGRAPHS)
        yield author, " ".join(chosen), review


def _sentences(random: Random, patterns: Sequence[str]) -> list[str]:
    """Different sentences, so that texts do not pack better than people's do."""
    ways = list(product(patterns, words.FILMS, words.PEOPLE, words.THINGS))
    return [
        sentence.format(film=film, person=person, thing=thing)
        for sentence, film, person, thing in random.sample(ways, _SENTENCES)
    ]


def _sessions(random: Random, ids: range, day: date) -> Iterator[tuple[object, ...]]:
    places = _places()
    days = [(day - timedelta(days=n)).strftime("%m-%d-%Y") for n in range(_LONGEST_DELAY_DAYS + 1)]
    for start in range(0, len(ids), _ROWS_AT_ONCE):
        some = list(ids[start : start + _ROWS_AT_ONCE])
        # Logs come in another order than reviews, if not in quite another.
        random.shuffle(some)
        for review in some:
            yield review, _log(random, random.choice(days), random.choice(places))


def _log(random: Random, day: str, place: str) -> str:
    device = random.choice(_DEVICES)
    ip = ".".join(str(random.randrange(1, 255)) for _ in range(4))
    phone = f"{random.randrange(200, 1000)}-{random.randrange(200, 1000)}-{random.randrange(10_000):04}"
    return (
        f"<reviewlog><log><logDate>{day}</logDate><device>{device}</device><location>{place}</location>"
        f"<os>{random.choice(_SYSTEMS[device])}</os><ipAddress>{ip}</ipAddress>"
        f"<phoneNumber>{phone}</phoneNumber></log></reviewlog>"
    )


def _places() -> list[str]:
    """States as vendors write them: large ones more often, and one in five times misspelt where people do that."""
    large = [state for state in _LARGE_STATES for _ in range(20)]
    well = [state for state in STATES for _ in range(4)]
    return large + well + [_MISSPELT.get(state, state) for state in STATES]
