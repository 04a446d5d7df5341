"""The command that only reviews have: a file of purchases put into its database."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def load_purchases(file: Path) -> None:
    """Load a CSV of purchases into the reviews database, replacing those there: all of it, or nothing.

    The file begins with InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country. The private
    PostgreSQL is started if need be, unless SAKILA_POSTGRES_URL names another. Then run the days of the purchases.

    \b
    Example: sakila-platform load-purchases online_retail.csv
             sakila-platform run reviews --from 2010-12-01 --to 2011-12-09
    """
    from sakila_platform.reviews.purchases.loaded_file import load_purchase_file

    click.echo(load_purchase_file(file, click.echo))


COMMANDS = (load_purchases,)
