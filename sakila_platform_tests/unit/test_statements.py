"""How an SQL file is cut into statements and rows, and how a broken one is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakila_platform.embedded.sakila.dumps.statements import (
    DumpStatement,
    SqlFile,
    require_settings_restored,
    retargeted,
    rows_of,
    split_statements,
)
from sakila_platform.errors import PlatformError

SMALL_DUMP = """\
-- A dump; with a semicolon in its "first" line
SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0;
INSERT INTO actor VALUES (1,'PENELOPE','it''s; (fine)',NULL),
(2,'NICK','a \\' quote',/*!50705 0x00,*/0.99),
(3,'ED',"double",NOW());

DELIMITER ;;
CREATE TRIGGER t AFTER INSERT ON film FOR EACH ROW BEGIN
  SET @a = 1; # don't stop here;
  SET @b = ';;';
END;;
DELIMITER ;
SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS;
"""


def statements(text: str) -> list[DumpStatement]:
    file = SqlFile("dump.sql", text)
    found = list(split_statements(file))
    require_settings_restored(file, found)
    for statement in found:
        if statement.filled_table:
            list(rows_of(statement))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("-- nothing\n/* at all */\n# here\n", []),
        ("SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]),
        (";;SELECT 1;;", ["SELECT 1"]),
        ("SELECT ';', \";\", `;`;", ["SELECT ';', \";\", `;`"]),
        ("SELECT 'it''s', '\\';';", ["SELECT 'it''s', '\\';'"]),
        ("SELECT 1 -- one;\n;", ["SELECT 1 -- one;"]),
        ("SELECT 1; -- one;\n", ["SELECT 1"]),
        ("SELECT 3--2;", ["SELECT 3--2"]),
        ("/* gone; */ SELECT 1;", ["SELECT 1"]),
        ("/*!50610 SET @a = ';' */;", ["SET @a = ';'"]),
        ("DELIMITER $$\nBEGIN; END$$\nDELIMITER ;\nSELECT 1;", ["BEGIN; END", "SELECT 1"]),
        ("delimiter //\nSELECT 1 // SELECT 2//", ["SELECT 1", "SELECT 2"]),
    ],
)
def test_a_file_is_cut_where_the_mysql_client_cuts_it(text: str, expected: list[str]) -> None:
    assert [statement.text for statement in statements(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DROP /**/ DATABASE x;", ["DROP /**/ DATABASE x"]),
        (
            "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER t */;",
            ["CREATE DEFINER=`a`@`b` TRIGGER t"],
        ),
        ("/*!99999 DROP TABLE a */ CREATE TABLE b (c INT);", ["CREATE TABLE b (c INT)"]),
        ("/*M!999999\\- enable the sandbox mode */ \nSELECT 1;", ["SELECT 1"]),
        ("/*!50003 SELECT '*/', 1 /* one */ */;", ["SELECT '*/', 1 /* one */"]),
        ("SELECT /*+ SET_VAR(sql_mode='') */ 1;", ["SELECT 1"]),
        ("/*!99999 nothing left */;", []),
    ],
)
def test_a_comment_that_a_server_runs_is_opened_and_one_that_it_does_not_run_is_gone(
    text: str, expected: list[str]
) -> None:
    found = split_statements(SqlFile("dump.sql", text), lambda mark: mark in ("!50003", "!50017"))
    assert [" ".join(statement.text.split()) for statement in found] == [" ".join(text.split()) for text in expected]


@pytest.mark.parametrize(
    "value",
    [
        "CAST(NOW() - INTERVAL 1 DAY AS DATETIME)",
        "DATE '2020-01-01'",
        "'a' COLLATE utf8mb4_bin",
        "ST_GeomFromText('POINT(1 2)')",
        "CONCAT('a',UPPER('b'))",
        "1 /* a comment; (, */",
        "1 -- a comment, )\n",
        "3--2",
        "'it''s' 'split'",
        "_utf8mb4'x' COLLATE utf8mb4_bin",
        "DEFAULT",
        "-.5e-3",
        "X'41'",
    ],
)
def test_a_value_may_be_written_as_mysql_lets_it_be_written(value: str) -> None:
    (statement,) = statements(f"INSERT INTO `t` (`a`, b) VALUES (1,{value},'x'),\n(2,NULL,'y');")
    found = list(rows_of(statement))
    assert [len(values) for _, values in found] == [3, 3]
    assert statement.line_at(found[0][0]) == 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("(SELECT password FROM other.t)", "it reads what is not in the dump"),
        ("1--(SELECT 1)", "it reads what is not in the dump"),
        ("LOAD_FILE('/etc/passwd')", "LOAD_FILE is no function"),
        ("`sleep`(9)", "SLEEP is no function"),
        ("IF(1, GET_LOCK('a', 9), 2)", "GET_LOCK is no function"),
        ("@@datadir", "an expression that is not understood"),
        ("other.f(1)", "an expression that is not understood"),
    ],
)
def test_a_value_that_reaches_beyond_its_row_is_refused(value: str, reason: str) -> None:
    with pytest.raises(PlatformError, match=f"^dump.sql, line 2: .* row of table t.*{reason}|table t is not.*{reason}"):
        statements(f"INSERT INTO t VALUES (1,'a'),\n(2,{value});")


def test_a_statement_knows_its_line_and_its_table() -> None:
    found = statements(SMALL_DUMP)
    assert [(statement.line, statement.filled_table) for statement in found] == [
        (2, None),
        (3, "actor"),
        (8, None),
        (13, None),
    ]
    assert [found[1].line_at(position) for position, _ in rows_of(found[1])] == [3, 4, 5]


@given(
    rows=st.lists(
        st.lists(st.text(alphabet="ab'\"\\;(),-/*# \n`é🎬", max_size=8), min_size=1, max_size=4), min_size=1, max_size=6
    )
)
def test_rows_are_counted_whatever_their_strings_hold(rows: list[list[str]]) -> None:
    def literal(text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"

    values = ",\n".join("(" + ",".join(map(literal, row)) + ")" for row in rows)
    (statement,) = statements(f"INSERT INTO `t` VALUES {values};")
    assert len(list(rows_of(statement))) == len(rows)


@given(length=st.integers(min_value=len("-- A"), max_value=len(SMALL_DUMP) - len(";\n") - 1))
def test_a_dump_cut_off_anywhere_within_its_statements_is_refused(length: int) -> None:
    head = SMALL_DUMP[:length]
    if not head.partition("\n")[2].strip():
        return  # only the first comment is left: an empty file, which has no tables
    with pytest.raises(PlatformError, match=r"^dump\.sql, line \d+: [^\n]*[Tt]ake a complete dump\.$"):
        statements(head)


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ("(1,'a'),\n(2,b'),\n(3,'c');", 2),
        ("(1,'a'),\n(2,'b),\n(3,'c');", 2),
        ("(1,'a'),\n(2,'b',\n(3,'c');", 2),
        ("(1,'a'),\n2,'b'),\n(3,'c');", 2),
        ("(1,'a'),\n(2,,'b'),\n(3,'c');", 2),
        ("(1,'a'),\n(2,'b')\n(3,'c');", 2),
        ("(1,'a'),\n(2,'b'),\n;", 2),
    ],
)
def test_a_corrupt_row_is_named_by_its_line(broken: str, line: int) -> None:
    with pytest.raises(PlatformError, match=f"^dump.sql, line {line}: a corrupt or cut-off row of table t"):
        statements(f"INSERT INTO t VALUES {broken}\nCOMMIT;\nINSERT INTO u VALUES (1,'x');\n")


def test_an_unclosed_quote_takes_no_longer_in_a_large_file_than_reading_it() -> None:
    rows = ",\n".join(f"({n},'it''s {n}','{n}')" for n in range(20_000))
    with pytest.raises(PlatformError, match="line 1: a corrupt or cut-off row"):
        statements(f"INSERT INTO t VALUES (1,'open,'x'),\n{rows};")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1 FROM sakila.film f", "SELECT 1 FROM `shop`.film f"),
        ("SELECT 1 FROM `sakila`.`film`", "SELECT 1 FROM `shop`.`film`"),
        ("SELECT 'sakila.film', \"sakila.film\"", "SELECT 'sakila.film', \"sakila.film\""),
        ("SELECT a.sakila, mysakila.x FROM a", "SELECT a.sakila, mysakila.x FROM a"),
        ("-- it's sakila.film\nSELECT sakila.film.title", "-- it's sakila.film\nSELECT `shop`.film.title"),
        ("CREATE DEFINER=`root`@`localhost` VIEW v AS SELECT 1", "CREATE DEFINER=CURRENT_USER VIEW v AS SELECT 1"),
        ("/*!50017 DEFINER='a'@'%' */ SELECT 1", "/*!50017 DEFINER=CURRENT_USER */ SELECT 1"),
        ("CREATE DEFINER=CURRENT_USER VIEW v AS SELECT 1", "CREATE DEFINER=CURRENT_USER VIEW v AS SELECT 1"),
    ],
)
def test_references_to_the_dumps_database_follow_the_target(text: str, expected: str) -> None:
    assert retargeted(text, ["sakila"], "shop") == expected
