"""That one event was sealed, shown to somebody who has neither the database nor the other events.

A proof holds the event, the salt of its leaf, the hashes from there to the root of its section and from that to the
root of the seal, and the seal itself as it was published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.canonical import event_values, leaf_salt, section_values, written
from feedback_app.audit.chain import Published, published, read_published
from feedback_app.audit.merkle import leaf_hash, levels_of, path_of, root_by_path
from feedback_app.audit.seal_models import AuditSeal
from feedback_app.audit.trails import Trail

_AT_ONCE: Final = 500


class BadProofError(ValueError):
    """The proof does not show what it says; the message says where it breaks."""


@dataclass(slots=True)
class _Section:
    values: dict[str, Any]
    salt: bytes
    place: int
    places: int
    path: bytes
    seal: Published
    levels: list[Sequence[bytes]]


@dataclass(slots=True)
class Prover:
    """Makes proofs of a trail's events; the tree of the section before last is forgotten."""

    session: Session
    trail: Trail
    _sections: dict[int, _Section] = field(default_factory=dict)

    def lines(self, event_ids: Iterable[int]) -> Iterator[dict[str, Any]]:
        """Yield an event and its proof for each id, in this order; the proof of one that waits for its seal is None."""
        lot: list[int] = []
        for event_id in event_ids:
            lot.append(event_id)
            if len(lot) == _AT_ONCE:
                yield from self._lot(lot)
                lot = []
        if lot:
            yield from self._lot(lot)

    def _lot(self, event_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
        trail, event, leaf = self.trail, self.trail.events, self.trail.leaves
        rows = self.session.execute(
            sa.select(event.c.id, leaf.c.seal_number, leaf.c.position, *trail.event_columns())
            .outerjoin(leaf, sa.and_(*trail.own(leaf), leaf.c.event_id == event.c.id))
            .where(*trail.own(event), event.c.id.in_(event_ids))
        )
        found = {row[0]: row for row in rows}
        for event_id in event_ids:
            if event_id in found:
                _, seal, position, *values = found[event_id]
                said = event_values(trail.event_of(values))
                yield {"event": said, "proof": None if seal is None else self._proof(seal, position)}

    def _proof(self, seal_number: int, position: int) -> dict[str, Any]:
        section = self._section(seal_number)
        return {
            "salt": leaf_salt(section.salt, position).hex(),
            "position": position,
            "path": [one.hex() for one in path_of(section.levels, position)],
            "section": section.values,
            "place": section.place,
            "places": section.places,
            "section_path": [section.path[at : at + 32].hex() for at in range(0, len(section.path), 32)],
            "seal": section.seal.values(),
        }

    def _section(self, seal_number: int) -> _Section:
        if seal_number not in self._sections:
            while len(self._sections) > 1:
                self._sections.pop(next(iter(self._sections)))
            self._sections[seal_number] = self._read(seal_number)
        return self._sections[seal_number]

    def _read(self, seal_number: int) -> _Section:
        trail, table, leaf = self.trail, self.trail.sections, self.trail.leaves
        row = self.session.execute(
            sa.select(table.c.place, table.c.places, table.c.path, *trail.section_columns()).where(
                *trail.own(table), table.c.seal_number == seal_number
            )
        ).one()
        place, places, path, *values = row
        section = trail.section_of(values)
        hashes = self.session.scalars(
            sa.select(leaf.c.hash).where(*trail.own(leaf), leaf.c.seal_number == seal_number).order_by(leaf.c.position)
        ).all()
        seal = self.session.execute(sa.select(*AuditSeal.__table__.c).where(AuditSeal.number == seal_number)).one()
        return _Section(section_values(section), section.salt, place, places, path, published(seal), levels_of(hashes))


def check_proof(event: Mapping[str, Any], proof: Mapping[str, Any], trusted: Iterable[bytes]) -> Published:
    """Check that an event was sealed as it is told, and return the seal. Needs nothing but the public keys.

    Raises
    ------
    BadProofError
    """
    try:
        section, places = proof["section"], int(proof["places"])
        leaf = leaf_hash(bytes.fromhex(proof["salt"]) + written(event))
        root = root_by_path(leaf, int(proof["position"]), int(section["size"]), _hashes(proof["path"]))
        top = root_by_path(leaf_hash(written(section)), int(proof["place"]), places, _hashes(proof["section_path"]))
        agencies = (event["agency"], section["agency"])
        known = section["root"]
        seal = read_published(proof["seal"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadProofError("the proof is not complete") from error
    if root is None or root.hex() != known:
        raise BadProofError("the event is not the one that was sealed")
    if agencies[0] != agencies[1]:
        raise BadProofError("the event is another agency's")
    if top != seal.statement.root:
        raise BadProofError("the section is not in the seal")
    if not seal.is_signed() or seal.statement.public_key not in set(trusted):
        raise BadProofError("the seal is not signed by a known key")
    return seal


def _hashes(values: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in values]
