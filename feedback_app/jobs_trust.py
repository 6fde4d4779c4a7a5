"""Jobs of trust: what seals, forgets and ends by itself."""

from __future__ import annotations
