"""What a column keeps of a dump's literals: the text that both sides are summed up by."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymysql.converters import escape_item

from sakila_platform.embedded.sakila.dumps.literals import FileValues, ServerType, column_sum

VARCHAR, INT, DECIMAL = ServerType("varchar", "varchar(45)"), ServerType("int", "int"), ServerType("decimal", "", 2)
SET = ServerType("set", "set('Trailers','Deleted Scenes','Director''s Cut')")


@pytest.mark.parametrize(
    ("column", "literal", "kept"),
    [
        (VARCHAR, "'it''s'", b"it's"),
        (VARCHAR, '"say ""no"""', b'say "no"'),
        (VARCHAR, "'say \"no\" ''s'", b'say "no" \'s'),
        (VARCHAR, r"'a\n\0\Z\\\'\%\x'", b"a\n\0\x1a\\'\\%x"),
        (VARCHAR, "_utf8mb4 'é'", "é".encode()),
        (VARCHAR, "7", b"7"),
        (VARCHAR, "007", None),
        (VARCHAR, "_latin1'x'", None),
        (VARCHAR, "NOW()", None),
        (ServerType("char", "char(20)"), "'English   '", b"English"),
        (INT, "'01'", b"1"),
        (INT, "TRUE", b"1"),
        (INT, "-5", b"-5"),
        (INT, "1.5", None),
        (DECIMAL, "'0.99'", b"0.99"),
        (DECIMAL, "3", b"3.00"),
        (DECIMAL, "-0.0", b"0.00"),
        (DECIMAL, "2.990", b"2.99"),
        (DECIMAL, "2.999", b"2.999"),
        (ServerType("datetime", "datetime"), "'2005-05-24'", b"2005-05-24 00:00:00"),
        (ServerType("datetime", "datetime"), "'2005-05-24 22:53:30.5'", b"2005-05-24 22:53:30.5"),
        (ServerType("datetime", "datetime(3)", 3), "'2005-05-24T22:53:30'", b"2005-05-24 22:53:30.000"),
        (ServerType("date", "date"), "'2005-05-24 00:00:00'", b"2005-05-24"),
        (ServerType("date", "date"), "'2005-05-24 22:53:30'", b"2005-05-24 22:53:30"),
        (ServerType("year", "year(4)"), "2006", b"2006"),
        (ServerType("enum", "enum('G','PG-13')"), "'pg-13'", b"PG-13"),
        (ServerType("enum", "enum('G','PG-13')"), "2", None),
        (SET, "'Director''s Cut,trailers'", b"Trailers,Director's Cut"),
        (SET, "''", b""),
        (ServerType("blob", "blob"), "0x89504E47", b"\x89PNG"),
        (ServerType("blob", "blob"), "x'89504E47'", b"\x89PNG"),
        (ServerType("blob", "blob"), "_binary '\udc89PNG\\r'", b"\x89PNG\r"),
        (ServerType("json", "longtext"), "'{}'", None),
    ],
)
def test_a_column_keeps_the_text_of_a_literal(column: ServerType, literal: str, kept: bytes | None) -> None:
    assert column.kept(literal) == kept


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_text_is_the_same_after_it_was_written_and_read(text: str) -> None:
    assert VARCHAR.kept(escape_item(text, "utf8mb4")) == text.encode()


@settings(max_examples=30, deadline=None)
@given(values=st.lists(st.tuples(st.integers(), st.none() | st.text(max_size=4)), min_size=1, max_size=9))
def test_a_sum_tells_any_change_of_one_value(values: list[tuple[int, str | None]]) -> None:
    def total(column: ServerType, place: int, rows: list[tuple[int, str | None]]) -> object:
        found = FileValues()
        found.add(None, [[escape_item(value, "utf8mb4") for value in row] for row in rows])
        return column_sum(column, found.columns[place])

    changed = [(values[0][0] + 1, "more " + (values[0][1] or "")), *values[1:]]
    for place, column in ((0, INT), (1, VARCHAR)):
        assert total(column, place, values) == total(column, place, values[::-1])
        assert total(column, place, values) != total(column, place, changed)


def test_one_expression_leaves_its_column_out_and_unequal_rows_are_left_to_the_server() -> None:
    found = FileValues()
    found.add(["a", "B"], [["1", "NULL"], ["NOW()", "'x'"]])
    found.add(None, [["1"], ["2", "3"]])
    assert set(found.columns) == {"a", "b"}
    assert column_sum(INT, found.columns["a"]) is None
    assert column_sum(VARCHAR, found.columns["b"]) is not None
