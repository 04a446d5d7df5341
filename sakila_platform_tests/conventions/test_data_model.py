"""The pages of the data model against the contracts that they are drawn from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sakila_platform.declarations.domain import Domain
from sakila_platform.documents.data_model import (
    bus_matrix,
    described,
    page_of,
    sections,
    star_diagram,
    with_data_model,
)
from sakila_platform.domains import DOMAINS
from sakila_platform.model.contracts import BIGINT, Column, Table, TableKind
from sakila_platform.model.naming import TableName
from sakila_platform.rentals.domain import DOMAIN as RENTALS
from sakila_platform.rentals.warehouse_star import STAR

WAREHOUSE_TABLES = RENTALS.warehouse_tables


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
def test_a_page_shows_the_contracts_as_they_are(domain: Domain) -> None:
    page = page_of(domain).read_text(encoding="utf-8")
    assert page == with_data_model(page, domain), (
        f"docs/{page_of(domain).name} is out of date. Write it anew: python -m sakila_platform.documents.data_model"
    )


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks <!-- contracts -->"):
        with_data_model("# The data model\n", RENTALS)


def test_a_fact_reaches_actors_by_the_bridge_from_films_only() -> None:
    lines = bus_matrix(WAREHOUSE_TABLES).splitlines()
    cells = {line.split("|")[1].strip(" `"): [cell.strip() for cell in line.split("|")[2:-1]] for line in lines}
    actor = cells["process"].index("`dim_actor`")
    assert cells["fact_rental"][actor] == "`bridge_film_actor`"
    assert cells["fact_payment"][actor] == ""


def test_a_rental_still_out_has_no_return_date_and_versions_meet_by_their_key() -> None:
    drawn = star_diagram(STAR.table("fact_rental"), WAREHOUSE_TABLES).splitlines()
    assert '  dim_date |o--o{ fact_rental : "return_date_key"' in drawn
    assert '  dim_date ||--o{ fact_rental : "rental_date_key"' in drawn
    assert '  dim_film ||--o{ fact_rental : "film_key"' in drawn
    # A film has many versions, but one id.
    assert '  dim_film }|--o{ bridge_film_actor : "film_id"' in drawn


def test_a_table_added_to_the_star_is_drawn_with_its_keys() -> None:
    shop_visit = Table(
        name=TableName("warehouse", "sakila", "fact_visit"),
        kind=TableKind.FACT,
        grain="One row per visit.",
        columns=(Column("visit_id", BIGINT, "The visit."), *STAR.table("fact_rental").columns[1:4]),
        primary_key=("visit_id",),
    )
    tables = (*WAREHOUSE_TABLES, shop_visit)
    assert "| `fact_visit` |" in bus_matrix(tables)
    assert "    bigint visit_id PK" in star_diagram(shop_visit, tables).splitlines()
    assert described(shop_visit, next(sections(RENTALS))).startswith(
        "### warehouse/sakila/fact_visit\n\nOne row per visit. Primary key: `visit_id`"
    )


def test_a_column_says_what_it_may_hold_and_whether_it_is_personal() -> None:
    column = replace(STAR.table("fact_rental").columns[0], name="mood", allowed=("good", "bad"), is_personal=True)
    row = described(replace(STAR.table("fact_rental"), columns=(column,)), next(sections(RENTALS))).splitlines()[-1]
    assert row.startswith("| `mood` | `INT` |  |")
    assert row.endswith("One of good, bad. Personal. |")
