"""Ports of this machine that only this machine can reach."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"
DAGSTER_PORT = 3000


def is_taken(port: int) -> bool:
    """Whether something listens on that port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0
