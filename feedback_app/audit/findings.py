"""What a verification says: what is wrong, where, and how much was looked at. Pure."""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from feedback_app.audit.canonical import PLATFORM

KEPT: Final = 100


class Wrong(enum.StrEnum):
    """One way in which the trail is not what was sealed."""

    EDITED = "edited"  # the event is not what was sealed
    DELETED = "deleted"  # the event is gone
    MOVED = "moved"  # the event stands in another agency
    REORDERED = "reordered"  # the event stands under another one's id
    INSERTED = "inserted"  # an old event that no seal holds
    LEAF_DELETED = "leaf_deleted"  # the hash of an event is gone
    LEAF_EDITED = "leaf_edited"  # the hash of an event was changed, the event was not
    SECTION_EDITED = "section_edited"  # what an agency has in a seal does not lead to what was signed
    SECTION_DELETED = "section_deleted"  # what an agency has in a seal is gone
    SEAL_FORGED = "seal_forged"  # the signature is not that of the key
    SEAL_FOREIGN = "seal_foreign"  # signed by a key that nobody vouches for
    SEAL_DELETED = "seal_deleted"  # the seal is gone and later ones are there
    CHAIN_BROKEN = "chain_broken"  # the seal does not follow the one before
    TRUNCATED = "truncated"  # seals that were published are gone from the end
    REWRITTEN = "rewritten"  # another seal of this number was published
    ROOTS_FORGED = "roots_forged"  # the file of roots holds a seal that is not signed


SAID: Final[dict[Wrong, str]] = {
    Wrong.EDITED: "the event is not what was sealed",
    Wrong.DELETED: "the event was sealed and is gone",
    Wrong.MOVED: "the event was sealed here and stands in another agency",
    Wrong.REORDERED: "the event that was sealed here stands under another id",
    Wrong.INSERTED: "the event is older than the last seal, and none holds it",
    Wrong.LEAF_DELETED: "the hash of an event is gone",
    Wrong.LEAF_EDITED: "the hash of the event was changed; the event is as it was sealed",
    Wrong.SECTION_EDITED: "events, hashes or totals were changed together: they do not lead to what was signed",
    Wrong.SECTION_DELETED: "a whole section is gone from the seal",
    Wrong.SEAL_FORGED: "the seal is not signed by its key",
    Wrong.SEAL_FOREIGN: "the seal is signed by a key that nobody vouches for",
    Wrong.SEAL_DELETED: "the seal is gone, later ones are there",
    Wrong.CHAIN_BROKEN: "the seal does not follow the one before it",
    Wrong.TRUNCATED: "the seal was published and is gone: the end was removed, or an older copy was put back",
    Wrong.REWRITTEN: "another seal of this number was published",
    Wrong.ROOTS_FORGED: "the file of roots holds a seal under this number that is not signed by a known key",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `scope` is the agency's id, `PLATFORM`, or None where it is about the seal."""

    wrong: Wrong
    seal: int | None = None
    scope: int | None = None
    position: int | None = None
    event_id: int | None = None
    note: str = ""

    def order(self) -> tuple[int, int, int, int]:
        """Return what findings are sorted by: the chain from its beginning; what no seal holds comes last."""
        return (
            2**62 if self.seal is None else self.seal,
            -1 if self.scope is None else self.scope,
            -1 if self.position is None else self.position,
            self.event_id or 0,
        )

    def text(self) -> str:
        """Return the finding as one line for an operator.

        >>> Finding(Wrong.EDITED, seal=7, scope=2, position=3, event_id=91).text()
        'seal 7, agency 2, position 3, event 91: the event is not what was sealed'
        """
        place = [
            *([f"seal {self.seal}"] if self.seal is not None else []),
            *([_scope(self.scope)] if self.scope is not None else []),
            *([f"position {self.position}"] if self.position is not None else []),
            *([f"event {self.event_id}"] if self.event_id is not None else []),
        ]
        return f"{', '.join(place)}: {SAID[self.wrong]}{f' ({self.note})' if self.note else ''}"


def _scope(scope: int) -> str:
    return "the installation's own trail" if scope == PLATFORM else f"agency {scope}"


@dataclass(slots=True)
class Verdict:
    """What a verification saw. Only the first findings are kept, all are counted."""

    seals: int = 0
    events: int = 0
    cut_events: int = 0
    lost_seals: int = 0
    compared: int | None = None  # published roots compared; None where no file was given
    last_seal: int | None = None
    last_sealed_at: datetime | None = None
    unsealed: int = 0
    oldest_unsealed: datetime | None = None
    late: int = 0
    first_late: Finding | None = None
    counts: Counter[Wrong] = field(default_factory=Counter)
    _found: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.counts

    @property
    def findings(self) -> list[Finding]:
        """Return the findings that come first in the chain, the very first one first."""
        return sorted(self._found, key=Finding.order)[:KEPT]

    @property
    def first(self) -> Finding | None:
        """Return what went wrong first."""
        return self.findings[0] if self._found else None

    def add(self, finding: Finding) -> None:
        """Note something that is wrong."""
        self.counts[finding.wrong] += 1
        self._found.append(finding)
        if len(self._found) > 10 * KEPT:
            self._found = self.findings

    def add_unsealed(self, at: datetime) -> None:
        """Note an event that waits for its seal."""
        self.unsealed += 1
        self.oldest_unsealed = at if self.oldest_unsealed is None else min(self.oldest_unsealed, at)

    def add_late(self, finding: Finding) -> None:
        """Note an event that says it happened long before it was sealed."""
        self.late += 1
        if self.first_late is None or finding.order() < self.first_late.order():
            self.first_late = finding
