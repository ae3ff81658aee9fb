"""Servers that answer as a test says, byte by byte, and note who came; and a CA that signs their names."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Talk = Callable[[socket.socket, str], None]


class Server:
    """Answers each connection by `talk(connection, request head)`; `heads` are the requests that came."""

    def __init__(self, talk: Talk, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        self._talk, self._listener, self._tls = talk, listener, tls
        self.port: int = listener.getsockname()[1]
        self.heads: list[str] = []

    def run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed: the test is over
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(20)
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                head = read_head(connection)
                self.heads.append(head)
                self._talk(connection, head)
        except OSError:
            pass  # The client left, as many of these tests want it to.


def read_head(connection: socket.socket) -> str:
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(4096)
        if not data:
            break
        received += data
    return received.decode("latin-1")


@contextmanager
def serve(
    talk: Talk | bytes, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """Run a server on a free port of a loopback address; bytes are sent as they are."""
    answer = talk
    if isinstance(answer, bytes):
        talk = lambda connection, head: connection.sendall(answer)  # noqa: E731  # one line says it
    with socket.create_server(
        (host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET
    ) as listener:
        server = Server(talk, listener, tls)
        threading.Thread(target=server.run, daemon=True).start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)


def ok(body: bytes, *headers: str) -> bytes:
    return answer("200 OK", f"Content-Length: {len(body)}", *headers) + body


def answer(status: str, *headers: str) -> bytes:
    """Return the head of an answer."""
    return "\r\n".join((f"HTTP/1.1 {status}", *headers, "", "")).encode()


@contextmanager
def canary(host: str, port: int) -> Iterator[socket.socket]:
    """Listen where nobody may come; whoever does sits in its backlog for `was_visited`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listener:
        listener.setblocking(False)
        yield listener


def was_visited(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


class Authority:
    """A certificate authority in a folder; `trust` believes it alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Orchard CA")])
        self._certificate = self._sign(self._name, self._key, x509.BasicConstraints(ca=True, path_length=0))
        self.trust = ssl.create_default_context(cadata=_pem(self._certificate))

    def server_context(self, *names: str, is_expired: bool = False) -> ssl.SSLContext:
        """Return what a server of these names or addresses shows its clients."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
        others = x509.SubjectAlternativeName([_general_name(name) for name in names])
        certificate = self._sign(subject, key, others, is_expired=is_expired)
        path = self._folder / f"{names[0]}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_text(_pem(certificate) + private.decode())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        extension: x509.ExtensionType,
        *,
        is_expired: bool = False,
    ) -> x509.Certificate:
        now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
        builder = x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - 2 * day).not_valid_after(
            now - day if is_expired else now + day
        )
        public = self._key.public_key()
        for added, is_critical in (
            (extension, isinstance(extension, x509.BasicConstraints)),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(public), False),
            (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        ):
            builder = builder.add_extension(added, critical=is_critical)
        return builder.sign(self._key, hashes.SHA256())


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
