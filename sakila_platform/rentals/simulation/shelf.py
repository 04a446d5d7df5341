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


@dataclass(frozen=True)
class Copy:
    """A copy of a film, the shop that owns it, and from when on it stands on the shelf."""

    inventory_id: int
    film_id: int
    store_id: int
    free_from: datetime


class Shelf:
    """A store's copies by film, in the order of their numbers: the day takes from it.

    What a film weighs is kept in a list that only changes where a film is gone, since the list is summed for each
    rental: a film that can't be chosen weighs nothing, which draws as if it were not there.
    """

    def __init__(self, copies_by_film: Mapping[int, list[Copy]], weights: Mapping[int, int], morning: datetime) -> None:
        self._morning = morning
        self._copies = list(copies_by_film.values())
        self._weights = [weights[film_id] for film_id in copies_by_film]
        # Films of which every copy that is left comes back during the day.
        self._awaited = {
            place
            for place, copies in enumerate(self._copies)
            if copies[0].free_from > morning and not self._free(place, morning)
        }
        self.films_left = len(self._copies)

    def choose(self, random: Random, moment: datetime) -> Copy:
        """A copy that is free at the moment; where none is, any that comes back later in the day."""
        missing = [place for place in self._awaited if not self._free(place, moment)]
        nothing_free = len(missing) == self.films_left
        weights = self._weights
        if missing and not nothing_free:
            weights = weights.copy()
            for place in missing:
                weights[place] = 0
        place = place_of(random, list(accumulate(weights)))
        copy = pick(random, self._copies[place] if nothing_free else self._free(place, moment))
        self._copies[place].remove(copy)
        if not self._copies[place]:
            self._weights[place] = 0
            self._awaited.discard(place)
            self.films_left -= 1
        elif not self._free(place, self._morning):
            self._awaited.add(place)
        return copy

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
