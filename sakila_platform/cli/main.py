"""The command line: words become arguments, one function of `commands` does the work, an error becomes one line.

A command imports what it needs when it is called, so that `--help` and a query need not wait for Dagster.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

import click

from sakila_platform.cli.deploy_options import deploy
from sakila_platform.domains import NAMES, domain_commands
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.long_lived import without_garbage_collection
from sakila_platform.model.days import parse_day

_WRONG_USE = 2
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong use. A bug of ours keeps its traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What people read is written with an escape where its encoding lacks a sign, as standard error always is.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(args=arguments, prog_name="sakila-platform", standalone_mode=False)
    except PlatformError as error:
        click.echo(f"sakila-platform: {error}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(_WRONG_USE)
    except (KeyboardInterrupt, click.Abort):
        click.echo("sakila-platform: stopped. What was done is kept; run it again to go on.", err=True)
        sys.exit(_INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sakila-platform")
def cli() -> None:
    """The rental platform: from the shop's database through lake and warehouse to answers.

    Settings are environment variables, listed in README.md. State is kept in .sakila/ (SAKILA_HOME).

    Exit codes: 0 success, 1 failure, 2 wrong usage.
    """


@cli.command()
@click.option("--domain", default=NAMES[0], show_default=True, help="The domain to show.")
@click.option("--days", default=7, show_default=True, type=click.IntRange(0), help="Days up to yesterday to generate.")
def demo(domain: str, days: int) -> None:
    """Set everything up and show the answers; run again, do only what is missing.

    Fills the domain's sources (of rentals: Sakila, in a database of its own), runs their whole history and the last
    days, and shows the answers.

    \b
    Example: sakila-platform demo --days 14
             sakila-platform demo --domain rentals
    """
    started = time.monotonic()
    with without_garbage_collection():
        from sakila_platform.cli.running.demo import run_demo
        from sakila_platform.cli.terminal import Terminal

    run_demo(domain, days, Terminal(), started)


@cli.command()
def up() -> None:
    """Start the database if it is not running, and print its address.

    It is a private MariaDB in the state folder, or the server that SAKILA_MYSQL_URL names. A state folder that has a
    private PostgreSQL, which the domain reviews starts when it needs one, has that running too.

    \b
    Example: sakila-platform up
    """
    from sakila_platform.cli.database import start_databases

    for address in start_databases(click.echo):
        click.echo(f"The database is at {address.host}:{address.port}, user {address.user}.")


@cli.command()
def down() -> None:
    """Stop the private databases. Data are kept.

    \b
    Example: sakila-platform down
    """
    from sakila_platform.cli.database import stop_database

    click.echo("The database is stopped." if stop_database(click.echo) else "The private database was not running.")


@cli.command()
@click.argument("domain")
@click.option("--from", "--since", "first", default="", metavar="DAY", help="First day, as YYYY-MM-DD.")
@click.option("--to", "last", default="", metavar="DAY", help="Last day, included.")
@click.option("--outdated", is_flag=True, help="Days that older contracts or SQL made (from --since on).")
@click.option("--no-analysis", is_flag=True, help="Leave analysis and marts as they are.")
def run(domain: str, first: str, last: str, outdated: bool, no_analysis: bool) -> None:
    """Run a domain's days in one run, then analysis and marts.

    Running a day again changes nothing that has not changed at the source. The run is recorded in Dagster's instance.
    `status --versions` shows which days --outdated would run.

    \b
    Example: sakila-platform run rentals --from 2005-05-24 --to 2005-05-31
    From cron: sakila-platform run rentals --from $(date -d yesterday +%F) --to $(date -d yesterday +%F)
    """
    with without_garbage_collection():
        from sakila_platform.cli.running.run import run_days, run_outdated
        from sakila_platform.cli.terminal import Terminal

    if outdated and not last:
        run_outdated(domain, parse_day(first) if first else None, analysis=not no_analysis, terminal=Terminal())
    elif first and last and not outdated:
        run_days(domain, parse_day(first), parse_day(last), analysis=not no_analysis, terminal=Terminal())
    else:
        raise UsageError("Give --from DAY and --to DAY; or --outdated, with --since DAY or without.")


@cli.command()
@click.argument("domain")
def refill(domain: str) -> None:
    """Empty a domain's warehouse and load it again from the lake: rentals' or reviews'.

    For use after SAKILA_LAKE or SAKILA_HOME names another lake. Days that it lacks are gone until they are run again.
    Example: sakila-platform refill rentals
    """
    with without_garbage_collection():
        from sakila_platform.cli.running.refill import refill as fill
    fill(domain)


@cli.command()
@click.argument("domain")
@click.option("--dry-run", is_flag=True, help="Only try it, on empty copies of the tables.")
def migrate(domain: str, dry_run: bool) -> None:
    """Bring the tables of a domain's warehouse up to their contracts and migrations, without loading a day.

    It is tried on empty copies of the tables first. The next load does the same. Migrations are
    sql/DOMAIN/migrations/NNNN_WHAT.sql, one statement each, done once and in their order.

    \b
    Example: sakila-platform migrate rentals --dry-run
    """
    from sakila_platform.cli.running.migrate import migrate as bring_up

    bring_up(domain, dry_run=dry_run)


@cli.command()
@click.argument("place")
@click.argument("sql")
@click.option("--format", "form", default="table", show_default=True, type=click.Choice(["table", "csv", "json"]))
def query(place: str, sql: str, form: str) -> None:
    """Run one read-only query.

    PLACE: the warehouse or the shop's database (sakila), in MySQL's SQL, the warehouse of reviews, in PostgreSQL's, or
    the lake, in DuckDB's, or Athena, in its own, which reads a lake on S3 where it is. In the lake a table is
    LAYER_SOURCE.TABLE with its day as dt, a mart is marts.MART. CSV and JSON have every value as it is, for programs: a
    text that begins with = is one there, too, and a formula to a spreadsheet.

    \b
    Example: sakila-platform query warehouse "SELECT COUNT(*) FROM fact_rental"
             sakila-platform query sakila "SELECT * FROM film LIMIT 3" --format json
             sakila-platform query reviews "SELECT * FROM customer_movie_analytics LIMIT 3"
             sakila-platform query lake "SELECT dt, COUNT(*) FROM final_sakila.fact_rental GROUP BY dt" --format csv
    """
    from sakila_platform.cli.asking.answers import write_answer
    from sakila_platform.cli.asking.query import asked

    with asked(place, _utf8(sql, "The query")) as answer:
        write_answer(answer, form, sys.stdout)
        click.echo("".join(f"{note}\n" for note in answer.notes), nl=False, err=True)


@cli.command()
def dashboards() -> None:
    """Write the dashboards as HTML pages that open without a server, from the marts as they are.

    \b
    Example: sakila-platform dashboards
    """
    from sakila_platform.cli.dashboards import write_dashboards

    if index := write_dashboards(click.echo):
        click.echo(f"Open {index}")


@cli.command()
@click.option("--tables", is_flag=True, help="List every table instead of every layer.")
@click.option("--versions", is_flag=True, help="Show which days were made by older contracts, SQL or settings.")
def status(tables: bool, versions: bool) -> None:
    """Show where everything is, the last day of each layer, and row counts.

    Exits with 1 if a database or the lake can't be reached.

    \b
    Example: sakila-platform status --tables
    """
    from sakila_platform.cli.asking.status import show_status
    from sakila_platform.cli.terminal import Terminal

    if versions:
        from sakila_platform.cli.asking.versions import show_versions

        show_versions(Terminal())
    else:
        show_status(Terminal(), tables=tables)


@cli.command()
def doctor() -> None:
    """Check what this machine lacks, and say how to install it. Exits with 1 if something essential is missing.

    \b
    Example: sakila-platform doctor
    """
    from sakila_platform.cli.doctor import examine
    from sakila_platform.cli.terminal import Terminal

    examine(Terminal())


@cli.command()
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535), help="Port on 127.0.0.1.")
def dev(port: int) -> None:
    """Start the database and Dagster's web UI for this project.

    \b
    Example: sakila-platform dev --port 3001
    """
    from sakila_platform.cli.dev import serve_dagster

    serve_dagster(port, click.echo)


@cli.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (SAKILA_DESK_PORT, 8000).")
@click.option("--clerk", metavar="USERNAME", help="Give this clerk of Sakila's staff a password, then end.")
def desk(port: int | None, clerk: str | None) -> None:
    """Serve the rental desk; or give a clerk a password for it.

    The password is asked for, or read from standard input where that is no terminal.

    \b
    Example: sakila-platform desk --clerk Mike
             sakila-platform desk --port 8001
    """
    from sakila_platform.cli.desk import admit_clerk, asked_password, serve_desk

    if clerk:
        admit_clerk(_utf8(clerk, "The username"), asked_password, click.echo)
    else:
        serve_desk(port, click.echo)


def _utf8(text: str, what: str) -> str:
    """An argument that a database is to read. Raises UsageError where a byte of it is not UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        byte = ord(text[error.start]) & 0xFF
        raise UsageError(
            f"{what} is not UTF-8: byte 0x{byte:02x} after {text[: error.start]!a}. Give it as UTF-8."
        ) from None
    return text


cli.add_command(deploy)
for command in domain_commands():
    cli.add_command(command)
