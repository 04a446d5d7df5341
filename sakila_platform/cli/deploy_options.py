"""The part of the command line that is about an AWS account. Like the rest, it imports what it needs when called."""

from __future__ import annotations

import sys

import click


@click.group()
def deploy() -> None:
    """The platform in an AWS account: plan, apply, destroy. Set up as docs/aws.md says.

    Resources are declared in sakila_platform/deploy/inventory.py. There is no state file: names and tags are the state.

    \b
    Example: sakila-platform deploy plan --env prod
             sakila-platform deploy apply --env prod
    """


_environment = click.option("--env", "name", required=True, metavar="NAME", help="Environment, such as prod.")
_version = click.option("--version", default="", metavar="V", help="Release in the bucket (default: this checkout's).")


@deploy.command()
@_environment
@_version
def plan(name: str, version: str) -> None:
    """Show what apply would do, with each difference.

    Nothing is changed.

    \b
    Example: sakila-platform deploy plan --env prod
    """
    from sakila_platform.cli.deploy import plan_environment

    plan_environment(name, version, click.echo)


@deploy.command()
@_environment
@_version
@click.option("--allow-removals", is_flag=True, help="Remove what is no longer declared (default: refuse).")
def apply(name: str, version: str, allow_removals: bool) -> None:
    """Create and change resources as declared.

    It can be run again at any time, also after a failure.

    If things are there that are not declared, nothing is changed: a setting may be missing. --allow-removals removes
    them, except for what holds data.

    --version of an older release rolls scripts, SQL, wheel and functions back to it.

    \b
    Example: sakila-platform deploy apply --env prod --version 1.4.0
    """
    from sakila_platform.cli.deploy import apply_environment

    apply_environment(name, version, click.echo, allow_removals=allow_removals)


@deploy.command()
@_environment
@click.option("--delete-data", is_flag=True, help="Delete lake, databases and logins too.")
@click.option("--yes-delete", default="", metavar="NAME", help="The environment's name again, for --delete-data.")
def destroy(name: str, delete_data: bool, yes_delete: str) -> None:
    """Remove the environment; data are kept.

    Lake, databases and logins go too, with --delete-data and --yes-delete.

    \b
    Example: sakila-platform deploy destroy --env test
             sakila-platform deploy destroy --env test --delete-data --yes-delete test
    """
    from sakila_platform.cli.deploy import destroy_environment, require_confirmed

    if delete_data and not yes_delete and sys.stdin.isatty():
        yes_delete = click.prompt(f"This deletes the data of {name}. Type its name to go on")
    require_confirmed(name, delete_data, yes_delete)
    destroy_environment(name, delete_data, click.echo)
