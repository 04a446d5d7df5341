"""The invented words that generated people, places and films are named with."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    "ADA BASTIAN CELIA DORIAN ELSA FABIO GRETA HUGO IRIS JULES KIRA LEON MIRA NILS OLGA PABLO QUINN ROSA SILAS TESSA "
    "UGO VERA WANDA XENIA YANNIS ZELDA AMIR BIANCA CARLO DALIA ENZO FLORA GUSTAV HELENA IVAN JOANA KASPAR LINA "
    "MATEO NORA"
)

LAST_NAMES = _words(
    "ABELMOOR BRACKWATER CINDERFORD DELLAVISTA EASTERLUND FENWICKER GALLOWAIN HARBORNE INGLESTON JARROWBY KESTREL "
    "LARKSPUR MARLOWEN NETHERBY OAKENSHAW PENHALLOW QUILLON RAVENSDALE SILVERTON THORNBURY UPWOOD VALMARE WINTERSON "
    "YARDLEIGH ZEPHYRINE ASHCOMBE BELLWETHER COPPERFIELDE DUNMORROW ELDERGROVE"
)

TITLE_QUALITIES = _words(
    "AMBER BRAZEN CRIMSON DISTANT ELECTRIC FORGOTTEN GILDED HOLLOW INNOCENT JADED KINDRED LUNAR MIDNIGHT NOBLE OBLIQUE "
    "PAPER QUIET RESTLESS SCARLET TANGLED UNSEEN VELVET WANDERING YONDER ZEALOUS BITTER CLOCKWORK DROWSY EMERALD "
    "FROSTED GENTLE HAUNTED IVORY LOPSIDED MERRY"
)

TITLE_THINGS = _words(
    "ANCHOR BALLOON CARAVAN DYNAMO ENVOY FALCON GARDEN HARVEST ISLAND JUGGLER KETTLE LANTERN MIRROR NAVIGATOR ORCHARD "
    "PARADE QUARTET RIDDLE SERENADE TELEGRAM UMBRELLA VOYAGE WALTZ YEARBOOK ZEPPELIN BAKERY COMPASS DUEL ECLIPSE FERRY"
)

STORY_KINDS = ("Tale", "Saga", "Portrait", "Chronicle", "Comedy of Errors", "Mystery", "Romance", "Journal")
STORY_HEROES = ("Beekeeper", "Cartographer", "Retired Acrobat", "Night Nurse", "Piano Tuner", "Smuggler", "Botanist")
STORY_GOALS = ("find a Lost Bridge", "win a Chess Match", "cross a Frozen Lake", "open a Bakery", "outwit a Landlord")
STORY_PLACES = ("a Mountain Inn", "an Old Harbour", "a Desert Station", "a Flooded Town", "a Quiet Suburb")

LANGUAGES = ("English", "Italian", "Japanese", "Mandarin", "French", "German")
RATINGS = ("G", "PG", "PG-13", "R", "NC-17")
FEATURES = ("Trailers", "Commentaries", "Deleted Scenes", "Behind the Scenes")

# A film category, and how much its films are asked for against the others'.
CATEGORY_APPEAL = {
    "Action": 1.10,
    "Animation": 1.15,
    "Children": 0.95,
    "Classics": 0.93,
    "Comedy": 0.95,
    "Documentary": 1.05,
    "Drama": 1.05,
    "Family": 1.08,
    "Foreign": 1.02,
    "Games": 0.97,
    "Horror": 0.84,
    "Music": 0.82,
    "New": 0.94,
    "Sci-Fi": 1.10,
    "Sports": 1.25,
    "Travel": 0.83,
}

PLACE_BEGINNINGS = _words(
    "Al Bor Cas Dun Elm Fal Gor Hal Il Jun Kar Lor Mel Nor Or Pel Quar Ros Sel Tor Um Val Wes Yar Zan"
)
PLACE_MIDDLES = _words("a e i o u an el in or ul")
PLACE_ENDINGS = _words("bury dale ford grad ham lund mar port stad ville")
COUNTRY_ENDINGS = _words("dor land nia ria stan")
STREET_NAMES = _words(
    "Acorn Bridge Canal Dover Elder Foundry Grove Harbour Inkwell Juniper Kiln Linden Mill Nettle Orchard"
)
STREET_KINDS = _words("Avenue Boulevard Lane Parkway Road Street Way")
DISTRICTS = _words("Northmark Eastvale Southmoor Westreach Midlands Highlands Lowlands Coastway Lakeside Uplands")
