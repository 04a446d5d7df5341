"""What people type into the desk's forms, as the values it means."""

from __future__ import annotations

from datetime import date

from flask import request
from pydantic import ValidationError

from sakila_platform.rental_desk.accounts.accounts import Registration
from sakila_platform.rental_desk.refusals import Invalid
from sakila_platform.rental_desk.web.messages import RegisterAsked

_LONGEST_TEXT = 200
_LABELS = {
    "document": "document",
    "names": "names",
    "surnames": "surnames",
    "birth_date": "birth date",
    "password": "password",
    "store_id": "store",
}


def text(name: str) -> str:
    """What is in a field, without blanks around it. Raises Invalid for a text that no field of the desk needs."""
    typed = request.form.get(name, "").strip()
    if len(typed) > _LONGEST_TEXT:
        raise Invalid(f"That is too long: {len(typed):,} characters.", name)
    return typed


def number(name: str) -> int | None:
    """A whole number, None for an empty field. Raises Invalid for anything else."""
    typed = text(name)
    if not typed:
        return None
    if not _is_number(typed):
        raise Invalid("Give a whole number.", name)
    return int(typed)


def numbers(name: str) -> list[int]:
    """The numbers of the ticked boxes."""
    typed = request.form.getlist(name)[:1000]
    if not all(_is_number(each) for each in typed):
        raise Invalid("Choose from the list.", name)
    return [int(each) for each in typed]


def address_number(typed: str, most: int) -> int:
    """A whole number of an address, up to the most there is; 0 for what is none."""
    return min(int(typed), most) if _is_number(typed) else 0


def first_day_text(typed: str) -> date | None:
    """A day of an address, None for what is none."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def registration() -> Registration:
    """The filled-in form to become a customer. Raises Invalid, saying which field and why."""
    typed = {name: request.form.get(name, "") for name in RegisterAsked.model_fields}
    try:
        asked = RegisterAsked.model_validate_strings(typed)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = str(fault["loc"][0]) if fault["loc"] else ""
        raise Invalid(
            f"The {_LABELS.get(field, field)}: {fault['msg'][:1].lower()}{fault['msg'][1:]}.", field
        ) from None
    return Registration(**asked.model_dump())


def _is_number(typed: str) -> bool:
    """Whether int() takes it without fail: of what Unicode calls digits it takes not all, and no thousands of them."""
    return typed.isascii() and typed.isdigit() and len(typed) <= 10
