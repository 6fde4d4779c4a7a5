"""Real machines to send to: a mail server and a gateway on this host, which answer as a test tells them to."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from feedback_app import clock

USER, PASSWORD = "kabar", "rahasia/surel@1"


@dataclass
class Mailbox:
    """What a mail server took, and what it answers to whom: `refusals` by recipient, `data_answer` to the text."""

    mails: list[EmailMessage] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    sender_answer: str = "250 OK"
    data_answer: str = "250 OK"
    logins: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_MAIL(  # noqa: N802 - the name aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.sender_answer

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.refusals.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            parsed = message_from_bytes(envelope.content, policy=default_policy)
            assert isinstance(parsed, EmailMessage)
            self.mails.append(parsed)
        return self.data_answer

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: Any
    ) -> AuthResult:
        assert isinstance(login, LoginPassword)
        self.logins.append(login.login.decode())
        known = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False)


class _AnyPort(Controller):
    """A controller on whatever port is free; it greets itself once, to know that it runs."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mail_server(context: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """Run a mail server; with a certificate it wants STARTTLS and a password first."""
    mailbox = Mailbox()
    guarded: dict[str, Any] = {}
    if context is not None:
        guarded = {
            "tls_context": context, "require_starttls": True, "auth_required": True,
            "authenticator": mailbox.authenticate,
        }  # fmt: skip
    controller = _AnyPort(mailbox, hostname="127.0.0.1", port=0, ident="uji", **guarded)
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass
class Gateway:
    """What a gateway was sent, and what it answers."""

    requests: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    wait_seconds: float = 0.0
    url: str = ""


@contextmanager
def gateway_server() -> Iterator[Gateway]:
    """Run a gateway."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        """Notes what comes and answers as it was told."""

        state: ClassVar[Gateway] = gateway

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.state.requests.append((dict(self.headers), body))
            time.sleep(self.state.wait_seconds)
            self.send_response(self.state.status)
            for name, value in self.state.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    gateway.url = f"http://127.0.0.1:{server.server_port}/kirim"
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the contexts of a server at 127.0.0.1 with a certificate of its own, and of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = clock.utcnow()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain = folder / "server.pem"
    chain.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(chain)
    return serving, ssl.create_default_context(cafile=str(chain))
