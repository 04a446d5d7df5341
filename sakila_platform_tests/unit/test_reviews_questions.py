"""The questions about reviews as files: in SQL that PostgreSQL and Redshift share, and with their lineage."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from sakila_platform.marts.questions import Question
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.orchestration.layers.agreement import compared_questions
from sakila_platform.orchestration.layers.questions import questions_assets, questions_of
from sakila_platform.reviews.domain import DOMAIN as REVIEWS

# What PostgreSQL has and Redshift has not.
NOT_ON_REDSHIFT = (exp.Filter, exp.Lateral, exp.Array, exp.Values, exp.Distinct, exp.Rollup, exp.Cube)
# Words that Redshift reserves and PostgreSQL does not: as a name they would break a query there only.
RESERVED_BY_REDSHIFT = {
    *("aes128", "backup", "bytedict", "connect", "credentials", "deflate", "delta", "disable", "emptyasnull"),
    *("enable", "encode", "encoding", "exclude", "explicit", "globaldict256", "gzip", "identity", "language", "lun"),
    *("luns", "lzo", "lzop", "minus", "mostly8", "mostly16", "mostly32", "offline", "oid", "old", "open", "parallel"),
    *("partition", "percent", "permissions", "pivot", "raw", "readratio", "recover", "rejectlog", "resort"),
    *("respect", "restore", "snapshot", "sysdate", "system", "tag", "tdes", "text255", "text32k", "timestamp"),
    *("top", "truncatecolumns", "unpivot", "wallet", "without"),
}
VIEWS = sorted((SQL_FOLDER / "reviews" / "warehouse").glob("*.sql"))
STATEMENTS = {**{q.name: q.query.sql for q in questions_of(REVIEWS)}, **{path.stem: path.read_text() for path in VIEWS}}


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_query_is_redshifts_too(name: str) -> None:
    query = sqlglot.parse_one(STATEMENTS[name], dialect="redshift")
    assert not [node.sql() for node in query.find_all(*NOT_ON_REDSHIFT)]
    assert not {each.name.lower() for each in query.find_all(exp.Identifier)} & RESERVED_BY_REDSHIFT


@pytest.mark.parametrize("question", questions_of(REVIEWS), ids=lambda question: question.name)
def test_a_question_has_an_order_and_a_plot(question: Question) -> None:
    assert sqlglot.parse_one(question.query.sql, dialect="postgres").args.get("order")
    assert question.plot


def test_every_question_is_answered_by_the_marts_too() -> None:
    asked = [question.name for question in questions_of(REVIEWS)]
    assert [
        question.name for question, _ in compared_questions(questions_of(REVIEWS), (REVIEWS.sql_folder / "agreement"))
    ] == asked
    assert {path.stem for path in (REVIEWS.sql_folder / "agreement").glob("*.sql")} == set(asked)


def test_a_question_about_the_view_follows_the_facts_that_it_is_made_of() -> None:
    [assets] = questions_assets(REVIEWS)
    [spec] = [spec for spec in assets.specs if spec.key.path[-1] == "spending_by_score"]
    assert {dep.asset_key.to_user_string() for dep in spec.deps} == {
        "warehouse/reviews/fact_customer_spending",
        "warehouse/reviews/fact_movie_analytics",
    }
    assert spec.group_name == "reviews_analysis"
    assert spec.kinds == {"postgresql", "csv"}
