"""What is declared of the domain catalogue, of films and series: its Glue jobs, and views of its star. Pure.

Nothing of it is there until SAKILA_TMDB_TOKEN is set.
"""

from __future__ import annotations

from sakila_platform.catalogue.refined_tables import REFINED_TABLES
from sakila_platform.deploy.declarations import Declaration
from sakila_platform.deploy.declared.athena_views import described, view_parts
from sakila_platform.deploy.declared.jobs import GlueJob, job, job_role
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.kind_names import TABLE
from sakila_platform.deploy.release.contents import Release
from sakila_platform.deploy.tags import TAGS

REFINED = "refined_catalogue"
TRUSTED, QUARANTINE = "lake/trusted/catalogue/", "lake/quarantine/catalogue/"
CATALOGUE_JOBS = (
    GlueJob(
        name="catalogue-history",
        script="catalogue_history.py",
        does="Titles and their artists of the newest CSV files, from raw into trusted.",
        reads=("lake/Raw/Local/",),
        writes=(TRUSTED, QUARANTINE),
    ),
    GlueJob(
        name="catalogue-answers",
        script="catalogue_tmdb.py",
        does="A day of what TMDB told of films and series, from raw into trusted.",
        reads=("lake/Raw/TMDB/",),
        writes=(TRUSTED, QUARANTINE),
    ),
)


def catalogue_roles(environment: Environment) -> list[Declaration]:
    """A role for each job."""
    return [job_role(environment, each) for each in CATALOGUE_JOBS] if environment.tmdb_token else []


def catalogue_jobs(environment: Environment, release: Release) -> list[Declaration]:
    """The jobs of the release."""
    return [job(environment, release, each) for each in CATALOGUE_JOBS] if environment.tmdb_token else []


def catalogue_views(environment: Environment) -> list[Declaration]:
    """For each fact and bridge of the star, a view of it with what its dimensions say."""
    if not environment.tmdb_token:
        return []
    database = environment.glue_database(REFINED)
    contracts = {table.name: table for table in REFINED_TABLES}
    views = [described(table, contracts, database) for table in REFINED_TABLES if table.references]
    return [
        Declaration(TABLE, f"{database}.{view.name}", {**view_parts(view, database), TAGS: environment.tags})
        for view in views
    ]
