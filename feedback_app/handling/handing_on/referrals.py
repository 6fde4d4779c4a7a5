"""Refer a report to whoever is in charge of it: another agency of this platform, or one outside.

The reporter reads why and where to. An agency here gets the report as a submission of its own; the old tracking code
opens both. Only plain reports go: who sent one as confidential was told who reads it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.audit.operations import person, record
from feedback_app.clock import office_day
from feedback_app.db_wall.scope import across
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.handling.ending.archived_before import check_never_answered
from feedback_app.handling.ending.archiving import archive
from feedback_app.handling.handing_on.colleagues import workers_of
from feedback_app.handling.handing_on.models import Referral
from feedback_app.handling.handing_on.referral_links import sender_of
from feedback_app.handling.models import REPLY_MAX, REPLY_MIN, Case
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Classification
from feedback_app.handling.telling.staff import tell_staff
from feedback_app.intake.copies import hand_on
from feedback_app.intake.models import Submission
from feedback_app.intake.restrictions import standing
from feedback_app.intake.rules import KINDS_WITH_CASE, SubmissionKind
from feedback_app.notifications.wording import Template
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import UnknownAgencyError
from feedback_app.organisation.reception import reception_unit_id
from feedback_app.storage import Storage

# Whoever works on a case gives it back to the unit first (IN_PROGRESS to VERIFIED): nothing is put away half done.
REFERABLE: Final = frozenset({CaseStatus.NEW, CaseStatus.VERIFIED})
NAME_MIN, NAME_MAX = 3, 120
WAY_MIN, WAY_MAX = 5, 300
# The name and the way stand below the explanation, in one message.
EXPLANATION_MIN, EXPLANATION_MAX = REPLY_MIN, REPLY_MAX - NAME_MAX - WAY_MAX - 100
_KINDS: Final = {
    Classification.ASPIRATION: SubmissionKind.ASPIRATION,
    Classification.INFORMATION_REQUEST: SubmissionKind.INFORMATION_REQUEST,
    Classification.PUBLIC_INFORMATION: SubmissionKind.INFORMATION_REQUEST,
}


class NotReferableError(ConflictError):
    """This case does not go to another agency: somebody works on it, it has ended, or it is kept from others."""

    code = "not_referable"


class AlreadyReferredError(ConflictError):
    """The report was referred before and came back, or came from there; whoever has it now answers it."""

    code = "already_referred"


class ReferralWordsError(InvalidInputError):
    """The explanation, the name or the way to reach the other agency is too short or too long."""

    code = "referral_words"


class SameAgencyError(InvalidInputError):
    """The case lies with this agency already; another unit of it is a disposition."""

    code = "same_agency"


def may_refer(session: Session, case: Case) -> bool:
    """Tell whether a case is one that another agency may read, and that nobody has answered."""
    if case.is_confidential or case.classification is Classification.OVERSIGHT or case.first_replied_at is not None:
        return False
    submission = session.get_one(Submission, (case.agency_id, case.submission_id))
    labels = session.get_one(Labels, (case.agency_id, case.submission_id))
    if standing(session, case.agency_id, case.submission_id) is not None:
        return False
    return not (submission.is_confidential or submission.erased_at or labels.integrity)


def refer_here(
    session: Session, storage: Storage, case: Case, to_agency_id: int, explanation: str, *, user_id: int, now: datetime
) -> Referral:
    """Refer a case to another agency of this platform: its reception gets the report, the reporter is told why.

    Raises
    ------
    NotReferableError, AlreadyReferredError, ReferralWordsError, SameAgencyError
    feedback_app.handling.ending.archived_before.AnsweredBeforeError
    feedback_app.handling.ending.archiving.ArchivedBeforeError
        The reporter objected when this very person put it away before.
    feedback_app.intake.copies.NothingToHandOnError
        There are too few words for another agency to work with.
    feedback_app.organisation.queries.UnknownAgencyError
    feedback_app.organisation.queries.UnknownUnitError
        That agency has no unit yet.
    feedback_app.storage.StorageUnavailableError
    """
    words = _checked(session, case, explanation)
    _check_receiver(session, case, to_agency_id)
    submission = session.get_one(Submission, (case.agency_id, case.submission_id))
    unit_id = reception_unit_id(session, to_agency_id, office_day(now))
    kind = submission.kind if submission.kind in KINDS_WITH_CASE else _kind_of(case)
    copy = hand_on(session, storage, submission, kind=kind, agency_id=to_agency_id, unit_id=unit_id, now=now)
    with across(session, to_agency_id):
        record(
            session, agency_id=to_agency_id, actor=person(user_id), action="handling.referred_here",
            subject_type="submission", subject_id=copy.id, now=now, from_agency_id=case.agency_id,
        )  # fmt: skip
    return _put_away(
        session, case, words, to_agency_id=to_agency_id, to_submission_id=copy.id, user_id=user_id, now=now
    )


def refer_outside(
    session: Session, case: Case, name: str, way: str, explanation: str, *, user_id: int, now: datetime
) -> Referral:
    """Tell the reporter which agency outside this platform is in charge and how to reach it, and put the case away.

    Raises
    ------
    NotReferableError, AlreadyReferredError, ReferralWordsError
    feedback_app.handling.ending.archived_before.AnsweredBeforeError
    feedback_app.handling.ending.archiving.ArchivedBeforeError
    """
    words, called, reached = _checked(session, case, explanation), " ".join(name.split()), " ".join(way.split())
    if not NAME_MIN <= len(called) <= NAME_MAX:
        raise ReferralWordsError(f"Tulis nama instansi, {NAME_MIN} sampai {NAME_MAX} huruf; ini {len(called)} huruf.")
    if not WAY_MIN <= len(reached) <= WAY_MAX:
        raise ReferralWordsError(
            f"Tulis cara menghubungi instansi itu, {WAY_MIN} sampai {WAY_MAX} huruf; ini {len(reached)} huruf."
        )
    told = f"{words}\n\nInstansi yang berwenang: {called}\nCara menghubunginya: {reached}"
    return _put_away(session, case, told, outside_name=called, user_id=user_id, now=now)


def tell_arrived(session: Session, submissions: Collection[tuple[int, int]], *, now: datetime) -> None:
    """Tell whoever works on a case that came from another agency, once the report has been read there."""
    if not submissions:
        return
    cases = session.scalars(
        sa.select(Case)
        .join(
            Referral,
            sa.and_(Referral.to_agency_id == Case.agency_id, Referral.to_submission_id == Case.submission_id),
        )
        .where(sa.tuple_(Case.agency_id, Case.submission_id).in_(submissions))
    )
    for case in cases.all():
        readers = workers_of(session, case, office_day(now))
        tell_staff(session, case, Template.REFERRED_HERE, readers, event="arrived", now=now)


def _checked(session: Session, case: Case, explanation: str) -> str:
    if case.status in REFERABLE:
        check_never_answered(case)
    if case.status not in REFERABLE or not may_refer(session, case):
        raise NotReferableError(
            "Kasus ini tidak dapat dirujuk: sedang dikerjakan, sudah ditanggapi, sudah berakhir, atau rahasia."
        )
    if session.scalar(sa.select(Referral.id).where(_of(case))) is not None:
        raise AlreadyReferredError("Kasus ini sudah pernah dirujuk lalu kembali. Tanggapi pelapor dari sini.")
    words = explanation.strip()
    if not EXPLANATION_MIN <= len(words) <= EXPLANATION_MAX:
        raise ReferralWordsError(
            f"Tulis penjelasan bagi pelapor, {EXPLANATION_MIN} sampai {EXPLANATION_MAX} huruf; ini {len(words)} huruf."
        )
    return words


def _check_receiver(session: Session, case: Case, to_agency_id: int) -> None:
    if to_agency_id == case.agency_id:
        raise SameAgencyError("Laporan ini sudah ada di instansi itu. Untuk unit lain, pakai “Teruskan ke unit lain”.")
    if session.get(Agency, to_agency_id) is None:
        raise UnknownAgencyError("Instansi itu tidak ada di sini. Pilih dari daftar.")
    if to_agency_id in _agencies_before(session, case):
        # Sent in a circle a report would get a new clock on each round, and an answer never.
        raise AlreadyReferredError(
            "Instansi itu sudah merujuk laporan ini. Tanggapi pelapor dari sini, atau rujuk ke instansi yang belum "
            "memegangnya."
        )


def _put_away(
    session: Session,
    case: Case,
    told: str,
    *,
    user_id: int,
    now: datetime,
    to_agency_id: int | None = None,
    to_submission_id: int | None = None,
    outside_name: str | None = None,
) -> Referral:
    referral = Referral(
        agency_id=case.agency_id, case_id=case.id, to_agency_id=to_agency_id, to_submission_id=to_submission_id,
        outside_name=outside_name, reason=told, referred_by=user_id, referred_at=now,
    )  # fmt: skip
    session.add(referral)
    session.flush()
    archive(session, case, ArchiveReason.REFERRED, told, user_id=user_id, now=now)
    record(
        session, agency_id=case.agency_id, actor=person(user_id), action="handling.refer", subject_type="case",
        subject_id=case.id, now=now, referral_id=referral.id, to_agency_id=to_agency_id,
    )  # fmt: skip
    return referral


def _agencies_before(session: Session, case: Case) -> frozenset[int]:
    """Return the agencies that referred the report of a case, the first one included."""
    before: set[int] = set()
    place: tuple[int, int] | None = (case.agency_id, case.submission_id)
    while place is not None:
        sender = sender_of(session, *place)
        # Reports that went round before this was refused end the walk where it began.
        place = sender if sender and sender[0] not in before else None
        before.update({place[0]} if place else ())
    return frozenset(before)


def _kind_of(case: Case) -> SubmissionKind:
    return _KINDS.get(case.classification, SubmissionKind.COMPLAINT)


def _of(case: Case) -> sa.ColumnElement[bool]:
    return sa.and_(Referral.agency_id == case.agency_id, Referral.case_id == case.id)
