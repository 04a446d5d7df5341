"""The recorded history of a generated shop: rentals in bursts, returns, payments. Pure and seeded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random

from sakila_platform.embedded.sakila.generated import words
from sakila_platform.embedded.sakila.generated.shop import STAFF, UPDATED, Row

# Five weeks of trade, three weeks apart, each round the clock and each but the last busier; then what is still out.
OPENED = datetime(2005, 5, 24, 22, 53, 30)
BURST_LENGTH = timedelta(days=6, hours=23, minutes=55)
BURSTS = (
    (OPENED, 1156),
    (datetime(2005, 6, 14, 22, 53, 30), 2311),
    (datetime(2005, 7, 5, 22, 53, 30), 3453),
    (datetime(2005, 7, 26, 22, 53, 30), 4570),
    (datetime(2005, 8, 16, 22, 53, 30), 4372),
)
LAST_SEEN = datetime(2006, 2, 14, 15, 16, 3)
OPEN_AT_THE_END = 182
# One rental within the last burst never came back either.
NEVER_RETURNED_ON = date(2005, 8, 21)
# Back after one to nine whole days, give or take six hours.
MOST_DAYS_OUT, GIVE_OR_TAKE_MINUTES = 9, 360
CUSTOMER_SKEW, FILM_SKEW = 0.08, 0.25


@dataclass(frozen=True)
class Rental:
    """One rental: a copy taken by a customer at a moment, and when it came back (None: still out)."""

    taken: datetime
    inventory_id: int
    customer_id: int
    staff_id: int
    returned: datetime | None


def history_tables(random: Random, shop: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """The rows of rental and payment. No copy is out twice at once; ids follow the times of rental."""
    rentals = _rentals(random, shop)
    return {
        "rental": [
            (n, rental.taken, rental.inventory_id, rental.customer_id, rental.returned, rental.staff_id, UPDATED)
            for n, rental in enumerate(rentals, 1)
        ],
        "payment": _payments(rentals, shop),
    }


def _rentals(random: Random, shop: Mapping[str, Sequence[Row]]) -> list[Rental]:
    customers, customer_weights = _customers(random, shop)
    copies, copy_weights = _copies(random, shop)
    free_from: dict[int, datetime] = {}
    rentals: list[Rental] = []
    for taken, comes_back in _rental_times(random):
        (copy,) = random.choices(copies, cum_weights=copy_weights)
        while free_from.get(copy, OPENED) > taken:
            (copy,) = random.choices(copies, cum_weights=copy_weights)
        returned = taken + _time_out(random) if comes_back else None
        free_from[copy] = returned or datetime.max
        (customer,) = random.choices(customers, cum_weights=customer_weights)
        rentals.append(Rental(taken, copy, customer, random.randint(1, STAFF), returned))
    return rentals


def _time_out(random: Random) -> timedelta:
    minutes = random.randrange(-GIVE_OR_TAKE_MINUTES, GIVE_OR_TAKE_MINUTES)
    return timedelta(days=random.randint(1, MOST_DAYS_OUT), minutes=minutes)


def _rental_times(random: Random) -> Iterable[tuple[datetime, bool]]:
    """When rentals are taken, in order, and whether they come back."""
    seconds = BURST_LENGTH // timedelta(seconds=1)
    one_to_keep = True
    for start, count in BURSTS:
        offsets = sorted([0, *(random.randrange(seconds) for _ in range(count - 1))])
        for offset in offsets:
            taken = start + timedelta(seconds=offset)
            kept = one_to_keep and taken.date() == NEVER_RETURNED_ON
            one_to_keep = one_to_keep and not kept
            yield taken, not kept
    for _ in range(OPEN_AT_THE_END):
        yield LAST_SEEN, False


def _customers(random: Random, shop: Mapping[str, Sequence[Row]]) -> tuple[list[int], list[float]]:
    ids = [int(str(row[0])) for row in shop["customer"]]
    return ids, list(accumulate(random.lognormvariate(0, CUSTOMER_SKEW) for _ in ids))


def _copies(random: Random, shop: Mapping[str, Sequence[Row]]) -> tuple[list[int], list[float]]:
    appeal = tuple(words.CATEGORY_APPEAL.values())
    films = {
        row[0]: appeal[int(str(row[1])) - 1] * random.lognormvariate(0, FILM_SKEW) for row in shop["film_category"]
    }
    return [int(str(row[0])) for row in shop["inventory"]], list(accumulate(films[row[1]] for row in shop["inventory"]))


def _payments(rentals: Sequence[Rental], shop: Mapping[str, Sequence[Row]]) -> list[Row]:
    """One payment per rental, of the film's rate and a dollar for each day late; ids by customer, then by moment."""
    terms = {row[0]: (Decimal(str(row[7])), int(str(row[6]))) for row in shop["film"]}
    film_of = {row[0]: row[1] for row in shop["inventory"]}
    due = []
    for rental_id, rental in enumerate(rentals, 1):
        rate, allowed_days = terms[film_of[rental.inventory_id]]
        days = (rental.returned.date() - rental.taken.date()).days if rental.returned else 0
        due.append((rental.customer_id, rental.taken, rental_id, rental.staff_id, rate + max(0, days - allowed_days)))
    return [
        (n, customer, staff, rental_id, amount, taken, UPDATED)
        for n, (customer, taken, rental_id, staff, amount) in enumerate(sorted(due), 1)
    ]
