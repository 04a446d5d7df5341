"""Who a person is to the desk: a row of `usuarios`, as a customer, as staff, or as both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from pymysql.cursors import Cursor

from sakila_platform.rental_desk.accounts.migration import adopt_customers
from sakila_platform.rental_desk.accounts.written_names import document_form
from sakila_platform.rental_desk.refusals import Invalid

_LONGEST_CUSTOMER_NUMBER = 5
_COLUMNS = """
SELECT usuarios.usuario_id, usuarios.document, usuarios.names, usuarios.surnames, usuarios.birth_date,
       usuarios.password_hash IS NOT NULL, usuarios.customer_id, customer.store_id, COALESCE(customer.active, 0),
       staff.staff_id
FROM usuarios
LEFT JOIN customer ON customer.customer_id = usuarios.customer_id
LEFT JOIN staff ON staff.staff_id = usuarios.staff_id AND staff.active
"""


# A customer who rents, held until the transaction ends: the same customer's next request waits for this one.
_HELD_CUSTOMER = """
SELECT usuarios.usuario_id, usuarios.document, usuarios.names, usuarios.surnames, usuarios.birth_date,
       usuarios.password_hash IS NOT NULL, usuarios.customer_id, customer.store_id, customer.active, NULL
FROM usuarios
JOIN customer ON customer.customer_id = usuarios.customer_id
WHERE usuarios.document = %s
FOR UPDATE
"""
# Asked at every request: so from few tables, and no more columns than are needed.
_VISITOR = """
SELECT usuarios.usuario_id, usuarios.document, usuarios.names, usuarios.surnames, usuarios.customer_id,
       staff.staff_id, staff.store_id
FROM desk_session
JOIN usuarios ON usuarios.usuario_id = desk_session.usuario_id
LEFT JOIN staff ON staff.staff_id = usuarios.staff_id AND staff.active
WHERE desk_session.token_hash = %s AND desk_session.expires_at > CURRENT_TIMESTAMP
"""


@dataclass(frozen=True)
class Visitor:
    """Who is signed in. `staff_id` and `staff_store_id` are None for customers, and for clerks who left the shop."""

    usuario_id: int
    document: str
    names: str
    surnames: str
    customer_id: int | None
    staff_id: int | None
    staff_store_id: int | None

    @property
    def is_staff(self) -> bool:
        """Whether the visitor works at the counter."""
        return self.staff_id is not None

    @property
    def full_name(self) -> str:
        """Names and surnames."""
        return f"{self.names} {self.surnames}".strip()


@dataclass(frozen=True)
class Person:
    """A person. `customer_id` and `staff_id` are Sakila's; `staff_id` is None once the clerk is no longer active."""

    usuario_id: int
    document: str
    names: str
    surnames: str
    birth_date: date | None
    has_password: bool
    customer_id: int | None
    customer_store_id: int | None
    is_active_customer: bool
    staff_id: int | None

    @property
    def is_staff(self) -> bool:
        """Whether the person works at the counter."""
        return self.staff_id is not None

    @property
    def full_name(self) -> str:
        """Names and surnames."""
        return f"{self.names} {self.surnames}".strip()


def canonical_document(text: str) -> str:
    """A document as it is kept, looked up and counted. Raises Invalid for what can't be one."""
    document = document_form(text)
    if document is None:
        raise Invalid("A document has 1 to 20 letters (A to Z), digits and hyphens.", "document")
    return document


def person_by_document(cursor: Cursor, document: str) -> Person | None:
    """Who has this document, written in any way; None where nobody has."""
    canonical = canonical_document(document)
    person = _one(cursor, _COLUMNS + "WHERE usuarios.document = %s", canonical)
    if person is None and canonical.isdigit() and len(canonical) <= _LONGEST_CUSTOMER_NUMBER:
        adopt_customers(cursor)
        person = _one(cursor, _COLUMNS + "WHERE usuarios.document = %s", canonical)
    return person


def held_customer_by_document(cursor: Cursor, document: str) -> Person | None:
    """The customer of this document, whose row nobody else holds until we have committed; None where there is none."""
    canonical = canonical_document(document)
    person = _one(cursor, _HELD_CUSTOMER, canonical)
    if person is None and person_by_document(cursor, canonical):
        person = _one(cursor, _HELD_CUSTOMER, canonical)
    return person


def person_by_customer(cursor: Cursor, customer_id: int) -> Person | None:
    """Who this customer of Sakila is; None where there is none."""
    person = _one(cursor, _COLUMNS + "WHERE usuarios.customer_id = %s", customer_id)
    if person is None:
        adopt_customers(cursor)
        person = _one(cursor, _COLUMNS + "WHERE usuarios.customer_id = %s", customer_id)
    return person


def visitor_by_session(cursor: Cursor, token_hash: bytes) -> Visitor | None:
    """Who holds this session, while it lasts."""
    cursor.execute(_VISITOR, [token_hash])
    row = cursor.fetchone()
    return Visitor(*row) if row else None


def home_store_id(cursor: Cursor, visitor: Visitor) -> int:
    """The store that a visitor means when none is named: a clerk's, a customer's, else the first."""
    if visitor.staff_store_id:
        return visitor.staff_store_id
    cursor.execute(
        "SELECT COALESCE((SELECT store_id FROM customer WHERE customer_id = %s), MIN(store_id)) FROM store",
        [visitor.customer_id],
    )
    ((store_id,),) = cursor.fetchall()
    return store_id


def people(cursor: Cursor, *, named: str = "", after: int = 0, most: int = 50) -> list[Person]:
    """People in the order of their numbers, from after one on; those whose name contains a text."""
    if not after:
        adopt_customers(cursor)
    pattern = "%" + re.sub(r"([\\%_])", r"\\\1", named) + "%"
    cursor.execute(
        _COLUMNS + "WHERE usuarios.usuario_id > %s AND CONCAT(usuarios.names, ' ', usuarios.surnames) LIKE %s "
        "ORDER BY usuarios.usuario_id LIMIT %s",
        [after, pattern, most],
    )
    return [_person(row) for row in cursor.fetchall()]


def _one(cursor: Cursor, statement: str, value: object) -> Person | None:
    cursor.execute(statement, [value])
    row = cursor.fetchone()
    return _person(row) if row else None


def _person(row: tuple[Any, ...]) -> Person:
    usuario, has_password, customer, is_active, staff = row[:5], row[5], row[6:8], row[8], row[9:]
    return Person(*usuario, bool(has_password), *customer, bool(is_active), *staff)  # type: ignore[call-arg]
