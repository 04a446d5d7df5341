"""Renting, returning and registering at the desk, and what the shop's tables have then. It is noon, 1 March 2006."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from zoneinfo import ZoneInfo

from sakila_platform.model.days import Clock
from sakila_platform.rental_desk.accounts.migration import TABLES, ensure_tables
from sakila_platform.rental_desk.rentals.customers import balance
from sakila_platform_tests.desks import ANA, CLERK, PASSWORD, DeskUnderTest
from sakila_platform_tests.platform import NOON_AFTER_THE_HISTORY, Platform

# ACADEMY DINOSAUR: four copies in each store, 0.99 for six days. ACE GOLDFINGER is in store 2 only.
DINOSAUR, GOLDFINGER, WITHOUT_COPY = 1, 2, 14
NOW = f"{NOON_AFTER_THE_HISTORY}:00"


def test_a_rental_is_written_with_its_payment_and_both_have_its_date(platform: Platform, desk: DeskUnderTest) -> None:
    answer = desk.rent(DINOSAUR, date="2006-02-27T18:45:10", store_id=1)
    assert answer.status_code == 201, answer.text
    (rental,) = answer.json["rentals"]
    assert (rental["title"], rental["amount"], rental["due_date"]) == (
        "ACADEMY DINOSAUR",
        "0.99",
        "2006-03-05T18:45:10",
    )
    (row,) = platform.sql(
        "SELECT rental_date, return_date, customer_id, rental.staff_id, film_id, store_id FROM rental "
        "JOIN inventory USING (inventory_id) WHERE rental_id = %s",
        rental["rental_id"],
    )
    assert [str(value) for value in row.values()] == ["2006-02-27 18:45:10", "None", "1", "1", "1", "1"]
    (payment,) = platform.sql(
        "SELECT customer_id, staff_id, amount, payment_date FROM payment WHERE rental_id = %s", rental["rental_id"]
    )
    assert [str(value) for value in payment.values()] == ["1", "1", "0.99", "2006-02-27 18:45:10"]


def test_a_rental_without_a_date_is_of_now(desk: DeskUnderTest) -> None:
    (rental,) = desk.rent(DINOSAUR).json["rentals"]
    assert rental["rental_date"] == NOW.replace(" ", "T")


def test_now_is_the_shops_wall_clock(platform: Platform, desk: DeskUnderTest) -> None:
    elsewhere = desk.with_config(clock=Clock(ZoneInfo("America/Bogota"), platform.clock.stands_at))
    (rental,) = elsewhere.rent(DINOSAUR).json["rentals"]
    assert rental["rental_date"] == "2006-03-01T07:00:00"
    elsewhere.close()


def test_several_films_are_rented_all_or_none(platform: Platform, desk: DeskUnderTest) -> None:
    before = platform.sql("SELECT COUNT(*) AS rentals FROM rental")
    refused = desk.rent(DINOSAUR, 4, WITHOUT_COPY, store_id=2)
    assert refused.status_code == 409
    assert refused.json["detail"] == "The shop has no copy of ALICE FANTASIA."
    assert platform.sql("SELECT COUNT(*) AS rentals FROM rental") == before
    answer = desk.rent(4, GOLDFINGER, DINOSAUR, store_id=2)
    assert [rental["film_id"] for rental in answer.json["rentals"]] == [4, GOLDFINGER, DINOSAUR]


def test_a_copy_has_one_customer_at_a_time(desk: DeskUnderTest) -> None:
    copies = []
    for customer in range(1, 5):
        answer = desk.rent(DINOSAUR, store_id=1, document=str(customer))
        copies.append(answer.json["rentals"][0]["inventory_id"])
    assert len(set(copies)) == 4
    refused = desk.rent(DINOSAUR, store_id=1, document="5")
    assert refused.status_code == 409
    assert refused.json["detail"] == "All 4 copies of ACADEMY DINOSAUR in store 1 are out at 2006-03-01 12:00."


def test_a_rental_of_an_earlier_day_needs_a_copy_that_nobody_has_taken_since(desk: DeskUnderTest) -> None:
    taken = [
        desk.rent(DINOSAUR, store_id=1, date="2006-02-20", document=document).json["rentals"][0]
        for document in ("1", "2", "3")
    ]
    back = desk.post("/returns", {"rentals": [taken[0]["rental_id"]], "date": "2006-02-22"}, desk.clerk)
    assert back.status_code == 200
    # The copy that is back was out on the 21st; the fourth has been free all the time.
    fourth = desk.rent(DINOSAUR, store_id=1, date="2006-02-21", document="4").json["rentals"][0]["inventory_id"]
    assert fourth not in [rental["inventory_id"] for rental in taken]
    assert "All 4 copies" in desk.rent(DINOSAUR, store_id=1, date="2006-02-19", document="5").json["detail"]
    again = desk.rent(DINOSAUR, store_id=1, date="2006-02-23", document="5").json["rentals"][0]["inventory_id"]
    assert again == taken[0]["inventory_id"]


NOT_RENTED: list[tuple[dict, int, str]] = [
    ({"films": [GOLDFINGER], "store_id": 1}, 409, "Store 1 has no copy of ACE GOLDFINGER; store 2 has 3."),
    ({"films": [WITHOUT_COPY]}, 409, "The shop has no copy of ALICE FANTASIA."),
    ({"films": [4711]}, 422, "There is no film 4711."),
    ({"films": [DINOSAUR, DINOSAUR]}, 422, "listed twice"),
    ({"films": [DINOSAUR], "store_id": 9}, 422, "There is no store 9."),
    ({"films": [DINOSAUR], "document": "99999"}, 422, "No customer has that document."),
    ({"films": [DINOSAUR], "document": CLERK}, 422, "No customer has that document."),
    ({"films": [DINOSAUR], "document": "16"}, 422, "SANDRA MARTIN is no longer an active customer."),
    ({"films": [DINOSAUR], "date": "2006-03-02"}, 422, "it is 2006-03-01 12:00 in the shop"),
    ({"films": [DINOSAUR], "date": "2005-05-23"}, 422, "came into the shop on 2005-05-27"),
    ({"films": []}, 422, "films"),
    ({"films": list(range(1, 22))}, 422, "films"),
    ({"films": ["1"]}, 422, "films.0"),
    ({"films": [1], "discount": 1}, 422, "discount"),
]


def test_what_can_not_be_rented_is_refused_with_the_reason(platform: Platform, desk: DeskUnderTest) -> None:
    rentals = platform.sql("SELECT COUNT(*) AS rentals FROM rental")
    for asked, status, reported in NOT_RENTED:
        refused = desk.post("/rentals", {"document": "1", **asked}, desk.clerk)
        assert (refused.status_code, refused.mimetype) == (status, "application/problem+json"), asked
        assert reported in refused.json["detail"]
    assert platform.sql("SELECT COUNT(*) AS rentals FROM rental") == rentals


def test_a_film_that_nobody_rented_came_with_its_first_copy(platform: Platform, desk: DeskUnderTest) -> None:
    platform.sql("INSERT INTO inventory (film_id, store_id) VALUES (%s, 1)", WITHOUT_COPY)
    platform.sql("UPDATE inventory SET last_update = '2006-02-25 10:00' WHERE film_id = %s", WITHOUT_COPY)
    assert "came into the shop on 2006-02-25" in desk.rent(WITHOUT_COPY, date="2006-02-24").json["detail"]
    assert desk.rent(WITHOUT_COPY, date="2006-02-25").status_code == 201


def test_a_copy_that_comes_back_late_costs_a_dollar_a_day(platform: Platform, desk: DeskUnderTest) -> None:
    rentals = [
        desk.rent(DINOSAUR, date="2006-02-16T22:00", store_id=1, document=document).json["rentals"][0]
        for document in ("1", "2")
    ]
    first, second = (rental["rental_id"] for rental in rentals)
    (back,) = desk.post("/returns", {"rentals": [first], "late_fee_paid": True}, desk.clerk).json["returns"]
    # Six days were paid for: from 16 to 22 February. It is 1 March.
    assert (back["late_days"], back["late_fee"], back["is_paid"]) == (7, "7.00", True)
    fees = platform.sql("SELECT amount, payment_date FROM payment WHERE rental_id = %s ORDER BY payment_id", first)
    assert [(str(fee["amount"]), str(fee["payment_date"])) for fee in fees] == [
        ("0.99", "2006-02-16 22:00:00"),
        ("7.00", NOW),
    ]
    (owed,) = desk.post("/returns", {"rentals": [second]}, desk.clerk).json["returns"]
    assert owed["is_paid"] is False
    assert len(platform.sql("SELECT * FROM payment WHERE rental_id = %s", second)) == 1
    assert platform.sql("SELECT return_date FROM rental WHERE rental_id = %s", second).column("return_date") == [
        platform.clock.wall_time()
    ]


def test_a_customer_takes_one_copy_of_a_film(platform: Platform, desk: DeskUnderTest) -> None:
    (first,) = desk.rent(DINOSAUR).json["rentals"]
    again = desk.rent(4, DINOSAUR)
    assert again.status_code == 409
    assert again.json["detail"] == (
        f"ACADEMY DINOSAUR is rented already to MARY SMITH, who has copy {first['inventory_id']}: "
        "a customer takes one copy of a film."
    )
    assert len(platform.sql("SELECT * FROM rental WHERE rental_date >= %s", NOW)) == 1
    assert desk.post("/returns", {"rentals": [first["rental_id"]]}, desk.clerk).status_code == 200
    assert desk.rent(DINOSAUR).status_code == 201


def test_of_one_film_sent_twice_at_once_a_customer_gets_one_copy(platform: Platform, desk: DeskUnderTest) -> None:
    assert desk.clerk
    with ThreadPoolExecutor(6) as clients:
        answers = list(clients.map(lambda _: desk.rent(DINOSAUR).status_code, range(6)))
    assert sorted(answers) == [201, 409, 409, 409, 409, 409]
    assert len(platform.sql("SELECT * FROM payment WHERE payment_date >= %s", NOW)) == 1


def test_a_program_that_sends_its_request_again_gets_the_same_answer(platform: Platform, desk: DeskUnderTest) -> None:
    asked = {"document": "1", "films": [DINOSAUR]}
    key = {"Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}
    with ThreadPoolExecutor(4) as clients:
        answers = list(clients.map(lambda _: desk.post("/rentals", asked, desk.clerk, **key), range(4)))
    assert {(answer.status_code, answer.data) for answer in answers} == {(201, answers[0].data)}
    assert sorted(answer.headers.get("Idempotent-Replayed", "") for answer in answers) == ["", "true", "true", "true"]
    assert len(platform.sql("SELECT * FROM payment WHERE payment_date >= %s", NOW)) == 1
    ended = {"rentals": [answers[0].json["rentals"][0]["rental_id"]]}
    backs = [desk.post("/returns", ended, desk.clerk, **key) for _ in range(2)]
    assert [(back.status_code, back.data) for back in backs] == [(200, backs[0].data)] * 2
    # Another request under the same key is a mistake of the program; another person's key is another key.
    other = desk.post("/rentals", {**asked, "films": [4]}, desk.clerk, **key)
    assert (other.status_code, other.json["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert "Open the form anew" in other.json["errors"][0]["message"]
    desk.post("/register", ANA)
    assert (
        desk.post("/rentals", {**asked, "document": "CC-1234567"}, desk.token("CC-1234567"), **key).status_code == 201
    )


def test_what_was_refused_may_be_sent_again_under_the_same_key(platform: Platform, desk: DeskUnderTest) -> None:
    key = {"Idempotency-Key": "once"}
    refused = desk.post("/rentals", {"document": "1", "films": [WITHOUT_COPY]}, desk.clerk, **key)
    assert refused.status_code == 409
    platform.sql("INSERT INTO inventory (film_id, store_id) VALUES (%s, 1)", WITHOUT_COPY)
    assert desk.post("/rentals", {"document": "1", "films": [WITHOUT_COPY]}, desk.clerk, **key).status_code == 201
    for wrong in ("x" * 256, "\t", "é"):
        answer = desk.post("/rentals", {"document": "1", "films": [4]}, desk.clerk, **{"Idempotency-Key": wrong})
        assert answer.status_code == (201 if not wrong.strip() else 422), wrong


def test_a_form_that_is_sent_twice_counts_once_and_says_so(platform: Platform, desk: DeskUnderTest) -> None:
    browser = desk.browser()
    browser.log_in()
    form = {**browser.hidden("/rentals/new"), "document": "60", "films": "60"}
    first, second = (browser.post("/rentals", form) for _ in range(2))
    assert "BEAST HUNCHBACK is rented to MILDRED BAILEY" in first.text
    assert "Rented already: this form was sent twice, and counts once." in second.text
    assert "BEAST HUNCHBACK is rented to MILDRED BAILEY" in second.text
    assert len(platform.sql("SELECT * FROM payment WHERE payment_date >= %s AND customer_id = 60", NOW)) == 1
    # Filled in otherwise it is no repetition. A form from before has no key: there, too, a customer takes one copy.
    assert browser.post("/rentals", {**form, "films": "61"}).status_code == 422
    assert browser.post("/rentals", {**form, "form_key": ""}).status_code == 409
    (rental,) = platform.sql("SELECT rental_id FROM rental WHERE rental_date >= %s", NOW)
    back = {**browser.hidden("/customers/60"), "rentals": str(rental["rental_id"])}
    assert [browser.post("/returns", back).status_code for _ in range(2)] == [200, 200]
    assert "BEAST HUNCHBACK is back." in browser.post("/returns", back).text


def test_lateness_of_a_copy_that_is_still_out_is_owed_day_by_day(platform: Platform, desk: DeskUnderTest) -> None:
    # ACADEMY DINOSAUR: six days, a dollar a day from the seventh on; 20.99 is its replacement cost.
    def owes(taken: str) -> tuple[str, int, str]:
        platform.sql("UPDATE rental SET rental_date = %s WHERE rental_id = %s", taken, rental["rental_id"])
        platform.sql("UPDATE payment SET payment_date = %s WHERE rental_id = %s", taken, rental["rental_id"])
        answer = desk.get("/customers/1", desk.clerk).json
        (line,) = answer["open_rentals"]
        return answer["owes"], line["late_days"], line["late_fee"]

    (rental,) = desk.rent(DINOSAUR).json["rentals"]
    assert owes("2006-02-23 00:01:00") == ("0.00", 0, "0.00")
    assert owes("2006-02-22 23:59:00") == ("1.00", 1, "1.00")
    assert owes("2006-02-11 12:00:00") == ("12.00", 12, "12.00")
    # More than twice its days late: taken for lost.
    assert owes("2006-02-10 12:00:00") == ("33.99", 13, "33.99")
    browser = desk.browser()
    browser.log_in()
    page = browser.get("/customers/1").text
    assert "$33.99" in page and "13 days late" in page and "$13.00, and $20.99 for the copy until it is back" in page
    # Brought back it is not lost, and the balance is that of Sakila's own function.
    desk.post("/returns", {"rentals": [rental["rental_id"]]}, desk.clerk)
    assert desk.get("/customers/1", desk.clerk).json["owes"] == "13.00"
    assert platform.sql("SELECT get_customer_balance(1, %s) AS owed", NOW).column("owed") == [Decimal("13.00")]


def test_programs_ask_what_the_pages_show(platform: Platform, desk: DeskUnderTest) -> None:
    (rental,) = desk.rent(DINOSAUR, document="5").json["rentals"]
    (line,) = desk.get("/rentals", desk.clerk).json["rentals"]
    assert (line["rental_id"], line["customer_name"], line["return_date"]) == (
        rental["rental_id"],
        "ELIZABETH BROWN",
        None,
    )
    assert len(desk.get("/rentals?day=2005-05-24", desk.clerk).json["rentals"]) == 8
    assert desk.get("/rentals?day=9999-12-31", desk.clerk).json["rentals"] == []
    assert desk.get("/rentals?day=tomorrow", desk.clerk).status_code == 422
    desk.post("/register", ANA)
    ana = desk.token("CC-1234567")
    answers = [desk.get(path, ana).status_code for path in ("/rentals", "/customers/5", "/customers/600")]
    assert answers == [403, 403, 200]
    assert desk.get("/customers/601", desk.clerk).status_code == 404
    assert desk.get("/customers/5").status_code == 401


NOT_BACK: list[tuple[dict, int, str]] = [
    ({"rentals": [1]}, 409, "Rental 1 (BLANKET BEVERLY) came back already."),
    ({"rentals": [2_000_000]}, 422, "There is no rental 2000000."),
    ({"rentals": []}, 422, "rentals"),
    ({"rentals": [11496], "date": "2005-08-02"}, 422, "it can't come back before that"),
    ({"rentals": [11496], "date": "2006-03-02"}, 422, "in the future"),
]


def test_what_can_not_come_back_is_refused_with_the_reason(
    desk: DeskUnderTest,
) -> None:
    for asked, status, reported in NOT_BACK:
        refused = desk.post("/returns", asked, desk.clerk)
        assert refused.status_code == status, asked
        assert reported in refused.json["detail"]


def test_the_balance_of_every_customer_is_what_sakilas_function_says(platform: Platform, desk: DeskUnderTest) -> None:
    # Sakila's customers owe nothing at all: so let payments be missing.
    platform.sql("DELETE FROM payment WHERE payment_id % 7 = 0")
    desk.rent(DINOSAUR, date="2006-02-16", document="5", store_id=1)
    for at in ("2005-07-15 12:00:00", NOW):
        says = platform.sql("SELECT customer_id, get_customer_balance(customer_id, %s) AS owed FROM customer", at)
        ours = desk.app.extensions["sakila_rental_desk"].shop.run(
            lambda cursor, at=at, says=says: [balance(cursor, row["customer_id"], at) for row in says]
        )
        assert ours == says.column("owed")
        assert len(set(ours)) > 10


def test_who_registers_is_a_customer_of_sakila_and_rents_at_once(platform: Platform, desk: DeskUnderTest) -> None:
    answer = desk.post("/register", {**ANA, "store_id": 2})
    assert answer.status_code == 201, answer.text
    number = answer.json["customer_id"]
    (customer,) = platform.sql(
        "SELECT first_name, last_name, store_id, active, create_date, customer.address_id = store.address_id AS its, "
        "email FROM customer JOIN store USING (store_id) WHERE customer_id = %s",
        number,
    )
    assert [str(value) for value in customer.values()] == ["Ana", "Díaz", "2", "1", NOW, "1", "None"]
    (user,) = platform.sql("SELECT * FROM usuarios WHERE customer_id = %s", number)
    assert (user["document"], str(user["birth_date"]), user["staff_id"]) == ("CC-1234567", "1990-02-03", None)
    assert user["password_hash"].startswith("$argon2id$")
    token = desk.token("cc-1234567", PASSWORD)
    assert desk.rent(GOLDFINGER, document="CC-1234567", token=token).status_code == 201
    (rental,) = platform.sql("SELECT staff_id FROM rental WHERE customer_id = %s", number)
    assert rental["staff_id"] == 2


NOT_REGISTERED: list[tuple[dict, int, str]] = [
    ({"document": "12345"}, 422, "6 to 20"),
    ({"document": "ABCDEF"}, 422, "6 to 20"),
    ({"document": "1' OR 1=1"}, 422, "letters"),
    ({"birth_date": "2006-03-02"}, 422, "birth date"),
    ({"birth_date": "1899-12-31"}, 422, "birth date"),
    ({"birth_date": "1990-02-30"}, 422, "birth_date"),
    ({"names": " "}, 422, "names"),
    ({"names": "Ana\u0000"}, 422, "names"),
    ({"names": "\u200b"}, 422, "can be read"),
    ({"names": "\u3164\u115f"}, 422, "can be read"),
    ({"surnames": "Ana\u202eanA"}, 422, "can be read"),
    ({"surnames": "A\u0085B"}, 422, "can be read"),
    ({"surnames": "A\u009bB"}, 422, "can be read"),
    ({"document": "\u017f1234567"}, 422, "A to Z"),
    ({"document": "\ufb011234567"}, 422, "A to Z"),
    ({"names": "x" * 10_000}, 422, "names"),
    ({"password": "password1234"}, 422, "guessed first"),
    ({"password": "short"}, 422, "password"),
    ({"store_id": 3}, 422, "There is no store 3."),
]


def test_a_registration_that_can_not_be_is_refused_and_leaves_nothing(platform: Platform, desk: DeskUnderTest) -> None:
    for changed, status, reported in NOT_REGISTERED:
        refused = desk.post("/register", {**ANA, **changed})
        assert refused.status_code == status, changed
        assert reported in refused.json["detail"]
    assert platform.sql("SELECT COUNT(*) AS customers FROM customer")[0]["customers"] == 599


def test_a_known_document_is_not_given_away(platform: Platform, desk: DeskUnderTest) -> None:
    assert desk.post("/register", ANA).status_code == 201
    again = desk.post("/register", {**ANA, "document": "cc-123.4567", "password": "another walrus entirely"})
    assert (again.status_code, again.json["errors"][0]["field"]) == (409, "document")
    assert platform.sql("SELECT COUNT(*) AS customers FROM customer")[0]["customers"] == 600
    assert desk.token("CC-1234567", PASSWORD)


def test_sakilas_customers_have_their_number_as_document_and_no_way_in(platform: Platform, desk: DeskUnderTest) -> None:
    users = platform.sql("SELECT document, customer_id, password_hash FROM usuarios WHERE customer_id IS NOT NULL")
    assert len(users) == 599
    assert all(user["document"] == str(user["customer_id"]) and user["password_hash"] is None for user in users)
    for password in ("", "None", PASSWORD):
        assert desk.post("/login", {"document": "1", "password": password}).status_code in (401, 422)


def test_a_customer_who_came_by_another_way_is_found_everywhere(platform: Platform, desk: DeskUnderTest) -> None:
    platform.sql(
        "INSERT INTO customer (store_id, first_name, last_name, address_id, create_date) VALUES (1, 'A', 'B', 5, NOW())"
    )
    number = platform.sql("SELECT MAX(customer_id) AS number FROM customer")[0]["number"]
    assert desk.get(f"/customers/{number}", desk.clerk).json["names"] == "A"
    platform.sql(
        "INSERT INTO customer (store_id, first_name, last_name, address_id, create_date) VALUES (1, 'C', 'D', 5, NOW())"
    )
    assert [user["customer_id"] for user in desk.get("/users?named=C D", desk.clerk).json["users"]] == [number + 1]


def test_a_customer_who_came_by_another_way_can_rent(platform: Platform, desk: DeskUnderTest) -> None:
    platform.sql(
        "INSERT INTO customer (store_id, first_name, last_name, address_id, create_date) VALUES (1, 'A', 'B', 5, NOW())"
    )
    number = platform.sql("SELECT MAX(customer_id) AS number FROM customer")[0]["number"]
    assert desk.rent(DINOSAUR, document=str(number)).json["customer_id"] == number


def test_migrating_again_changes_nothing(platform: Platform, desk: DeskUnderTest) -> None:
    desk.post("/register", ANA)
    before = {table: platform.sql(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES}
    assert len(before["usuarios"]) == 601
    ensure_tables(platform.shop)
    assert {table: platform.sql(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES} == before


def test_customers_rent_for_themselves_and_for_today(desk: DeskUnderTest) -> None:
    desk.post("/register", ANA)
    ana = desk.token("CC-1234567", PASSWORD)
    others = desk.rent(DINOSAUR, document="1", token=ana)
    unknown = desk.rent(DINOSAUR, document="99999", token=ana)
    # A customer does not learn which documents there are.
    assert (others.status_code, others.text) == (403, unknown.text)
    assert desk.rent(DINOSAUR, document="CC-1234567", token=ana, date="2006-02-28").status_code == 403
    rented = desk.rent(DINOSAUR, document="CC-1234567", token=ana, date="2006-03-01T11:00")
    assert rented.status_code == 201
    back = desk.post("/returns", {"rentals": [rented.json["rentals"][0]["rental_id"]]}, ana)
    assert (back.status_code, "at the counter" in back.json["detail"]) == (403, True)


def test_films_are_found_by_the_words_of_their_titles(desk: DeskUnderTest) -> None:
    def titles(query: str) -> list[str]:
        return [film["title"] for film in desk.get(f"/films?{query}").json["films"]]

    assert titles("words=aca")[0] == "ACADEMY DINOSAUR"
    assert titles("words=dino%20aca") == ["ACADEMY DINOSAUR"]
    assert titles("words=%25") == titles("words=_") == []
    assert len(titles("limit=100")) == 100
    assert titles("limit=1&offset=999") == ["ZORRO ARK"]


def test_a_film_counts_the_copies_that_are_in_the_shop(desk: DeskUnderTest) -> None:
    def copies(query: str) -> tuple[int, int]:
        (film,) = desk.get(f"/films?words=academy+dinosaur{query}").json["films"]
        return film["copies"], film["copies_in_shop"]

    # One of Sakila's own rentals of it was never returned.
    assert (copies(""), copies("&store_id=1"), copies("&store_id=2")) == ((8, 7), (4, 4), (4, 3))
    desk.rent(DINOSAUR, store_id=1)
    assert (copies(""), copies("&store_id=1"), copies("&store_id=2")) == ((8, 6), (4, 3), (4, 3))


def test_users_are_listed_page_by_page(desk: DeskUnderTest) -> None:
    seen: list[str] = []
    after = 0
    while after is not None:
        page = desk.get(f"/users?limit=200&after={after}", desk.clerk).json
        seen += [user["document"] for user in page["users"]]
        after = page["next_after"]
    assert len(seen) == len(set(seen)) == 600
    assert [user["names"] for user in desk.get("/users?named=mary+smith", desk.clerk).json["users"]] == ["MARY"]


def test_a_shop_without_numbers_left_says_what_to_do(platform: Platform, desk: DeskUnderTest) -> None:
    platform.sql("UPDATE payment SET payment_id = 65535 ORDER BY payment_id DESC LIMIT 1")
    platform.sql("ALTER TABLE payment AUTO_INCREMENT = 65535")
    refused = desk.rent(DINOSAUR)
    assert refused.status_code == 503
    assert "ALTER TABLE payment MODIFY payment_id INT UNSIGNED" in refused.json["detail"]
    assert platform.sql("SELECT COUNT(*) AS open FROM rental WHERE rental_date >= '2006-02-15'")[0]["open"] == 0


def test_a_desk_without_a_database_says_so(desk: DeskUnderTest) -> None:
    closed = desk.with_config(shop_address=lambda: desk.config.shop_address().__class__("127.0.0.1", 9, "nobody", ""))
    assert closed.get("/health").status_code == 200
    answer = closed.get("/check_db")
    assert (answer.status_code, answer.json["status"]) == (503, 503)
    assert "127.0.0.1" not in answer.text
    assert closed.browser().get("/films").status_code == 503
    assert closed.browser().get("/").status_code == 200
    closed.close()


def test_money_stays_exact(desk: DeskUnderTest) -> None:
    (film,) = desk.get("/films?words=academy+dinosaur").json["films"]
    assert Decimal(film["rental_rate"]) == Decimal("0.99")
