"""Which texts a person is asked to read: a random share of what was answered, and some of what was not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

AUDIT_SHARE: Final = 0.03
"""Of all texts with an answer; between the 2 and 5 % that cost one person some minutes a day."""

SMALL_UNIT_SHARE: Final = 0.2
"""The most that is drawn of the texts of a unit that few write to."""

FEWEST_OF_A_UNIT: Final = 4
"""Texts of a unit that four weeks should bring, where it has as many."""

ABSTAINED_A_DAY: Final = 20
"""Unsure texts an agency is asked to read for one day; one takes about half a minute."""


AFTER_ALARM: Final = 20
"""Texts of the week that are read when something has changed; enough to see a share that fell by a third."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """A text about which the model did not know something, and its lowest confidence (0 to 1)."""

    submission_id: int
    confidence: float


def lot(agency_id: int, submission_id: int, purpose: str = "audit") -> float:
    """Return the number a text draws, from 0 up to but not 1: as good as random, and the same whenever it is asked.

    It hangs on numbers alone that the database gave, so nobody chooses who is looked at by what they write or when.

    >>> lot(1, 7) == lot(1, 7)
    True
    """
    digest = hashlib.blake2b(f"{purpose}:{agency_id}:{submission_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def audit_chance(texts_of_unit: int) -> float:
    """Return how likely a text of a unit is drawn, by how many texts the unit had in the last four weeks.

    >>> audit_chance(1000), audit_chance(40), audit_chance(5)
    (0.03, 0.1, 0.2)
    """
    wanted = FEWEST_OF_A_UNIT / max(1, texts_of_unit)
    return min(SMALL_UNIT_SHARE, max(AUDIT_SHARE, wanted))


def choose_unsure(agency_id: int, texts: Sequence[Unsure], most: int = ABSTAINED_A_DAY) -> list[int]:
    """Return which of a day's unsure texts are read: half of them the least sure, the other half at random.

    The least sure alone would be what is odd, and the model would learn nothing of what is common and hard.
    """
    least_sure = sorted(texts, key=lambda text: (text.confidence, text.submission_id))[: (most + 1) // 2]
    taken = {text.submission_id for text in least_sure}
    others = sorted(
        (text.submission_id for text in texts if text.submission_id not in taken),
        key=lambda submission_id: lot(agency_id, submission_id, "unsure"),
    )
    return [*(text.submission_id for text in least_sure), *others[: most - len(least_sure)]]
