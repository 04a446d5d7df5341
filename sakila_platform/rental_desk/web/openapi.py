"""The OpenAPI document of the JSON API, written from the models that check what comes in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from flask import Response, json
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sakila_platform.rental_desk.rentals.repeats import HEADER, KEY_PATTERN
from sakila_platform.rental_desk.web import messages

_REFERENCE = "#/components/schemas/{model}"


@dataclass(frozen=True)
class _Operation:
    """A route as programs see it. `refusals` are the statuses of a Problem."""

    method: str
    path: str
    summary: str
    answer: type[BaseModel] | None
    status: int = 200
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    needs_token: bool = False
    takes_key: bool = False
    refusals: tuple[int, ...] = ()


_BODY = (400, 408, 413, 415, 422)
_CUSTOMER_ID: dict[str, Any] = {
    "name": "customer_id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}
_KEY: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "description": "A key of your own for this request. Sent again within a day with the same key and body, "
    "it is answered as before and nothing is done twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": KEY_PATTERN},
}
_OPERATIONS = (
    _Operation(
        "post",
        "/register",
        "Become a customer",
        messages.RegisterAnswer,
        201,
        messages.RegisterAsked,
        refusals=(*_BODY, 409, 429),
    ),
    _Operation(
        "post", "/login", "Get a token", messages.LogInAnswer, 200, messages.LogInAsked, refusals=(*_BODY, 401, 429)
    ),
    _Operation("post", "/logout", "End a token", None, 204, needs_token=True, refusals=(400,)),
    _Operation(
        "get",
        "/users",
        "People, for staff",
        messages.UsersAnswer,
        query=messages.UsersAsked,
        needs_token=True,
        refusals=(401, 403, 422),
    ),
    _Operation("get", "/check_db", "Whether the shop's database answers", messages.DatabaseAnswer),
    _Operation("get", "/health", "Whether the desk answers", messages.HealthAnswer),
    _Operation(
        "get", "/films", "Films and their copies", messages.FilmsAnswer, query=messages.FilmsAsked, refusals=(422,)
    ),
    _Operation(
        "post",
        "/rentals",
        "Rent films: all or none",
        messages.RentalsAnswer,
        201,
        messages.RentalsAsked,
        needs_token=True,
        takes_key=True,
        refusals=(*_BODY, 401, 403, 409),
    ),
    _Operation(
        "post",
        "/returns",
        "Take films back: all or none",
        messages.ReturnsAnswer,
        200,
        messages.ReturnsAsked,
        needs_token=True,
        takes_key=True,
        refusals=(*_BODY, 401, 403, 409),
    ),
    _Operation(
        "get",
        "/rentals",
        "What was rented on a day, for staff",
        messages.DayAnswer,
        query=messages.DayAsked,
        needs_token=True,
        refusals=(401, 403, 422),
    ),
    _Operation(
        "get",
        "/customers/{customer_id}",
        "Open rentals and what is owed: for staff, and for the customer",
        messages.CustomerAnswer,
        needs_token=True,
        refusals=(401, 403, 404),
    ),
)


def document() -> Response:
    """The document, as an answer."""
    return Response(_text(), mimetype="application/json")


@cache
def _text() -> str:
    return json.dumps(openapi_document(), indent=1)


def openapi_document() -> dict[str, Any]:
    """OpenAPI 3.1, whose schemas are those of pydantic."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rental desk",
            "version": version("sakila-platform"),
            "description": "The shop's counter. Log in for a token and send it as `Authorization: Bearer`.",
        },
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in _OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _described(operation)
    return paths


def _described(operation: _Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": f"{operation.method}_{operation.path.strip('/').partition('/')[0]}",
        "responses": {str(operation.status): _response(operation.answer, "application/json")},
    }
    for status in (*sorted(operation.refusals), 503):
        described["responses"][str(status)] = _response(messages.Problem, "application/problem+json")
    if operation.body:
        schema = {"$ref": _REFERENCE.format(model=operation.body.__name__)}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    parameters = [_CUSTOMER_ID] if "{customer_id}" in operation.path else []
    parameters += [_KEY] if operation.takes_key else []
    parameters += _parameters(operation.query) if operation.query else []
    if parameters:
        described["parameters"] = parameters
    if operation.needs_token:
        described["security"] = [{"token": []}]
    return described


def _response(model: type[BaseModel] | None, media_type: str) -> dict[str, Any]:
    if model is None:
        return {"description": "Done."}
    schema = {"$ref": _REFERENCE.format(model=model.__name__)}
    return {"description": (model.__doc__ or "").strip(), "content": {media_type: {"schema": schema}}}


def _parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema()
    return [{"name": name, "in": "query", "schema": of_field} for name, of_field in schema["properties"].items()]


def _schemas() -> dict[str, Any]:
    asked = [operation.body for operation in _OPERATIONS if operation.body]
    answers = [operation.answer for operation in _OPERATIONS if operation.answer]
    modes: list[tuple[Any, Any]] = [(model, "validation") for model in asked]
    modes += [(model, "serialization") for model in (*answers, messages.Problem)]
    _, definitions = models_json_schema(modes, ref_template=_REFERENCE)
    return definitions["$defs"]
