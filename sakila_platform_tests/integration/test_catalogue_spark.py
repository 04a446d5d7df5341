"""The Glue lane of the catalogue on real Spark: from the same raw files it comes to what the local lane comes to."""

from __future__ import annotations

import runpy
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from sakila_platform.catalogue import trusted_on_spark
from sakila_platform.catalogue.csv.files import MOVIES
from sakila_platform.catalogue.declared_terms import GENRE_NAMES, SUBGENRE_TERMS, genre_names, subgenre_terms
from sakila_platform.catalogue.refined_build import build_refined, refined_build
from sakila_platform.catalogue.refined_tables import REFINED_TABLES
from sakila_platform.catalogue.tmdb import record_files
from sakila_platform.catalogue.tmdb_stand_in.csv_rows import write_csv_files
from sakila_platform.catalogue.tmdb_stand_in.titles import generated_titles
from sakila_platform.catalogue.trusted_tables import TITLES, TMDB_TABLES, TRUSTED_TABLES
from sakila_platform.errors import PlatformError
from sakila_platform.lake.location import open_lake
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import data_file, day_partition
from sakila_platform.model.outcomes import UNPARTITIONED_DAY
from sakila_platform.settings.places import HOME
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE
from sakila_platform.spark.lake_views import LakeViews, view_name
from sakila_platform.spark.source.columns import file_schema, typed_columns
from sakila_platform_tests.catalogue_lake import DAY, HORROR, SHARE, CatalogueLake
from sakila_platform_tests.spark import small_spark

SCRIPTS = Path(__file__).resolve().parents[2] / "glue_scripts"
DAYS = [DAY, date(2022, 5, 3), date(2022, 5, 9)]


@dataclass
class Lanes:
    """The same raw files in two lakes, and what each lane made of its own."""

    local: CatalogueLake
    glue: CatalogueLake
    views: LakeViews


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """One session for this file."""
    with small_spark(tmp_path_factory.mktemp("spark")) as spark:
        yield spark


@pytest.fixture(scope="module", autouse=True)
def allowed_share(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Many rows may be bad; a home of its own."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv(ALLOWED_BAD_SHARE.name, str(SHARE))
        monkeypatch.setenv(HOME.name, str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="module")
def lanes(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lanes:
    """Generated CSV files with all that is wrong with such files, and days of TMDB with faults; nothing made yet."""
    local, glue = (CatalogueLake(tmp_path_factory.mktemp(name) / "lake") for name in ("local", "glue"))
    files = tmp_path_factory.mktemp("files")
    write_csv_files(files, generated_titles(7, 60, 20), 7, bad_lines=8)
    for name in ("movies", "series"):
        _, _, lines = (files / f"{name}.csv").read_bytes().partition(b"\n")
        local.given_lines(name, lines)
    cast = [{"credit_id": "a", "id": 5, "name": "Inés", "character": "Nurse", "order": 0}, {"credit_id": "b", "id": 6}]
    local.given_films(
        {"id": 1, "imdb_id": "tt1000001", "credits": {"cast": cast, "crew": []}, "vote_average": 6.25, "vote_count": 4},
        {"id": 2, "runtime": "95", "mood": "dark", "budget": 10, "revenue": 2**40},
        {"id": 2, "title": "listed twice"},
        {"id": 3, "genres": [HORROR, HORROR], "popularity": 12.34567, "release_date": "0000-00-00"},
    )
    local.given_series({"id": 1}, {"id": None})
    local.given_records(record_files.MISSING, {"request": "/movie/9", "answer": {}})
    local.given_raw(record_files.MOVIES, "movies_0001.json", b'[\n{"id":4,"title":"cut"},\n{"id":', DAYS[1])
    shutil.copytree(local.folder, glue.folder)
    return Lanes(local, glue, LakeViews(spark, str(glue.folder)))


def test_the_csv_files_come_to_the_same_in_both_lanes(lanes: Lanes) -> None:
    local = lanes.local.trusted_csv()
    glue = trusted_on_spark.build_history(lanes.views, DAY)
    assert {name: by_day[UNPARTITIONED_DAY] for name, by_day in glue.items()} == local
    assert_same_files(lanes, "titles", "title_artists", "csv_lines")


QUOTED = {
    "as letters": (b'"Scream" Later', b'"Boo'),
    "doubled": (b'"""Scream""\nLater | Uncut"', b'"""Boo"'),
    "with backslashes": (rb'"\"Scream\" Later | C:\\"', rb'"\"Boo"'),
}


@pytest.mark.parametrize("titles", QUOTED.values(), ids=QUOTED.keys())
def test_titles_with_quotation_marks_come_to_the_same_in_both_lanes(
    lanes: Lanes, tmp_path: Path, titles: tuple[bytes, ...]
) -> None:
    rest = rb"|\N|1980|90|Horror|6.1|200|actor|\N|Ana|1950|\N|actor|\N"
    named = (*titles, b"Fog", b'A "B"')
    lines = b"\n".join(b"tt000000%d|%s%s" % (n, title, rest) for n, title in enumerate(named)) + b"\nnm1|No id" + rest
    local, glue = CatalogueLake(tmp_path / "local"), CatalogueLake(tmp_path / "glue")
    for lake in (local, glue):
        lake.given_lines("movies", lines)
    views = LakeViews(lanes.views.spark, str(glue.folder))
    outcomes = local.trusted_csv()
    assert {
        name: by_day[UNPARTITIONED_DAY] for name, by_day in trusted_on_spark.build_history(views, DAY).items()
    } == outcomes
    assert_same_files(Lanes(local, glue, views), "titles", "title_artists", "csv_lines")
    assert '"Scream"' in str(local.rows("trusted/catalogue/titles").column("title")[0])


def test_the_days_of_tmdb_come_to_the_same_in_both_lanes_an_empty_one_too(lanes: Lanes) -> None:
    local = lanes.local.trusted_tmdb(*DAYS)
    assert trusted_on_spark.publish_days(lanes.views, TMDB_TABLES, DAYS) == local
    assert_same_files(lanes, "tmdb_")
    assert pq.read_table(lanes.glue.folder / data_file(TMDB_TABLES[0].name, day_partition(DAYS[2]))).num_rows == 0


def test_the_sql_of_the_star_comes_to_the_same_on_spark(lanes: Lanes, spark: SparkSession) -> None:
    lanes.local.trusted_csv()
    lanes.local.trusted_tmdb(*DAYS)
    lake = open_lake(str(lanes.local.folder))
    build_refined(lake)
    for name, terms in ((SUBGENRE_TERMS, subgenre_terms()), (GENRE_NAMES, genre_names())):
        rows = spark.createDataFrame(terms.to_pylist())
        rows.createOrReplaceTempView(view_name(name.database, name.table))
    build, views = refined_build(lake), LakeViews(spark, str(lanes.local.folder))
    for table in (*TRUSTED_TABLES, *REFINED_TABLES):
        show(views, lake.parts(table.name), table)
    for table in REFINED_TABLES:
        found = views.sql(build.query(table).sql).selectExpr(*typed_columns(table)).orderBy(*table.primary_key)
        expected = pq.read_table(lanes.local.folder / data_file(table.name)).to_pylist()
        assert expected, table.name
        assert [row.asDict() for row in found.collect()] == expected, table.name


def test_too_many_bad_lines_are_refused_in_both_lanes_alike(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ALLOWED_BAD_SHARE.name, "0")
    local = lanes.local.trusted_csv()
    assert local[TITLES.name].refused
    glue = trusted_on_spark.build_history(lanes.views, DAY)
    assert {name: by_day[UNPARTITIONED_DAY] for name, by_day in glue.items()} == local


def test_the_scripts_run_as_glue_runs_them(
    lanes: Lanes, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for script in ("catalogue_history.py", "catalogue_tmdb.py"):
        lake = ("--lake", str(lanes.glue.folder))
        monkeypatch.setattr(
            sys, "argv", [script, *lake, "--to", str(DAY), "--JOB_NAME", "x", "--SAKILA_TIME_ZONE", "UTC"]
        )
        runpy.run_path(str(SCRIPTS / script), run_name="__main__")
    said = capfd.readouterr().out
    assert "trusted/catalogue/titles 1970-01-01" not in said
    assert "trusted/catalogue/titles: " in said
    assert f"trusted/catalogue/tmdb_titles {DAY}: 4 rows" in said


def test_another_file_is_refused_in_one_line_on_spark_too(lanes: Lanes, tmp_path: Path) -> None:
    lake = CatalogueLake(tmp_path / "lake")
    lake.given_raw(MOVIES.raw, MOVIES.file, b"title;year\nNight;1980\n")
    with pytest.raises(PlatformError, match=r"^Raw/Local/CSV/Movies/2022/05/02/movies\.csv does not begin with"):
        trusted_on_spark.build_history(LakeViews(lanes.views.spark, str(lake.folder)), DAY)


def assert_same_files(lanes: Lanes, *tables: str) -> None:
    """Both lakes have the same rows in the same files, under the same types."""
    found = [
        {
            file.relative_to(lane.folder): pq.read_table(file, partitioning=None)
            for layer in ("trusted", "quarantine")
            for name in tables
            for file in (lane.folder / layer / "catalogue").glob(f"{name}*/**/*.parquet")
        }
        for lane in (lanes.local, lanes.glue)
    ]
    assert found[0].keys() == found[1].keys()
    assert len(found[0]) >= len(tables)
    for path, rows in found[0].items():
        assert found[1][path].schema == rows.schema, path
        assert found[1][path].to_pylist() == rows.to_pylist(), path


def show(views: LakeViews, parts: list[str], table: Table) -> None:
    """Let SQL find all parts of a table."""
    location = f"{views.location}/{table.name.path}"
    if parts and parts != [""]:
        rows = views.spark.read.schema(file_schema(table)).option("basePath", location)
        found = rows.parquet(*(f"{location}/{part}" for part in parts))
    else:
        found = views.spark.read.schema(file_schema(table)).parquet(f"{location}/part-0.parquet").drop("dt")
    found.createOrReplaceTempView(view_name(table.name.database, table.name.table))
