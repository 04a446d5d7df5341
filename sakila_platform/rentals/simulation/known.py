"""What is known of the shop before a simulated day: counted once, and carried on by what each day of a run writes.

Pure. Counting is `simulation_shop.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sakila_platform.rentals.simulation.draws import Customer, Film, Habits, Rental, Return, Shop, day_bounds
from sakila_platform.rentals.simulation.shelf import Copy


@dataclass(frozen=True)
class LaterRental:
    """A rental that people took on a day still to be simulated: until then it weighs nothing."""

    rented_at: datetime
    customer_id: int
    film_id: int


@dataclass
class KnownShop:
    """Active customers, films and copies with their pasts, by number; only a run of days changes it.

    A copy is free from when it was last seen; `out` has the copies that somebody has, and in how many rentals.
    """

    customers: dict[int, Customer]
    films: dict[int, Film]
    on_shelf: dict[int, Copy]
    out: dict[int, tuple[Copy, int]]
    clerks: Mapping[int, Sequence[int]]
    habits: Habits
    later: list[LaterRental]
    """Newest first."""

    def shop(self, day: date, returns: Sequence[Return]) -> Shop:
        """What the day is drawn from, where these copies come back on it. Days are asked for in their order."""
        morning, _ = day_bounds(day)
        while self.later and self.later[-1].rented_at < morning:
            rental = self.later.pop()
            self._weigh(rental.customer_id, rental.film_id)
        back = [
            copy.seen(each.returned_at)
            for each in returns
            for copy, rentals in [self.out.get(each.rental.inventory_id, (None, 0))]
            if copy and rentals == 1
        ]
        copies = [*self.on_shelf.values(), *back]
        return Shop(list(self.customers.values()), self.films, copies, self.clerks, self.habits)

    def rental_days(self, inventory_id: int) -> int:
        """For how many days a copy's film is rented."""
        copy = self.on_shelf.get(inventory_id) or self.out[inventory_id][0]
        return self.films[copy.film_id].rental_days

    def carry_on(self, rentals: Sequence[Rental], returns: Sequence[Return]) -> None:
        """Take in what a day wrote: its rentals, then its returns."""
        for rental in rentals:
            copy, times = self._taken_from_shelf(rental.inventory_id)
            self.out[copy.inventory_id] = (copy.seen(rental.rented_at), times + 1)
            self._weigh(rental.customer_id, copy.film_id)
        for each in returns:
            copy, times = self.out.pop(each.rental.inventory_id)
            copy = copy.seen(each.returned_at)
            if times > 1:
                self.out[copy.inventory_id] = (copy, times - 1)
            else:
                self.on_shelf[copy.inventory_id] = copy

    def _taken_from_shelf(self, inventory_id: int) -> tuple[Copy, int]:
        copy = self.on_shelf.pop(inventory_id, None)
        return (copy, 0) if copy else self.out[inventory_id]

    def _weigh(self, customer_id: int, film_id: int) -> None:
        customer, film = self.customers.get(customer_id), self.films[film_id]
        self.films[film_id] = film.rented_once_more()
        # Who is not active is not drawn.
        if customer:
            self.customers[customer_id] = customer.rented_once_more()
