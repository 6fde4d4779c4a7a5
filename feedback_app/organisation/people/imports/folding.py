"""How names of columns, units and services are compared: small letters, plain signs, single spaces. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SIGNS: Final = re.compile(r"[^a-z0-9]+")


def folded(raw: str) -> str:
    """Return a name as it is compared.

    >>> folded("  Gol./Ruang ")
    'gol ruang'
    """
    plain = unicodedata.normalize("NFKD", raw).encode("ascii", "ignore").decode().casefold()
    return _SIGNS.sub(" ", plain).strip()
