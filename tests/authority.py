"""A time-stamp service of the tests' own: openssl behind a server on this machine, with a root made for the occasion."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """
[tsa]
default_tsa = tsa_config
[tsa_config]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
default_policy = 1.2.3.4.1
signer_digest = sha256
digests = sha256
"""


@dataclass
class Authority:
    """`broken` is answered instead of a token: a status, or bytes. `asked` counts."""

    folder: Path
    url: str = ""
    broken: int | bytes | None = None
    asked: int = 0

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def stamp(self, query: bytes) -> bytes:
        (self.folder / "query.tsq").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True, timeout=20)
        return (self.folder / "reply.tsr").read_bytes()


def has_openssl() -> bool:
    return shutil.which("openssl") is not None


@contextmanager
def an_authority(folder: Path) -> Iterator[Authority]:
    """A running service with its certificates in `folder`."""
    folder.mkdir()
    made = Authority(folder)
    certify(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.asked += 1
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            status = made.broken if isinstance(made.broken, int) else 200
            body = made.broken if isinstance(made.broken, bytes) else made.stamp(query) if status == 200 else b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}/tsa"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def certify(folder: Path) -> None:
    """A root, and a certificate of it that may only sign time-stamps."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = signed("Test root", root_key.public_key(), root_key, x509.BasicConstraints(ca=True, path_length=None))
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    signer = signed("Test stamps", key.public_key(), root_key, usage)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "signer.key").write_bytes(key.private_bytes(*form))
    (folder / "signer.pem").write_bytes(signer.public_bytes(serialization.Encoding.PEM))
    (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))


def signed(
    name: str, key: ec.EllipticCurvePublicKey, by: ec.EllipticCurvePrivateKey, what: x509.ExtensionType
) -> x509.Certificate:
    """A certificate by the root."""
    now = datetime.now(UTC)
    subject, root = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, "Test root"))
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(root).public_key(key)
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    made = made.not_valid_after(now + timedelta(days=30)).add_extension(what, critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key())
    return made.add_extension(above, critical=False).sign(by, hashes.SHA256())
