"""From stage to the star of rentals."""

from __future__ import annotations

from sakila_platform_tests.drawn_selects import Select
from sakila_platform_tests.tables import table


def test_fact_rental_has_the_rentals_taken_that_day_with_the_film_and_store_of_their_copy(select: Select) -> None:
    given = {
        "stage_sakila.rental": """
            dt         | rental_id | rental_date         | return_date         | inventory_id | customer_id | staff_id
            2005-05-24 | 1         | 2005-05-24 22:53:30 | null                | 367          | 130         | 1
            2005-05-24 | 2         | 2005-05-24 22:54:33 | 2005-05-24 23:00:00 | null         | null        | null
            2005-05-24 | 3         | 2005-05-24 23:03:39 | null                | 999          | 408         | 1
            2005-05-26 | 1         | 2005-05-24 22:53:30 | 2005-05-26 22:04:30 | 367          | 130         | 1
            2005-05-26 | 4         | 2005-05-26 09:00:00 | null                | 367          | 130         | 2
        """,
        "stage_sakila.inventory": """
            dt         | inventory_id | film_id | store_id
            2005-05-24 | 367          | 80      | 1
            2005-05-26 | 367          | 80      | 2
        """,
    }
    assert select("rentals/final/fact_rental", given).drawn() == table(
        """
        dt         | rental_id | rental_date_key | rental_at           | customer_id | film_id | store_id | staff_id | inventory_id
        2005-05-24 | 1         | 20050524        | 2005-05-24 22:53:30 | 130         | 80      | 1        | 1        | 367
        2005-05-24 | 2         | 20050524        | 2005-05-24 22:54:33 | 0           | 0       | 0        | 0        | 0
        2005-05-24 | 3         | 20050524        | 2005-05-24 23:03:39 | 408         | null    | null     | 1        | 999
        2005-05-26 | 4         | 20050526        | 2005-05-26 09:00:00 | 130         | 80      | 2        | 2        | 367
        """  # noqa: E501
    )


def test_fact_return_has_the_returns_of_that_day_and_the_days_between(select: Select) -> None:
    given = {
        "stage_sakila.rental": """
            dt         | rental_id | rental_date         | return_date         | inventory_id | customer_id | staff_id
            2005-05-24 | 1         | 2005-05-24 22:53:30 | null                | 367          | 130         | 1
            2005-05-24 | 2         | 2005-05-24 09:00:00 | 2005-05-24 23:00:00 | null         | null        | null
            2005-05-26 | 1         | 2005-05-24 22:53:30 | 2005-05-26 00:04:30 | 367          | 130         | 1
            2005-05-26 | 3         | 2005-05-21 10:00:00 | 2005-05-26 08:00:00 | 999          | 408         | 2
            2005-05-26 | 4         | 2005-05-26 09:00:00 | null                | 367          | 130         | 2
        """,
        "stage_sakila.inventory": """
            dt         | inventory_id | film_id | store_id
            2005-05-24 | 367          | 80      | 1
            2005-05-26 | 367          | 80      | 2
        """,
    }
    assert select("rentals/final/fact_return", given).turned() == table(
        """
        dt              | 2005-05-24          | 2005-05-26          | 2005-05-26
        rental_id       | 2                   | 1                   | 3
        return_date_key | 20050524            | 20050526            | 20050526
        return_at       | 2005-05-24 23:00:00 | 2005-05-26 00:04:30 | 2005-05-26 08:00:00
        rental_at       | 2005-05-24 09:00:00 | 2005-05-24 22:53:30 | 2005-05-21 10:00:00
        customer_id     | 0                   | 130                 | 408
        film_id         | 0                   | 80                  | null
        store_id        | 0                   | 2                   | null
        staff_id        | 0                   | 1                   | 2
        inventory_id    | 0                   | 367                 | 999
        rental_days     | 0                   | 2                   | 5
        """
    )


def test_fact_payment_has_each_payment_also_one_by_nobody_for_no_rental(select: Select) -> None:
    given = {
        "stage_sakila.payment": """
            dt         | payment_id | payment_date        | rental_id | customer_id | staff_id | amount
            2005-05-24 | 1          | 2005-05-24 22:53:30 | 1         | 130         | 1        | 2.99
            2005-05-25 | 2          | 2005-05-25 11:30:37 | null      | null        | null     | 0.00
            2005-05-25 | 3          | 2005-05-25 11:30:38 | 1         | 130         | 2        | 1.00
        """
    }
    assert select("rentals/final/fact_payment", given).drawn() == table(
        """
        dt         | payment_id | payment_date_key | payment_at          | rental_id | customer_id | staff_id | amount
        2005-05-24 | 1          | 20050524         | 2005-05-24 22:53:30 | 1         | 130         | 1        | 2.99
        2005-05-25 | 2          | 20050525         | 2005-05-25 11:30:37 | null      | 0           | 0        | 0.00
        2005-05-25 | 3          | 20050525         | 2005-05-25 11:30:38 | 1         | 130         | 2        | 1.00
        """
    )


def test_dim_customer_says_where_a_customer_lived_on_the_day(select: Select) -> None:
    given = {
        "stage_sakila.customer": """
            dt         | customer_id | first_name | last_name | active | create_date         | store_id | address_id | captured_at
            2005-05-24 | 1           | MARY       | SMITH     | true   | 2005-02-14 22:04:36 | 1        | 5          | 2005-05-25 02:00:00
            2005-05-25 | 1           | MARY       | SMITH     | false  | 2005-02-14 22:04:36 | 1        | 6          | 2005-05-26 02:00:00
            2005-05-25 | 2           | ANA        | LIMA      | true   | 2005-05-25 10:00:00 | 2        | 5          | 2005-05-26 02:00:00
            2005-05-25 | 3           | EVA        | KO        | true   | 2005-05-25 11:00:00 | 2        | 7          | 2005-05-26 02:00:09
        """,  # noqa: E501
        "stage_sakila.address": """
            dt         | address_id | district | city_id | captured_at
            2005-05-24 | 5          | Nagasaki | 463     | 2005-05-25 02:00:00
            2005-05-25 | 5          | Nagasaki | 463     | 2005-05-26 02:00:00
            2005-05-25 | 6          | Attika   | 38      | 2005-05-27 09:00:00
        """,
        "stage_sakila.city": """
            dt         | city_id | city      | country_id | captured_at
            2005-05-24 | 463     | Sasebo    | 50         | 2005-05-25 02:00:01
            2005-05-25 | 463     | Sasebo-Si | 50         | 2005-05-26 02:00:00
            2005-05-25 | 38      | Athens    | 39         | 2005-05-26 02:00:00
        """,
        "stage_sakila.country": """
            dt         | country_id | country | captured_at
            2005-05-24 | 50         | Japan   | 2005-05-25 02:00:00
            2005-05-25 | 50         | Nippon  | 2005-05-26 03:00:00
            2005-05-25 | 39         | Greece  | 2005-05-26 02:00:00
        """,
    }
    assert select("rentals/final/dim_customer", given).turned() == table(
        """
        dt          | 2005-05-24          | 2005-05-25          | 2005-05-25          | 2005-05-25
        customer_id | 1                   | 1                   | 2                   | 3
        first_name  | MARY                | MARY                | ANA                 | EVA
        last_name   | SMITH               | SMITH               | LIMA                | KO
        full_name   | MARY SMITH          | MARY SMITH          | ANA LIMA            | EVA KO
        is_active   | True                | False               | True                | True
        signup_date | 2005-02-14          | 2005-02-14          | 2005-05-25          | 2005-05-25
        store_id    | 1                   | 1                   | 2                   | 2
        district    | Nagasaki            | Attika              | Nagasaki            | null
        city        | Sasebo              | Athens              | Sasebo-Si           | null
        country     | Japan               | Greece              | Nippon              | null
        captured_at | 2005-05-25 02:00:01 | 2005-05-27 09:00:00 | 2005-05-26 03:00:00 | 2005-05-26 02:00:09
        """
    )


def test_dim_film_has_the_first_of_its_categories_and_unknown_for_none(select: Select) -> None:
    given = {
        "stage_sakila.film": """
            dt         | film_id | title   | language_id | original_language_id | release_year | rating | length | rental_duration | rental_rate | replacement_cost | special_features | captured_at
            2005-05-24 | 1       | ACADEMY | 1           | 2                    | 2006         | PG     | 86     | 6               | 0.99        | 20.99            | Trailers         | 2005-05-25 02:00:00
            2005-05-24 | 2       | ACE     | 1           | null                 | null         | null   | null   | 3               | 4.99        | 12.99            | null             | 2005-05-25 02:00:00
            2005-05-24 | 3       | ADAM    | 9           | null                 | null         | null   | null   | 7               | 2.99        | 18.99            | null             | 2005-05-25 02:00:00
            2005-05-25 | 1       | ACADEMY | 1           | 2                    | 2006         | PG     | 86     | 7               | 0.99        | 20.99            | Trailers         | 2005-05-26 02:00:00
        """,  # noqa: E501
        "stage_sakila.film_category": """
            dt         | film_id | category_id
            2005-05-24 | 1       | 11
            2005-05-24 | 1       | 6
            2005-05-25 | 1       | 11
            2005-05-25 | 2       | 11
        """,
        "stage_sakila.category": """
            dt         | category_id | name        | captured_at
            2005-05-24 | 6           | Documentary | 2005-05-25 02:00:02
            2005-05-24 | 11          | Horror      | 2005-05-25 02:00:09
            2005-05-25 | 11          | Terror      | 2005-05-26 02:00:00
        """,
        "stage_sakila.language": """
            dt         | language_id | name    | captured_at
            2005-05-24 | 1           | English | 2005-05-25 02:00:01
            2005-05-24 | 2           | Italian | 2005-05-25 02:00:01
            2005-05-25 | 1           | Anglais | 2005-05-26 02:00:00
            2005-05-25 | 2           | Italien | 2005-05-26 05:00:00
        """,
    }
    assert select("rentals/final/dim_film", given).turned() == table(
        """
        dt                | 2005-05-24          | 2005-05-24          | 2005-05-24          | 2005-05-25
        film_id           | 1                   | 2                   | 3                   | 1
        title             | ACADEMY             | ACE                 | ADAM                | ACADEMY
        category          | Documentary         | Unknown             | Unknown             | Terror
        language          | English             | English             | null                | Anglais
        original_language | Italian             | null                | null                | Italien
        release_year      | 2006                | null                | null                | 2006
        rating            | PG                  | null                | null                | PG
        length_minutes    | 86                  | null                | null                | 86
        rental_duration   | 6                   | 3                   | 7                   | 7
        rental_rate       | 0.99                | 4.99                | 2.99                | 0.99
        replacement_cost  | 20.99               | 12.99               | 18.99               | 20.99
        special_features  | Trailers            | null                | null                | Trailers
        captured_at       | 2005-05-25 02:00:02 | 2005-05-25 02:00:01 | 2005-05-25 02:00:00 | 2005-05-26 05:00:00
        """
    )


def test_dim_store_has_the_place_where_it_stands_and_its_manager_or_unknown(select: Select) -> None:
    given = {
        "stage_sakila.store": """
            dt         | store_id | manager_staff_id | address_id | captured_at
            2005-05-24 | 1        | 1                | 1          | 2005-05-25 02:00:00
            2005-05-24 | 2        | 9                | 9          | 2005-05-25 02:00:00
            2005-05-25 | 1        | 1                | 1          | 2005-05-26 02:00:00
            2005-05-25 | 2        | 2                | 2          | 2005-05-26 02:00:00
        """,
        "stage_sakila.staff": """
            dt         | staff_id | first_name | last_name | store_id | captured_at
            2005-05-24 | 1        | Mike       | Hillyer   | 2        | 2005-05-25 02:00:05
            2005-05-25 | 1        | Mike       | Miller    | 2        | 2005-05-26 02:00:00
            2005-05-25 | 2        | Jon        | Stephens  | 2        | 2005-05-26 02:00:00
        """,
        "stage_sakila.address": """
            dt         | address_id | district | city_id | captured_at
            2005-05-24 | 1          | Alberta  | 300     | 2005-05-25 02:00:00
            2005-05-25 | 1          | Alberta  | 300     | 2005-05-26 03:00:00
            2005-05-25 | 2          | QLD      | 576     | 2005-05-26 02:00:00
        """,
        "stage_sakila.city": """
            dt         | city_id | city       | country_id | captured_at
            2005-05-24 | 300     | Lethbridge | 20         | 2005-05-25 02:00:00
            2005-05-25 | 300     | Lethbridge | 20         | 2005-05-26 02:00:00
            2005-05-25 | 576     | Woodridge  | 8          | 2005-05-26 04:00:00
        """,
        "stage_sakila.country": """
            dt         | country_id | country   | captured_at
            2005-05-24 | 20         | Canada    | 2005-05-25 02:00:00
            2005-05-25 | 20         | Canada    | 2005-05-26 02:00:00
            2005-05-25 | 8          | Australia | 2005-05-26 02:00:00
        """,
    }
    assert select("rentals/final/dim_store", given).drawn() == table(
        """
        dt         | store_id | manager_name | district | city       | country   | captured_at
        2005-05-24 | 1        | Mike Hillyer | Alberta  | Lethbridge | Canada    | 2005-05-25 02:00:05
        2005-05-24 | 2        | Unknown      | null     | null       | null      | 2005-05-25 02:00:00
        2005-05-25 | 1        | Mike Miller  | Alberta  | Lethbridge | Canada    | 2005-05-26 03:00:00
        2005-05-25 | 2        | Jon Stephens | QLD      | Woodridge  | Australia | 2005-05-26 04:00:00
        """
    )


def test_dim_staff_is_who_worked_there_on_the_day(select: Select) -> None:
    given = {
        "stage_sakila.staff": """
            dt         | staff_id | first_name | last_name | store_id | active | captured_at
            2005-05-24 | 1        | Mike       | Hillyer   | 1        | true   | 2005-05-25 02:00:00
            2005-05-25 | 1        | Mike       | Hillyer   | 2        | false  | 2005-05-26 02:00:00
        """
    }
    assert select("rentals/final/dim_staff", given).drawn() == table(
        """
        dt         | staff_id | first_name | last_name | full_name    | store_id | is_active | captured_at
        2005-05-24 | 1        | Mike       | Hillyer   | Mike Hillyer | 1        | True      | 2005-05-25 02:00:00
        2005-05-25 | 1        | Mike       | Hillyer   | Mike Hillyer | 2        | False     | 2005-05-26 02:00:00
        """
    )


def test_dim_actor_is_who_was_known_on_the_day(select: Select) -> None:
    given = {
        "stage_sakila.actor": """
            dt         | actor_id | first_name | last_name | captured_at
            2005-05-24 | 1        | PENELOPE   | GUINESS   | 2005-05-25 02:00:00
            2005-05-25 | 1        | PENÉLOPE   | GUINESS   | 2005-05-26 02:00:00
        """
    }
    assert select("rentals/final/dim_actor", given).drawn() == table(
        """
        dt         | actor_id | first_name | last_name | full_name        | captured_at
        2005-05-24 | 1        | PENELOPE   | GUINESS   | PENELOPE GUINESS | 2005-05-25 02:00:00
        2005-05-25 | 1        | PENÉLOPE   | GUINESS   | PENÉLOPE GUINESS | 2005-05-26 02:00:00
        """
    )


def test_bridge_film_actor_is_who_was_in_which_film_on_the_day(select: Select) -> None:
    given = {
        "stage_sakila.film_actor": """
            dt         | actor_id | film_id | captured_at
            2005-05-24 | 1        | 23      | 2005-05-25 02:00:00
            2005-05-24 | 2        | 23      | 2005-05-25 02:00:00
            2005-05-25 | 2        | 23      | 2005-05-26 02:00:00
        """
    }
    assert select("rentals/final/bridge_film_actor", given).drawn() == table(
        """
        dt         | film_id | actor_id | captured_at
        2005-05-24 | 23      | 1        | 2005-05-25 02:00:00
        2005-05-24 | 23      | 2        | 2005-05-25 02:00:00
        2005-05-25 | 23      | 2        | 2005-05-26 02:00:00
        """
    )
