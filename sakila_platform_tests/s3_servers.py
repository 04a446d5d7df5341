"""S3 over HTTP for the tests: moto behind a server in this process, and a client that looks behind the platform."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError
from werkzeug.serving import make_server

# The standard chain, without what the machine that tests run on may have.
CREDENTIALS: Mapping[str, str] = {
    "AWS_ACCESS_KEY_ID": "sakila",
    "AWS_SECRET_ACCESS_KEY": "sakila-secret",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nonexistent/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent/credentials",
}


@cache
def _client(endpoint: str) -> Any:
    return boto3.session.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=CREDENTIALS["AWS_DEFAULT_REGION"],
    ).client("s3", endpoint_url=endpoint)


Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def moto_application() -> Application:
    """Moto's answers to AWS calls, as a WSGI application. Its memory is this process's: one for all of its servers."""
    # Here and not above: all of moto takes a second to import, which only the tests on S3 are worth.
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415

    return DomainDispatcherApplication(create_backend_app)


@contextmanager
def served(application: Application) -> Iterator[str]:
    """The address of a server on a free port."""
    from moto.moto_server.werkzeug_app import MotoRequestHandler  # noqa: PLC0415

    # A line for each call is more than a test's log needs.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class S3Server:
    """An S3 server that tests use, by its address."""

    endpoint: str

    def client(self) -> Any:
        """A plain client, for looking at and preparing what is there."""
        return _client(self.endpoint)

    @contextmanager
    def bucket(self) -> Iterator[str]:
        """The name of an empty bucket, gone afterwards with all that is in it."""
        name = f"lake-{uuid.uuid4().hex}"
        client = self.client()
        client.create_bucket(Bucket=name)
        try:
            yield name
        finally:
            self.clear(name)
            client.delete_bucket(Bucket=name)

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        """The keys of a bucket, sorted."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return sorted(found["Key"] for page in pages for found in page.get("Contents", ()))

    def clear(self, bucket: str, prefix: str = "") -> None:
        """Remove all objects of a bucket, and the parts of uploads that were not completed."""
        client, keys = self.client(), self.keys(bucket, prefix)
        for upload in self._uploads(bucket):
            client.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
        for start in range(0, len(keys), 1000):
            some = [{"Key": key} for key in keys[start : start + 1000]]
            client.delete_objects(Bucket=bucket, Delete={"Objects": some})

    def uploads(self, bucket: str) -> list[str]:
        """The keys of uploads in parts that were begun and neither completed nor aborted."""
        return sorted(found["Key"] for found in self._uploads(bucket))

    def _uploads(self, bucket: str) -> list[dict[str, Any]]:
        try:
            return self.client().list_multipart_uploads(Bucket=bucket).get("Uploads", [])
        except ClientError as error:
            # So rclone says that there are none.
            if error.response["Error"]["Code"] != "NoSuchUpload":
                raise
            return []
