"""Send by e-mail."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import formatdate, parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

from feedback_app.notifications.transport import PermanentFailure, TemporaryFailure

TIMEOUT_SECONDS: Final = 10.0
THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """A mail server. Other machines are reached by TLS only, with a certificate that holds.

    `implicit_tls` begins with TLS (smtps); otherwise `starttls` says whether the connection must be raised to it.
    """

    host: str
    port: int
    mail_from: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    implicit_tls: bool = False
    starttls: bool = True
    timeout: float = TIMEOUT_SECONDS
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    @classmethod
    def from_url(cls, url: str, mail_from: str) -> SmtpTransport:
        """Return the server of an SMTP_URL; on this machine itself a mail may travel without TLS."""
        parts = urlsplit(url)
        host = parts.hostname or "localhost"
        return cls(
            host=host,
            port=parts.port or PORTS[parts.scheme],
            mail_from=mail_from,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            implicit_tls=parts.scheme == "smtps",
            starttls=parts.scheme == "smtp" and host not in THIS_MACHINE,
        )

    @property
    def domain(self) -> str:
        """Return the domain of the sender's address."""
        return parseaddr(self.mail_from)[1].rpartition("@")[2]

    def send(self, address: str, subject: str, body: str, headers: Mapping[str, str]) -> None:
        """Hand one mail to the server."""
        mail = self._mail(address, subject, body, headers)
        try:
            with self._opened() as server:
                server.send_message(mail, from_addr=parseaddr(self.mail_from)[1], to_addrs=[address])
        except smtplib.SMTPRecipientsRefused as refused:
            code = next(iter(refused.recipients.values()))[0]
            raise _failure(code) from None
        except smtplib.SMTPDataError as refused:
            raise _failure(refused.smtp_code) from None
        except smtplib.SMTPResponseException as refused:
            # About the sender, the password or the server, which an operator can put right; not about the citizen.
            raise TemporaryFailure(f"SMTP {refused.smtp_code} ({type(refused).__name__})", stops_way=True) from None
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryFailure(type(error).__name__, stops_way=True) from None

    @contextmanager
    def _opened(self) -> Iterator[smtplib.SMTP]:
        if self.implicit_tls:
            opened: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, local_hostname=self.domain, timeout=self.timeout, context=self.context
            )
        else:
            opened = smtplib.SMTP(self.host, self.port, local_hostname=self.domain, timeout=self.timeout)
        try:
            if self.starttls and not self.implicit_tls:
                opened.starttls(context=self.context)
            if self.user:
                opened.login(self.user, self.password or "")
            yield opened
            # The mail is taken by now: whatever goes wrong with the farewell must not send it again.
            with suppress(smtplib.SMTPException, OSError):
                opened.quit()
        finally:
            opened.close()

    def _mail(self, address: str, subject: str, body: str, headers: Mapping[str, str]) -> EmailMessage:
        mail = EmailMessage(policy=SMTP_POLICY)
        try:
            mail["From"], mail["To"], mail["Subject"] = self.mail_from, address, subject
            mail["Date"] = formatdate(usegmt=True)
            mail["Auto-Submitted"] = "auto-generated"
            for name, value in headers.items():
                mail[name] = value
        except (ValueError, IndexError):
            raise PermanentFailure("address not usable") from None
        mail.set_content(body)
        return mail


def _failure(code: int) -> TemporaryFailure | PermanentFailure:
    return PermanentFailure(f"SMTP {code}") if code >= 500 else TemporaryFailure(f"SMTP {code}")
