"""What generated titles are made of: names, words, genres, and how sub-genres of horror come and go. All invented."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_DECADE = 1970


@dataclass(frozen=True)
class Fashion:
    """A kind of horror: its TMDB keywords and co-genres, how much of it each decade makes, and how it is received."""

    keywords: tuple[tuple[int, str], ...]
    genres: tuple[str, ...]
    shares: tuple[int, ...]
    """Of a decade each, from the seventies on."""
    rating: float
    popularity: float
    nouns: tuple[str, ...]


# The stand-in's story: slashers rule the eighties, the dead walk in the noughties, then people fear their own minds.
FASHIONS = (
    Fashion(
        ((12339, "slasher"), (10714, "serial killer")),
        ("Thriller",),
        (10, 34, 20, 10, 8, 8),
        5.4,
        0.9,
        ("Knife", "Mask", "Babysitter", "Summer Camp", "Scream"),
    ),
    Fashion(
        ((12377, "zombie"), (186565, "zombie apocalypse")),
        ("Action",),
        (8, 10, 6, 26, 18, 8),
        5.9,
        1.2,
        ("Dead", "Outbreak", "Horde", "Quarantine", "Hunger"),
    ),
    Fashion(
        ((3133, "vampire"),),
        ("Romance",),
        (16, 10, 18, 12, 8, 5),
        6.0,
        1.0,
        ("Blood", "Coffin", "Bite", "Crypt", "Velvet Night"),
    ),
    Fashion(
        ((162846, "ghost"), (3358, "haunted house"), (6152, "supernatural")),
        ("Mystery",),
        (22, 12, 16, 16, 28, 26),
        6.3,
        1.3,
        ("House", "Whisper", "Attic", "Haunting", "Seance"),
    ),
    Fashion(
        ((295907, "psychological horror"),),
        ("Drama", "Thriller"),
        (16, 6, 12, 10, 18, 30),
        6.9,
        1.5,
        ("Mirror", "Silence", "Stranger", "Fever", "Fracture"),
    ),
    Fashion(
        ((163053, "found footage"),),
        ("Mystery",),
        (0, 0, 4, 14, 10, 4),
        5.2,
        0.8,
        ("Tapes", "Footage", "Broadcast", "Signal", "Recording"),
    ),
    Fashion(
        ((1299, "monster"), (9951, "alien")),
        ("Science Fiction",),
        (16, 16, 14, 8, 6, 9),
        6.1,
        1.2,
        ("Creature", "Swarm", "Depths", "Visitor", "Claw"),
    ),
    Fashion(
        ((9716, "dark comedy"),),
        ("Comedy",),
        (12, 12, 10, 4, 4, 10),
        6.2,
        1.1,
        ("Corpse", "Undertaker", "Picnic", "Funeral", "Uncle"),
    ),
)

HORROR = "Horror"
OTHER_GENRES = ("Drama", "Comedy", "Thriller", "Romance", "Action", "Crime", "Mystery", "Fantasy", "Documentary")
OTHER_NOUNS = ("Summer", "Letter", "Harbour", "Train", "Orchard", "Promise", "Winter", "Bridge", "Waltz", "Detective")
ADJECTIVES = ("Last", "Silent", "Crimson", "Hollow", "Endless", "Broken", "Distant", "Forgotten", "Second", "Cold")
PLACES = (
    "in Bogotá",
    "of Salt Hill",
    "at Midnight",
    "on Elm Road",
    "of São Bento",
    "in the Fog",
    "from Below",
    "by Night",
)

TMDB_FILM_GENRES = {
    "Action": 28,
    "Comedy": 35,
    "Crime": 80,
    "Documentary": 99,
    "Drama": 18,
    "Fantasy": 14,
    "Horror": 27,
    "Mystery": 9648,
    "Romance": 10749,
    "Science Fiction": 878,
    "Thriller": 53,
}
# Series have no horror, romance or thriller there, and other names for some.
TMDB_SERIES_GENRES = {
    "Action & Adventure": 10759,
    "Comedy": 35,
    "Crime": 80,
    "Documentary": 99,
    "Drama": 18,
    "Mystery": 9648,
    "Sci-Fi & Fantasy": 10765,
}
AS_SERIES_GENRE = {"Action": "Action & Adventure", "Science Fiction": "Sci-Fi & Fantasy", "Fantasy": "Sci-Fi & Fantasy"}
AS_IMDB_GENRE = {"Science Fiction": "Sci-Fi"}

FIRST_NAMES = ("Ana", "Bruno", "Clara", "Dmitri", "Esther", "Farid", "Greta", "Hugo", "Inés", "Jamal", "Karin", "Luís")
LAST_NAMES = (
    "Abreu",
    "Brandt",
    "Castaño",
    "Dupont",
    "Eriksen",
    "Ferreira",
    "Gómez",
    "Hayes",
    "Ibarra",
    "Jansen",
    "Kowal",
)
CHARACTERS = ("The Nurse", "Sheriff", "Marta", "Old Man", "The Twin", "Detective", "Father Paul", "Stranger", "Herself")
PROFESSIONS = ("actor", "actress", "director", "writer", "producer", "composer")
