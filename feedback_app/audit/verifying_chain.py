"""Verify the chain: numbers, links, signatures, keys, published roots, and that each seal has all its sections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.canonical import NOTHING_BEFORE, PLATFORM, Section, Statement, section_hash
from feedback_app.audit.chain import Published, published
from feedback_app.audit.findings import Finding, Verdict, Wrong
from feedback_app.audit.merkle import root_by_path, root_of
from feedback_app.audit.seal_models import AuditSeal, AuditSection, PlatformSection, SealKind

_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class _Placed:
    section: Section
    place: int
    places: int
    path: bytes


@dataclass(slots=True)
class Chain:
    """What is known after the seals until now."""

    verdict: Verdict
    trusted: set[bytes]
    last: Statement | None = None
    key: bytes | None = None
    roots: Iterator[Published] = field(default_factory=lambda: iter(()))
    ahead: Published | None = None

    def look_ahead(self) -> None:
        """Take the next published seal."""
        self.ahead = next(self.roots, None)


def verify_chain(
    session: Session, verdict: Verdict, *, trusted: Iterable[bytes], roots: Iterable[Published] | None
) -> None:
    """Walk the seals from the first to the last, and compare each with what was published."""
    chain = Chain(verdict, set(trusted), roots=iter(roots or ()))
    if roots is not None:
        verdict.compared = 0
        chain.look_ahead()
    for seals in _batches(session):
        sections = _sections(session, seals)
        for seal in seals:
            verdict.seals += 1
            one = published(seal)
            _check_link(chain, one)
            _check_signature(chain, one)
            _check_root(verdict, one.statement, seal.size, sections.get(seal.number, []))
            _compare(chain, one)
            chain.last = one.statement
    if chain.last is not None:
        verdict.last_seal, verdict.last_sealed_at = chain.last.number, chain.last.sealed_at
    while chain.ahead is not None:
        _missing(chain, chain.ahead, Wrong.TRUNCATED)
        chain.look_ahead()


def _batches(session: Session) -> Iterator[Sequence[sa.Row[Any]]]:
    # Columns and no objects: what this session has read before may be older than the rows. The kind is taken as it
    # stands there, be it none that the program knows.
    columns = [
        sa.type_coerce(one, sa.Text()).label("kind") if one.key == "kind" else one for one in AuditSeal.__table__.c
    ]
    after = 0
    while True:
        query = sa.select(*columns).where(AuditSeal.number > after).order_by(AuditSeal.number).limit(_AT_ONCE)
        seals = session.execute(query).all()
        if not seals:
            return
        after = seals[-1].number
        yield seals


def _sections(session: Session, seals: Sequence[sa.Row[Any]]) -> dict[int, list[_Placed]]:
    found: dict[int, list[_Placed]] = {}
    for table, scope in ((PlatformSection, sa.literal(PLATFORM)), (AuditSection, AuditSection.agency_id)):
        rows = session.execute(
            sa.select(
                table.seal_number, table.place, table.places, table.path, scope, table.size, table.first_at,
                table.last_at, table.root, table.salt,
            ).where(table.seal_number.between(seals[0].number, seals[-1].number))
        )  # fmt: skip
        for number, place, places, path, *values in rows:
            found.setdefault(number, []).append(_Placed(Section(*values), place, places, path))
    return found


def _check_link(chain: Chain, one: Published) -> None:
    last, seal = chain.last, one.statement
    if last is None:
        follows = seal.number == 1 and seal.previous == NOTHING_BEFORE
        number = 0
    else:
        follows = seal.number == last.number + 1 and seal.previous == last.digest()
        number = last.number
    if seal.kind == SealKind.RESUMED and seal.refers_to == number:
        # The seals in between were declared lost; that this one follows the last of them is compared with the roots.
        chain.verdict.lost_seals += seal.number - number - 1
        return
    if follows:
        return
    if seal.number != number + 1:
        missing = seal.number - number - 1
        chain.verdict.add(Finding(Wrong.SEAL_DELETED, number + 1, note=f"{missing} missing before seal {seal.number}"))
    else:
        chain.verdict.add(Finding(Wrong.CHAIN_BROKEN, seal.number))


def _check_signature(chain: Chain, one: Published) -> None:
    seal = one.statement
    if not one.is_signed():
        chain.verdict.add(Finding(Wrong.SEAL_FORGED, seal.number))
        return
    if seal.kind == SealKind.ROTATION:
        vouched = seal.former_key == chain.key if seal.former_key and chain.key else seal.public_key in chain.trusted
    elif chain.key is None:
        vouched = seal.public_key in chain.trusted
    else:
        vouched = seal.public_key == chain.key
    if not vouched:
        chain.verdict.add(Finding(Wrong.SEAL_FOREIGN, seal.number, note=f"key {seal.public_key[:8].hex()}"))
        return
    chain.key = seal.public_key
    chain.trusted.add(seal.public_key)


def _check_root(verdict: Verdict, seal: Statement, size: int, placed: list[_Placed]) -> None:
    ordered = sorted(placed, key=lambda one: one.place)
    tops = [section_hash(one.section) for one in ordered]
    if root_of(tops) == seal.root:
        if sum(one.section.size for one in ordered) != size:
            verdict.add(Finding(Wrong.SECTION_EDITED, seal.number, note="the seal's total"))
        return
    here = set()
    for one, top in zip(ordered, tops, strict=True):
        path = [one.path[at : at + 32] for at in range(0, len(one.path), 32)]
        if root_by_path(top, one.place, one.places, path) == seal.root:
            here.add(one.place)
        else:
            verdict.add(Finding(Wrong.SECTION_EDITED, seal.number, one.section.scope))
    places = max((one.places for one in ordered), default=1)
    gone = places - len(ordered)
    if gone > 0 or len(here) == len(ordered):
        note = f"{max(gone, 1)} of {places}" if seal.kind == SealKind.BATCH else ""
        verdict.add(Finding(Wrong.SECTION_DELETED, seal.number, note=note))


def _compare(chain: Chain, one: Published) -> None:
    number = one.statement.number
    while chain.ahead is not None and chain.ahead.statement.number < number:
        last = chain.last.number if chain.last else 0
        declared = one.statement.kind == SealKind.RESUMED and one.statement.refers_to == last
        if not declared:
            _missing(chain, chain.ahead, Wrong.SEAL_DELETED)
        elif chain.ahead.statement.number == number - 1 and chain.ahead.statement.digest() != one.statement.previous:
            chain.verdict.add(Finding(Wrong.REWRITTEN, number - 1))
        chain.look_ahead()
    if chain.ahead is None or chain.ahead.statement.number != number:
        return
    if chain.ahead.statement.digest() == one.statement.digest():
        chain.verdict.compared = (chain.verdict.compared or 0) + 1
    else:
        _missing(chain, chain.ahead, Wrong.REWRITTEN)
    chain.look_ahead()


def _missing(chain: Chain, known: Published, wrong: Wrong) -> None:
    seal = known.statement
    # A stranger's line accuses nobody.
    vouched = known.is_signed() and bool({seal.public_key, seal.former_key} & chain.trusted)
    if vouched:
        chain.trusted.add(seal.public_key)
    chain.verdict.add(Finding(wrong if vouched else Wrong.ROOTS_FORGED, seal.number, note=f"sealed {seal.sealed_at}"))
