"""Reports of the same thing: merged into one case that is answered for all, each with its own life (ADR 0010)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.analysis.models import Labels
from feedback_app.audit.operations import person
from feedback_app.errors import ConflictError
from feedback_app.handling.handing_on.disposition import dispose
from feedback_app.handling.models import Case
from feedback_app.handling.moves import due_first, note_act, part_from_main
from feedback_app.handling.queries import version_on
from feedback_app.handling.rules import ENDED, CaseStatus, Classification, EventKind
from feedback_app.handling.visibility import may_see
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency, UnitVersion

MERGEABLE: Final = frozenset({CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS})


class NotMergeableError(ConflictError):
    """Some of these reports cannot have their answer in common."""

    code = "not_mergeable"


class NotMergedError(ConflictError):
    """The case stands on its own already."""

    code = "not_merged"


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a case is suggested: a place both name, words of both (the rarest first), and how far apart they came."""

    place: str | None
    words: tuple[str, ...]
    days_apart: int


@dataclass(frozen=True, slots=True)
class Similar:
    """A case as a list of reports of the same shows it."""

    id: int
    version: int
    unit_name: str
    status: CaseStatus
    text: str | None
    opened_at: datetime
    due_at: datetime | None
    time_zone: str
    reasons: Reasons | None = None


def check_mergeable(cases: Sequence[Case]) -> None:
    """Refuse to merge what cannot be answered as one.

    Raises
    ------
    NotMergeableError
    """
    if len({(case.agency_id, case.id) for case in cases}) < 2:
        raise NotMergeableError("Pilih paling sedikit dua kasus untuk digabungkan.")
    if any(case.is_confidential or case.classification is Classification.OVERSIGHT for case in cases):
        raise NotMergeableError("Laporan rahasia dan dugaan pelanggaran tidak dapat digabungkan.")
    if len({(case.agency_id, case.classification) for case in cases}) > 1:
        raise NotMergeableError(
            "Jenis penanganan kasus-kasus ini berbeda, jadi tenggatnya juga. Samakan dahulu, lalu gabungkan."
        )
    for case in cases:
        if case.duplicate_of is not None:
            raise NotMergeableError(f"Kasus {case.id} sudah digabungkan. Pisahkan dahulu, lalu gabungkan lagi.")
        if case.status not in MERGEABLE:
            raise NotMergeableError(
                f"Kasus {case.id} sudah ditanggapi, menunggu pelapor, atau berakhir, sehingga tidak dapat digabungkan."
            )


def merge(session: Session, cases: Sequence[Case], *, user_id: int, now: datetime) -> Case:
    """Merge cases (locked, within somebody's reach) into the one due first; return that one.

    Those of another unit are sent on to the unit that will answer, and what was merged into them before comes along.

    Raises
    ------
    NotMergeableError
    feedback_app.handling.handing_on.disposition.NotDisposableError
    """
    check_mergeable(cases)
    main = due_first(cases)
    actor = person(user_id)
    for case in sorted(cases, key=lambda one: one.id):
        if case.id == main.id:
            continue
        if main.unit_id is not None and case.unit_id != main.unit_id:
            dispose(session, case, main.unit_id, f"Digabungkan dengan kasus {main.id}.", user_id, now)
        for copy in [case, *_all_copies(session, case)]:
            copy.duplicate_of = main.id
            note_act(session, copy, EventKind.MERGED, actor=actor, now=now, action="handling.merge", main_id=main.id)
    session.flush()
    return main


def unmerge(session: Session, case: Case, *, user_id: int, now: datetime) -> None:
    """Let a merged case stand on its own again, with the deadlines it always had.

    Raises
    ------
    NotMergedError
    """
    if case.duplicate_of is None:
        raise NotMergedError("Kasus ini tidak sedang digabungkan.")
    part_from_main(session, case, actor=person(user_id), now=now)
    session.flush()


def _all_copies(session: Session, case: Case) -> Sequence[Case]:
    copies = sa.select(Case).where(Case.agency_id == case.agency_id, Case.duplicate_of == case.id)
    return session.scalars(copies.order_by(Case.id).with_for_update()).all()


def copies_of(session: Session, user_id: int, case: Case, *, day: date) -> list[Similar]:
    """Return what was merged into a case, the oldest first."""
    merged = sa.and_(Case.agency_id == case.agency_id, Case.duplicate_of == case.id)
    return _rows(session, sa.and_(merged, may_see(user_id, Permission.READ_INBOX, day)), day)


def open_copies_of(session: Session, case_ids: Sequence[int]) -> set[int]:
    """Return the cases merged into some (within somebody's reach) that wait for their answers."""
    main = aliased(Case)
    of_main = sa.and_(Case.agency_id == main.agency_id, Case.duplicate_of == main.id)
    waits = Case.status.not_in([*ENDED, CaseStatus.ANSWERED])
    return set(session.scalars(sa.select(Case.id).join(main, of_main).where(main.id.in_(case_ids), waits)))


def similar_cases(session: Session, user_id: int, case_ids: Sequence[int], *, day: date) -> list[Similar]:
    """Return cases somebody may answer, as a list shows them; others are left out."""
    wanted = sa.and_(Case.id.in_(case_ids), may_see(user_id, Permission.ANSWER_CASE, day))
    return _rows(session, wanted, day)


def _rows(session: Session, wanted: sa.ColumnElement[bool], day: date) -> list[Similar]:
    rows = session.execute(
        sa.select(
            Case.id, Case.version, sa.func.coalesce(UnitVersion.name, "–"), Case.status, Labels.redacted_text,
            Case.opened_at, Case.due_at, Agency.time_zone,
        )
        .join(Agency, Agency.id == Case.agency_id)
        .join(Labels, sa.and_(Labels.agency_id == Case.agency_id, Labels.submission_id == Case.submission_id))
        .outerjoin(UnitVersion, version_on(Case.agency_id, Case.unit_id, day))
        .where(wanted)
        .order_by(Case.opened_at, Case.id)
    )  # fmt: skip
    return [Similar(*row) for row in rows]
