"""The rental star in the warehouse (`datawarehouse_sakila`): all days, with history. Pure declarations.

All but `fact_rental` follows from the contracts in `star`; the rules are in `warehouse.star`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sakila_platform.model.contracts import BOOLEAN, DATETIME, INTEGER, Column, Table
from sakila_platform.rentals import star
from sakila_platform.rentals.star import date_key
from sakila_platform.warehouse.star import Accumulating, WarehouseStar


def rental_star(tables: Sequence[Table]) -> WarehouseStar:
    """The warehouse's star of these daily tables of the lake: what is paid for a rental is as exact as a payment."""
    (payment,) = (table for table in tables if table.name == star.FACT_PAYMENT.name)
    # Taken, returned and paid for on three days: an accumulating snapshot (design rule 12).
    snapshot = Accumulating(
        fact="fact_rental",
        grain="One row per rental (accumulating snapshot): taken, returned, paid.",
        completed=(
            date_key("return_date_key", "Day it came back; null while it is out.", nullable=True),
            Column("return_at", DATETIME, "When it came back (wall clock); null while it is out.", nullable=True),
            Column("rental_days", INTEGER, "Calendar days it was out; null while it is out.", nullable=True, minimum=0),
            Column(
                "is_late",
                BOOLEAN,
                "Whether it was late, by the version rented; null while out or of an unknown film.",
                nullable=True,
            ),
            Column("amount", payment.column("amount").type, "What was paid for it, in all.", minimum=0),
        ),
        touched_by=("fact_return", "fact_payment"),
        # Lateness follows the film version's rental duration.
        follows=("dim_film",),
    )
    return WarehouseStar("rentals", tuple(tables), star.DIM_DATE, accumulating=(snapshot,))


STAR = rental_star(star.DAILY_TABLES)
DAILY_TABLES = STAR.tables
"""In loading order: dimensions before facts."""
DIM_DATE = STAR.dates
