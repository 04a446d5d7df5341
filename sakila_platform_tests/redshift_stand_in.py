"""Redshift's Data API on a real PostgreSQL: a batch is a transaction, and COPY reads what its manifest names."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pyarrow.csv
import pyarrow.parquet as pq

from sakila_platform.databases.postgres.address import PostgresAddress, connected, first_line
from sakila_platform.lake.files import Lake

_COPY = re.compile(r"COPY (\w+) \(([\w, ]+)\) FROM '(s3://[^']+)' IAM_ROLE default FORMAT PARQUET MANIFEST")


@dataclass
class RedshiftStandIn:
    """What of boto3's client the platform uses; `sent` is what it was asked to run."""

    address: PostgresAddress
    lake: Lake
    sent: list[str] = field(default_factory=list)
    _done: dict[str, dict[str, Any]] = field(default_factory=dict)
    _results: dict[str, dict[str, Any]] = field(default_factory=dict)

    def batch_execute_statement(self, Sqls: list[str], **_: str) -> dict[str, str]:
        """Run them; all or none."""
        self.sent += Sqls
        ran = 0
        done: dict[str, Any] = {"Status": "FINISHED"}
        with connected(self.address) as connection:
            try:
                with connection.transaction():
                    for sql in Sqls:
                        self._run(connection, sql)
                        ran += 1
            except psycopg.Error as error:
                parts = ["FINISHED"] * ran + ["FAILED"] + ["ABORTED"] * (len(Sqls) - ran - 1)
                done = {
                    "Status": "FAILED",
                    "Error": f"ERROR: {first_line(error)}",
                    "SubStatements": [{"Status": part} for part in parts],
                }
        self._done[str(len(self._done))] = done
        return {"Id": str(len(self._done) - 1)}

    def execute_statement(self, Sql: str, **_: str) -> dict[str, str]:
        """Answer a question, whose result is fetched afterwards."""
        with connected(self.address) as connection:
            cursor = connection.execute(Sql.encode())
            self._results[str(len(self._done))] = {
                "ColumnMetadata": [{"name": column.name, "typeName": "varchar"} for column in cursor.description or ()],
                "Records": [
                    [{"isNull": True} if value is None else {"stringValue": str(value)} for value in row]
                    for row in cursor.fetchall()
                ],
            }
        self._done[str(len(self._done))] = {"Status": "FINISHED"}
        return {"Id": str(len(self._done) - 1)}

    def get_paginator(self, operation: str) -> RedshiftStandIn:
        """Of results, which come in one page here."""
        assert operation == "get_statement_result"
        return self

    def paginate(self, Id: str) -> list[dict[str, Any]]:
        """The result of a question."""
        return [self._results[Id]]

    def describe_statement(self, Id: str) -> dict[str, Any]:
        """How it ended."""
        return self._done[Id]

    def _run(self, connection: psycopg.Connection, sql: str) -> None:
        found = _COPY.fullmatch(sql)
        if not found:
            connection.execute(sql.encode())
            return
        table, columns, manifest = found.groups()
        for entry in json.loads(self.lake.read(self._path(manifest)))["entries"]:
            content = self.lake.read(self._path(entry["url"]))
            assert entry["meta"]["content_length"] == len(content)
            rows, written = pq.read_table(io.BytesIO(content)), io.BytesIO()
            pyarrow.csv.write_csv(rows, written, pyarrow.csv.WriteOptions(include_header=False))
            # By place, as Redshift reads Parquet.
            copied = f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)"
            with connection.cursor() as cursor, cursor.copy(copied.encode()) as copy:
                copy.write(written.getvalue())

    def _path(self, url: str) -> str:
        return url.removeprefix(f"{self.lake.location}/")
