"""Send a case on to the unit it belongs to (disposisi).

Whoever sends a new case on has verified it. The event's `reason` holds the name of the unit it went to on the first
line and the officer's reason, with personal data masked, on the next; `sent_on` reads both. Tell it as "Diteruskan ke
<unit>": the citizen reads the unit, the officers the reason too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, person
from feedback_app.clock import office_day
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.handling.clocks.models import ChangeCause
from feedback_app.handling.clocks.running import recompute
from feedback_app.handling.ending.dispute_reviews import ask_again
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.moves import move, note_act, open_copies, part_from_main
from feedback_app.handling.rules import CaseStatus, EventKind
from feedback_app.handling.visibility import is_examined
from feedback_app.intake.models import Submission
from feedback_app.nlp.personal.redact import redact
from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.oversight import overseers
from feedback_app.organisation.queries import UnitCard, unit_by_id, units_of

REASON_MIN: Final = 5
REASON_MAX: Final = 500
DISPOSABLE: Final = frozenset({CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS})


class NotDisposableError(ConflictError):
    """Only what waits for a unit's work can be sent on to another."""

    code = "not_disposable"


class SameUnitError(ConflictError):
    """The case lies with this unit already."""

    code = "same_unit"


class OverseersOnlyError(ConflictError):
    """An allegation may not come to a unit it could speak of."""

    code = "overseers_only"


class ConfidentialUnitError(ConflictError):
    """Who sent a confidential report was told which units read it."""

    code = "confidential_unit"


class ReasonLengthError(InvalidInputError):
    """The next officer, and whoever checks later, must read why."""

    code = "reason_length"


@dataclass(frozen=True, slots=True)
class SentOn:
    """Where a case was sent and why."""

    unit_name: str
    reason: str


def sent_on(event: CaseEvent) -> SentOn | None:
    """Return where an event sent a case and why; None for every other event."""
    if event.kind is not EventKind.DISPOSED or event.reason is None:
        return None
    unit_name, _, reason = event.reason.partition("\n")
    return SentOn(unit_name, reason)


def open_to(session: Session, case: Case, *, day: date) -> frozenset[int]:
    """Return the units a case may be sent on to.

    An allegation: an Inspektorat that it does not speak of. A confidential report: the units above its own, for its
    sender was told that nobody else reads it; but one who did not know the unit left the choice to the reception.
    """
    cards = units_of(session, case.agency_id, day)
    others = frozenset(card.id for card in cards if card.id != case.unit_id)
    if is_examined(session, case):
        examining = {card.id for card in cards if card.kind is UnitKind.INSPECTORATE}
        return others & {unit_id for unit_id in examining if not _is_accused(session, case, unit_id)}
    if not case.is_confidential or _is_with_reception(session, case):
        return others
    above = overseers(session, [case.agency_id], day).above(case.unit_id) if case.unit_id is not None else ()
    return others & frozenset(above)


def dispose(session: Session, case: Case, unit_id: int, reason: str, user_id: int, now: datetime) -> None:
    """Send a case on to another unit of its agency; its clocks run on, and a review waits for the heads there.

    Raises
    ------
    NotDisposableError
        The case is answered, on hold or over.
    SameUnitError
        It lies with this unit already.
    OverseersOnlyError
        It is an allegation and the unit is not the Inspektorat, or is the very one it speaks of.
    ConfidentialUnitError
        It is confidential and the unit does not stand above the one that has it.
    ReasonLengthError
        The reason is too short to be one, or too long.
    feedback_app.organisation.queries.UnknownUnitError
        The agency has no such unit.
    """
    words = " ".join(reason.split())
    _check(case, unit_id, words)
    unit = unit_by_id(session, case.agency_id, unit_id, office_day(now))
    _check_open_to(session, case, unit_id, office_day(now))
    if case.duplicate_of is not None:
        # Its main case stays, so the answer there is not the one for this report.
        part_from_main(session, case, actor=person(user_id), now=now)
    _hand_over(session, case, unit, redact(words).text, person(user_id), now)
    # What was merged waits for the answer of whoever has the case now.
    for copy in open_copies(session, case):
        _hand_over(session, copy, unit, redact(words).text, person(user_id), now)


def _hand_over(session: Session, case: Case, unit: UnitCard, reason: str, actor: Actor, now: datetime) -> None:
    before = case.unit_id
    if case.status in DISPOSABLE - {CaseStatus.VERIFIED}:
        move(session, case, CaseStatus.VERIFIED, actor=actor, now=now, action="handling.verify")
    case.unit_id, case.assigned_to = unit.id, None
    # The clocks run on; a unit with other days or promises has other deadlines.
    recompute(session, case, ChangeCause.DISPOSED, actor=actor, now=now)
    note_act(
        session, case, EventKind.DISPOSED, actor=actor, now=now, action="handling.dispose",
        reason=f"{unit.name}\n{reason}", from_unit_id=before, to_unit_id=unit.id,
    )  # fmt: skip
    ask_again(session, case, now=now)


def _check(case: Case, unit_id: int, words: str) -> None:
    if case.status not in DISPOSABLE:
        raise NotDisposableError("Kasus ini sudah ditanggapi, ditunda, atau berakhir, sehingga tidak dapat diteruskan.")
    if case.unit_id == unit_id:
        raise SameUnitError("Kasus ini sudah ada di unit itu. Pilih unit lain.")
    if not REASON_MIN <= len(words) <= REASON_MAX:
        raise ReasonLengthError(
            f"Tulis alasan meneruskan, {REASON_MIN} sampai {REASON_MAX} huruf; ini {len(words)} huruf."
        )


def _check_open_to(session: Session, case: Case, unit_id: int, day: date) -> None:
    if unit_id in open_to(session, case, day=day):
        return
    if is_examined(session, case):
        raise OverseersOnlyError(
            "Kasus ini memuat dugaan pelanggaran. Kasus seperti ini hanya dapat diteruskan ke Inspektorat."
        )
    raise ConfidentialUnitError(
        "Laporan ini rahasia: pelapor dijanjikan bahwa hanya unit yang dituju dan unit di atasnya yang membacanya. "
        "Pilih unit di atas unit yang sekarang memegangnya."
    )


def _is_with_reception(session: Session, case: Case) -> bool:
    # A report of an unknown unit stands under the reception.
    query = sa.select(Submission.unit_id).where(
        Submission.agency_id == case.agency_id, Submission.id == case.submission_id, Submission.unit_is_unknown
    )
    return case.unit_id is not None and session.scalar(query) == case.unit_id


def _is_accused(session: Session, case: Case, unit_id: int) -> bool:
    query = sa.select(Submission.unit_id).where(
        Submission.agency_id == case.agency_id,
        Submission.id == case.submission_id,
        sa.not_(Submission.unit_is_unknown),
    )
    return session.scalar(query) == unit_id
