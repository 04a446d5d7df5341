"""Where the official dump may come from, and what is refused: by the file system, by archives, by the network."""

from __future__ import annotations

import io
import ssl
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sakila_platform.embedded.sakila.dumps import archives
from sakila_platform.embedded.sakila.dumps.dump import DATA_FILE, SCHEMA_FILE, read_dump
from sakila_platform.errors import PlatformError, UsageError

SCHEMA, DATA = "CREATE TABLE film (…);", "INSERT INTO film VALUES ('🎬');"
FILES = {SCHEMA_FILE: SCHEMA, DATA_FILE: DATA}


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def tarred(files: dict[str, str], mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def given(folder: Path, content: bytes) -> str:
    path = folder / "sakila.archive"
    path.write_bytes(content)
    return str(path)


def test_a_folder_is_read(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = read_dump(str(tmp_path))
    assert (found.schema.text, found.data.text, found.data.name) == (SCHEMA, DATA, DATA_FILE)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_file_that_powershell_wrote_is_recognised_as_utf_16(encoding: str, tmp_path: Path) -> None:
    (tmp_path / SCHEMA_FILE).write_text(SCHEMA, encoding="utf-8")
    (tmp_path / DATA_FILE).write_text(DATA if encoding == "utf-16" else "\ufeff" + DATA, encoding=encoding)
    with pytest.raises(PlatformError, match=f"{DATA_FILE} is UTF-16, .* --result-file=FILE"):
        read_dump(str(tmp_path))


@pytest.mark.parametrize("pack", [zipped, tarred, lambda files: tarred(files, "w")], ids=["zip", "tar.gz", "tar"])
def test_an_archive_is_read_wherever_the_files_lie_in_it(
    pack: Callable[[dict[str, str]], bytes], tmp_path: Path
) -> None:
    files = {"sakila-db/" + name: text for name, text in FILES.items()} | {"sakila-db/sakila.mwb": "something else"}
    found = read_dump(given(tmp_path, pack(files)))
    assert (found.schema.text, found.data.text) == (SCHEMA, DATA)


@pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar.gz"])
def test_an_archive_writes_nothing_anywhere(pack: Callable[[dict[str, str]], bytes], tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    source = given(inner, pack({"../" + name: text for name, text in FILES.items()} | {"../escaped.txt": "out"}))
    assert read_dump(source).schema.text == SCHEMA
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["inner", "sakila.archive"]


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in FILES:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(member)
    with pytest.raises(PlatformError, match=f"has no file {SCHEMA_FILE}"):
        read_dump(given(tmp_path, buffer.getvalue()))


@pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar.gz"])
def test_a_file_that_unpacks_beyond_the_limit_is_refused(
    pack: Callable[[dict[str, str]], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 2**20)
    with pytest.raises(PlatformError, match=f"{SCHEMA_FILE} is larger than 1 MB"):
        read_dump(given(tmp_path, pack(FILES | {SCHEMA_FILE: " " * (2**20 + 1)})))


def test_a_tar_that_unpacks_beyond_the_limit_before_our_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_ARCHIVE_BYTES", 2**20)
    with pytest.raises(PlatformError, match="unpacks to more than 1 MB"):
        read_dump(given(tmp_path, tarred({"filler": " " * 2**20} | FILES)))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"not an archive", "can't be read: it is no zip or tar archive"),
        (zipped(FILES)[:-40], "can't be read: it is no zip or tar archive"),
        (tarred(FILES)[:-40], "can't be read: it is no zip or tar archive"),
        (zipped({SCHEMA_FILE: SCHEMA}), f"has no file {DATA_FILE}"),
    ],
    ids=["text", "half a zip", "half a tar.gz", "one file"],
)
def test_an_unreadable_or_incomplete_archive_gets_one_line(content: bytes, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=complaint) as refusal:
        read_dump(given(tmp_path, content))
    assert "\n" not in str(refusal.value)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"there is nothing at .*/nowhere"):
        read_dump(str(tmp_path / "nowhere"))
    with pytest.raises(PlatformError, match=f"has no file {SCHEMA_FILE}"):
        read_dump(str(tmp_path))


def test_line_ends_are_kept_as_they_are_since_they_may_stand_in_a_value(tmp_path: Path) -> None:
    (tmp_path / SCHEMA_FILE).write_bytes(b"\xef\xbb\xbfSELECT 1;")
    (tmp_path / DATA_FILE).write_bytes(b"SELECT 'one\r\ntwo';\r\n")
    found = read_dump(str(tmp_path))
    assert (found.schema.text, found.data.text) == ("SELECT 1;", "SELECT 'one\r\ntwo';\r\n")


@pytest.mark.parametrize("url", ["http://example.org/sakila.zip", "ftp://example.org/s", "file:///etc/passwd"])
def test_only_https_addresses_are_asked(url: str) -> None:
    with pytest.raises(UsageError, match="is not an https address"):
        read_dump(url)


class Answers(BaseHTTPRequestHandler):
    """A site with the dump, a page that isn't there, and a way out to plain http."""

    def do_GET(self) -> None:
        if self.path.startswith("/sakila"):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(tarred(FILES))
        elif self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/sakila.tar.gz")
            self.end_headers()
        else:
            self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        """The test's output is no place for an access log."""


def certificate(folder: Path) -> Path:
    """A key and a certificate for 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(timezone.utc)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "site.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An https site of our own, whose certificate is trusted."""
    pem = certificate(tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_https_address_is_read(site: str) -> None:
    assert read_dump(f"{site}/sakila-db.tar.gz").data.text == DATA


def test_an_address_that_fails_is_named_without_what_may_be_secret(site: str) -> None:
    with pytest.raises(PlatformError, match=r"^https://127\.0\.0\.1/gone can't be read: ") as refusal:
        read_dump(f"{site}/gone?token=secret")
    assert "secret" not in str(refusal.value) and "\n" not in str(refusal.value)


def test_a_redirect_away_from_https_is_not_followed(site: str) -> None:
    with pytest.raises(UsageError, match=r"http://127\.0\.0\.1/sakila\.tar\.gz is not an https address"):
        read_dump(f"{site}/moved")


def test_a_site_with_a_certificate_that_nobody_vouches_for_is_refused(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(PlatformError, match=r"can't be read: .*CERTIFICATE_VERIFY_FAILED"):
        read_dump(f"{site}/sakila-db.tar.gz")
