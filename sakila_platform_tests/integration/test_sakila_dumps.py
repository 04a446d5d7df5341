"""Dumps as people have them: what of them is loaded as it stands, and what is refused before it does harm."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pymysql.converters import escape_item

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.mariadb import server as private_server
from sakila_platform.embedded.sakila.database import load_sakila
from sakila_platform.embedded.sakila.dumps.dump import DATA_FILE, SCHEMA_FILE
from sakila_platform.embedded.sakila.official import executed_comments
from sakila_platform.embedded.sakila.verification import TABLES, verify_foreign_keys
from sakila_platform.errors import PlatformError
from sakila_platform_tests.shop_copies import ShopCopies

DATE_TRIGGERS = {"customer_create_date", "payment_date", "rental_date"}
FILM_TRIGGERS = {"ins_film", "upd_film", "del_film"}
HISTORY = (datetime(2005, 5, 24, 22, 53, 30), datetime(2006, 2, 14, 15, 16, 3))
Edit = Callable[[dict[str, str]], None]


def rows(address: Address, query: str, *values: object) -> list[tuple[Any, ...]]:
    with connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


@pytest.fixture
def edited(official_dump: Path, tmp_path: Path) -> Callable[[Edit], str]:
    """Makes a folder with the official files, edited as texts by their names."""

    def edit(change: Edit) -> str:
        texts = {name: (official_dump / name).read_text(encoding="utf-8") for name in (SCHEMA_FILE, DATA_FILE)}
        change(texts)
        for name, text in texts.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path)

    return edit


def replaced(name: str, old: str, new: str) -> Edit:
    def change(texts: dict[str, str]) -> None:
        assert old in texts[name]
        texts[name] = texts[name].replace(old, new, 1)

    return change


def appended(name: str, text: str) -> Edit:
    def change(texts: dict[str, str]) -> None:
        texts[name] += text

    return change


def load(address: Address, source: str) -> list[str]:
    """What was reported while this source was loaded into the address's database."""
    heard: list[str] = []
    load_sakila(address, source, heard.append, database=address.database)
    return heard


def recorded_dates(address: Address) -> list[tuple[Any, ...]]:
    query = "SELECT MIN(rental_date), MAX(rental_date) FROM rental UNION ALL "
    return rows(address, query + "SELECT MIN(payment_date), MAX(payment_date) FROM payment")


def trigger_names(address: Address) -> set[str]:
    query = "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = %s"
    return {name for (name,) in rows(address, query, address.database)}


def require_whole(address: Address) -> None:
    """The official history with its triggers, views and routines, and what the triggers keep in step."""
    assert recorded_dates(address) == [HISTORY, HISTORY]
    assert rows(address, "SELECT DISTINCT DATE(create_date) FROM customer") == [(datetime(2006, 2, 14).date(),)]
    assert rows(address, "SELECT SUM(amount) FROM payment") == [(Decimal("67406.56"),)]
    query = (
        "SELECT COUNT(*) FROM film JOIN film_text USING (film_id, title) WHERE film.description = film_text.description"
    )
    assert rows(address, query) == [(1000,)]
    assert trigger_names(address) >= DATE_TRIGGERS | FILM_TRIGGERS
    with connect(address) as connection, connection.cursor() as cursor:
        assert verify_foreign_keys(cursor, address.database) == 22


# Values are those of the file


def test_triggers_that_stand_before_the_rows_do_not_date_them_today(
    empty_database: Address, edited: Callable[[Edit], str]
) -> None:
    def triggers_first(texts: dict[str, str]) -> None:
        triggers = re.findall(r"CREATE TRIGGER \w+ BEFORE INSERT .*?;", texts[DATA_FILE], re.DOTALL)
        assert len(triggers) == 3
        for trigger in triggers:
            texts[DATA_FILE] = texts[DATA_FILE].replace(trigger, "")
        early = "CREATE TRIGGER early BEFORE INSERT ON rental FOR EACH ROW SET NEW.rental_date = NOW();"
        texts[SCHEMA_FILE] += "\n".join((*triggers, early))

    load(empty_database, edited(triggers_first))
    require_whole(empty_database)
    assert "early" in trigger_names(empty_database)


def test_a_lax_mode_of_the_dump_does_not_cut_a_value_that_is_too_long(
    empty_database: Address, edited: Callable[[Edit], str]
) -> None:
    def lax(texts: dict[str, str]) -> None:
        texts[DATA_FILE] = texts[DATA_FILE].replace("SQL_MODE='TRADITIONAL'", "SQL_MODE='NO_AUTO_VALUE_ON_ZERO'")
        texts[DATA_FILE] = texts[DATA_FILE].replace("(1,'PENELOPE',", f"(1,'{'x' * 46}',", 1)
        texts[DATA_FILE] = texts[DATA_FILE].replace("INSERT INTO actor", "INSERT IGNORE INTO actor", 1)

    with pytest.raises(PlatformError, match=r"line \d+: the server refuses this: .*Data too long for column"):
        load(empty_database, edited(lax))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "amount DECIMAL(5,2)",
            "amount DECIMAL(5,0)",
            r"payment\.amount does not hold the values of its origin: as dec",
        ),
        (
            "rental_date DATETIME",
            "rental_date DATE",
            r"rental\.rental_date does not hold .* 2005-05-24 22:53:30 to 2006",
        ),
        ("title VARCHAR(128)", "title VARBINARY(128)", None),
    ],
    ids=["rounded", "cut", "the same bytes"],
)
def test_a_column_that_changes_the_files_values_is_named(
    old: str, new: str, complaint: str | None, empty_database: Address, edited: Callable[[Edit], str]
) -> None:
    source = edited(replaced(SCHEMA_FILE, old, new))
    if complaint is None:
        load(empty_database, source)
    else:
        with pytest.raises(PlatformError, match=complaint) as refusal:
            load(empty_database, source)
        assert "\n" not in str(refusal.value)


def test_values_written_as_expressions_are_loaded(empty_database: Address, edited: Callable[[Edit], str]) -> None:
    def expressions(texts: dict[str, str]) -> None:
        for old, new in (
            ("(1,'PENELOPE','GUINESS','2006-02-15 04:34:33')", "(1,CONCAT('PE',UPPER('nelope')),'GUINESS',NOW())"),
            ("(2,'NICK','WAHLBERG','2006-02-15 04:34:33')", "(2,'NICK' COLLATE utf8mb4_bin,'WAHLBERG' /* , */,NOW())"),
            ("(3,'ED',", "(3, -- three\n 'ED',"),
            ("(1,1,'MARY','SMITH','MARY.SMITH@sakilacustomer.org',5,1,'2006-02-14 22:04:36',",
             "(1,1,'MARY','SMITH','MARY.SMITH@sakilacustomer.org',5,1,TIMESTAMP '2006-02-14 22:04:36',"),
        ):  # fmt: skip
            assert old in texts[DATA_FILE]
            texts[DATA_FILE] = texts[DATA_FILE].replace(old, new, 1)

    heard = load(empty_database, edited(expressions))
    query = "SELECT first_name, last_name FROM actor WHERE actor_id < 4 ORDER BY actor_id"
    assert rows(empty_database, query) == [("PENELOPE", "GUINESS"), ("NICK", "WAHLBERG"), ("ED", "CHASE")]
    require_whole(empty_database)
    assert heard[-1].startswith("Counted, but not compared with their origin: actor.first_name, actor.last_update, ")


def test_a_dump_without_rows_or_trigger_for_film_text_is_loaded_and_says_so(
    empty_database: Address, edited: Callable[[Edit], str]
) -> None:
    def without(texts: dict[str, str]) -> None:
        texts[SCHEMA_FILE], count = re.subn(
            r"CREATE TRIGGER `ins_film`.*?END;;", "SELECT 1;;", texts[SCHEMA_FILE], flags=re.S
        )
        assert count == 1

    heard = load(empty_database, edited(without))
    assert heard[-1].startswith("film_text is empty: the dump has no rows for it, and no trigger")
    assert rows(empty_database, "SELECT COUNT(*) FROM film_text") == [(0,)]
    assert recorded_dates(empty_database) == [HISTORY, HISTORY]


# What a dump may not do


@pytest.mark.parametrize(
    "harm",
    [
        "DROP /**/ DATABASE {other};",
        "/*!50000 DROP DATABASE {other} */;",
        "DELETE FROM {other}.t;",
        "CREATE USER evil@'%' IDENTIFIED BY 'e';",
        "CREATE TRIGGER harm AFTER INSERT ON rental FOR EACH ROW DELETE FROM {other}.t;",
        "SET GLOBAL general_log = 1;",
    ],
)
def test_a_dump_does_nothing_outside_of_its_own_database(
    harm: str, empty_database: Address, edited: Callable[[Edit], str]
) -> None:
    other = f"{empty_database.database}_other"
    rows(empty_database, f"CREATE DATABASE {other}")
    try:
        rows(empty_database, f"CREATE TABLE {other}.t (id INT)")
        source = edited(appended(SCHEMA_FILE, "\n" + harm.format(other=other)))
        with pytest.raises(PlatformError, match=rf"^{SCHEMA_FILE}, line \d+: `.*` is not run: [^\n]+$"):
            load(empty_database, source)
        assert rows(empty_database, f"SELECT COUNT(*) FROM {other}.t") == [(0,)]
        assert rows(empty_database, "SHOW TABLES") == []
    finally:
        rows(empty_database, f"DROP DATABASE {other}")


def test_the_server_says_which_comments_it_runs(mysql_server: Address) -> None:
    with connect(mysql_server) as connection, connection.cursor() as cursor:
        executes = executed_comments(cursor)
        assert (executes("!"), executes("!40101"), executes("!999999")) == (True, True, False)


# The forms in which tools write dumps


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        ([], []),
        (["--routines"], ["--hex-blob", "--skip-extended-insert", "--skip-triggers"]),
        (["--routines", "--databases"], ["--complete-insert", "--skip-opt", "--databases"]),
        (["--compact"], ["--insert-ignore", "--order-by-primary", "--routines"]),
    ],
    ids=["plain", "hex", "complete", "ignore"],
)
def test_what_mariadb_dump_writes_of_sakila_loads(
    schema: list[str], data: list[str], empty_database: Address, shop_copies: ShopCopies, tmp_path: Path
) -> None:
    program = shutil.which("mariadb-dump")
    if program is None:
        pytest.skip("mariadb-dump is not installed")
    shop_copies.restore()
    shop = shop_copies.address
    for name, options in ((SCHEMA_FILE, ["--no-data", *schema]), (DATA_FILE, ["--no-create-info", *data])):
        subprocess.run(
            [
                *(program, f"-h{shop.host}", f"-P{shop.port}", f"-u{shop.user}", f"-p{shop.password}"),
                *(*options, f"--result-file={tmp_path / name}", shop.database),
            ],
            check=True,
        )
    load(empty_database, str(tmp_path))
    require_whole(empty_database)
    assert rows(empty_database, "SELECT MD5(picture) FROM staff WHERE staff_id = 1") == rows(
        shop, "SELECT MD5(picture) FROM staff WHERE staff_id = 1"
    )


def test_what_phpmyadmin_writes_of_sakila_loads(
    empty_database: Address, shop_copies: ShopCopies, tmp_path: Path
) -> None:
    """Tables without keys, their triggers, their rows; keys and counters and foreign keys at the end."""
    shop_copies.restore()
    schema = ['SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";\nSTART TRANSACTION;\nSET time_zone = "+00:00";']
    data, keys, constraints = list[str](), list[str](), list[str]()
    for table in TABLES:
        ((_, created),) = rows(shop_copies.address, f"SHOW CREATE TABLE {table}")
        created = re.sub(r" AUTO_INCREMENT(=\d+)?", "", created)
        lines = created.split("\n")
        added = [line.strip(" ,") for line in lines if KEY.match(line)]
        columns = "\n".join(line for line in lines if not KEY.match(line)).replace(",\n)", "\n)")
        schema.append(f"{columns};\n")
        triggers = rows(shop_copies.address, "SHOW TRIGGERS WHERE `Table` = %s", table)
        for name, event, _, body, timing, *_ in triggers:
            text = f"CREATE TRIGGER `{name}` {timing} {event} ON `{table}` FOR EACH ROW {body}"
            schema.append(f"DELIMITER $$\n{text}\n$$\nDELIMITER ;\n")
        found = rows(shop_copies.address, f"SELECT * FROM {table}")
        values = ",\n".join(f"({', '.join(literal(value) for value in row)})" for row in found)
        names = ", ".join(f"`{name}`" for (name, *_) in rows(shop_copies.address, f"SHOW COLUMNS FROM {table}"))
        data.append(f"INSERT INTO `{table}` ({names}) VALUES\n{values};\n")
        for place, is_key in ((keys, True), (constraints, False)):
            clauses = ",\n  ".join(f"ADD {line}" for line in added if is_key is not line.startswith("CONSTRAINT"))
            place.extend([f"ALTER TABLE `{table}`\n  {clauses};\n"] if clauses else [])
    (tmp_path / SCHEMA_FILE).write_text("\n".join(schema) + "\nCOMMIT;\n", encoding="utf-8")
    (tmp_path / DATA_FILE).write_text("\n".join((*data, *keys, *constraints)), encoding="utf-8")
    load(empty_database, str(tmp_path))
    require_whole(empty_database)


KEY = re.compile(r"  (?:PRIMARY |UNIQUE |FULLTEXT )?(?:KEY|CONSTRAINT) ")


def literal(value: object) -> str:
    """As phpMyAdmin writes it: bytes in hexadecimal."""
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(escape_item(value, "utf8mb4"))


# Rights, and what the server wants


@pytest.fixture
def clerk(empty_database: Address) -> Iterator[Callable[[str], Address]]:
    """Makes an account with these rights on the test's database."""

    def made(rights: str) -> Address:
        rows(empty_database, "CREATE USER clerk@'%%' IDENTIFIED BY 'c'")
        rows(empty_database, f"GRANT {rights} ON {empty_database.database}.* TO clerk@'%%'")
        return Address(empty_database.host, empty_database.port, "clerk", "c", empty_database.database)

    yield made
    rows(empty_database, "DROP USER clerk@'%%'")


@pytest.mark.parametrize(
    ("rights", "missing"),
    [
        ("SELECT", "DROP"),
        ("ALL", None),
        ("SELECT, DELETE, DROP, CREATE, INSERT, REFERENCES, INDEX, ALTER, TRIGGER, CREATE VIEW", "CREATE ROUTINE"),
        ("SELECT, DELETE, DROP, CREATE, INSERT, REFERENCES, INDEX, ALTER, CREATE VIEW, CREATE ROUTINE", "TRIGGER"),
    ],
)
def test_a_right_that_is_missing_is_named(
    rights: str, missing: str | None, clerk: Callable[[str], Address], official_dump: Path
) -> None:
    address = clerk(rights)
    if missing is None:
        load(address, str(official_dump))
        return
    with pytest.raises(
        PlatformError, match=f"The account lacks the right {missing}. Have it granted, by GRANT"
    ) as reported:
        load(address, str(official_dump))
    assert "\n" not in str(reported.value) and "complete dump" not in str(reported.value)


def test_a_server_with_a_binary_log_has_its_setting_named(
    official_dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = private_server.run_options
    monkeypatch.setattr(private_server, "run_options", lambda *its: [*options(*its), "--log-bin=log", "--server-id=1"])
    address = private_server.ensure_server(tmp_path).on("sakila")
    try:
        rows(address.on(""), "CREATE USER clerk@'%%' IDENTIFIED BY 'c'")
        rows(address.on(""), "GRANT ALL ON sakila.* TO clerk@'%%'")
        with pytest.raises(PlatformError, match="run SET GLOBAL log_bin_trust_function_creators = 1 ") as reported:
            load(Address(address.host, address.port, "clerk", "c", "sakila"), str(official_dump))
        assert "complete dump" not in str(reported.value)
    finally:
        private_server.stop_server(tmp_path)
