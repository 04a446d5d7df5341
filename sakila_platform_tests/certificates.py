"""Certificates for servers of the tests' own: an authority that vouches for any name."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_LIFE = timedelta(days=2)


class Authority:
    """A certificate authority whose files lie in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The tests' own authority")])
        certificate = self._signed(self._name, self._key, x509.BasicConstraints(ca=True, path_length=None), None)
        self._write("ca.pem", certificate.public_bytes(serialization.Encoding.PEM))

    @property
    def path(self) -> str:
        """The authority's certificate, as clients are given it."""
        return str(self._folder / "ca.pem")

    @property
    def public_key(self) -> bytes:
        """A server's public key in PEM: the authority's, since any will do."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def certificate(self, host: str) -> tuple[str, str]:
        """The files of a certificate for a host, and of its key."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = self._signed(subject, key, x509.BasicConstraints(ca=False, path_length=None), host)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return (
            self._write(f"{host}.pem", certificate.public_bytes(serialization.Encoding.PEM)),
            self._write(f"{host}.key", private),
        )

    def _signed(
        self, subject: x509.Name, key: rsa.RSAPrivateKey, constraints: x509.BasicConstraints, host: str | None
    ) -> x509.Certificate:
        now = datetime.now(timezone.utc)
        building = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _LIFE)
            .not_valid_after(now + _LIFE)
            .add_extension(constraints, critical=True)
        )
        if host:
            building = building.add_extension(x509.SubjectAlternativeName([_named(host)]), critical=False)
        return building.sign(self._key, hashes.SHA256())

    def _write(self, name: str, content: bytes) -> str:
        path = self._folder / name
        path.write_bytes(content)
        path.chmod(0o600)
        return str(path)


def _named(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
