"""Requests to AWS held strictly against botocore's service model: enums, patterns, lengths and unions as well.

botocore itself looks at names, types and what is required, and leaves the rest to the service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import botocore.session

_TYPES = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "double": (int, float),
    "float": (int, float),
    "timestamp": datetime,
    "blob": bytes,
}
_JAVA_CLASSES = {
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010FFFF",
    "\\p{L}": "A-Za-z\u00c0-\uffff",
    "\\p{Z}": r"\s",
    "\\p{N}": r"\d",
    "\\p{Alnum}": "A-Za-z0-9",
}


def request_faults(service: str, operation: str, request: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong with a request, a line each with the path to it; empty for one that AWS would take."""
    shape = _service_model(service).operation_model(operation).input_shape
    return [] if shape is None else list(_faults(shape, request, operation))


@cache
def _service_model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def _faults(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        yield from _structure_faults(shape, value, path)
    elif shape.type_name == "list":
        if not isinstance(value, list):
            yield f"{path}: {type(value).__name__} instead of a list"
            return
        yield from _size_faults(shape, len(value), path)
        for number, each in enumerate(value):
            yield from _faults(shape.member, each, f"{path}[{number}]")
    elif shape.type_name == "map":
        if not isinstance(value, dict):
            yield f"{path}: {type(value).__name__} instead of a map"
            return
        yield from _size_faults(shape, len(value), path)
        for key, each in value.items():
            yield from _faults(shape.key, key, f"{path} key {key}")
            yield from _faults(shape.value, each, f"{path}.{key}")
    else:
        yield from _scalar_faults(shape, value, path)


def _structure_faults(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: {type(value).__name__} instead of a structure"
        return
    for name in shape.required_members:
        if name not in value:
            yield f"{path}: {name} is missing"
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        yield f"{path}: {sorted(value)} are given, but exactly one may be"
    for name, each in value.items():
        if name in shape.members:
            yield from _faults(shape.members[name], each, f"{path}.{name}")
        else:
            yield f"{path}: {name} is not known, but {sorted(shape.members)} are"


def _scalar_faults(shape: Any, value: Any, path: str) -> Iterator[str]:
    wanted = _TYPES[shape.type_name]
    if not isinstance(value, wanted) or (isinstance(value, bool) and shape.type_name != "boolean"):
        yield f"{path}: {value!r} is not a {shape.type_name}"
        return
    if shape.type_name == "string":
        yield from _size_faults(shape, len(value), path)
        if shape.enum and value not in shape.enum:
            yield f"{path}: {value!r} is none of {shape.enum}"
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(_as_python(pattern), value):
            yield f"{path}: {value!r} does not match {pattern}"
    elif shape.type_name != "boolean":
        yield from _size_faults(shape, value, path)


def _as_python(pattern: str) -> str:
    """AWS writes patterns for Java, which has classes by Unicode property: in Python, near ones stand for them."""
    for java, python in _JAVA_CLASSES.items():
        pattern = pattern.replace(java, python)
    return pattern


def _size_faults(shape: Any, size: Any, path: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield f"{path}: {size} is less than {low}"
    if high is not None and size > high:
        yield f"{path}: {size} is more than {high}"
