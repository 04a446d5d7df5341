"""The command that only the rental business has: Sakila put into its database."""

from __future__ import annotations

import click


@click.command()
@click.option("--scale", default=1, type=click.IntRange(1, 1000), help="Make so many times the rentals and payments.")
def load(scale: int) -> None:
    """Load Sakila into the database; do nothing if it is already there.

    SAKILA_DUMP names the official dump. --scale draws more rentals over a longer calendar, for benchmarks.

    \b
    Example: SAKILA_DUMP=~/sakila-db sakila-platform load
             sakila-platform load --scale 200
    """
    from sakila_platform.rentals.shop.loading import load_shop

    load_shop(click.echo, scale)


COMMANDS = (load,)
