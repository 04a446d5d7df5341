"""What the lake's days were made by: today's contracts, SQL and settings or older ones; and which to run again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sakila_platform.cli.terminal import Terminal
from sakila_platform.declarations.domain import Domain
from sakila_platform.domains import DOMAINS
from sakila_platform.lake.files import Lake, held_partitions
from sakila_platform.lake.location import open_lake
from sakila_platform.model.contracts import Table, TableKind
from sakila_platform.model.days import consecutive_runs, range_in_words
from sakila_platform.model.naming import DAY_PARTITION, data_file
from sakila_platform.model.versions import Version, from_metadata


@dataclass(frozen=True)
class VersionDays:
    """The partitions of a table that one version made, in order."""

    domain: str
    table: Table
    version: Version | None
    """None: they were written before files carried a version."""
    differs: tuple[str, ...]
    """What is not as today: contract, SQL, settings."""
    partitions: tuple[str, ...]

    @property
    def days_to_run(self) -> list[date]:
        """Its days, where running them again brings them up to today's version.

        Not those of captures, which are evidence of their day, nor what was written before versions were known.
        """
        is_capture = self.table.name.layer == "stage" and self.table.kind is TableKind.SNAPSHOT
        if not self.differs or is_capture:
            return []
        names = (partition.partition("=") for partition in self.partitions)
        return [date.fromisoformat(value) for key, _, value in names if key == DAY_PARTITION]

    @property
    def made_by(self) -> str:
        """The version, in words."""
        if self.version is None:
            return "unknown (before files carried it)"
        return f"older {' and '.join(self.differs)}" if self.differs else "today's"


def show_versions(terminal: Terminal) -> None:
    """Show which version made which days of each table, and the days to run again. Raises PlatformError: no lake."""
    lake = open_lake()
    lake.require_usable()
    terminal.heading("What the lake was made by")
    found = [each for domain in DOMAINS for each in versions_of(lake, domain)]
    rows = [
        (
            str(each.table.name),
            str(len(each.partitions)),
            _range(each.partitions),
            each.made_by,
            str(each.version or ""),
        )
        for each in found
    ]
    terminal.table(("table", "parts", "from .. to", "made by", "version"), rows, ("parts",))
    for domain in DOMAINS:
        for days in outdated_ranges([each for each in found if each.domain == domain.name]):
            terminal.say(
                f"An older version made {range_in_words(days)}, of {domain.name}. Make them anew: "
                f"`sakila-platform run {domain.name} --from {days[0]} --to {days[-1]}`"
            )


def versions_of(lake: Lake, domain: Domain) -> Iterator[VersionDays]:
    """The domain's tables that have files in the lake, in the order of making, each by the versions that made it."""
    today = domain.versions()
    for table in domain.lake_tables:
        partitions = held_partitions(lake, table.name)
        footers = lake.footers([data_file(table.name, partition) for partition in partitions])
        made: dict[Version | None, list[str]] = {}
        for partition, footer in zip(partitions, footers, strict=True):
            made.setdefault(from_metadata(footer.metadata), []).append(partition)
        for version, of_version in made.items():
            differs = tuple(version.differences(today[table.name])) if version else ()
            yield VersionDays(domain.name, table, version, differs, tuple(of_version))


def outdated_ranges(found: Sequence[VersionDays], since: date | None = None) -> list[list[date]]:
    """The days to run again (from `since` on), in pieces without a gap."""
    days = [day for each in found for day in each.days_to_run]
    return list(consecutive_runs([day for day in days if since is None or day >= since]))


def _range(partitions: Sequence[str]) -> str:
    values = [partition.partition("=")[2] for partition in partitions]
    return values[0] if values[0] == values[-1] else f"{values[0]} .. {values[-1]}"
