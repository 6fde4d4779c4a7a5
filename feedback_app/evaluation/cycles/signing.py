"""Two people put their names under the figures of a reviewed cycle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError
from feedback_app.evaluation.cycles.conflicts import OwnPartError, is_rated_in
from feedback_app.evaluation.cycles.life import note_move
from feedback_app.evaluation.cycles.rules import SIGNATURES_NEEDED, CycleMoveError
from feedback_app.evaluation.cycles.signatures import signatures_of
from feedback_app.evaluation.cycles.stored import check_stored
from feedback_app.evaluation.models import Cycle, CycleSignature
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import CycleStatus


class AlreadySignedError(ConflictError):
    """This account has signed these figures."""

    code = "already_signed"


class FiguresChangedError(ConflictError):
    """The figures are not those the person had in front of them."""

    code = "figures_changed"


class NotSignedError(ConflictError):
    """This account's signature is not under these figures, or they are frozen."""

    code = "not_signed"


@dataclass(frozen=True, slots=True)
class Warnings:
    """What a signer should know: figures that odd ratings move, people without evidence, figures held back."""

    shadow_notable: int
    without_evidence: int
    withheld: int


def sign(session: Session, cycle: Cycle, *, seen_hash: str, actor: Actor, now: datetime) -> int:
    """Sign the figures a person has seen; with the second signature the cycle is signed. Return the signatures.

    Two accounts are two, so at least one of them did not compute. Whoever is rated in the cycle signs nothing in it.

    Raises
    ------
    CycleMoveError, AlreadySignedError, FiguresChangedError
    feedback_app.evaluation.cycles.conflicts.OwnPartError
    feedback_app.evaluation.cycles.stored.StoredFiguresError
    """
    session.refresh(cycle, with_for_update=True)
    user_id = _signer(session, cycle, actor)
    if cycle.output_hash != seen_hash or cycle.input_hash is None or cycle.output_hash is None:
        raise FiguresChangedError("Angka siklus ini berubah sejak halaman dibuka. Periksa lagi sebelum menandatangani.")
    check_stored(session, cycle)
    row = CycleSignature(
        agency_id=cycle.agency_id, cycle_id=cycle.id, user_id=user_id, signed_at=now, input_hash=cycle.input_hash,
        output_hash=cycle.output_hash,
    )  # fmt: skip
    add_unless_taken(session, row, AlreadySignedError("Anda sudah menandatangani siklus ini."))
    record(
        session, agency_id=cycle.agency_id, actor=actor, action="evaluation.sign", subject_type="cycle",
        subject_id=cycle.id, now=now, output_hash=cycle.output_hash,
    )  # fmt: skip
    count = len(signatures_of(session, cycle))
    if count >= SIGNATURES_NEEDED:
        cycle.signed_at = now
        note_move(session, cycle, CycleStatus.SIGNED, actor, now)
    return count


def withdraw_signature(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Take one's own signature back, as long as the cycle is not frozen.

    Raises
    ------
    NotSignedError
    """
    session.refresh(cycle, with_for_update=True)
    row = session.get(CycleSignature, (cycle.agency_id, cycle.id, actor.user_id)) if actor.user_id else None
    if row is None or cycle.status is CycleStatus.FROZEN:
        raise NotSignedError("Tanda tangan Anda tidak ada di siklus ini, atau siklusnya sudah dibekukan.")
    if cycle.status is CycleStatus.SIGNED:
        cycle.signed_at = None
        note_move(session, cycle, CycleStatus.REVIEWED, actor, now)
    session.delete(row)
    session.flush()
    record(
        session, agency_id=cycle.agency_id, actor=actor, action="evaluation.withdraw_signature", subject_type="cycle",
        subject_id=cycle.id, now=now,
    )  # fmt: skip


def warnings(session: Session, cycle: Cycle) -> Warnings:
    """Return what a signer should know before signing."""
    row = session.execute(
        sa.select(
            sa.func.count().filter(Score.is_shadow_notable),
            sa.func.count().filter(Score.n == 0),
            sa.func.count().filter(Score.is_withheld, Score.n > 0),
        ).where(Score.agency_id == cycle.agency_id, Score.cycle_id == cycle.id)
    ).one()
    return Warnings(*row)


def _signer(session: Session, cycle: Cycle, actor: Actor) -> int:
    if actor.user_id is None:
        raise OwnPartError("Siklus ditandatangani oleh orang yang masuk dengan akunnya sendiri.")
    if cycle.status is not CycleStatus.REVIEWED:
        raise CycleMoveError("Siklus ini belum selesai ditelaah, atau sudah ditandatangani. Muat ulang halamannya.")
    if is_rated_in(session, cycle, actor.user_id):
        raise OwnPartError("Siklus ini memuat penilaian tentang Anda, sehingga orang lain yang menandatanganinya.")
    return actor.user_id
