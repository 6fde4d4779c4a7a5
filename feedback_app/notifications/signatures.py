"""How a gateway proves that a report of delivery is its own: HMAC-SHA256 (RFC 2104) over the moment and the body."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final

from feedback_app.errors import DomainError

# A report that was overheard is worth nothing after so many seconds; clocks may differ by as much.
TOLERANCE_SECONDS: Final = 300
_DIGITS_MAX: Final = 12
_SCHEME: Final = "sha256="


class UnsignedReportError(DomainError):
    """A report of delivery carries no signature that holds, or one of another time."""

    status = 401
    code = "unsigned_report"


def sign_report(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature a gateway sends with a body at a moment (seconds since 1970, in digits).

    >>> sign_report("s" * 32, "1779000000", b"{}")[:15]
    'sha256=b625bb55'
    """
    signed = hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256")
    return _SCHEME + signed.hex()


def check_report(secret: str | None, timestamp: str, body: bytes, given: str, *, now: datetime) -> None:
    """Refuse a report that nobody signed who knows the secret, or that was signed at another time.

    Raises
    ------
    UnsignedReportError
        Also where no secret is set: then no report is ours.
    """
    is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _DIGITS_MAX
    holds = secret is not None and hmac.compare_digest(
        sign_report(secret, timestamp, body).encode(), given.encode("utf-8", "replace")
    )
    if not (is_number and holds and abs(now.timestamp() - int(timestamp)) <= TOLERANCE_SECONDS):
        raise UnsignedReportError("Tanda tangan laporan pengiriman tidak cocok atau sudah lewat waktunya.")
