"""The movie-review analytics."""

from __future__ import annotations

from sakila_platform.settings.setting import Setting
from sakila_platform.settings.values import browsers, plain_text, yes_or_no

REVIEWS_WAREHOUSE_URL = Setting(
    "SAKILA_REVIEWS_WAREHOUSE_URL",
    "",
    "the warehouse of reviews, when it is on another PostgreSQL, or on Redshift (redshift://workgroup/database)",
    plain_text,
    is_secret=True,
)
REVIEWS_EXACT_TOKENS = Setting(
    "SAKILA_REVIEWS_EXACT_TOKENS",
    "no",
    "yes: a review is positive only when `good` stands between white space exactly so (no: case and punctuation "
    "do not hide the word)",
    yes_or_no,
)
REVIEWS_BROWSERS = Setting(
    "SAKILA_REVIEWS_BROWSERS",
    "windows=Edge,macos=Safari,mac=Safari,osx=Safari,ios=Safari,ipados=Safari,android=Chrome,linux=Firefox",
    "the browser of a review's session, by a word of its operating system's name: the first that the name has decides",
    browsers,
)
