"""What only the catalogue has in Dagster, its raw zone: CSV files as they were put there, TMDB's answers as they came.

Both go by the day they were taken in.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg

from sakila_platform.catalogue.csv.files import CSV_FILES, CsvFile
from sakila_platform.catalogue.csv.local_files import TakenIn, take_in_file, taken_in_elsewhere
from sakila_platform.catalogue.raw.paths import RawSubject
from sakila_platform.catalogue.tmdb.answer_cache import AnswerCache
from sakila_platform.catalogue.tmdb.client import TmdbClient, access_of_settings
from sakila_platform.catalogue.tmdb.collection import CollectionOutcome, CollectionWork, collect_day, scope_of_settings
from sakila_platform.catalogue.tmdb.record_files import RECORDS, UNUSABLE
from sakila_platform.catalogue.tmdb.wanted_titles import wanted_imdb_ids
from sakila_platform.lake.files import Lake
from sakila_platform.lake.raw_files import LakeFiles
from sakila_platform.model.naming import TableName
from sakila_platform.orchestration.asset_specs import OWNERS, ROW_COUNT, Committed, asset_key
from sakila_platform.orchestration.day_runs import CheckOutcome, DayResult, Event, daily_check, days_of, run_days
from sakila_platform.orchestration.partitions import daily_partitions
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.settings.catalogue import catalogue_folder
from sakila_platform.settings.places import HOME
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE, DAYS_PER_CHUNK

GROUP = "catalogue_raw"
USABLE = "answers_are_usable"
Report = Callable[[str], None]


class CsvConfig(dg.Config):
    """How a run treats files that raw has of a day already."""

    recapture: bool = False
    """Take the folder's files anew, even where the day has ended and has its own."""


@dataclass(frozen=True)
class _Taking:
    """Where files come from and go to, the day it is, and whether those of ended days are taken anew."""

    lake: Lake
    folder: Path
    today: date
    recapture: bool
    report: Report


def own_definitions() -> dg.Definitions:
    """All of it."""
    return dg.Definitions(assets=[csv_assets(), tmdb_assets()])


def csv_key(file: CsvFile) -> dg.AssetKey:
    """The asset of a CSV file in raw: `raw/catalogue/movies_csv`."""
    return asset_key(TableName("raw", "catalogue", f"{file.name}_csv"))


def tmdb_key(about: RawSubject) -> dg.AssetKey:
    """The asset of a subject of TMDB in raw: `raw/catalogue/tmdb_discovered_movies`."""
    return asset_key(TableName("raw", "catalogue", f"tmdb_{about.words}"))


def csv_assets() -> dg.AssetsDefinition:
    """movies.csv and series.csv, whole and byte for byte, as of the day that they were taken in."""

    @dg.multi_asset(
        name="catalogue_raw_csv",
        specs=[
            dg.AssetSpec(
                csv_key(file),
                description=f"{file.file} as it was in the folder: one row per title and artist, unfiltered.",
                group_name=GROUP,
                owners=OWNERS,
                kinds={"csv"},
                partitions_def=daily_partitions(),
                skippable=False,
            )
            for file in CSV_FILES
        ],
        can_subset=True,
        partitions_def=daily_partitions(),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def catalogue_raw_csv(
        context: dg.AssetExecutionContext, config: CsvConfig, lake: LakeResource, clock: ClockResource
    ) -> Iterator[Event]:
        files = [file for file in CSV_FILES if csv_key(file) in context.selected_asset_keys]

        def commit(days: list[date]) -> Committed:
            folder, today = catalogue_folder(), clock.clock().today()
            taking = _Taking(lake.lake(), folder, today, config.recapture, context.log.info)
            return {day: {csv_key(file): _csv_result(_taken_in(taking, file, day)) for file in files} for day in days}

        yield from run_days(context, days_of(context), DAYS_PER_CHUNK.read(), commit)

    return catalogue_raw_csv


def tmdb_assets() -> dg.AssetsDefinition:
    """TMDB's answers about horror films and series, one structure in each, as of the day that they were had."""
    partitions = daily_partitions()

    @dg.multi_asset(
        name="catalogue_raw_tmdb",
        specs=[
            dg.AssetSpec(
                tmdb_key(about),
                deps=[csv_key(file) for file in CSV_FILES],
                description=f"{grain} Files have at most 100 records and 10 MB.",
                group_name=GROUP,
                owners=OWNERS,
                kinds={"json", "python"},
                partitions_def=partitions,
                skippable=False,
            )
            for about, grain in RECORDS.items()
        ],
        check_specs=[
            daily_check(
                tmdb_key(UNUSABLE), USABLE, partitions, "Every question had an answer that can be used.", blocking=False
            )
        ],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def catalogue_raw_tmdb(context: dg.AssetExecutionContext, lake: LakeResource) -> Iterator[Event]:
        def commit(days: list[date]) -> Committed:
            return {day: _tmdb_results(collected(lake.lake(), day, context.log.info)) for day in days}

        # A day at a time: one that is done is reported, also when TMDB fails in the middle of the next.
        yield from run_days(context, days_of(context), 1, commit)

    return catalogue_raw_tmdb


def collected(lake: Lake, day: date, report: Report) -> CollectionOutcome:
    """Collect a day from TMDB as the settings say. Raises PlatformError, in one line, without a token."""
    client = TmdbClient(access_of_settings())
    zone = LakeFiles(lake)
    cache = AnswerCache(HOME.read().resolve() / "tmdb_answers.sqlite", day)
    try:
        return collect_day(
            CollectionWork(zone, client, cache, report), day, scope_of_settings(), wanted_imdb_ids(zone, day)
        )
    finally:
        cache.close()


def _taken_in(taking: _Taking, file: CsvFile, day: date) -> TakenIn:
    there = taken_in_elsewhere(taking.lake, file, day)
    if there and there.path == file.raw.file(day, file.file).path and day < taking.today and not taking.recapture:
        # A capture is evidence: what the folder has now says nothing of a day that has ended.
        return there
    if there and not (taking.folder / file.file).exists():
        taking.report(f"{taking.folder} has no {file.file}: {there.path} counts, which is in the lake already")
        return there
    return take_in_file(taking.lake, file, taking.folder, day, taking.report)


def _csv_result(taken_in: TakenIn) -> DayResult:
    return DayResult(
        {
            ROW_COUNT: taken_in.lines,
            "path": taken_in.path,
            "size_bytes": taken_in.size,
            "is_sent": dg.MetadataValue.bool(taken_in.is_sent),
        }
    )


def _tmdb_results(outcome: CollectionOutcome) -> dict[dg.AssetKey, DayResult]:
    counts = {about: outcome.records.get(about.subject, 0) for about in RECORDS}
    unusable, of_all = counts[UNUSABLE], sum(counts.values())
    is_allowed = unusable <= ALLOWED_BAD_SHARE.read() * of_all
    check = CheckOutcome(
        not unusable,
        {"unusable": unusable, "answers": of_all},
        dg.AssetCheckSeverity.WARN if is_allowed else dg.AssetCheckSeverity.ERROR,
        f"{unusable} of {of_all} questions had no usable answer: see {UNUSABLE.prefix}" if unusable else None,
    )
    return {
        tmdb_key(about): DayResult(
            {ROW_COUNT: count, "asked_now": outcome.asked}, {USABLE: check} if about == UNUSABLE else {}
        )
        for about, count in counts.items()
    }
