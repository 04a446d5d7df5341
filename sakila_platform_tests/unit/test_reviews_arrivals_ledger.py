"""Which days the ledger of arrivals has run: each file once, a corrected one again, none missed, none half-written."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sakila_platform.reviews.source import LOG_REVIEWS, MOVIE_REVIEW, VENDOR_FILES, VendorFile
from sakila_platform.reviews.vendors.arrivals_ledger import PATIENCE_SECONDS, Ledger, Reading, look
from sakila_platform.reviews.vendors.raw import Delivery

DAY = date(2021, 4, 25)
Key = tuple[date, VendorFile]


class RawZone:
    """A raw zone of texts, and looks at it half a minute apart. The ledger is written and read between them."""

    def __init__(self) -> None:
        self.files: dict[Key, str] = {}
        self.stage: dict[Key, str] = {}
        self._versions: dict[Key, int] = {}
        self._ledger: str | None = None
        self._now = 0.0

    def write(self, vendor: VendorFile, content: str, day: date = DAY) -> None:
        self.files[day, vendor] = content
        self._versions[day, vendor] = self._versions.get((day, vendor), 0) + 1

    def write_both(self, content: str = "one", day: date = DAY) -> None:
        for vendor in VENDOR_FILES:
            self.write(vendor, content, day)

    def seen(self, later: float = 30.0) -> dict[date, set[str]]:
        """The days that a look has run, with the contents taken for them."""
        self._now += later
        found = [
            Delivery(day, vendor, len(content), str(self._versions[day, vendor]))
            for (day, vendor), content in sorted(self.files.items(), key=lambda item: (item[0][0], item[0][1].name))
        ]
        reading = Reading(
            lambda file: self.files[file.day, file.vendor],
            lambda files: {file.path: self.stage.get((file.day, file.vendor), "") for file in files},
        )
        at_last = look(Ledger.read(self._ledger), found, self._now, reading)
        self._ledger = at_last.ledger.written()
        return {
            day: {f"{f.vendor.name}: {at_last.ledger.content(f)}" for f in files} for day, files in at_last.days.items()
        }


BOTH = {DAY: {"movie_review: one", "log_reviews: one"}}


def test_a_day_is_run_once_when_both_vendors_have_delivered() -> None:
    zone = RawZone()
    zone.write_both()
    assert [zone.seen() for _ in range(4)] == [{}, BOTH, {}, {}]


def test_a_file_that_is_still_being_written_waits() -> None:
    zone = RawZone()
    zone.write(LOG_REVIEWS, "one")
    looks = []
    for part in ("o", "on", "one"):
        zone.write(MOVIE_REVIEW, part)
        looks.append(zone.seen())
    assert looks == [{}, {}, {}]
    assert zone.seen() == BOTH


def test_a_corrected_file_has_its_day_run_again() -> None:
    zone = RawZone()
    zone.write_both()
    zone.seen(), zone.seen()
    zone.write(LOG_REVIEWS, "two")
    assert [zone.seen() for _ in range(3)] == [{}, {DAY: {"log_reviews: two"}}, {}]
    # Also when the correction is taken back.
    zone.write(LOG_REVIEWS, "one")
    assert [zone.seen() for _ in range(3)] == [{}, {DAY: {"log_reviews: one"}}, {}]


def test_a_file_delivered_again_with_the_same_content_changes_nothing() -> None:
    zone = RawZone()
    zone.write_both()
    zone.seen(), zone.seen()
    zone.write_both()
    assert [zone.seen() for _ in range(3)] == [{}, {}, {}]


def test_a_day_that_lacks_a_file_waits_an_hour_and_runs_again_when_that_comes() -> None:
    zone = RawZone()
    zone.write(MOVIE_REVIEW, "one")
    assert [zone.seen(), zone.seen(), zone.seen(PATIENCE_SECONDS - 100)] == [{}, {}, {}]
    assert zone.seen(100) == {DAY: {"movie_review: one"}}
    zone.write(LOG_REVIEWS, "one")
    assert [zone.seen(), zone.seen()] == [{}, {DAY: {"log_reviews: one"}}]


def test_an_empty_file_has_only_been_begun() -> None:
    zone = RawZone()
    zone.write(MOVIE_REVIEW, "one")
    zone.write(LOG_REVIEWS, "")
    assert [zone.seen(), zone.seen()] == [{}, {}]
    zone.write(LOG_REVIEWS, "one")
    assert [zone.seen(), zone.seen()] == [{}, BOTH]


def test_what_a_run_from_a_shell_took_is_not_run_again_until_it_is_corrected() -> None:
    zone = RawZone()
    zone.write_both()
    zone.stage = dict(zone.files)
    assert [zone.seen() for _ in range(3)] == [{}, {}, {}]
    zone.write(LOG_REVIEWS, "two")
    assert [zone.seen() for _ in range(3)] == [{}, {DAY: {"log_reviews: two"}}, {}]


def test_a_day_of_which_stage_has_older_contents_is_run() -> None:
    zone = RawZone()
    zone.write_both("old")
    zone.stage = dict(zone.files)
    zone.write_both()
    assert [zone.seen() for _ in range(3)] == [{}, BOTH, {}]


MOVES = st.lists(
    st.one_of(
        st.none(),
        st.tuples(st.sampled_from(VENDOR_FILES), st.sampled_from(["one", "two"]), st.sampled_from([25, 26])),
    ),
    max_size=20,
)


@given(MOVES)
def test_whatever_vendors_do_the_last_content_is_taken_and_none_twice_in_a_row(
    moves: list[tuple[VendorFile, str, int] | None],
) -> None:
    zone = RawZone()
    taken: dict[Key, list[str]] = {}

    def take(later: float = 30.0) -> None:
        for day, contents in zone.seen(later).items():
            for reported in contents:
                name, _, content = reported.partition(": ")
                vendor = next(vendor for vendor in VENDOR_FILES if vendor.name == name)
                taken.setdefault((day, vendor), []).append(content)

    for move in moves:
        if move is None:
            take()
        else:
            vendor, content, number = move
            zone.write(vendor, content, date(2021, 4, number))
    take()
    take()
    take(PATIENCE_SECONDS)
    assert {key: contents[-1] for key, contents in taken.items()} == zone.files
    assert not [key for key, contents in taken.items() if any(a == b for a, b in pairwise(contents))]
