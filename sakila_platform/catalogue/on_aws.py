"""What the catalogue of films and series has in AWS: its jobs, and the function that asks TMDB. Pure."""

from __future__ import annotations

from sakila_platform.declarations.aws import GlueJob, LambdaFunction, OnAws, Server
from sakila_platform.settings.catalogue import (
    TMDB_FIRST_YEAR,
    TMDB_PAGES_PER_YEAR,
    TMDB_REFRESH_DAYS,
    TMDB_REQUESTS_PER_SECOND,
    TMDB_TIMEOUT_SECONDS,
    TMDB_TOKEN,
    TMDB_URL,
)

_TRUSTED, _QUARANTINE = "lake/trusted/catalogue/", "lake/quarantine/catalogue/"
_FILES, _ANSWERS, _CHECKPOINT = "lake/Raw/Local/", "lake/Raw/TMDB/", "lake/Checkpoint/TMDB/"

ON_AWS = OnAws(
    needs=TMDB_TOKEN,
    described=("refined",),
    jobs=(
        GlueJob(
            name="catalogue-history",
            script="catalogue_history.py",
            does="Titles and their artists of the newest CSV files, from raw into trusted.",
            reads=(_FILES,),
            writes=(_TRUSTED, _QUARANTINE),
        ),
        GlueJob(
            name="catalogue-answers",
            script="catalogue_tmdb.py",
            does="A day of TMDB's answers on films and series, from raw into trusted.",
            reads=(_ANSWERS,),
            writes=(_TRUSTED, _QUARANTINE),
        ),
    ),
    functions=(
        LambdaFunction(
            name="collect-tmdb",
            module="sakila_platform.catalogue.lambdas.collect_tmdb",
            does="A day of TMDB's answers about horror films and series, into the lake.",
            memory=512,
            cron="cron(0 2 * * ? *)",
            reaches=Server.TMDB,
            reads=(_FILES, _CHECKPOINT),
            writes=(_ANSWERS, _CHECKPOINT),
            settings=(
                TMDB_URL,
                TMDB_TIMEOUT_SECONDS,
                TMDB_REQUESTS_PER_SECOND,
                TMDB_FIRST_YEAR,
                TMDB_PAGES_PER_YEAR,
                TMDB_REFRESH_DAYS,
            ),
            # Lambda's own urllib3 may be older, and not know how long to wait at most.
            packages=("urllib3", "tzdata"),
        ),
    ),
)
