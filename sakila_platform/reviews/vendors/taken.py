"""What stage took of vendors' files: each day of it names the content that it was made from, whoever ran it.

The name is in the footer of the day's own file, so it is published with the rows, in either lane, and stays with the
lake.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from sakila_platform.lake.files import Lake
from sakila_platform.model.naming import data_file, day_partition
from sakila_platform.reviews.source import CLASSIFIED_MOVIE_REVIEW, LOG_REVIEWS, MOVIE_REVIEW, REVIEW_LOGS
from sakila_platform.reviews.vendors.raw import Delivery

_CONTENT = b"content_of_the_vendors_file"
_STAGE = {MOVIE_REVIEW: CLASSIFIED_MOVIE_REVIEW.name, LOG_REVIEWS: REVIEW_LOGS.name}


def naming_content(rows: pa.Table, content: str) -> pa.Table:
    """Rows of stage that name, once they are published, the content that they were made from."""
    return rows.replace_schema_metadata({**(rows.schema.metadata or {}), _CONTENT: content.encode()})


def contents_taken(lake: Lake, delivered: Sequence[Delivery]) -> dict[str, str]:
    """By path, the content that stage has of these files' days, as far as it is known."""
    found: dict[str, str] = {}
    for vendor, table in _STAGE.items():
        paths = {day_partition(each.day): each.path for each in delivered if each.vendor == vendor}
        there = lake.present(table, paths)
        try:
            footers = lake.footers([data_file(table, partition) for partition in there])
        except pa.ArrowException:
            # A file of stage that can't be read tells nothing; the day's run writes it anew.
            continue
        for partition, footer in zip(there, footers, strict=True):
            content = (footer.metadata or {}).get(_CONTENT)
            if content:
                found[paths[partition]] = content.decode()
    return found
