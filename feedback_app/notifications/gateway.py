"""Send by WhatsApp or SMS, through the HTTP gateway of a provider (the contract stands in docs/notifications.md)."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import Message as Headers
from typing import IO, Final

from feedback_app.notifications.transport import PermanentFailure, TemporaryFailure

TIMEOUT_SECONDS: Final = 10.0
# Refusals that are about us or about the moment, and not about the number.
OURS_OR_PASSING: Final = frozenset({401, 402, 403, 404, 405, 408, 409, 425, 429})
ABOUT_THE_MESSAGE: Final = frozenset({408, 409, 425})


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Headers, newurl: str
    ) -> None:
        """Follow nobody: the number and the token are for the address that the operator named."""


@dataclass(frozen=True, slots=True)
class GatewayTransport:
    """A gateway that takes one message as JSON and answers with a status; the rest of its answer is not read."""

    url: str
    token: str = field(repr=False)
    timeout: float = TIMEOUT_SECONDS

    def send(self, address: str, subject: str, body: str, headers: Mapping[str, str]) -> None:  # noqa: ARG002
        """Hand one message to the gateway; of the headers it takes the stable number of the message."""
        number = headers.get("Message-ID", "").strip("<>")
        request = urllib.request.Request(  # noqa: S310 - the settings allow http and https only
            self.url,
            data=json.dumps({"id": number, "to": address, "text": body}, ensure_ascii=False).encode(),
            headers={
                "Authorization": f"Bearer {self.token}", "Content-Type": "application/json",
                "Idempotency-Key": number, "User-Agent": "suara-layanan",
            },
            method="POST",
        )  # fmt: skip
        try:
            with urllib.request.build_opener(_NoRedirects).open(request, timeout=self.timeout):
                return
        except urllib.error.HTTPError as refused:
            refused.close()
            raise _failure(refused.code, refused.headers.get("Retry-After")) from None
        except (http.client.HTTPException, OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise TemporaryFailure(type(reason).__name__, stops_way=True) from None


def _failure(code: int, retry_after: str | None) -> TemporaryFailure | PermanentFailure:
    if 400 <= code < 500 and code not in OURS_OR_PASSING:
        return PermanentFailure(f"HTTP {code}")
    seconds = int(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else 0
    wait = timedelta(seconds=min(seconds, 86_400)) if seconds else None
    return TemporaryFailure(f"HTTP {code}", wait=wait, stops_way=code not in ABOUT_THE_MESSAGE)
