"""One act on many cases: each is done or refused by itself, and what was done can be taken back for a while."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.audit.operations import person, record
from feedback_app.errors import ConflictError, DomainError, InvalidInputError
from feedback_app.handling.bulk.collective import Chosen
from feedback_app.handling.bulk.items import REFUSED, check_version, note_item, standing
from feedback_app.handling.bulk.merging import merge_all
from feedback_app.handling.bulk.models import BulkAct, BulkKind
from feedback_app.handling.handing_on.assignment import assign
from feedback_app.handling.handing_on.disposition import dispose
from feedback_app.handling.life import verify
from feedback_app.handling.models import Case
from feedback_app.handling.moves import open_copies
from feedback_app.handling.queries import cases_for
from feedback_app.handling.rules import CaseStatus
from feedback_app.identity.rules import Permission

# What one request does in a few seconds.
CHOSEN_MOST: Final = 100


class NothingChosenError(InvalidInputError):
    """An act on many cases names none that this account may work on."""

    code = "nothing_chosen"


class TooManyForOneActError(InvalidInputError):
    """More cases than one request works through in time."""

    code = "too_many_for_one_act"


class SeveralAgenciesError(ConflictError):
    """An act is one agency's: its units and people are not those of another."""

    code = "several_agencies"


class AlreadyVerifiedError(ConflictError):
    """The case was read and kept, by a colleague or earlier."""

    code = "already_verified"


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done to each case: to whom it is assigned, or to which unit it goes and why."""

    kind: BulkKind
    to_user_id: int = 0
    to_unit_id: int = 0
    reason: str = ""


def do_to_all(
    session: Session, chosen: Sequence[Chosen], task: Task, *, user_id: int, day: date, now: datetime
) -> BulkAct:
    """Do one thing to every chosen case; what cannot be done to one is noted with its reason and stops no other.

    Raises
    ------
    NothingChosenError, TooManyForOneActError, SeveralAgenciesError
    """
    if len(chosen) > CHOSEN_MOST:
        raise TooManyForOneActError(f"Paling banyak {CHOSEN_MOST} kasus sekaligus. Kerjakan dalam beberapa kali.")
    cases = _locked(session, chosen, user_id, day)
    act = BulkAct(agency_id=cases[0].agency_id, kind=task.kind, user_id=user_id, at=now, undone_at=None)
    session.add(act)
    session.flush()
    versions = {one.case_id: one.version for one in chosen}
    if task.kind is BulkKind.MERGE:
        refused = merge_all(session, act, cases, versions, user_id=user_id, now=now)
    else:
        refused = _each(session, act, cases, versions, task, user_id, now)
    record(
        session, agency_id=act.agency_id, actor=person(user_id), action=f"handling.bulk_{task.kind.value}",
        subject_type="bulk_act", subject_id=act.id, now=now, cases=len(cases), refused=refused,
    )  # fmt: skip
    return act


def _locked(session: Session, chosen: Sequence[Chosen], user_id: int, day: date) -> list[Case]:
    wanted = {one.case_id for one in chosen}
    found = cases_for(session, user_id, wanted, permission=Permission.ANSWER_CASE, day=day)
    if not found:
        raise NothingChosenError("Centang paling sedikit satu kasus yang Anda tangani.")
    if len({case.agency_id for case in found}) > 1:
        raise SeveralAgenciesError("Pilih kasus dari satu pemerintah daerah saja, lalu ulangi untuk yang lain.")
    return list(found)


def _each(
    session: Session, act: BulkAct, cases: Sequence[Case], versions: Mapping[int, int | None], task: Task,
    user_id: int, now: datetime,
) -> int:  # fmt: skip
    """Do it to each, and note it; return how many were refused."""
    carried: set[int] = set()
    refused = 0
    # A main case before what is merged into it, which goes along with it and is done then.
    for case in sorted(cases, key=lambda one: (one.duplicate_of is not None, one.id)):
        if case.id in carried:
            continue
        along = open_copies(session, case) if task.kind is BulkKind.DISPOSE else ()
        before = [(one, standing(one)) for one in (case, *along)]
        try:
            with session.begin_nested():
                check_version(case, versions[case.id])
                _STEPS[task.kind](session, case, task, user_id, now)
                session.flush()
        except DomainError as error:
            note_item(session, act, case, {REFUSED: error.message})
            refused += 1
            continue
        for one, stood in before:
            note_item(session, act, one, stood)
        carried |= {one.id for one in along}
    return refused


def _verify(session: Session, case: Case, _task: Task, user_id: int, now: datetime) -> None:
    if case.status is not CaseStatus.NEW:
        raise AlreadyVerifiedError("Kasus ini sudah diverifikasi.")
    verify(session, case, user_id=user_id, now=now)


def _assign(session: Session, case: Case, task: Task, user_id: int, now: datetime) -> None:
    assign(session, case, task.to_user_id, user_id=user_id, now=now)


def _dispose(session: Session, case: Case, task: Task, user_id: int, now: datetime) -> None:
    dispose(session, case, task.to_unit_id, task.reason, user_id, now)


_STEPS: Final[dict[BulkKind, Callable[[Session, Case, Task, int, datetime], None]]] = {
    BulkKind.VERIFY: _verify,
    BulkKind.ASSIGN: _assign,
    BulkKind.DISPOSE: _dispose,
}
