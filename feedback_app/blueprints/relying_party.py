"""For which domain browsers make passkeys: that of PUBLIC_URL, else this machine's own name."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import current_app, request

from feedback_app.identity.factors.passkeys import RelyingParty


def relying_party() -> RelyingParty | None:
    """Return who asks for passkeys here; None where browsers would make none.

    They do so for a name and over HTTPS, and for `localhost` without (WebAuthn, 5.1.3 and W3C Secure Contexts). Without
    PUBLIC_URL no other name is believed: the host of a request is whatever its sender writes.
    """
    public_url: str | None = current_app.extensions["suara_settings"].public_url
    parts = urlsplit(public_url or request.host_url)
    host = parts.hostname or ""
    is_local = host == "localhost"
    if not is_local and (public_url is None or parts.scheme != "https" or _is_address(host)):
        return None
    return RelyingParty(host, f"{parts.scheme}://{parts.netloc}")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
