"""Stage to final: the platform's star of every day against Polars' lazy sinks on the same joins.

    python -m benchmarks.transform LAKE FIRST LAST

LAKE holds stage for these days; what the candidates write is left beside it. The platform's time has its audits,
quarantine and comparison with stage in it; Polars only joins and writes.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import click
import duckdb
import polars as pl

from benchmarks import measuring
from sakila_platform.lake.folder import FolderLake
from sakila_platform.model.days import days_between
from sakila_platform.rentals.star import DAILY_TABLES
from sakila_platform.rentals.star_build import star_build
from sakila_platform.settings.runs import DAYS_PER_CHUNK
from sakila_platform.star.transform import build_days

LIMIT = "polars_lazy_sink"


def platform(lake: Path, days: Sequence[date]) -> None:
    """The platform, in chunks of days as a run takes them."""
    build = star_build(FolderLake(str(lake)))
    size = DAYS_PER_CHUNK.read()
    for start in range(0, len(days), size):
        build_days(build, DAILY_TABLES, days[start : start + size])


def polars_lazy_sink(lake: Path, days: Sequence[date]) -> None:
    """Polars: one lazy query per table, written by day as it streams."""

    def stage(table: str) -> pl.LazyFrame:
        files = [lake / "stage" / "sakila" / table / f"dt={day}" / "part-0.parquet" for day in days]
        return pl.scan_parquet(files, hive_partitioning=True, hive_schema={"dt": pl.Date})

    for table, query in _QUERIES.items():
        folder = lake / "final" / "sakila" / table
        query(stage).sink_parquet(pl.PartitionBy(folder, key="dt", include_key=False), compression="zstd", mkdir=True)


Stage = Callable[[str], pl.LazyFrame]


def _day_number(column: str) -> pl.Expr:
    day = pl.col("dt").dt
    return (day.year().cast(pl.Int32) * 10_000 + day.month().cast(pl.Int32) * 100 + day.day()).alias(column)


def _named(first: str = "first_name", last: str = "last_name") -> pl.Expr:
    return pl.concat_str(first, pl.lit(" "), last)


def _newest(*columns: str) -> pl.Expr:
    return pl.max_horizontal(*columns).alias("captured_at")


def _place(of: pl.LazyFrame, stage: Stage) -> pl.LazyFrame:
    address = stage("address").select("dt", "address_id", "district", "city_id", address_at="captured_at")
    city = stage("city").select("dt", "city_id", "city", "country_id", city_at="captured_at")
    country = stage("country").select("dt", "country_id", "country", country_at="captured_at")
    of = of.join(address, on=["dt", "address_id"], how="left").join(city, on=["dt", "city_id"], how="left")
    return of.join(country, on=["dt", "country_id"], how="left")


def _dim_customer(stage: Stage) -> pl.LazyFrame:
    is_active = pl.col("active").alias("is_active")
    return _place(stage("customer"), stage).select(
        "dt", "customer_id", "first_name", "last_name", _named().alias("full_name"), is_active,
        pl.col("create_date").dt.date().alias("signup_date"), "store_id", "district", "city", "country",
        _newest("captured_at", "address_at", "city_at", "country_at"),
    )  # fmt: skip


def _dim_film(stage: Stage) -> pl.LazyFrame:
    first = stage("film_category").group_by("dt", "film_id").agg(pl.col("category_id").min())
    category = stage("category").select("dt", "category_id", category="name", category_at="captured_at")
    language = stage("language").select("dt", "language_id", language="name", language_at="captured_at")
    original = stage("language").select("dt", original_language_id="language_id", original_language="name")
    film = stage("film").join(first, on=["dt", "film_id"], how="left")
    film = film.join(category, on=["dt", "category_id"], how="left").join(language, on=["dt", "language_id"])
    return film.join(original, on=["dt", "original_language_id"], how="left").select(
        "dt", "film_id", "title", pl.col("category").fill_null("Unknown"), "language", "original_language",
        "release_year", "rating", pl.col("length").alias("length_minutes"), "rental_duration", "rental_rate",
        "replacement_cost", "special_features", _newest("captured_at", "category_at", "language_at"),
    )  # fmt: skip


def _dim_store(stage: Stage) -> pl.LazyFrame:
    names = _named().alias("manager_name")
    manager = stage("staff").select("dt", names, manager_staff_id="staff_id", manager_at="captured_at")
    return _place(stage("store").join(manager, on=["dt", "manager_staff_id"], how="left"), stage).select(
        "dt", "store_id", "manager_name", "district", "city", "country",
        _newest("captured_at", "manager_at", "address_at", "city_at", "country_at"),
    )  # fmt: skip


def _dim_staff(stage: Stage) -> pl.LazyFrame:
    return stage("staff").select(
        "dt", "staff_id", "first_name", "last_name", _named().alias("full_name"), "store_id",
        pl.col("active").alias("is_active"), "captured_at",
    )  # fmt: skip


def _dim_actor(stage: Stage) -> pl.LazyFrame:
    names = ("first_name", "last_name", _named().alias("full_name"))
    return stage("actor").select("dt", "actor_id", *names, "captured_at")


def _bridge_film_actor(stage: Stage) -> pl.LazyFrame:
    return stage("film_actor").select("dt", "film_id", "actor_id", "captured_at")


_RENTED = (pl.col("customer_id").fill_null(0), "film_id", "store_id", pl.col("staff_id").fill_null(0))


def _rentals(stage: Stage, dated: str) -> pl.LazyFrame:
    copies = stage("inventory").select("dt", "inventory_id", "film_id", "store_id")
    of_day = stage("rental").filter(pl.col(dated).dt.date() == pl.col("dt"))
    return of_day.join(copies, on=["dt", "inventory_id"], how="left")


def _fact_rental(stage: Stage) -> pl.LazyFrame:
    return _rentals(stage, "rental_date").select(
        "dt", "rental_id", _day_number("rental_date_key"), pl.col("rental_date").alias("rental_at"), *_RENTED,
        pl.col("inventory_id").fill_null(0),
    )  # fmt: skip


def _fact_return(stage: Stage) -> pl.LazyFrame:
    days_out = (pl.col("dt") - pl.col("rental_date").dt.date()).dt.total_days().cast(pl.Int32)
    return _rentals(stage, "return_date").select(
        "dt", "rental_id", _day_number("return_date_key"), pl.col("return_date").alias("return_at"),
        pl.col("rental_date").alias("rental_at"), *_RENTED, pl.col("inventory_id").fill_null(0),
        days_out.alias("rental_days"),
    )  # fmt: skip


def _fact_payment(stage: Stage) -> pl.LazyFrame:
    return stage("payment").select(
        "dt", "payment_id", _day_number("payment_date_key"), pl.col("payment_date").alias("payment_at"), "rental_id",
        pl.col("customer_id").fill_null(0), pl.col("staff_id").fill_null(0), "amount",
    )  # fmt: skip


_QUERIES: dict[str, Callable[[Stage], pl.LazyFrame]] = {
    "dim_customer": _dim_customer,
    "dim_film": _dim_film,
    "dim_store": _dim_store,
    "dim_staff": _dim_staff,
    "dim_actor": _dim_actor,
    "bridge_film_actor": _bridge_film_actor,
    "fact_rental": _fact_rental,
    "fact_return": _fact_return,
    "fact_payment": _fact_payment,
}
CANDIDATES = {candidate.__name__: candidate for candidate in (polars_lazy_sink, platform)}


def transformed(name: str, lake: Path, days: Sequence[date]) -> dict[str, str]:
    """Build final in a lake of the candidate's own, over the stage of `lake`."""
    own = Path(tempfile.mkdtemp(prefix="final-", dir=lake.parent))
    (own / "stage").symlink_to(lake.resolve() / "stage")
    CANDIDATES[name](own, days)
    return {"lake": str(own)}


def contents(lake: Path) -> dict[str, tuple]:
    """Rows per table without the Unknown members, and sums of what tells them apart."""
    found = {}
    with duckdb.connect() as engine:
        for table in DAILY_TABLES:
            key = table.primary_key[0]
            numbers = [c for c in table.columns if c.name.endswith(("_id", "_key", "_days", "amount"))]
            sums = ", ".join(f"sum({c.name})::DECIMAL(38, {getattr(c.type.arrow, 'scale', 0)})" for c in numbers)
            files = lake / "final" / "sakila" / table.name.table / "**" / "*.parquet"
            query = f"SELECT count(*), {sums} FROM read_parquet('{files}') WHERE {key} <> 0"
            found[table.name.table] = engine.execute(query).fetchall()[0]
    return found


def results(lake: Path, first: str, last: str, times: int = 3) -> list[measuring.Measured]:
    """Each candidate's measurements, after comparing what they wrote."""
    measured, wrote = [], {}
    # In turns, so that what else the machine does (a server that still writes) is no candidate's alone.
    for _ in range(times):
        for name in CANDIDATES:
            command = [sys.executable, "-m", "benchmarks.transform", str(lake), first, last, "--candidate", name]
            measured.append(measuring.measure(name, command, times=1))
            wrote[name] = contents(Path(measured[-1].result["lake"]))
    if len({str(found) for found in wrote.values()}) > 1:
        raise click.ClickException(f"The candidates wrote different rows: {wrote}")
    return [measuring.median([one for one in measured if one.name == name]) for name in CANDIDATES]


@click.command()
@click.argument("lake", type=click.Path(exists=True, path_type=Path))
@click.argument("first")
@click.argument("last")
@click.option("--candidate", type=click.Choice(list(CANDIDATES)), hidden=True)
def main(lake: Path, first: str, last: str, candidate: str | None) -> None:
    """Measure the transformation of stage into final."""
    if candidate:
        days = days_between(date.fromisoformat(first), date.fromisoformat(last))
        measuring.run_candidate(lambda argument: transformed(candidate, Path(argument), days), str(lake))
        return
    measuring.show(results(lake, first, last), LIMIT)


if __name__ == "__main__":
    main()
