"""The options the private server runs with: private, UTC, utf8mb4, and quick at bulk loads on a small machine."""

from __future__ import annotations

import os

from sakila_platform.embedded.mariadb.server_binary import ServerBinary
from sakila_platform.embedded.state_folder import StateFolder

_MEGABYTE = 1024 * 1024


def run_options(binary: ServerBinary, folder: StateFolder, port: int) -> list[str]:
    """For a server that serves the state folder's data on a loopback port."""
    return [
        *place_options(binary, folder),
        f"--datadir={folder.data}",
        f"--socket={folder.socket}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        f"--pid-file={folder.root / 'server.pid'}",
        f"--init-file={folder.accounts}",
        # The loader sends files over the connection; the server itself reads and writes none.
        "--local-infile=1",
        f"--secure-file-priv={folder.temporary}",
        "--default-time-zone=+00:00",
        "--character-set-server=utf8mb4",
        "--max-allowed-packet=256M",
        # A reader of millions of rows may be busy writing Parquet for longer than the default minute.
        "--net-write-timeout=600",
        "--net-read-timeout=600",
        "--skip-log-bin",
        "--performance-schema=OFF",
        *storage_options(binary),
        *(() if binary.is_mariadb else ("--loose-mysqlx=OFF",)),
    ]


def place_options(binary: ServerBinary, folder: StateFolder) -> list[str]:
    """Where the server finds its own files, whoever starts it. --no-defaults has to come first."""
    options = ["--no-defaults", f"--tmpdir={folder.temporary}"]
    system_tables = binary.system_tables()
    if binary.is_mariadb and system_tables:
        options += [f"--basedir={binary.prefix}", f"--lc-messages-dir={system_tables.parent}"]
        options += [f"--character-sets-dir={system_tables.parent / 'charsets'}"]
        plugins = binary.plugins()
        options += [f"--plugin-dir={plugins}"] if plugins else []
    if os.geteuid() == 0:
        options.append("--user=root")
    return options


def storage_options(binary: ServerBinary) -> list[str]:
    """InnoDB's sizes. A commit survives the death of the server (the system has it), not a power cut."""
    log = "--innodb-log-file-size=512M" if binary.is_mariadb else "--loose-innodb-redo-log-capacity=512M"
    return [
        log,
        f"--innodb-buffer-pool-size={_buffer_pool_megabytes()}M",
        "--innodb-flush-log-at-trx-commit=2",
        "--innodb-flush-neighbors=0",
        "--innodb-io-capacity=2000",
    ]


def _buffer_pool_megabytes() -> int:
    """A quarter of the memory, from 128 MB to 1 GB."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MEGABYTE
    return max(128, min(1024, memory // 4))
