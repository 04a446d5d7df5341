"""Which statements of a dump are run on a server, which are left out, and which are refused at their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sakila_platform.embedded.sakila.dumps.allowed_statements import StatementKind, kind_of
from sakila_platform.embedded.sakila.dumps.dump import read_dump
from sakila_platform.embedded.sakila.dumps.session_settings import carried_out
from sakila_platform.embedded.sakila.dumps.statements import DumpStatement, SqlFile, split_statements
from sakila_platform.errors import PlatformError


def statement(text: str) -> DumpStatement:
    (found,) = split_statements(SqlFile("dump.sql", f"DELIMITER ;;\n{text};;"))
    return found


def kind(text: str) -> StatementKind:
    return kind_of(statement(text), {"sakila"})


@pytest.mark.parametrize(
    "text",
    [
        "DROP /**/ DATABASE victim",
        "/*!50000 DROP DATABASE victim */",
        "/*M!100000 DROP DATABASE victim */",
        "/*!50000 CREATE */ USER evil",
        "CREATE USER evil@'%' IDENTIFIED BY 'e'",
        "GRANT ALL ON *.* TO evil@'%'",
        "SELECT 'x' INTO OUTFILE '/tmp/x'",
        "SELECT 1 INTO @a",
        "DELETE FROM other.t",
        "DELETE FROM actor",
        "UPDATE rental SET rental_date = NOW()",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM actor",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE actor",
        "CALL rewards_report(1, 1, @a)",
        "DO SLEEP(9)",
        "SOURCE other.sql",
        "\\! ls",
        "KILL 1",
        "USE mysql",
        "ALTER DATABASE mysql CHARACTER SET latin1",
        "INSERT INTO other.t VALUES (1)",
        "INSERT INTO actor SELECT * FROM other.t",
        "INSERT INTO actor SET actor_id = 1",
        "CREATE TABLE other.t (a INT)",
        "CREATE TABLE t AS SELECT * FROM mysql.user",
        "CREATE TABLE t (a INT) SELECT * FROM mysql.user",
        "CREATE TABLE t LIKE other.t",
        "CREATE TABLE t (a INT) ENGINE=FEDERATED CONNECTION='mysql://u@h/d/t'",
        "CREATE TABLE t (a INT) ENGINE=CSV",
        "CREATE TABLE t (a INT) DATA DIRECTORY='/tmp'",
        "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES other.t (a))",
        "ALTER TABLE actor RENAME TO other.actor",
        "ALTER TABLE actor ADD a INT, RENAME TO other.actor",
        "DROP TABLE actor, other.t",
        "CREATE VIEW v AS SELECT * FROM actor, other.t",
        "CREATE VIEW v AS SELECT * FROM actor AS a, other.t",
        "CREATE VIEW v AS SELECT * FROM (actor, other.t)",
        "CREATE VIEW v AS SELECT * FROM actor JOIN `other` . `t` ON 1 = 1",
        "CREATE VIEW v AS SELECT (SELECT MAX(x) FROM other.t) AS x",
        "CREATE VIEW v AS SELECT LOAD_FILE('/etc/passwd')",
        "CREATE VIEW v AS SELECT other.f(1)",
        "CREATE FUNCTION f RETURNS STRING SONAME 'udf.so'",
        "CREATE TRIGGER t BEFORE INSERT ON other.t FOR EACH ROW SET @a = 1",
        "CREATE TRIGGER t BEFORE INSERT ON actor FOR EACH ROW DELETE FROM other.t",
        "CREATE TRIGGER t BEFORE INSERT ON actor FOR EACH ROW BEGIN INSERT other.t VALUES (1); END",
        "CREATE TRIGGER t BEFORE INSERT ON actor FOR EACH ROW UPDATE actor, other.t SET a = 1",
        "CREATE PROCEDURE p() BEGIN PREPARE s FROM @a; EXECUTE s; END",
        "CREATE PROCEDURE p() DROP DATABASE victim",
        "CREATE PROCEDURE p() BEGIN IF 1 THEN GRANT ALL ON *.* TO a; END IF; END",
        "CREATE PROCEDURE p() SET PASSWORD = 'x'",
        "CREATE PROCEDURE p() CALL other.p()",
    ],
)
def test_what_no_sakila_needs_is_refused_at_its_line(text: str) -> None:
    with pytest.raises(PlatformError, match=r"^dump\.sql, line 2: `.*` is not run: [^\n]+$"):
        kind(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("USE `sakila`", StatementKind.LEFT_OUT),
        ("DROP SCHEMA IF EXISTS sakila", StatementKind.LEFT_OUT),
        ("ALTER DATABASE `sakila` CHARACTER SET utf8mb4", StatementKind.LEFT_OUT),
        ("LOCK TABLES `actor` WRITE", StatementKind.LEFT_OUT),
        ("UNLOCK TABLES", StatementKind.LEFT_OUT),
        ("SELECT 'loading' AS info", StatementKind.LEFT_OUT),
        ("INSERT IGNORE INTO sakila.actor (`actor_id`) VALUES (1)", StatementKind.ROWS),
        ("/*!40000 ALTER TABLE `actor` DISABLE KEYS */", StatementKind.DEFINITION),
        ("ALTER TABLE `actor`\n  ADD PRIMARY KEY (`actor_id`),\n  ADD KEY `k` (`last_name`)", StatementKind.DEFINITION),
        ("ALTER TABLE actor MODIFY actor_id SMALLINT UNSIGNED NOT NULL AUTO_INCREMENT", StatementKind.DEFINITION),
        ("START TRANSACTION", StatementKind.DEFINITION),
        (
            "CREATE OR REPLACE ALGORITHM=MERGE DEFINER=`a`@`%` SQL SECURITY INVOKER VIEW v AS SELECT 1",
            StatementKind.DEFINITION,
        ),
        ("CREATE VIEW v AS SELECT TRIM(LEADING 'x' FROM a.first_name), a.x FROM actor AS a", StatementKind.DEFINITION),
        (
            "CREATE VIEW v AS SELECT r.x FROM (rental r JOIN sakila.staff s ON(r.a = s.a)), film f",
            StatementKind.DEFINITION,
        ),
        ("CREATE TRIGGER t AFTER UPDATE ON `sakila`.`film` FOR EACH ROW SET @a = NEW.film_id", StatementKind.TRIGGER),
        ("DROP TRIGGER IF EXISTS `ins_film`", StatementKind.TRIGGER),
        ("SET @saved_sql_mode = @@sql_mode", StatementKind.SETTING),
    ],
)
def test_what_dumps_of_sakila_hold_is_run_or_left_out(text: str, expected: StatementKind) -> None:
    assert kind(text) is expected


def test_every_statement_of_the_official_dump_is_allowed(official_dump: Path) -> None:
    found = read_dump(str(official_dump))
    for file in (found.schema, found.data):
        for each in split_statements(file):
            kind_of(each, {"sakila"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SET NAMES utf8mb4", ""),
        ("SET NAMES latin1, @a = 1", "SET @a = 1"),
        ("SET character_set_client = utf8", ""),
        ("SET @old=@@CHARACTER_SET_CLIENT, CHARACTER_SET_CLIENT=utf8", "SET @old=@@CHARACTER_SET_CLIENT"),
        ("SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'a:1-5'", ""),
        ("SET @@SESSION.SQL_LOG_BIN= 0", ""),
        ('SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO"', "SET SQL_MODE = 'NO_AUTO_VALUE_ON_ZERO'"),
        ("SET sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_CREATE_USER'", "SET sql_mode = 'STRICT_ALL_TABLES'"),
        ("SET @@default_storage_engine = 'InnoDB'", "SET @@default_storage_engine = 'InnoDB'"),
        ("SET TIME_ZONE='+00:00', FOREIGN_KEY_CHECKS=0", "SET TIME_ZONE='+00:00', FOREIGN_KEY_CHECKS=0"),
    ],
)
def test_a_dump_sets_what_concerns_its_rows(text: str, expected: str) -> None:
    assert carried_out(statement(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "SET GLOBAL general_log = 1",
        "SET @@global.sql_mode = ''",
        "SET PERSIST max_connections = 1",
        "SET PASSWORD = PASSWORD('x')",
        "SET ROLE admin",
        "SET @a = (SELECT MAX(x) FROM other.t)",
        "SET sql_mode = CONCAT('ANSI', '_QUOTES')",
        "SET sql_mode = 'ANSI_QUOTES'",
        "SET @mode = 'NO_BACKSLASH_ESCAPES,ANSI'",
        "SET max_statement_time = 1",
    ],
)
def test_a_dump_sets_nothing_of_the_server_and_nothing_that_has_its_text_read_otherwise(text: str) -> None:
    with pytest.raises(PlatformError, match=r"^dump\.sql, line 2: `SET .*` is not run: [^\n]+$"):
        carried_out(statement(text))
