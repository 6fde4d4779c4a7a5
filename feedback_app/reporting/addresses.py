"""Where everybody reads what a report tells. Pure."""

from __future__ import annotations


def results_address(public_url: str | None, agency: str, unit: str) -> str:
    """Return the public page of a unit's results, of an agency's units where `unit` is empty.

    It is empty where the platform has no public address: the one a browser came by may be known to nobody else, and
    the files of a report must not depend on who makes them.

    >>> results_address("https://suara.contoh.go.id", "kupang", "dukcapil")
    'https://suara.contoh.go.id/skm/kupang/dukcapil/hasil'
    >>> results_address(None, "kupang", "")
    ''
    """
    if not public_url:
        return ""
    return f"{public_url}/skm/{agency}/{unit}/hasil" if unit else f"{public_url}/skm/{agency}"
