"""The rental desk."""

from __future__ import annotations

from sakila_platform.settings.setting import Setting
from sakila_platform.settings.values import origins, plain_text, signing_key, whole_number

DESK_HOST = Setting("SAKILA_DESK_HOST", "127.0.0.1", "the address that the rental desk listens on", plain_text)
DESK_PORT = Setting("SAKILA_DESK_PORT", "8000", "the rental desk's port", whole_number(1, 65_535))
DESK_WORKERS = Setting("SAKILA_DESK_WORKERS", "2", "processes that serve the rental desk", whole_number(1, 64))
DESK_THREADS = Setting("SAKILA_DESK_THREADS", "8", "threads, and database connections, of each", whole_number(1, 64))
DESK_PROXIES = Setting(
    "SAKILA_DESK_PROXIES",
    "0",
    "reverse proxies before the desk, whose headers are believed",
    whole_number(0, 5),
)
DESK_SECRET_KEY = Setting(
    "SAKILA_DESK_SECRET_KEY",
    "",
    "what signs the desk's cookies (empty: kept in SAKILA_HOME)",
    signing_key,
    is_secret=True,
)
DESK_SESSION_MINUTES = Setting(
    "SAKILA_DESK_SESSION_MINUTES", "480", "how long somebody stays signed in at the desk", whole_number(1, 43_200)
)
DESK_CORS_ORIGINS = Setting(
    "SAKILA_DESK_CORS_ORIGINS", "", "origins whose pages may call the desk's JSON API, comma-separated", origins
)
