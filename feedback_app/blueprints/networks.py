"""From which network a request comes, as keyed marks: the address itself is neither stored nor logged.

Behind one address of a mobile carrier stand thousands of people, so a mark says how often, never who.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
from datetime import date

from flask import current_app, request
from flask.sansio.app import App

log = logging.getLogger(__name__)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# One household or phone is given a whole /64 of IPv6, one site of a provider about a /48.
CLIENT_BITS = {4: 32, 6: 64}
NETWORK_BITS = {4: 24, 6: 48}
MARK_BYTES = 16
UNKNOWN = "unknown"


def client_key() -> str:
    """Return the mark under which a client's requests are counted; one for all whose address is not known."""
    address = _address()
    if address is None:
        return UNKNOWN
    return _digest(_prefix(address, CLIENT_BITS), _key(), size=12).hex()


def keyed(words: str) -> str:
    """Return the mark of some words, such as the name of an account, under which tries are counted."""
    return _digest(words.encode(), _key(), size=12).hex()


def network_mark(day: date) -> bytes | None:
    """Return the mark of the client's network on a day of the agency; None where the address says nothing.

    The key is another one every day, so nobody can follow a network from one day to the next.
    """
    address = _address()
    if address is None or address.is_loopback:
        return None
    of_the_day = _digest(day.isoformat().encode(), _key(), size=32)
    return _digest(_prefix(address, NETWORK_BITS), of_the_day, size=MARK_BYTES)


def account_mark(user_id: int) -> bytes | None:
    """Return the mark of the client's network among the sign-ins of one account; None where the address says nothing.

    Keyed by the account: its owner sees which sign-ins came from the same network, and nobody can tell from the marks
    that two people share one.
    """
    address = _address()
    if address is None or address.is_loopback:
        return None
    of_the_account = _digest(f"account:{user_id}".encode(), _key(), size=32)
    return _digest(_prefix(address, NETWORK_BITS), of_the_account, size=MARK_BYTES)


def warn_of_hidden_proxy(app: App) -> None:
    """Say once that a proxy stands before this process of which the settings know nothing.

    All citizens would share its address then, and one budget.
    """

    def look() -> None:
        if app.extensions.get("suara_proxy_seen") or "X-Forwarded-For" not in request.headers:
            return
        address = _address()
        if address is not None and address.is_loopback:
            app.extensions["suara_proxy_seen"] = True
            log.warning("Requests come through a proxy, but TRUSTED_PROXIES is 0: every citizen shares its budget.")

    app.before_request(look)


def _address() -> Address | None:
    try:
        found = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _prefix(address: Address, bits: dict[int, int]) -> bytes:
    network = ipaddress.ip_network((address, bits[address.version]), strict=False)
    return network.network_address.packed


def _digest(words: bytes, key: bytes, *, size: int) -> bytes:
    return hashlib.blake2b(words, key=key, digest_size=size).digest()


def _key() -> bytes:
    found: bytes = current_app.config["NETWORK_KEY"]
    return found
