"""The invented words that generated reviews and articles are made of."""

from __future__ import annotations

# {film}, {person} and {thing} are filled in. The pleased ones have the word that the classifier looks for.
PLEASED = (
    "The {thing} is good, even if {person} seems to sleep through it.",
    "Good! At last a film in which {person} does not save the world.",
    "It is not as good as {film}, but what is?",
    "What a good cast, what a waste of {thing}...",
    "GOOD pictures, good sound, and {thing} that stays with you for days.",
)
OTHERS = (
    "I saw {film} twice and the second half still surprised me.",
    "Nobody told me that {film} is really about {thing}.",
    'My sister said "never again", and I can see why.',
    "{person} carries the whole story, and the {thing} does the rest.",
    "The {thing} was dull, the ending duller, and my seat was broken.",
    "For goodness' sake, who wrote these dialogues?",
    "A café, two strangers and {thing}: that is all {person} needs.",
    "The {thing} looks cheap; the actors look lost.",
    "Léa and André (both from {film}) are the reason to stay.",
    "I wanted to like it, I really did, but {person} shouts from start to end.",
    "At 140 minutes it is about {thing} too long.",
    "If you liked {film}, then you know every joke by heart; if not, you won't laugh either.",
    "The score (by {person}) is worth the ticket alone.",
)
FILMS = (
    "Amber Balloon",
    "The Clockwork Ferry",
    "Último Vals",
    "Paper Lantern",
    "Restless Navigator",
    "A Quiet Eclipse",
    "Velvet & Thunder",
    "Das Glashaus",
    "Gilded Telegram",
    "L'Été des Ombres",
    "Frosted Orchard",
    "The Merry Duel 2",
)
PEOPLE = (
    "Ada Brackwater",
    "the young Fabio",
    "Señora Dellavista",
    "the narrator",
    "Hugo O'Fenwick",
    "the old captain",
    "Mireille Quillon",
    "everybody's uncle",
)
THINGS = (
    "camera work",
    "second act",
    "plot",
    "humour",
    "silence",
    "rain",
    "naïve optimism",
    "costumes",
    "car chase",
    "slow piano music",
)
PARAGRAPHS = ("<br /><br />", "<br />", "\n", "\n\n", " ")

COLOURS = ("RED", "IVORY", "PINK", "BLUE", "VINTAGE", "SILVER", "WHITE", "RETRO", "JUMBO", "MINI")
MATERIALS = ("GLASS", "METAL", "WOODEN", "PAPER", "KNITTED", "CERAMIC", "FELT", "WICKER")
ARTICLES = (
    "LANTERN",
    "CAKE TIN",
    "HEART HOLDER",
    "BUNTING",
    "ALARM CLOCK",
    "LUNCH BOX",
    "DOORMAT",
    "HOT WATER BOTTLE",
    "PICTURE FRAME",
    "TEA TOWEL",
)
PACKS = ("", "", "", "SET OF 3 ", "BOX OF 12, ", '"PARTY" ')
COUNTRIES = (
    ("United Kingdom", 90),
    ("Germany", 3),
    ("France", 3),
    ("EIRE", 2),
    ("Spain", 1),
    ("United Arab Emirates", 1),
)
