"""Questions as files: what a file must be, what becomes of it, and when its asset runs by itself."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from sakila_platform.errors import PlatformError
from sakila_platform.marts.answers_of_run import keep_answer, kept_answer
from sakila_platform.marts.plots import Plot, draw
from sakila_platform.marts.questions import Answer
from sakila_platform.orchestration.automation import follows_upstream
from sakila_platform.orchestration.layers.agreement import CHECK, agreement_checks, compared_questions, difference
from sakila_platform.orchestration.layers.questions import keep, questions_assets, questions_of
from sakila_platform.rentals.domain import DOMAIN as RENTALS
from sakila_platform.rentals.domain import FIVE_QUESTIONS

GOOD = "-- One row per category: films.\nSELECT category, COUNT(*) AS films FROM dim_film GROUP BY category\n"
# Words that MySQL 8 reserves and MariaDB does not: as a name they would break a query on MySQL only.
RESERVED_BY_MYSQL_8 = {
    *("cube", "cume_dist", "dense_rank", "empty", "except", "first_value", "function", "grouping", "groups"),
    *("intersect", "json_table", "lag", "last_value", "lateral", "lead", "nth_value", "ntile", "of", "over"),
    *("percent_rank", "rank", "recursive", "row_number", "system", "window"),
}


def folder_with(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "analysis"
    folder.mkdir()
    for name, sql in files.items():
        (folder / f"{name}.sql").write_text(sql, encoding="utf-8")
    return folder


def test_the_five_questions_are_asked() -> None:
    assert set(FIVE_QUESTIONS) <= {question.name for question in questions_of(RENTALS)}


def test_dropping_a_file_in_adds_an_asset_with_its_lineage(tmp_path: Path) -> None:
    [asset] = questions_assets(RENTALS, folder_with(tmp_path, films_per_category=GOOD))

    assert asset.key == dg.AssetKey(["analysis", "sakila", "films_per_category"])
    spec = asset.specs_by_key[asset.key]
    assert spec.description == "One row per category: films."
    assert spec.partitions_def is None
    assert [dep.asset_key.to_user_string() for dep in spec.deps] == ["warehouse/sakila/dim_film"]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT 1 AS one\n", "sql?.*the first line must say the grain"),
        ("-- One row per film: title.\nSELECT title\nFORM dim_film f WHERE (\n", "line 3: is not valid mysql SQL"),
        ("-- One row per film: title.\nSELECT 1 AS a; SELECT 2 AS b\n", "exactly one SELECT; found 2"),
        ("-- One row per film: title.\nDELETE FROM dim_film\n", "exactly one SELECT"),
        ("-- One row per film: title.\nSELECT title FROM dim_movie\n", "reads dim_movie. The warehouse has .*dim_film"),
        ("-- One row per film: title.\nSELECT title FROM sakila.film\n", "reads sakila.film. The warehouse has"),
        ("-- One row per film: a count.\nSELECT COUNT(*) FROM dim_film\n", "give every column a name of its own"),
        ("-- One row per film: all.\nSELECT * FROM dim_film\n", "give every column a name of its own"),
        ("-- One row per film: twice.\nSELECT title, title FROM dim_film\n", "give every column a name of its own"),
        (GOOD.replace("\n", "\n-- Plot: bar category rentals\n", 1), "line 2: the plot names rentals, .*It gives"),
        (GOOD.replace("\n", "\n-- Plot: pie category films\n", 1), "line 2: the plot can't be read. Write `-- Plot:"),
        (GOOD.replace("\n", "\n-- Plot: heatmap category films\n", 1), "line 2: the plot can't be read"),
    ],
)
def test_a_bad_file_gives_one_line_that_names_file_and_fault(tmp_path: Path, sql: str, message: str) -> None:
    with pytest.raises(PlatformError, match=message) as caught:
        questions_assets(RENTALS, folder_with(tmp_path, bad=sql))
    assert "bad.sql" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_query_uses_a_name_that_mysql_8_reserves() -> None:
    for question in questions_of(RENTALS):
        named = sqlglot.parse_one(question.query.sql, dialect="mysql").find_all(exp.Identifier)
        assert not {name.name.lower() for name in named} & RESERVED_BY_MYSQL_8, question.where


def test_every_question_has_an_order_so_that_its_answer_is_the_same_every_time() -> None:
    for question in questions_of(RENTALS):
        assert sqlglot.parse_one(question.query.sql, dialect="mysql").args.get("order"), question.where


@pytest.mark.parametrize(
    "plot",
    [
        Plot("bar", "day", "rentals"),
        Plot("line", "day", "rentals", "store"),
        Plot("heatmap", "day", "store", "rentals"),
    ],
)
@pytest.mark.parametrize("rows", [[], [("Monday", Decimal("3"), "A")], [("Monday", None, "A"), ("Tuesday", 2, "B")]])
def test_a_plot_is_a_small_svg_whatever_the_rows(plot: Plot, rows: list[tuple]) -> None:
    svg = draw(plot, ("day", "rentals", "store"), rows, "rentals by day")
    marks = svg.count(b'role="graphics-symbol"')
    assert svg.startswith(b"<svg")
    assert b"rentals by day" in svg
    # A line is one mark for all of its points.
    assert marks >= (1 if plot.kind == "line" and rows else len(rows))
    assert len(svg) < 100_000


@given(st.text(), st.sampled_from(["=", "+", "-", "@", "\t", "\r"]))
def test_a_text_that_would_be_a_formula_is_a_text_in_a_csv_for_people(rest: str, sign: str) -> None:
    text = sign + rest
    rows = ((text, f"a{text}", -5, Decimal("-1.50"), date(2005, 5, 24), None),)
    answer = Answer(("would", "would_not", "number", "money", "day", "unknown"), ("varchar",) * 6, rows)

    read = list(csv.reader(io.StringIO(answer.csv, newline="")))

    assert read[1] == [f"'{text}", f"a{text}", "-5", "-1.50", "2005-05-24", ""]


def test_an_answer_survives_its_csv(tmp_path: Path) -> None:
    rows = (("a", None), ('"quoted", with comma\nand line', "🎬 MARÍA"), ("1.50", "x|y"))
    answer = Answer(("name", "note"), ("varchar", "varchar"), rows)
    file = tmp_path / "analysis" / "answer.csv"
    keep(answer, file)
    keep(answer, file)

    text = file.read_bytes().decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["name", "note"], *[["" if value is None else value for value in row] for row in rows]]
    assert [path.name for path in file.parent.iterdir()] == ["answer.csv"]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "analysis").write_text("a file where a folder should be")
    with pytest.raises(PlatformError, match=re.escape(str(tmp_path / "analysis" / "answer.csv"))):
        keep(Answer(("a",), ("int",), ((1,),)), tmp_path / "analysis" / "answer.csv")


def test_the_preview_shows_twenty_rows_and_keeps_its_shape() -> None:
    lines = Answer(("n", "text"), ("int", "varchar"), tuple((n, "a|b\nc") for n in range(30))).markdown.splitlines()
    assert len(lines) == 22
    assert lines[2] == "| 0 | a\\|b c |"


def test_every_question_is_answered_by_the_marts_too() -> None:
    asked = questions_of(RENTALS)
    assert [question.name for question, _ in compared_questions(asked, RENTALS.sql_folder / "agreement")] == [
        question.name for question in asked
    ]
    assert {path.stem for path in (RENTALS.sql_folder / "agreement").glob("*.sql")} == {
        path.stem for path in (RENTALS.sql_folder / "analysis").glob("*.sql")
    }
    assert {key.name for check in agreement_checks(RENTALS) for key in check.check_keys} == {CHECK}


def test_a_mart_query_with_a_column_of_its_own_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "top_categories.sql").write_text(
        "-- One row per category: sold.\nSELECT 1 AS sold FROM final_sakila.x\n"
    )
    with pytest.raises(
        PlatformError, match=r"sold, final_sakila.x can't be compared with sql/rentals/analysis/top_categories"
    ):
        list(compared_questions(questions_of(RENTALS), tmp_path))


def test_two_answers_agree_whatever_their_order_and_number_types() -> None:
    mine = [("2005-05", 1, Decimal("10.50"), "ignored"), ("2005-06", 2, Decimal("0.00"), "ignored")]
    theirs = [(Decimal("0"), "2005-06", 2), (Decimal("10.5"), "2005-05", 1)]
    found = difference(("month", "store", "paid", "note"), mine, ("paid", "month", "store"), theirs)
    assert found.agrees
    assert found.compared == 2


@pytest.mark.parametrize(
    "theirs",
    [
        [(date(2005, 5, 24), 7)],
        [(date(2005, 5, 25), 8)],
        [],
        [(date(2005, 5, 24), 8), (date(2005, 5, 24), 8)],
        [(None, 8)],
    ],
)
def test_a_row_that_differs_is_missing_or_is_there_twice_is_a_disagreement(theirs: list[tuple]) -> None:
    found = difference(("date", "rentals"), [(date(2005, 5, 24), 8)], ("date", "rentals"), theirs)
    assert not found.agrees


def test_one_run_is_requested_when_a_day_upstream_was_updated_though_others_never_were() -> None:
    days = dg.DailyPartitionsDefinition("2005-05-24", end_offset=1)
    upstream = dg.AssetSpec("upstream", partitions_def=days)

    @dg.asset(deps=[upstream], automation_condition=follows_upstream())
    def answer() -> None: ...

    definitions = dg.Definitions(assets=[upstream, answer])
    with dg.DagsterInstance.ephemeral() as instance:
        first = dg.evaluate_automation_conditions(definitions, instance)
        instance.report_runless_asset_event(dg.AssetMaterialization("upstream", partition="2005-05-24"))
        second = dg.evaluate_automation_conditions(definitions, instance, cursor=first.cursor)
        third = dg.evaluate_automation_conditions(definitions, instance, cursor=second.cursor)

    assert [tick.total_requested for tick in (first, second, third)] == [0, 1, 0]


def test_a_comparison_takes_the_answer_of_its_own_run_and_of_no_other() -> None:
    question = questions_of(RENTALS)[0]
    first, second = Answer(("rentals",), ("bigint",), ((1,),)), Answer(("rentals",), ("bigint",), ((2,),))
    keep_answer("a run", question, first)
    assert kept_answer("a run", question) is first
    assert kept_answer("a run", questions_of(RENTALS)[1]) is None
    assert kept_answer("another run", question) is None
    keep_answer("another run", question, second)
    assert (kept_answer("a run", question), kept_answer("another run", question)) == (None, second)
