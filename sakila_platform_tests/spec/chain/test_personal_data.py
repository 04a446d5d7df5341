"""Contact details stop at stage: nobody's e-mail, telephone, street or postal code is in the star."""

from __future__ import annotations

from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.rentals import source, star, warehouse_star
from sakila_platform_tests.platform import Platform
from sakila_platform_tests.tables import Rows

CONTACT_DETAILS = {"email", "phone", "address", "address2", "postal_code", "username", "password", "picture"}


def contact_details(platform: Platform) -> set[str]:
    """Every contact detail that the shop has, of a length that is nobody's by chance."""
    statement = """
        SELECT email AS detail FROM customer UNION SELECT email FROM staff UNION SELECT address FROM address
        UNION SELECT address2 FROM address UNION SELECT phone FROM address UNION SELECT postal_code FROM address
    """
    return {row["detail"] for row in platform.sql(statement) if row["detail"] and len(row["detail"]) > 4}


def texts(rows: Rows) -> set[str]:
    return {value for row in rows for value in row.values() if isinstance(value, str)}


def test_no_contract_of_the_star_has_a_column_for_a_contact_detail() -> None:
    tables = (*star.DAILY_TABLES, star.DIM_DATE, *warehouse_star.DAILY_TABLES, warehouse_star.STAR.ledger)
    for declared in tables:
        assert not CONTACT_DETAILS & set(declared.column_names), declared.name


def test_what_is_personal_in_stage_is_declared_so() -> None:
    for declared in source.STAGE_TABLES:
        for column in declared.columns:
            if column.name in CONTACT_DETAILS:
                assert column.is_personal, (declared.name, column.name)
        assert not {"password", "picture"} & set(declared.column_names)


def test_no_mart_and_no_analysis_reads_stage() -> None:
    files = [*(SQL_FOLDER / "marts").rglob("*.sql"), *(SQL_FOLDER / "rentals" / "analysis").glob("*.sql")]
    assert files
    assert not [path.name for path in files if "stage_" in path.read_text(encoding="utf-8")]


def test_no_file_of_the_star_and_no_table_of_the_warehouse_holds_a_contact_detail(platform: Platform) -> None:
    platform.set(ALLOWED_BAD_SHARE=1)
    # Rows that are set aside must not leak either.
    platform.damage("UPDATE customer SET create_date = '0000-00-00' WHERE customer_id = 5")
    platform.run("2005-05-24", "2005-05-25")
    details = contact_details(platform)
    assert len(details) > 1500

    found = {}
    for path in platform.files():
        layer, source_name, name, partition, _ = path.split("/")
        if layer == "final" and partition.startswith("dt="):
            found[path] = texts(platform.lake(f"{layer}/{source_name}/{name}", partition[3:]))
    for declared in warehouse_star.DAILY_TABLES:
        found[str(declared.name)] = texts(platform.warehouse(f"SELECT * FROM {declared.name.table}"))
    assert len(found) == 9 * 2 + 9
    for place, values in found.items():
        assert not {value for value in values if value in details or "@" in value}, place
    # And yet stage has them, for those who may see them.
    assert details <= texts(platform.lake("stage/sakila/address", "2005-05-24")) | texts(
        platform.lake("stage/sakila/customer", "2005-05-24")
    ) | texts(platform.lake("stage/sakila/staff", "2005-05-24")) | texts(
        platform.lake("quarantine/sakila/customer", "2005-05-24")
    )
