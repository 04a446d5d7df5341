"""What vendors deliver wrong is set aside with its reason and its record, and the rest is loaded; or the day is refused
in one line.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from sakila_platform.databases.postgres.address import PostgresAddress, connect, connected
from sakila_platform.errors import PlatformError
from sakila_platform.lake.folder import FolderLake
from sakila_platform.model.contracts import Table
from sakila_platform.model.outcomes import TableDay
from sakila_platform.orchestration.day_runs import DaysRefused
from sakila_platform.reviews.purchases.source_columns import require_purchase_columns
from sakila_platform.reviews.source import LOG_REVIEWS, MOVIE_REVIEW, USER_PURCHASE
from sakila_platform.reviews.stage import days as stage_days
from sakila_platform.reviews.vendors import days as vendor_days
from sakila_platform.reviews.vendors import review_text
from sakila_platform_tests.lake_places import FolderPlace, LakePlace
from sakila_platform_tests.reviews_domain import DAY, ReviewsDomain, logs_csv, reviews_domain
from sakila_platform_tests.tables import table

FINE = "1 | 04-20-2021 | Mobile | Texas | Apple iOS"
HEADER = "id_review | logDate | device | location | os"


@pytest.fixture
def domain(empty_postgres: PostgresAddress, lake_place: LakePlace, tmp_path: Path) -> Iterator[ReviewsDomain]:
    """An empty domain that lets half of a day be set aside."""
    with reviews_domain(empty_postgres, lake_place, tmp_path) as domain:
        domain.set(ALLOWED_BAD_SHARE=0.5)
        yield domain


def reviews(domain: ReviewsDomain) -> list[int]:
    """The ids of the reviews that stage has."""
    return domain.rows("stage/reviews/classified_movie_review").column("review_id")


def reasons(domain: ReviewsDomain, stage_table: str) -> list[str]:
    """Why records were set aside, in their order."""
    return domain.rows(f"quarantine/reviews/{stage_table}").column("reason")


def refused(domain: ReviewsDomain) -> str:
    """The one line in which the day is refused."""
    with pytest.raises(DaysRefused) as error:
        domain.run(layers=["stage"])
    reported = str(error.value)
    assert "\n" not in reported
    return reported


LOGS = {
    "broken XML": (
        b"2,<reviewlog><log><logDate>04-20-2021</logDate>",
        "record 2: log is well-formed XML (no element found: line 1, column 45)",
    ),
    "an entity that would grow": (
        b'2,<!DOCTYPE a [<!ENTITY b "c">]><reviewlog>&b;</reviewlog>',
        "record 2: log is well-formed XML (DTDForbidden)",
    ),
    "another document": (b"2,<order><item/></order>", "record 2: log is one reviewlog of one log (order of 0 log)"),
    "missing tags": (
        logs_csv(f"{HEADER}\n2 | 04-20-2021 | - | Texas | -").splitlines()[1],
        "record 2: device is not null; os is not null; browser is not null",
    ),
    "an unknown system": (
        logs_csv(f"{HEADER}\n2 | 04-20-2021 | Mobile | Texas | BeOS").splitlines()[1],
        "record 2: os has a browser ('BeOS')",
    ),
    "an impossible date": (
        logs_csv(f"{HEADER}\n2 | 02-30-2021 | Mobile | Texas | Linux").splitlines()[1],
        "record 2: log_date is a day of the calendar, MM-DD-YYYY ('02-30-2021')",
    ),
    "a date the other way round": (
        logs_csv(f"{HEADER}\n2 | 2021-04-20 | Mobile | Texas | Linux").splitlines()[1],
        "record 2: log_date is a day of the calendar, MM-DD-YYYY ('2021-04-20')",
    ),
    "an id that is no number": (
        logs_csv(f"{HEADER}\nx2 | 04-20-2021 | Mobile | Texas | Linux").splitlines()[1],
        "record 2: id_review is a whole number ('x2')",
    ),
    "an id twice": (
        logs_csv(f"{HEADER}\n1 | 04-20-2021 | Tablet | Texas | Linux").splitlines()[1],
        "record 2: primary key is unique",
    ),
    "a name longer than its column": (
        logs_csv(f"{HEADER}\n2 | 04-20-2021 | {'Mobile' * 6} | Texas | Linux").splitlines()[1],
        f"record 2: device has at most 30 characters ('{'Mobile' * 6}')",
    ),
}


@pytest.mark.parametrize(("record", "reason"), LOGS.values(), ids=LOGS.keys())
def test_a_log_that_cannot_be_used_is_set_aside(domain: ReviewsDomain, record: bytes, reason: str) -> None:
    fine = logs_csv(f"{HEADER}\n{FINE}")
    last = logs_csv(f"{HEADER}\n3 | 04-21-2021 | Tablet | Ohio | Linux").splitlines()[1]
    domain.deliver(LOG_REVIEWS, fine + record + b"\n" + last + b"\n")
    domain.run(layers=["stage"])
    assert domain.rows("stage/reviews/review_logs").column("log_id") == [1, 3]
    assert reasons(domain, "review_logs") == [reason]


REVIEWS = {
    "too few fields": (b"8,a review", "record 2: has the declared fields (it has 2, not 3)"),
    "too many fields": (b"8,not quoted, sadly,2", "record 2: has the declared fields (it has 4, not 3)"),
    "a stray quotation mark": (
        b'8,"he said "good" twice",2',
        "record 2: quotation marks are in pairs (text follows a closing quotation mark)",
    ),
    "a text that is never closed": (
        b'8,"so it goes on\nfor lines,2',
        "record 2: quotation marks are in pairs (text follows a closing quotation mark, 2 lines)",
    ),
    "a backslash before a mark": (
        rb'8,"he said \"good\" twice",2',
        "record 2: quotation marks are in pairs (text follows a quotation mark with a backslash before it)",
    ),
    "a text that a backslash breaks off": (
        rb'8,"a screen of 10\", good",2',
        "record 2: has the declared fields (it has 4, not 3, and a backslash stands before a quotation mark)",
    ),
    "another encoding": ("8,tr\xe8s bon,2".encode("latin-1"), "record 2: is UTF-8 text (byte 0xe8)"),
    "no customer": (b",good,2", "record 2: cid is a whole number ('')"),
    "a customer of no number": (b"12.5,good,2", "record 2: cid is a whole number ('12.5')"),
    "a customer beyond all ids": (b"9999999999,good,2", "record 2: cid is a whole number ('9999999999')"),
    "customer nought": (b"0,good,2", "record 2: user_id is at least 1"),
    "an id twice": (b"8,good,1", "record 2: primary key is unique"),
    "no id": (b"8,good,", "record 2: id_review is a whole number ('')"),
}


@pytest.mark.parametrize(("record", "reason"), REVIEWS.values(), ids=REVIEWS.keys())
def test_a_review_that_cannot_be_used_is_set_aside(domain: ReviewsDomain, record: bytes, reason: str) -> None:
    domain.deliver(MOVIE_REVIEW, b"cid,review_str,id_review\n7,good,1\n" + record + b'\n9,"a ""fine"", good",3\n')
    domain.run(layers=["stage"])
    assert reviews(domain) == [1, 3]
    assert reasons(domain, "classified_movie_review") == [reason]


QUOTINGS = {
    "doubled": (
        b'7,"of ""10""\nand good",1\n8,"a 10""\nso so",2\n',
        "texts in quotation marks, which are doubled within",
    ),
    "with backslashes": (
        b'7,"of \\"10\\"\nand good",1\n8,"a 10\\"\nso so",2\n',
        "texts in quotation marks, which have a backslash before them within",
    ),
    "as letters": (b'7,"10" and good,1\n8,a 10",2\n', "without quoting: a quotation mark is a letter"),
}


@pytest.mark.parametrize(("records", "quoting"), QUOTINGS.values(), ids=QUOTINGS.keys())
def test_what_quotation_marks_mean_is_found_from_the_file_and_reported(
    domain: ReviewsDomain, records: bytes, quoting: str
) -> None:
    domain.deliver(MOVIE_REVIEW, b"cid,review_str,id_review\n" + records)
    outcomes = domain.run(layers=["stage"])
    assert domain.rows("stage/reviews/classified_movie_review").drawn("review_id", "positive_review") == table(
        "review_id | positive_review\n1 | 1\n2 | 0"
    )
    (stage,) = (day for name, days in outcomes.items() if name.table.endswith("review") for day in days.values())
    assert (stage.rejected, stage.notes["quoting"]) == (0, quoting)


def test_a_review_whose_line_ends_with_a_backslash_and_a_mark_is_read_to_its_end(domain: ReviewsDomain) -> None:
    plain = b"".join(b"%d,plain words\n" % n for n in range(700, 850))
    domain.deliver(MOVIE_REVIEW, b"cid,review_str\n" + plain + b'990,"Seen on a screen of 10\\"\nand it was good"\n')
    domain.run(layers=["stage"])
    (last,) = domain.rows("stage/reviews/classified_movie_review")[150:]
    assert (last["user_id"], last["positive_review"]) == (990, 1)
    assert not domain.has("quarantine/reviews/classified_movie_review")


def test_a_truncated_file_loses_but_its_last_record(domain: ReviewsDomain) -> None:
    domain.deliver(MOVIE_REVIEW, b'cid,review_str,id_review\n7,good,1\n8,"fine",2\n9,"it began well, and\nthen')
    domain.run(layers=["stage"])
    assert reviews(domain) == [1, 2]
    reported = "record 3: quotation marks are in pairs (a quotation mark is not closed, 2 lines)"
    assert reasons(domain, "classified_movie_review") == [reported]


def test_a_text_of_a_megabyte_is_one_review(domain: ReviewsDomain) -> None:
    long = "word, \n" * 150_000
    domain.deliver(MOVIE_REVIEW, f'cid,review_str,id_review\n7,"{long}good",1\n8,"{long}",2\n'.encode())
    domain.run(layers=["stage"])
    found = domain.rows("stage/reviews/classified_movie_review")
    assert found.drawn("review_id", "positive_review") == table(
        """
        review_id | positive_review
        1         | 1
        2         | 0
        """
    )


HEADERS = {
    "the columns in another order": b"id_review,cid,review_str\n1,7,good\n",
    "other case and spaces": b" CID , Review_Str , ID_Review \n7,good,1\n",
    "quoted": b'"cid","review_str","id_review"\n"7","good","1"\n',
    "a byte-order mark": b"\xef\xbb\xbfcid,review_str,id_review\n7,good,1\n",
    "lines that end as on Windows": b"cid,review_str,id_review\r\n7,good,1\r\n",
    "an older variant without ids": b"cid,review_str\n7,good\n",
}


@pytest.mark.parametrize("content", HEADERS.values(), ids=HEADERS.keys())
def test_variants_of_the_header_are_understood(domain: ReviewsDomain, content: bytes) -> None:
    domain.deliver(MOVIE_REVIEW, content)
    domain.run(layers=["stage"])
    found = domain.rows("stage/reviews/classified_movie_review")
    assert found.drawn("user_id", "positive_review", "review_id") == table(
        "user_id | positive_review | review_id\n7 | 1 | 1"
    )


def test_in_the_older_variant_a_review_is_known_by_its_place(domain: ReviewsDomain) -> None:
    domain.deliver(MOVIE_REVIEW, b"cid,review_str\n7,good\nx,good\n8,bad\n")
    domain.run(layers=["stage"])
    assert reviews(domain) == [1, 3]


FILES = {
    "semicolons": (b"cid;review_str;id_review\n7;good;1\n", "its fields are separated by semicolons, not by commas"),
    "another header": (b"customer,text\n7,good\n", "its header is 'customer,text', not cid,review_str,id_review"),
    "no header": (b"7,good,1\n", "its header is '7,good,1', not cid,review_str,id_review or cid,review_str"),
    "nothing": (b"", "it is empty, without even a header"),
    "UTF-16": ("cid,review_str,id_review\n7,good,1\n".encode("utf-16"), "it is UTF-16, not CSV in UTF-8"),
    "an archive": (b"\x1f\x8b\x08rest", "it is compressed, not CSV in UTF-8"),
}


@pytest.mark.parametrize(("content", "fault"), FILES.values(), ids=FILES.keys())
def test_a_file_that_cannot_be_understood_refuses_its_day_alone(
    domain: ReviewsDomain, content: bytes, fault: str
) -> None:
    domain.deliver(MOVIE_REVIEW, b"cid,review_str,id_review\n7,good,1\n")
    domain.run(layers=["stage"])
    before = domain.contents()
    domain.deliver(MOVIE_REVIEW, content)
    reported = refused(domain)
    assert (
        f"stage/reviews/classified_movie_review on {DAY}: {MOVIE_REVIEW.path(DAY)} can't be used: {fault}" in reported
    )
    assert "then run again" in reported
    assert domain.contents() == before
    assert domain.run("2021-04-26", layers=["stage"])


def test_more_bad_records_than_allowed_refuse_the_day(domain: ReviewsDomain) -> None:
    domain.set(ALLOWED_BAD_SHARE=0.01)
    domain.deliver(MOVIE_REVIEW, b"cid,review_str,id_review\n" + b"7;good;1\n" * 3 + b"7,good,1\n")
    reported = refused(domain)
    assert "3 of 4 rows break the contract: has the declared fields (3)" in reported
    assert not domain.has("stage/reviews/classified_movie_review")


def test_a_file_that_changes_while_it_is_read_refuses_its_day(
    domain: ReviewsDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(domain.place, FolderPlace):
        pytest.skip("an object of S3 is read as the one version that it was")
    domain.deliver(MOVIE_REVIEW, b"cid,review_str,id_review\n7,good,1\n")
    path = domain.place.folder / MOVIE_REVIEW.path(DAY)

    class Writing(review_text.GoodWord):
        def __call__(self, texts: pa.Array) -> pa.Array:
            with path.open("ab") as file:
                file.write(b"8,more,2\n")
                os.fsync(file.fileno())
            return super().__call__(texts)

    monkeypatch.setattr(vendor_days, "GoodWord", Writing)
    assert "it changed while it was read" in refused(domain)
    assert not domain.has("stage/reviews/classified_movie_review")


def test_a_file_that_is_taken_away_before_it_is_read_refuses_its_day(
    domain: ReviewsDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(domain.place, FolderPlace):
        pytest.skip("an object of S3 is read from a copy of our own")
    monkeypatch.setattr(FolderLake, "exists", lambda lake, path: True)
    assert "it can't be read (No such file or directory)" in refused(domain)


def test_what_is_set_aside_is_there_before_the_day_is(domain: ReviewsDomain, monkeypatch: pytest.MonkeyPatch) -> None:
    domain.deliver(MOVIE_REVIEW, b"cid,review_str,id_review\n7,good,1\n8,a review\n")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(vendor_days, "publish_days", killed)
    with pytest.raises(KeyboardInterrupt):
        domain.run(layers=["stage"])
    assert reasons(domain, "classified_movie_review") == ["record 2: has the declared fields (it has 2, not 3)"]
    assert not domain.has("stage/reviews/classified_movie_review")


def test_reviews_and_logs_that_lack_each_other_are_reported(domain: ReviewsDomain) -> None:
    domain.deliver_reviews("cid | review_str | id_review\n7 | good | 1\n8 | good | 2")
    domain.deliver_logs(f"{HEADER}\n{FINE}\n9 | 04-20-2021 | Mobile | Ohio | Linux")
    outcomes = domain.run()
    assert domain.rows("final/reviews/fact_review").column("review_id") == [1]
    (alone,) = domain.rows("quarantine/reviews/fact_review")
    assert (alone["review_id"], alone["reason"]) == (2, "its session was delivered for the same day")
    (fact,) = (day for name, days in outcomes.items() if name.table == "fact_review" for day in days.values())
    assert fact.warnings == {
        "logs_without_review": "1 logs name a review that the day does not have, such as 9",
    }
    assert fact.checks == {"matches_stage": ""}


def test_reviews_without_any_logs_refuse_their_day_until_these_are_there(domain: ReviewsDomain) -> None:
    domain.deliver_reviews("cid | review_str | id_review\n7 | good | 1\n8 | good | 2")
    with pytest.raises(DaysRefused) as error:
        domain.run()
    assert (
        f"fact_review on {DAY}: none of its 2 reviews has a session, because log_reviews.csv was not delivered for the "
        f"day yet. Put it at {LOG_REVIEWS.path(DAY)}, then run" in str(error.value)
    )
    assert not domain.has("final/reviews/fact_review")
    domain.deliver_logs(f"{HEADER}\n{FINE}\n2 | 04-20-2021 | Mobile | Ohio | Linux")
    domain.run()
    assert domain.rows("final/reviews/fact_review").column("review_id") == [1, 2]


def test_refused_reviews_hold_up_what_is_summed_of_them_and_not_what_was_spent(domain: ReviewsDomain) -> None:
    domain.purchases("quantity | unit_price | invoice_date | customer_id\n2 | 2.5 | 2021-04-25 09:00:00 | 7")
    domain.deliver_reviews("cid | review_str | id_review\n7 | good | 1\n8 | good | 2")

    with pytest.raises(DaysRefused) as error:
        domain.run()

    assert [refusal.key.path[-1] for refusal in error.value.refusals] == ["fact_review"]
    assert not domain.has("final/reviews/fact_movie_analytics")
    assert domain.rows("final/reviews/fact_customer_spending").drawn("customer_id", "amount_spent") == table(
        "customer_id | amount_spent \n 7 | 5.000"
    )


def test_logs_without_any_reviews_are_a_day_without_reviews(domain: ReviewsDomain) -> None:
    domain.deliver_logs(f"{HEADER}\n{FINE}")
    domain.run()
    assert domain.rows("final/reviews/fact_review") == []


@pytest.mark.parametrize(
    ("written", "rule"),
    [("12-31-1899", "date_key is at least 19000101"), ("01-01-9999", "date_key is at most 99981231")],
)
def test_a_session_of_a_year_that_dim_date_can_not_have_is_set_aside(
    domain: ReviewsDomain, written: str, rule: str
) -> None:
    domain.deliver_reviews("cid | review_str | id_review\n7 | good | 1\n8 | good | 2")
    domain.deliver_logs(f"{HEADER}\n{FINE}\n2 | {written} | Mobile | Ohio | Linux")
    domain.run()
    assert domain.rows("final/reviews/fact_review").column("review_id") == [1]
    assert reasons(domain, "fact_review") == [rule]


PURCHASES = {
    "no quantity": ("null | 1.5 | 2021-04-25 10:00:00 | 7", "quantity is not null"),
    "a price that is no number": ("1 | NaN | 2021-04-25 10:00:00 | 7", "unit_price is not null"),
    "a customer below nought": ("1 | 1.5 | 2021-04-25 10:00:00 | -7", "customer_id is at least 0"),
}


@pytest.mark.parametrize(("line", "reason"), PURCHASES.values(), ids=PURCHASES.keys())
def test_a_purchase_that_cannot_be_used_is_set_aside(domain: ReviewsDomain, line: str, reason: str) -> None:
    header = "quantity | unit_price | invoice_date | customer_id"
    domain.purchases(f"{header}\n1 | 2.5 | 2021-04-25 09:00:00 | 7\n{line}")
    domain.run()
    assert domain.rows("stage/reviews/user_purchase").column("quantity") == [1]
    assert reasons(domain, "user_purchase") == [reason]
    assert [str(amount) for amount in domain.rows("final/reviews/fact_customer_spending").column("amount_spent")] == [
        "2.500"
    ]


def test_a_price_of_more_digits_than_the_contract_has_is_set_aside(domain: ReviewsDomain) -> None:
    change_purchases(domain, "ALTER COLUMN unit_price TYPE numeric")
    header = "unit_price | quantity | invoice_date"
    domain.purchases(
        f"""
        {header}
        99999.9994  | 1 | 2021-04-25 09:00:00
        -99999.9994 | 1 | 2021-04-25 09:00:01
        99999.9995  | 1 | 2021-04-25 10:00:00
        -1234567.8  | 1 | 2021-04-25 11:00:00
        """
    )
    domain.run()
    kept = domain.rows("stage/reviews/user_purchase")
    assert [str(price) for price in kept.column("unit_price")] == ["99999.999", "-99999.999"]
    assert reasons(domain, "user_purchase") == ["unit_price is not null"] * 2


@pytest.mark.parametrize(
    ("change", "reported"),
    [
        (
            "ALTER COLUMN invoice_date TYPE timestamptz",
            "invoice_date is timestamp with time zone, and timestamp in the contract",
        ),
        (
            "ALTER COLUMN customer_id TYPE text, ALTER COLUMN unit_price TYPE money",
            "unit_price is money, and numeric(8,3) in the contract; customer_id is text, and integer in the contract",
        ),
        ("DROP COLUMN country", "country is missing (varchar(20) in the contract)"),
        (
            "RENAME COLUMN country TO land",
            "country is missing (varchar(20) in the contract, and land is there, which the contract does not know)",
        ),
    ],
)
def test_purchases_of_another_shape_are_reported_with_what_both_sides_have(
    domain: ReviewsDomain, change: str, reported: str
) -> None:
    domain.purchases("quantity | unit_price | invoice_date | customer_id\n1 | 2.5 | 2021-04-25 09:00:00 | 7")
    change_purchases(domain, change)
    with pytest.raises(
        PlatformError, match=r"^The source's user_purchase at .* is not as its contract says: "
    ) as error:
        domain.run(layers=["stage"])
    assert reported in str(error.value)
    assert "\n" not in str(error.value)


def test_a_purchase_that_its_contract_can_not_hold_is_reported_in_one_line(domain: ReviewsDomain) -> None:
    domain.purchases("quantity | unit_price | invoice_date | customer_id\n1 | 2.5 | 2021-04-25 09:00:00 | 7")
    change_purchases(domain, "ALTER COLUMN quantity TYPE numeric")
    with connected(domain.source) as connection:
        connection.execute("UPDATE user_purchase SET quantity = 0.5")
        connection.commit()
    with pytest.raises(PlatformError, match="are not as the platform knows them") as error:
        domain.run(layers=["stage"])
    assert "\n" not in str(error.value)


def test_a_column_of_purchases_that_no_contract_knows_is_reported_and_does_no_harm(domain: ReviewsDomain) -> None:
    domain.purchases("quantity | unit_price | invoice_date | customer_id\n1 | 2.5 | 2021-04-25 09:00:00 | 7")
    change_purchases(domain, "ADD COLUMN channel text, ADD COLUMN voucher integer")
    outcomes = domain.run(layers=["stage"])
    (outcome,) = outcomes[USER_PURCHASE.name].values()
    assert outcome.rows == 1
    assert outcome.notes["columns_not_carried"] == "channel, voucher"


def test_an_account_that_may_not_read_purchases_is_told_the_right_that_it_lacks(domain: ReviewsDomain) -> None:
    domain.purchases("quantity | unit_price | invoice_date | customer_id\n1 | 2.5 | 2021-04-25 09:00:00 | 7")
    reader = f"reader_{uuid.uuid4().hex[:12]}"
    with connected(domain.source) as connection:
        connection.execute(f"CREATE ROLE {reader}".encode())
        connection.commit()
    try:
        with connected(domain.source) as connection:
            connection.execute(f"SET ROLE {reader}".encode())
            with pytest.raises(PlatformError, match=r"^The account may not read .*GRANT SELECT ON user_purchase TO "):
                require_purchase_columns(connection, domain.source)
    finally:
        with connected(domain.source) as connection:
            connection.execute(f"DROP ROLE {reader}".encode())
            connection.commit()


def test_where_no_purchases_were_ever_loaded_the_command_that_does_is_named(domain: ReviewsDomain) -> None:
    with connect(domain.source.on(""), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{domain.source.database}" WITH (FORCE)')
    with pytest.raises(PlatformError, match="Load them: `sakila-platform load-purchases"):
        domain.run(layers=["stage"])


def test_when_purchases_can_not_be_had_no_further_files_are_read(
    domain: ReviewsDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[date] = []
    real = stage_days.take_in

    def take_in(intake: vendor_days.Intake, of: Table, day: date) -> TableDay:
        read.append(day)
        time.sleep(0.05)
        return real(intake, of, day)

    monkeypatch.setattr(stage_days, "take_in", take_in)
    change_purchases(domain, "DROP COLUMN country")
    with pytest.raises(PlatformError, match="is not as its contract says"):
        domain.run("2021-01-01", "2021-12-31", layers=["stage"])
    assert len(read) < 365


def change_purchases(domain: ReviewsDomain, change: str) -> None:
    """Alter the table as an owner of another taste has it."""
    with connected(domain.source) as connection:
        connection.execute(f"ALTER TABLE user_purchase {change}".encode())
        connection.commit()


def test_purchases_of_no_day_are_set_aside_whole_by_each_run(domain: ReviewsDomain) -> None:
    header = "invoice_number | quantity | unit_price | invoice_date"
    undated = ("2 | 1 | 1 | null", "3 | 1 | 1 | infinity", "4 | 1 | 1 | 0044-03-15 BC")
    domain.purchases("\n".join([header, "1 | 1 | 1 | 2021-04-25 10:00:00", *undated]))
    outcomes = domain.run(layers=["stage"])
    assert domain.rows("quarantine/reviews/user_purchase", "undated").drawn("invoice_number", "reason") == table(
        """
        invoice_number | reason
        2              | invoice_date names no day
        3              | invoice_date names no day
        4              | invoice_date names no day
        """
    )
    notes: dict[str, Any] = {name.table: day.notes for name, days in outcomes.items() for day in days.values()}
    assert notes["user_purchase"] == {"undated_rows": 3}
    domain.purchases(f"{header}\n1 | 1 | 1 | 2021-04-25 10:00:00")
    domain.run(layers=["stage"])
    assert not domain.has("quarantine/reviews/user_purchase", "undated")
