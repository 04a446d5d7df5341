"""A CSV of purchases in the shape of Online Retail's: invoices of several lines, cancellations, unknown customers."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from sakila_platform.model.days import days_between
from sakila_platform.reviews.generated import words
from sakila_platform.reviews.purchases.lines import HEADER

SEED = 20101201
FULL_SIZE = 541_909
FIRST_CUSTOMER = 12_346
CUSTOMERS = 4_372
_FIRST_INVOICE = 536_365
_SATURDAY = 6
_OPENS, _MINUTES_OPEN = time(8, 0), 600
_MOST_LINES = 40
_CANCELLED, _NOBODY, _ENTERED_TWICE = 0.02, 0.25, 0.01
_ARTICLES = 3_000

_Line = tuple[str, str, str, int, str, str, str, str]
_Article = tuple[str, str, str]


def write_purchases(file: Path, lines: int, first: date, last: date, seed: int = SEED) -> None:
    """A CSV of exactly so many lines, in order of time, over these days but Saturdays. Equal for equal arguments."""
    random = Random(seed)
    articles = [_article(random, n) for n in range(_ARTICLES)]
    days = [day for day in days_between(first, last) if day.isoweekday() != _SATURDAY] or [first]
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(HEADER)
        invoice = _FIRST_INVOICE
        for day, count in zip(days, _shares(lines, len(days)), strict=True):
            left = count
            for moment in _purchase_times(random, day, count):
                bought = list(_invoice(random, invoice, moment, articles))[:left]
                writer.writerows(bought)
                invoice += 1
                left -= len(bought)
                if not left:
                    break


def customer_ids(customers: int = CUSTOMERS) -> range:
    """Who buys. Reviews are written by the same people, mostly."""
    return range(FIRST_CUSTOMER, FIRST_CUSTOMER + customers)


def _shares(lines: int, days: int) -> list[int]:
    return [lines * (n + 1) // days - lines * n // days for n in range(days)]


def _purchase_times(random: Random, day: date, count: int) -> list[datetime]:
    """More than enough for so many lines: an invoice has one at least."""
    opens = datetime.combine(day, _OPENS)
    return sorted(opens + timedelta(minutes=random.randrange(_MINUTES_OPEN)) for _ in range(count))


def _invoice(random: Random, number: int, moment: datetime, articles: list[_Article]) -> Iterator[_Line]:
    is_cancelled = random.random() < _CANCELLED
    # A square favours the low numbers: some customers buy often, most seldom.
    customer = "" if random.random() < _NOBODY else str(FIRST_CUSTOMER + int(CUSTOMERS * random.random() ** 2))
    (country,) = random.choices([name for name, _ in words.COUNTRIES], [share for _, share in words.COUNTRIES])
    name = f"C{number}" if is_cancelled else str(number)
    when = f"{moment.month}/{moment.day}/{moment.year} {moment.hour}:{moment.minute:02}"
    for _ in range(random.randint(1, _MOST_LINES)):
        code, detail, price = random.choice(articles)
        quantity = random.choice((1, 1, 2, 3, 4, 6, 6, 12, 24, 48)) * (-1 if is_cancelled else 1)
        line = (name, code, detail, quantity, when, price, customer, country)
        yield line
        if random.random() < _ENTERED_TWICE:
            yield line


def _article(random: Random, n: int) -> _Article:
    parts = (words.COLOURS, words.MATERIALS, words.ARTICLES)
    detail = random.choice(words.PACKS) + " ".join(random.choice(part) for part in parts)
    code = f"{20_000 + n}{random.choice(('', '', '', 'A', 'B'))}"
    return code, detail, f"{random.randint(19, 1995) / 100:.2f}"
