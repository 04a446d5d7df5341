"""The catalogue on a lake in S3: the same rows as in a folder, made twice in one process too."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sakila_platform.catalogue.csv.history_build import build_history
from sakila_platform.catalogue.refined_build import build_refined
from sakila_platform.catalogue.tmdb import record_files
from sakila_platform.catalogue.tmdb.trusted_tmdb import publish_tmdb_days
from sakila_platform.catalogue.trusted_tables import TMDB_TABLES
from sakila_platform.lake.files import Lake
from sakila_platform.lake.location import open_lake
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.settings.places import HOME, LAKE
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE
from sakila_platform_tests.catalogue_lake import DAY, SHARE, CatalogueLake
from sakila_platform_tests.lake_places import s3_place
from sakila_platform_tests.s3_servers import S3Server, moto_application, served


def made(lake: Lake) -> dict[str, Outcomes]:
    """All tables, and what each came to."""
    history = {name: {DAY: outcome} for name, outcome in build_history(lake, DAY).items()}
    tmdb = publish_tmdb_days(lake, TMDB_TABLES, [DAY], SHARE)
    refined = {name: {DAY: outcome} for name, outcome in build_refined(lake).items()}
    return {"history": history, "tmdb": tmdb, "refined": refined}


def test_a_lake_on_s3_comes_to_what_a_folder_comes_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME.name, str(tmp_path))
    monkeypatch.setenv(ALLOWED_BAD_SHARE.name, str(SHARE))
    folder = CatalogueLake(tmp_path / "lake")
    folder.given_csv(
        "movies", "id | tituloPincipal | genero | nomeArtista\ntt0000001 | Night | Horror | Ana\nnm1 | Fog | x | y"
    )
    folder.given_films({"id": 1, "imdb_id": "tt0000001"}, {"id": 2})
    folder.given_raw(record_files.SERIES, "series_0001.json", b'[\n{"id":4,"name":"cut"},\n{"id":')
    raw = {str(file.relative_to(folder.folder)): file for file in folder.folder.rglob("*") if file.is_file()}
    expected = made(open_lake(str(folder.folder)))
    with served(moto_application()) as endpoint, s3_place(S3Server(endpoint)) as place:
        for name, value in place.environment.items():
            monkeypatch.setenv(name, value)
        lake = open_lake(place.environment[LAKE.name])
        for path, file in raw.items():
            lake.publish(path, file.read_bytes())
        assert made(lake) == expected
        assert made(lake) == expected, "a second time, over what is there"
        there = sorted(str(file.relative_to(folder.folder)) for file in folder.folder.rglob("*.parquet"))
        assert place.paths() == there
        for path in there:
            on_s3 = pq.read_table(pa.BufferReader(lake.read(path)))
            assert on_s3.equals(pq.read_table(folder.folder / path, partitioning=None)), path
