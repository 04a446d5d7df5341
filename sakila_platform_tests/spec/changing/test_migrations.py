"""What no load may do by itself is declared as a migration: tried on a copy, done once, in order, and kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.errors import PlatformError
from sakila_platform.warehouse.changing import migrations
from sakila_platform_tests.bike_star import DIM_BRAND, FACT_HIRE
from sakila_platform_tests.changed_bikes import FIRST, PAID, SECOND, HiredBikes

UNPAID = replace(PAID, columns=FACT_HIRE.columns)
DROP = "-- Nobody pays any more.\nALTER TABLE fact_hire DROP COLUMN paid;\n"


@pytest.fixture(params=["mysql", "postgresql"])
def bikes(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HiredBikes:
    """A day is loaded; then the contract loses a column, and the next day is there."""
    monkeypatch.setattr(migrations, "SQL_FOLDER", tmp_path / "sql")
    server = "empty_database" if request.param == "mysql" else "empty_postgres"
    address: Address | PostgresAddress = request.getfixturevalue(server)
    found = HiredBikes(tmp_path / "lake", address)
    found.publish(FIRST)
    found.load(FIRST)
    found.publish(FIRST, hire=UNPAID)
    found.publish(SECOND, hire=UNPAID)
    return found


def declare(tmp_path: Path, name: str, text: str) -> None:
    folder = tmp_path / "sql" / "bikes" / "migrations"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.sql").write_text(text, encoding="utf-8")


def ledger(bikes: HiredBikes) -> list[str]:
    done = bikes.sql("SELECT name FROM warehouse_migrations WHERE applied_at IS NOT NULL ORDER BY name")
    return [name for (name,) in done]


def test_a_declared_migration_lets_the_next_load_go_on_and_is_done_once(bikes: HiredBikes, tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="paid"):
        bikes.load(SECOND, hire=UNPAID)
    declare(tmp_path, "0001_nobody_pays", DROP)

    bikes.load(SECOND, hire=UNPAID)
    bikes.load(FIRST, hire=UNPAID)

    assert bikes.reported == ["the migration 0001_nobody_pays was applied"]
    assert ledger(bikes) == ["0001_nobody_pays"]
    assert bikes.sql("SELECT COUNT(*) FROM fact_hire") == [(2,)]


def test_a_dry_run_tells_what_would_be_done_and_touches_nothing(bikes: HiredBikes, tmp_path: Path) -> None:
    declare(tmp_path, "0001_nobody_pays", DROP)
    before = bikes.sql("SELECT * FROM fact_hire")

    assert bikes.migrate(DIM_BRAND, UNPAID, dry_run=True) == ["the migration 0001_nobody_pays was applied"]
    assert bikes.sql("SELECT * FROM fact_hire") == before
    assert ledger(bikes) == []

    assert bikes.migrate(DIM_BRAND, UNPAID, dry_run=False) == ["the migration 0001_nobody_pays was applied"]
    assert ledger(bikes) == ["0001_nobody_pays"]


def test_a_migration_that_can_not_be_done_is_found_by_the_dry_run(bikes: HiredBikes, tmp_path: Path) -> None:
    declare(tmp_path, "0001_nobody_pays", "ALTER TABLE fact_hire DROP COLUMN payed")

    with pytest.raises(PlatformError, match="payed") as refused:
        bikes.migrate(DIM_BRAND, UNPAID, dry_run=True)
    assert "\n" not in str(refused.value)
    with pytest.raises(PlatformError, match="payed"):
        bikes.load(SECOND, hire=UNPAID)
    assert ledger(bikes) == []


def test_a_migration_that_does_not_make_the_tables_as_their_contracts_is_not_enough(
    bikes: HiredBikes, tmp_path: Path
) -> None:
    declare(tmp_path, "0001_renamed", "ALTER TABLE fact_hire RENAME COLUMN paid TO payed")

    with pytest.raises(PlatformError, match=r"payed \(.* is not in the contract"):
        bikes.migrate(DIM_BRAND, UNPAID, dry_run=True)


def test_a_migration_that_was_changed_after_it_was_applied_is_refused_by_name(
    bikes: HiredBikes, tmp_path: Path
) -> None:
    declare(tmp_path, "0001_nobody_pays", DROP)
    bikes.load(SECOND, hire=UNPAID)
    declare(tmp_path, "0001_nobody_pays", DROP.replace("paid", "rides"))

    with pytest.raises(PlatformError, match=r"^The migration 0001_nobody_pays was changed after it was applied"):
        bikes.load(SECOND, hire=UNPAID)


def test_a_migration_may_not_come_before_one_that_was_applied(bikes: HiredBikes, tmp_path: Path) -> None:
    declare(tmp_path, "0002_nobody_pays", DROP)
    bikes.load(SECOND, hire=UNPAID)
    declare(tmp_path, "0001_earlier", "ALTER TABLE fact_hire DROP COLUMN rides")

    with pytest.raises(PlatformError, match="0001_earlier comes before 0002_nobody_pays, which was applied already"):
        bikes.load(SECOND, hire=UNPAID)


def test_a_warehouse_that_begins_has_nothing_to_migrate(bikes: HiredBikes, tmp_path: Path) -> None:
    declare(tmp_path, "0001_nobody_pays", DROP)
    for (name,) in bikes.sql(bikes.tables_sql):
        bikes.sql(f"DROP TABLE {name}")

    bikes.load(FIRST, hire=UNPAID)

    assert ledger(bikes) == ["0001_nobody_pays"]
    assert bikes.reported == []


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("drop_paid", DROP, "drop_paid.sql is not named as a migration"),
        ("0001_two", "DROP TABLE a;\nDROP TABLE b;", "0001_two.sql must have one statement"),
        ("0001_none", "-- Nothing.", "0001_none.sql must have one statement"),
    ],
)
def test_a_file_that_is_no_migration_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, reason: str
) -> None:
    monkeypatch.setattr(migrations, "SQL_FOLDER", tmp_path / "sql")
    declare(tmp_path, name, text)

    with pytest.raises(PlatformError, match=f"^{reason}"):
        migrations.migrations_of("bikes")


@pytest.mark.parametrize("bikes", ["mysql"], indirect=True)
def test_a_run_that_died_before_it_noted_its_migration_is_completed_by_the_next(
    bikes: HiredBikes, tmp_path: Path
) -> None:
    declare(tmp_path, "0001_nobody_pays", DROP)
    bikes.sql("ALTER TABLE fact_hire DROP COLUMN paid")
    bikes.sql("INSERT INTO warehouse_migrations (name, checksum) VALUES ('0001_nobody_pays', 'x')")

    bikes.load(SECOND, hire=UNPAID)

    assert ledger(bikes) == ["0001_nobody_pays"]
    assert bikes.sql("SELECT COUNT(*) FROM fact_hire") == [(2,)]
