"""The inventory: everything that an environment has in AWS, in the order in which it is made. A list, not a procedure.

What is of a domain (tables, jobs, functions, engines) is declared by it: to add a Glue job, write its script and one
entry in `on_aws.py` of its domain.
"""

from __future__ import annotations

from dataclasses import dataclass

from sakila_platform.deploy.declarations import Declaration
from sakila_platform.deploy.declared.dashboards import Published, dashboards
from sakila_platform.deploy.declared.data_catalog import crawlers, databases, tables, views
from sakila_platform.deploy.declared.database import database_server, secrets
from sakila_platform.deploy.declared.engines import engine_roles, engines, vendors_policy
from sakila_platform.deploy.declared.functions import function_roles, functions, schedules, tmdb_secret
from sakila_platform.deploy.declared.jobs import connection, job, job_role, jobs_of
from sakila_platform.deploy.declared.people import people
from sakila_platform.deploy.declared.purchases import purchases_connection, purchases_login
from sakila_platform.deploy.declared.storage import bucket, release_files, workgroup
from sakila_platform.deploy.declared.watching import alarms, dead_letters, rules, topic
from sakila_platform.deploy.declared.workflow import triggers, workflow
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.release.contents import Release


@dataclass(frozen=True)
class Inventory:
    """An environment, the release that runs in it, and what is published in QuickSight, if anything."""

    environment: Environment
    release: Release
    published: Published | None = None

    def declarations(self) -> tuple[Declaration, ...]:
        """Everything, what others need before those others."""
        environment, release = self.environment, self.release
        jobs = jobs_of(environment.domains)
        return (
            bucket(environment),
            release_files(environment, release),
            *secrets(environment),
            *tmdb_secret(environment),
            *purchases_login(environment),
            *database_server(environment),
            topic(environment),
            dead_letters(environment),
            *(job_role(environment, each) for each in jobs),
            *function_roles(environment),
            *engine_roles(environment),
            *people(environment),
            *vendors_policy(environment),
            connection(environment),
            *purchases_connection(environment),
            *(job(environment, release, each) for each in jobs),
            *databases(environment),
            *tables(environment),
            *views(environment),
            *crawlers(environment),
            *workflow(environment),
            *triggers(environment),
            workgroup(environment),
            *engines(environment),
            *functions(environment, release),
            *schedules(environment),
            *dashboards(environment, self.published),
            *rules(environment),
            *alarms(environment),
        )
