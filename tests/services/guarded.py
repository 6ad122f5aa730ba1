"""An Alertmanager behind TLS and a password."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.services.servers.alertmanager import Alertmanager

# bcrypt of "hunter2".
HASH = "$2b$04$WhOfHpT1VtCFTO1BwZz2YeOF3D0z3Z.0O/Mhedsox8Pk7s.3PHr72"
WEB = f"""\
tls_server_config:
  cert_file: server.pem
  key_file: server.key
basic_auth_users:
  ada: {HASH}
"""
ADA = ("ada", "hunter2")


class GuardedAlertmanager(Alertmanager):
    """Its certificate is trusted by whoever reads ``certificate``."""

    @property
    def url(self):
        return f"https://{self.address}"

    @property
    def certificate(self):
        return self.folder / "server.pem"

    def prepare(self):
        super().prepare()
        sign(self.folder)
        (self.folder / "web.yml").write_text(WEB, encoding="utf-8")

    def command(self):
        return [*super().command(), f"--web.config.file={self.folder / 'web.yml'}"]

    def answers(self):
        try:
            return self.get(self.health).is_success
        except httpx.HTTPError:
            return False

    def get(self, path, **params):
        trusted = ssl.create_default_context(cafile=self.certificate)
        with httpx.Client(verify=trusted, auth=ADA) as client:
            return client.get(self.url + path, params=params).raise_for_status()


def sign(folder):
    """Write a key and a certificate for the loopback address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "alertmanager")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "server.pem").write_bytes(made.public_bytes(pem))
    (folder / "server.key").write_bytes(
        key.private_bytes(
            pem,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
