"""What an address says of TLS, in the words of Java's drivers for MySQL, and what no server may have of a job.

A job trusts a server no further than `mysql_connection` does: no files of its machine, no password without TLS in a
form that the server could read.
"""

from __future__ import annotations

from pathlib import Path

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.tls import Mode
from sakila_platform.errors import PlatformError

MYSQL_DRIVER = "com.mysql.cj.jdbc.Driver"
# How MariaDB's driver calls the modes. It has no word for TLS only where the server offers it.
_MARIADB_MODES = {
    Mode.DISABLED: "disable",
    Mode.PREFERRED: "disable",
    Mode.REQUIRED: "trust",
    Mode.VERIFY_CA: "verify-ca",
    Mode.VERIFY_IDENTITY: "verify-full",
}
# Without the ones by which a server reads the password: mysql_clear_password, dialog, mysql_old_password.
_MARIADB_PLUGINS = "mysql_native_password,client_ed25519,caching_sha2_password,sha256_password"


def protection(address: Address, driver: str) -> dict[str, str]:
    """The driver's properties. Raises PlatformError for files that the driver can't read."""
    return _for_mysql(address) if driver == MYSQL_DRIVER else _for_mariadb(address)


def _for_mysql(address: Address) -> dict[str, str]:
    tls, mode = address.tls, address.tls.mode(address.host)
    if tls.ssl_cert or (tls.ssl_ca and mode.is_verifying and not tls.ssl_truststore):
        raise PlatformError(
            "MySQL's Java driver reads no PEM files (ssl-ca, ssl-cert). Make a key store of the CA by `keytool "
            "-importcert -storetype JKS` and name it as ssl-truststore=FILE in --jdbc-url; do without ssl-cert."
        )
    properties = {
        "sslMode": mode.name,
        "allowLoadLocalInfile": "false",
        "allowUrlInLocalInfile": "false",
        "allowPublicKeyRetrieval": "false",
        "passwordCharacterEncoding": "UTF-8",
    }
    if tls.ssl_truststore:
        store = Path(tls.ssl_truststore).expanduser()
        properties |= {"trustCertificateKeyStoreUrl": f"file:{store}", "trustCertificateKeyStoreType": "JKS"}
    if tls.server_public_key_path:
        properties["serverRSAPublicKeyFile"] = str(Path(tls.server_public_key_path).expanduser())
    if not mode.is_verifying:
        properties["disabledAuthenticationPlugins"] = "mysql_clear_password"
    return properties


def _for_mariadb(address: Address) -> dict[str, str]:
    tls, mode = address.tls, address.tls.mode(address.host)
    if tls.ssl_cert:
        raise PlatformError("MariaDB's Java driver takes no PEM file as ssl-cert. Do without it in --jdbc-url.")
    properties = {
        "sslMode": _MARIADB_MODES[mode],
        "allowLocalInfile": "false",
        "allowPublicKeyRetrieval": "false",
        "passwordCharacterEncoding": "UTF-8",
    }
    if mode is Mode.REQUIRED or mode.is_verifying:
        # Releases before 3 have these words for the mode.
        properties |= {
            "useSsl": "true",
            "trustServerCertificate": str(mode is Mode.REQUIRED).lower(),
            "disableSslHostnameVerification": str(mode is not Mode.VERIFY_IDENTITY).lower(),
        }
    if tls.ssl_ca and mode.is_verifying:
        properties["serverSslCert"] = str(Path(tls.ssl_ca).expanduser())
    if tls.server_public_key_path:
        properties["serverRsaPublicKeyFile"] = str(Path(tls.server_public_key_path).expanduser())
    if not mode.is_verifying:
        properties["restrictedAuth"] = _MARIADB_PLUGINS
    return properties
