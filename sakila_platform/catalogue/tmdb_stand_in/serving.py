"""The stand-in on this machine's own address, for as long as somebody needs it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from werkzeug.serving import make_server

from sakila_platform.catalogue.tmdb_stand_in.application import stand_in
from sakila_platform.catalogue.tmdb_stand_in.faults import Register
from sakila_platform.catalogue.tmdb_stand_in.titles import Title

TOKEN = "stand-in"
"""What lets somebody in. It guards nothing: all titles are invented, and only this machine can ask."""


_LOOK_SECONDS = 0.05
"""How often it looks whether to stop."""


@contextmanager
def served_titles(titles: Sequence[Title], register: Register | None = None, port: int = 0) -> Iterator[str]:
    """The address to put into SAKILA_TMDB_URL, with TOKEN for SAKILA_TMDB_TOKEN, while titles are served."""
    # A line for each question is more than anybody reads.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", port, stand_in(titles, TOKEN, register), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(_LOOK_SECONDS,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/3"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
