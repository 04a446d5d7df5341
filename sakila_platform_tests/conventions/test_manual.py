"""The tests are the manual: every test of the spec is in a chapter, and docs/spec.md says what they say."""

from __future__ import annotations

from sakila_platform_tests.conventions.source_files import TESTS, shown
from sakila_platform_tests.manual import CHAPTERS, PAGE, SPEC, manual, sections, sentence


def test_the_page_says_what_the_tests_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == manual(), "docs/spec.md is out of date. Write it anew: make docs"


def test_every_file_of_the_spec_is_a_section_of_a_chapter() -> None:
    reported = {section.file for name in CHAPTERS for section in sections(SPEC / name)}
    left_out = [shown(path) for path in sorted(SPEC.rglob("test_*.py")) if path not in reported]
    assert not left_out, f"These are in no chapter that `CHAPTERS` in manual.py names: {', '.join(left_out)}"


def test_every_section_says_something() -> None:
    silent = [shown(section.file) for name in CHAPTERS for section in sections(SPEC / name) if not section.sentences]
    assert not silent, f"These have no tests, or hide them in classes: {', '.join(silent)}"


def test_the_name_of_a_test_is_read_as_a_sentence() -> None:
    assert sentence("test_a_day_that_ended_in_the_shop_s_zone_has_ended_whatever_utc_says") == (
        "A day that ended in the shop's zone has ended whatever UTC says."
    )
    assert sentence("test_dim_date_fails_on_a_month_that_is_none") == "`dim_date` fails on a month that is none."


def test_tests_are_in_a_folder_that_says_what_they_may_use() -> None:
    kinds = {path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")}
    assert kinds == {"conventions", "unit", "spec", "integration"}
