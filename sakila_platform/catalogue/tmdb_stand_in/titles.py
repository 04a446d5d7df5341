"""Generated films and series, the same for the same seed: what TMDB knows of them, and what the CSV files do."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from sakila_platform.catalogue.tmdb.endpoints import HORROR_KEYWORD
from sakila_platform.catalogue.tmdb_stand_in import words

_NEWEST_YEAR = 2022
_HORROR_SHARE = 0.6
_PEOPLE = 400
_SERIES_FROM, _FIRST_IMDB_ID = 1_000_000, 1_000_001


@dataclass(frozen=True)
class Person:
    """An artist."""

    person_id: int
    name: str
    gender: int
    """1 female, 2 male, as TMDB has it."""
    profession: str
    born: int | None
    died: int | None


@dataclass(frozen=True)
class Part:
    """A person's part in a title: a character played, or a job done."""

    person: Person
    character: str | None
    job: str | None


@dataclass(frozen=True)
class Title:
    """A film or series. `budget` and `revenue` are 0 when nobody knows, as TMDB has it."""

    number: int
    is_series: bool
    name: str
    original_name: str
    released: date
    end_year: int | None
    minutes: int | None
    genres: tuple[str, ...]
    keywords: tuple[tuple[int, str], ...]
    parts: tuple[Part, ...]
    rating: float
    votes: int
    popularity: float
    budget: int
    revenue: int
    is_overlooked: bool
    """Whether TMDB does not count it as horror, though the CSV files do."""
    is_gone: bool
    """Whether TMDB still finds it by its IMDb id, and knows no more of it."""
    is_in_csv: bool
    is_in_tmdb: bool
    is_linked: bool
    """Whether TMDB knows its IMDb id."""

    @property
    def imdb_id(self) -> str:
        """Its id in the CSV files."""
        return f"tt{_FIRST_IMDB_ID + self.number + (_SERIES_FROM if self.is_series else 0):07d}"

    @property
    def tmdb_id(self) -> int:
        """Its id in TMDB: films and series count by themselves there."""
        return 100 + self.number * 7

    @property
    def tmdb_genres(self) -> tuple[str, ...]:
        """Its genres as TMDB sees them."""
        return tuple(genre for genre in self.genres if not (self.is_overlooked and genre == words.HORROR))

    @property
    def is_horror(self) -> bool:
        """Whether it is horror."""
        return words.HORROR in self.genres


def generated_titles(seed: int, films: int, series: int) -> list[Title]:
    """So many films and series, the same for the same seed."""
    chance = random.Random(seed)
    people = [_person(chance, number) for number in range(_PEOPLE)]
    kinds = [False] * films + [True] * series
    counts = {False: 0, True: 0}
    titles = []
    for is_series in kinds:
        titles.append(_title(chance, people, counts[is_series], is_series))
        counts[is_series] += 1
    return titles


def _person(chance: random.Random, number: int) -> Person:
    born = chance.randint(1900, 2000) if chance.random() < 0.8 else None
    died = born + chance.randint(30, 90) if born and chance.random() < 0.3 else None
    return Person(
        person_id=5_000 + number,
        name=f"{chance.choice(words.FIRST_NAMES)} {chance.choice(words.LAST_NAMES)}",
        gender=chance.choice((1, 2)),
        profession=",".join(chance.sample(words.PROFESSIONS, chance.randint(1, 3))),
        born=born,
        died=died if died and died <= _NEWEST_YEAR else None,
    )


def _title(chance: random.Random, people: list[Person], number: int, is_series: bool) -> Title:
    year = chance.randint(words.FIRST_DECADE, _NEWEST_YEAR)
    is_horror = chance.random() < _HORROR_SHARE
    fashion = _fashion(chance, year) if is_horror else None
    genres = (words.HORROR, *fashion.genres) if fashion else tuple(chance.sample(words.OTHER_GENRES, 2))
    votes = int(10 ** chance.uniform(1, 5.5))
    mean = (fashion.rating if fashion else 6.4) + (0.3 if is_series else 0.0)
    budget = int(10 ** chance.uniform(5, 8)) if chance.random() < 0.6 else 0
    is_known, is_overlooked = chance.random(), chance.random() < 0.08
    return Title(
        number=number,
        is_series=is_series,
        name=_name(chance, fashion.nouns if fashion else words.OTHER_NOUNS),
        original_name=_name(chance, words.OTHER_NOUNS),
        released=date(year, chance.randint(1, 12), chance.randint(1, 28)),
        end_year=min(year + chance.randint(0, 9), _NEWEST_YEAR) if is_series and chance.random() < 0.8 else None,
        minutes=chance.randint(20, 60) if is_series else chance.randint(70, 150),
        genres=genres,
        keywords=_keywords(chance, fashion, is_series and not is_overlooked),
        parts=tuple(_part(chance, person) for person in chance.sample(people, chance.randint(3, 8))),
        rating=round(min(max(chance.gauss(mean, 0.9), 1.0), 10.0), 1),
        votes=votes,
        popularity=round(votes**0.4 * (fashion.popularity if fashion else 1.0) * chance.uniform(0.5, 1.5), 3),
        budget=0 if is_series else budget,
        revenue=int(budget * chance.lognormvariate(0.5, 0.9)) if chance.random() < 0.8 and not is_series else 0,
        is_overlooked=is_overlooked,
        is_gone=is_known < 0.01,
        is_in_csv=is_known < 0.9,
        is_in_tmdb=not 0.8 < is_known < 0.88,
        is_linked=is_known < 0.95,
    )


def _fashion(chance: random.Random, year: int) -> words.Fashion:
    decade = (year - words.FIRST_DECADE) // 10
    return chance.choices(words.FASHIONS, [fashion.shares[decade] for fashion in words.FASHIONS])[0]


def _keywords(chance: random.Random, fashion: words.Fashion | None, is_marked: bool) -> tuple[tuple[int, str], ...]:
    if fashion is None:
        return ()
    named = tuple(chance.sample(fashion.keywords, chance.randint(1, len(fashion.keywords))))
    # Some have none at all: their sub-genre is then known by their genres only, or not.
    named = named if chance.random() < 0.85 else ()
    return ((HORROR_KEYWORD, "horror"), *named) if is_marked else named


def _part(chance: random.Random, person: Person) -> Part:
    if person.profession.startswith(("actor", "actress")) or chance.random() < 0.5:
        return Part(person, chance.choice(words.CHARACTERS), None)
    return Part(person, None, person.profession.split(",")[0].title())


def _name(chance: random.Random, nouns: tuple[str, ...]) -> str:
    shapes = (
        f"The {chance.choice(words.ADJECTIVES)} {chance.choice(nouns)}",
        f"{chance.choice(nouns)} {chance.choice(words.PLACES)}",
        f"{chance.choice(words.ADJECTIVES)} {chance.choice(nouns)} {chance.randint(2, 5)}",
    )
    return chance.choice(shapes)
