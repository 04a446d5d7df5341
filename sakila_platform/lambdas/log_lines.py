"""What a function says: one line of JSON each, which CloudWatch Logs Insights reads by field."""

from __future__ import annotations

import json
import sys
from typing import Any


def write_line(context: Any, message: str, **fields: Any) -> None:
    """Write a line: message, function, request and the fields given."""
    line = {
        "level": "INFO",
        "message": message,
        "function": getattr(context, "function_name", ""),
        "request": getattr(context, "aws_request_id", ""),
        **fields,
    }
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()
