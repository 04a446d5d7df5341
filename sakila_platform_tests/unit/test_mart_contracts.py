"""The marts' own dbt tests: each kind of rule fails on rows broken for it, and is called as in a table's contract."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from sakila_platform.lake.location import open_lake
from sakila_platform.marts.builds import MartOutcome, build_marts
from sakila_platform.marts.dbt_project import MANIFEST, DbtProject
from sakila_platform.model.rules import InRange, NotNull, OneOf, Rule, Unique
from sakila_platform.orchestration.layers.marts import MARTS_PROJECT

NOT_NULL = NotNull(("film_id",))
AT_LEAST = InRange("rentals", minimum=0)
RATED = OneOf("rating", ("G", "R"))
COLUMNS = "film_id, place, title, rating, shelf, rentals"
SOUND = ["(1, 1, 'Alien', 'G', 1, 3)", "(2, 2, 'Child''s Play', 'R', 2, 0)"]
# What dbt knows of a mart: this, and totals that are to be those of the mart `sound`.
CONTRACT = """
version: 2
models:
  - name: {mart}
    data_tests:
      - contract:
          name: {mart}_contract
          arguments:
            unique: [[film_id], [place, shelf]]
            not_null: [film_id, title]
            in_range:
              rentals: {{minimum: 0, maximum: 9}}
            one_of:
              rating: [G, R]
              shelf: [1, 2]
              title: [Alien, "Child's Play"]
"""
TOTALS = """
version: 2
models:
  - name: {mart}
    data_tests:
      - adds_up:
          name: {mart}_adds_up
          arguments:
            totals:
              - total: sum(rentals)
                of: ref('sound')
                there: sum(rentals)
              - total: count(*)
                of: ref('sound')
                there: "count(CASE WHEN title <> '' THEN 1 END)"
    columns:
      - name: film_id
        data_tests:
          - relationships:
              name: {mart}_are_sound_films
              arguments:
                to: ref('sound')
                field: film_id
"""
# One that can't pass, of a mart that keeps every rule.
UNIT_TEST = """
unit_tests:
  - name: sound_is_empty
    model: sound
    given: []
    expect: {rows: [{film_id: 0}]}
"""
WITH_CONTRACT = {
    "sound": SOUND,
    "nulls": [*SOUND, "(3, 3, 'Alien', NULL, NULL, NULL)"],
    "nobody": [*SOUND, "(NULL, 3, 'Alien', 'G', 1, 0)"],
    "twice": [*SOUND, "(2, 3, 'Alien', 'G', 1, 0)"],
    "tied": [
        *SOUND,
        "(3, 2, 'Alien', 'G', 2, 0)",
        "(4, NULL, 'Alien', 'G', NULL, 0)",
        "(5, NULL, 'Alien', 'G', NULL, 0)",
    ],
    "negative": [*SOUND, "(3, 3, 'Alien', 'G', 1, -1)", "(4, 4, 'Alien', 'G', 1, -1)"],
    "crowded": [*SOUND, "(3, 3, 'Alien', 'G', 1, 10)"],
    "unrated": [*SOUND, "(3, 3, 'Alien', 'X', 1, 0)"],
    "misplaced": [*SOUND, "(3, 3, 'Alien', 'G', 3, 0)"],
    "misnamed": [*SOUND, "(3, 3, 'Aliens', 'G', 1, 0)"],
    "several": [*SOUND, "(2, 3, NULL, 'X', 1, -1)"],
}
WITH_TOTALS = {
    "same": SOUND,
    "multiplied": [*SOUND, "(1, 1, 'Alien', 'G', 1, 3)"],
    "moved": ["(1, 1, 'Alien', 'G', 1, 3)", "(7, 2, 'Aliens', 'R', 2, 0)"],
    "elsewhere": [f"({film_id}, 1, 'Alien', 'G', 1, 0)" for film_id in range(11, 19)],
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> MartOutcome:
    """What becomes of marts of these rows, built with the platform's own tests."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(MARTS_PROJECT / "tests", folder / "tests")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(MARTS_PROJECT / name, folder)
    models = folder / "models" / "shop"
    models.mkdir(parents=True)
    for marts, declared in ((WITH_CONTRACT, CONTRACT), (WITH_TOTALS, TOTALS)):
        for mart, rows in marts.items():
            values = f"SELECT * FROM (VALUES {', '.join(rows)}) AS films ({COLUMNS})"
            (models / f"{mart}.sql").write_text(f"{{{{ config(contract={{'enforced': false}}) }}}}\n{values}\n")
            (models / f"{mart}.yml").write_text(declared.format(mart=mart))
    with (models / "sound.yml").open("a") as file:
        file.write(UNIT_TEST)
    project = DbtProject(folder, folder / "state")
    nodes = json.loads((project.parsed() / MANIFEST).read_text(encoding="utf-8"))["nodes"]
    by_type = {kind: [name for name in nodes if name.startswith(f"{kind}.")] for kind in ("model", "test")}
    return build_marts(project, open_lake(str(folder / "lake")), {}, by_type["model"], by_type["test"])


def test_marts_that_keep_every_rule_are_published_and_nulls_break_only_not_null(outcome: MartOutcome) -> None:
    assert set(outcome.published) == {"sound", "nulls", "same"}
    assert {name: published.rows for name, published in outcome.published.items()} == {
        "sound": 2,
        "nulls": 3,
        "same": 2,
    }


def test_unit_tests_are_no_part_of_a_build(outcome: MartOutcome) -> None:
    kinds = {unique_id.partition(".")[0] for unique_id in outcome.results}
    assert kinds == {"model", "test"}


@pytest.mark.parametrize(
    ("mart", "broken"),
    [
        ("nobody", {NOT_NULL: 1}),
        ("twice", {Unique(("film_id",)): 1}),
        ("tied", {Unique(("place", "shelf")): 2}),
        ("negative", {AT_LEAST: 2}),
        ("crowded", {InRange("rentals", maximum=9): 1}),
        ("unrated", {RATED: 1}),
        ("misplaced", {OneOf("shelf", ("1", "2")): 1}),
        ("misnamed", {OneOf("title", ("Alien", "Child's Play")): 1}),
        ("several", {Unique(("film_id",)): 1, AT_LEAST: 1, RATED: 1, NotNull(("title",)): 1}),
    ],
)
def test_a_refused_mart_names_the_rules_of_its_contract_that_it_broke(
    outcome: MartOutcome, mart: str, broken: dict[Rule, int]
) -> None:
    listed = "; ".join(f"{rule.name} (faults: {faults})" for rule, faults in broken.items())
    assert outcome.refused[mart] == f"{mart}_contract: {listed}"


def test_a_total_that_differs_is_reported_with_both_sides(outcome: MartOutcome) -> None:
    assert outcome.refused["multiplied"] == (
        "multiplied_adds_up: sum(rentals) (mart_total: 6, source_total: 3); count(*) (mart_total: 3, source_total: 2)"
    )


def test_a_member_that_is_nowhere_else_is_reported_by_its_number(outcome: MartOutcome) -> None:
    assert outcome.refused["moved"] == "moved_are_sound_films: from_field: 7"
    assert re.search(r"elsewhere_are_sound_films: (from_field: 1\d; ){5}and 3 more", outcome.refused["elsewhere"])
