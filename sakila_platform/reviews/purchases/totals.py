"""Whether a day of purchases in the lake is the source's: by its lines and their amount. Pure."""

from __future__ import annotations

from decimal import Decimal

Totals = tuple[int, Decimal]
"""Lines, and the sum of quantity times price of those that have both."""
NO_LINES: Totals = (0, Decimal(0))


def disagreement(source: Totals, held: Totals) -> str:
    """How a day in the lake differs from the source's; empty when it does not."""
    if source == held:
        return ""
    return f"the source has {source[0]} lines of {source[1]} in all, stage and quarantine {held[0]} of {held[1]}"
