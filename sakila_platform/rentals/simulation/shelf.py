"""The copies that stand in a store on a simulated day, and a choice by weight. Pure, of the standard library only."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from random import Random
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a film, the shop that owns it, and from when on it stands on the shelf."""

    inventory_id: int
    film_id: int
    store_id: int
    free_from: datetime

    def seen(self, moment: datetime) -> Copy:
        """The same, once it was seen at a moment: it is not free before."""
        return Copy(self.inventory_id, self.film_id, self.store_id, max(self.free_from, moment))


class Shelf:
    """A store's copies by film, in the order of their numbers: the day takes from it.

    What films weigh is kept summed up, since each rental draws from the sums: only a film that is gone changes them.
    One that can't be chosen at a moment is passed by, which draws as if it weighed nothing.
    """

    def __init__(self, copies_by_film: Mapping[int, list[Copy]], weights: Mapping[int, int], morning: datetime) -> None:
        self._morning = morning
        self._copies = list(copies_by_film.values())
        self._weights = [weights[film_id] for film_id in copies_by_film]
        self._running = list(accumulate(self._weights))
        # Films of which every copy that is left comes back during the day, and when the first does.
        self._awaited: dict[int, datetime] = {}
        for place, copies in enumerate(self._copies):
            if copies[0].free_from > morning:
                self._await(place)
        self.films_left = len(self._copies)

    def choose(self, random: Random, moment: datetime) -> Copy:
        """A copy that is free at the moment; where none is, any that comes back later in the day."""
        missing = sorted(place for place, back_at in self._awaited.items() if back_at > moment)
        nothing_free = len(missing) == self.films_left
        place = self._place(random, [] if nothing_free else missing)
        copy = pick(random, self._copies[place] if nothing_free else self._free(place, moment))
        self._copies[place].remove(copy)
        self._awaited.pop(place, None)
        if self._copies[place]:
            self._await(place)
        else:
            weight, self._weights[place] = self._weights[place], 0
            self._running[place:] = [running - weight for running in self._running[place:]]
            self.films_left -= 1
        return copy

    def _place(self, random: Random, missing: Sequence[int]) -> int:
        """What `place_of` gives for the sums without what is missing (in order), which nobody sums up anew."""
        wanted = int(random.random() * (self._running[-1] - sum(self._weights[place] for place in missing)))
        for place in missing:
            if self._running[place] - self._weights[place] > wanted:
                break
            wanted += self._weights[place]
        return bisect(self._running, wanted, hi=len(self._running) - 1)

    def _await(self, place: int) -> None:
        first = min(copy.free_from for copy in self._copies[place])
        if first > self._morning:
            self._awaited[place] = first

    def _free(self, place: int, moment: datetime) -> list[Copy]:
        return [copy for copy in self._copies[place] if copy.free_from <= moment]


def pick(random: Random, choices: Sequence[T]) -> T:
    """One of the choices, each as likely as the others."""
    return choices[place_of(random, range(1, len(choices) + 1))]


def place_of(random: Random, running: Sequence[int]) -> int:
    """A place by weight, of which `running` has the sums up to each.

    On random.random() alone, whose sequence no release of Python may change.
    """
    return bisect(running, random.random() * running[-1], hi=len(running) - 1)
