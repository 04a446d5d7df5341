"""The inventory: everything that an environment has in AWS, in the order in which it is made. A list, not a procedure.

To add a Glue job, write its script and one entry of `JOBS`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sakila_platform.deploy.declarations import Declaration
from sakila_platform.deploy.declared.catalogue import crawlers, databases, tables
from sakila_platform.deploy.declared.dashboards import Published, dashboards
from sakila_platform.deploy.declared.database import database_server, secrets
from sakila_platform.deploy.declared.functions import function_roles, functions, schedules, tmdb_secret
from sakila_platform.deploy.declared.jobs import LOADING_MODULES, GlueJob, connection, job, job_role
from sakila_platform.deploy.declared.people import people
from sakila_platform.deploy.declared.reviews import (
    reviews_connection,
    reviews_engines,
    reviews_jobs,
    reviews_roles,
    reviews_secrets,
    vendors_policy,
)
from sakila_platform.deploy.declared.storage import bucket, release_files, workgroup
from sakila_platform.deploy.declared.titles import catalogue_jobs, catalogue_roles, catalogue_views
from sakila_platform.deploy.declared.watching import alarms, dead_letters, rules, topic
from sakila_platform.deploy.declared.workflow import triggers, workflow
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.release.contents import Release

JOBS = (
    GlueJob(
        name="extract-stage",
        script="extract_stage.py",
        does="The shop's tables of a day, from MySQL into the lake's stage.",
        writes=("lake/stage/", "lake/quarantine/"),
        reaches=("oltp",),
    ),
    GlueJob(
        name="build-final",
        script="build_final.py",
        does="The star of a day, from stage into final.",
        reads=("lake/stage/",),
        writes=("lake/final/", "lake/quarantine/"),
    ),
    GlueJob(
        name="load-warehouse",
        script="load_warehouse.py",
        does="The star of a day, from final into the warehouse: one transaction per run.",
        reads=("lake/final/",),
        writes=("lake/final/sakila/dim_date/",),
        reaches=("warehouse",),
        modules=LOADING_MODULES,
    ),
    GlueJob(
        name="refresh-dates",
        script="refresh_date_dimension.py",
        does="The Date dimension of years, into lake and warehouse.",
        writes=("lake/final/sakila/dim_date/",),
        reaches=("warehouse",),
        modules=LOADING_MODULES,
    ),
)


@dataclass(frozen=True)
class Inventory:
    """An environment, the release that runs in it, and what is published in QuickSight, if anything."""

    environment: Environment
    release: Release
    published: Published | None = None

    def declarations(self) -> tuple[Declaration, ...]:
        """Everything, what others need before those others."""
        environment, release = self.environment, self.release
        return (
            bucket(environment),
            release_files(environment, release),
            *secrets(environment),
            *tmdb_secret(environment),
            *reviews_secrets(environment),
            *database_server(environment),
            topic(environment),
            dead_letters(environment),
            *(job_role(environment, each) for each in JOBS),
            *function_roles(environment),
            *reviews_roles(environment),
            *catalogue_roles(environment),
            *people(environment),
            *vendors_policy(environment),
            connection(environment),
            *reviews_connection(environment),
            *(job(environment, release, each) for each in JOBS),
            *reviews_jobs(environment, release),
            *catalogue_jobs(environment, release),
            *databases(environment),
            *tables(environment),
            *catalogue_views(environment),
            *crawlers(environment),
            workflow(environment),
            *triggers(environment),
            workgroup(environment),
            *reviews_engines(environment),
            *functions(environment, release),
            *schedules(environment),
            *dashboards(environment, self.published),
            *rules(environment),
            *alarms(environment),
        )
