"""An objection to a final result: the employee files it, the evaluator explains, the evaluator's superior decides."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.evaluation.cycles.conflicts import OwnPartError, Part, parts_of
from feedback_app.evaluation.cycles.office_days import calendar_of
from feedback_app.evaluation.cycles.rules import EXPLANATION_DAYS, DayKind, last_objection_day
from feedback_app.evaluation.cycles.versions import lineage
from feedback_app.evaluation.evidence.queries import UnknownEmployeeError
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.models import WORDS_MAX, Objection
from feedback_app.evaluation.replies.rules import ObjectionOutcome
from feedback_app.evaluation.replies.window import hold_person
from feedback_app.evaluation.result_models import Score
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.organisation.models import Employee

WORDS_MIN = 10
PART_SENTENCES = {
    Part.SUBJECT: "Keberatan ini tentang Anda sendiri, sehingga pejabat lain yang menanganinya.",
    Part.COMPUTED: "Anda yang menghitung siklus ini, sehingga pejabat lain yang memutus keberatan.",
    Part.SIGNED: "Anda ikut menandatangani hasil ini, sehingga pejabat lain yang memutus keberatan.",
    Part.REVIEWED: "Anda menelaah sanggahan pegawai ini, sehingga pejabat lain yang memutus keberatan.",
    Part.LINE_MANAGER: "Anda memimpin unit pegawai ini dalam masa itu, sehingga pejabat lain yang memutus keberatan.",
}


class ObjectionWindowError(ConflictError):
    """The result is not final yet, or the days for an objection are over."""

    code = "objection_window"


class ObjectionExistsError(ConflictError):
    """This employee has objected to this result already; the decision upon that is final."""

    code = "objection_exists"


class ObjectionWordsError(InvalidInputError):
    """The words are too short or too long."""

    code = "objection_words"


class ObjectionStateError(ConflictError):
    """The objection has been explained or decided already, or it is too early to decide."""

    code = "objection_state"


def file_objection(
    session: Session, cycle: Cycle, employee_id: int, *, words: str, actor: Actor, now: datetime, day_kind: DayKind
) -> Objection:
    """File an employee's objection to their final result, once, within its days.

    Raises
    ------
    feedback_app.evaluation.evidence.queries.UnknownEmployeeError
        The account is not this employee's, or nothing is said of them in this cycle.
    ObjectionWindowError, ObjectionExistsError, ObjectionWordsError
    """
    if not _is_own_result(session, cycle, employee_id, actor):
        raise UnknownEmployeeError("Pegawai itu tidak ada dalam siklus ini.")
    check_words(words)
    calendar, today = calendar_of(session, cycle.agency_id, now)
    last_day = last_day_for(cycle, calendar, day_kind)
    if last_day is None:
        raise ObjectionWindowError("Hasil siklus ini belum dibekukan. Keberatan dapat diajukan sesudah hasilnya final.")
    if today > last_day:
        raise ObjectionWindowError(
            f"Batas waktu keberatan berakhir pada {last_day:%d}-{last_day:%m}-{last_day:%Y}, "
            "sehingga hasil ini sudah tetap. Sampaikan kepada Pejabat Penilai bila ada data yang harus diperbaiki."
        )
    hold_person(session, cycle.agency_id, employee_id)
    taken = ObjectionExistsError("Anda sudah pernah mengajukan keberatan atas hasil ini. Keputusannya final.")
    if objection_on(session, cycle, employee_id) is not None:
        raise taken
    row = Objection(
        agency_id=cycle.agency_id, cycle_id=cycle.id, employee_id=employee_id, words=words, filed_by=actor.user_id,
        filed_at=now, last_day_on=last_day,
    )  # fmt: skip
    add_unless_taken(session, row, taken)
    _note(session, row, "evaluation.file_objection", actor, now)
    return row


def last_day_for(cycle: Cycle, calendar: WorkingCalendar, day_kind: DayKind) -> date | None:
    """Return the last day for an objection to a cycle's results; None before they are frozen."""
    if cycle.frozen_at is None:
        return None
    frozen_on = cycle.frozen_at.astimezone(calendar.time_zone).date()
    return last_objection_day(frozen_on, day_kind, calendar.add_working_days)


def explain(session: Session, objection: Objection, *, words: str, actor: Actor, now: datetime) -> None:
    """Add the evaluator's explanation, which the superior reads before deciding.

    Raises
    ------
    ObjectionStateError, ObjectionWordsError
    feedback_app.evaluation.cycles.conflicts.OwnPartError
    """
    session.refresh(objection, with_for_update=True)
    if objection.explained_at is not None or objection.outcome is not None:
        raise ObjectionStateError("Keberatan ini sudah dijelaskan atau diputus. Muat ulang halamannya.")
    check_words(words)
    cycle = session.get_one(Cycle, (objection.agency_id, objection.cycle_id))
    if actor.user_id is None or Part.SUBJECT in parts_of(session, cycle, objection.employee_id, actor.user_id):
        raise OwnPartError(PART_SENTENCES[Part.SUBJECT])
    objection.explanation, objection.explained_by, objection.explained_at = words, actor.user_id, now
    session.flush()
    _note(session, objection, "evaluation.explain_objection", actor, now)


def decide(
    session: Session, objection: Objection, *, outcome: ObjectionOutcome, words: str, actor: Actor, now: datetime
) -> None:
    """Decide an objection; the decision is final.

    The evaluator is heard first. One who says nothing within `EXPLANATION_DAYS` working days holds nobody up.

    Raises
    ------
    ObjectionStateError, ObjectionWordsError
    feedback_app.evaluation.cycles.conflicts.OwnPartError
    """
    session.refresh(objection, with_for_update=True)
    if objection.outcome is not None:
        raise ObjectionStateError("Keberatan ini sudah diputus; keputusannya final.")
    refuse_own_part(session, objection, actor)
    if objection.explained_at is None and not _explanation_is_late(session, objection, now):
        raise ObjectionStateError(
            f"Pejabat Penilai belum memberi penjelasan. Keberatan dapat diputus sesudah penjelasannya masuk, atau "
            f"sesudah {EXPLANATION_DAYS} hari kerja."
        )
    check_words(words)
    objection.outcome, objection.decision = outcome, words
    objection.decided_by, objection.decided_at = actor.user_id, now
    session.flush()
    _note(session, objection, "evaluation.decide_objection", actor, now)


def refuse_own_part(session: Session, objection: Objection, actor: Actor) -> None:
    """Refuse an account that took part in the result, as the database does.

    Raises
    ------
    feedback_app.evaluation.cycles.conflicts.OwnPartError
    """
    if actor.user_id is None:
        raise OwnPartError("Keberatan diputus oleh pejabat yang masuk dengan akunnya sendiri.")
    cycle = session.get_one(Cycle, (objection.agency_id, objection.cycle_id))
    parts = parts_of(session, cycle, objection.employee_id, actor.user_id)
    if actor.user_id == objection.filed_by:
        parts.add(Part.SUBJECT)
    if parts:
        raise OwnPartError(own_part_words(parts))
    if actor.user_id == objection.explained_by:
        raise OwnPartError("Anda yang menjelaskan hasil ini. Pejabat lain yang memutus keberatan ini.")


def own_part_words(parts: set[Part]) -> str:
    """Return the first thing somebody has to do with a result, in a sentence."""
    return next(words for part, words in PART_SENTENCES.items() if part in parts)


def objection_on(session: Session, cycle: Cycle, employee_id: int) -> Objection | None:
    """Return the objection of a person to a result, whichever version of the cycle it was filed against."""
    versions = lineage(session, cycle)
    return session.scalar(
        sa.select(Objection)
        .where(Objection.agency_id == cycle.agency_id, Objection.cycle_id.in_([one.id for one in versions]))
        .where(Objection.employee_id == employee_id)
    )


def check_words(words: str) -> None:
    """Hold the length of what people write.

    Raises
    ------
    ObjectionWordsError
    """
    if not WORDS_MIN <= len(words) <= WORDS_MAX:
        raise ObjectionWordsError(f"Tulis {WORDS_MIN} sampai {WORDS_MAX} huruf; ini {len(words)} huruf.")


def _is_own_result(session: Session, cycle: Cycle, employee_id: int, actor: Actor) -> bool:
    if actor.user_id is None:
        return False
    own = sa.exists().where(
        Employee.agency_id == cycle.agency_id,
        Employee.id == employee_id,
        Employee.user_id == actor.user_id,
        Score.agency_id == Employee.agency_id,
        Score.employee_id == Employee.id,
        Score.cycle_id == cycle.id,
    )
    return bool(session.scalar(sa.select(own)))


def _explanation_is_late(session: Session, objection: Objection, now: datetime) -> bool:
    calendar, today = calendar_of(session, objection.agency_id, now)
    filed_on = objection.filed_at.astimezone(calendar.time_zone).date()
    return today > calendar.add_working_days(filed_on, EXPLANATION_DAYS)


def _note(session: Session, objection: Objection, action: str, actor: Actor, now: datetime) -> None:
    record(
        session, agency_id=objection.agency_id, actor=actor, action=action, subject_type="objection",
        subject_id=objection.id, now=now, cycle_id=objection.cycle_id, employee_id=objection.employee_id,
    )  # fmt: skip
