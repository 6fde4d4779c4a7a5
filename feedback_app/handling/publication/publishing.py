"""Publish a complaint with its answer, in words an officer has read and the redactor has read again; take it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.audit.operations import SYSTEM, person, record
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.handling.models import Case, Reply
from feedback_app.handling.publication.models import Publication
from feedback_app.handling.rules import PUBLICATION_MAX, PUBLICATION_MIN, CaseStatus, Classification, ReplyKind
from feedback_app.intake.models import Submission
from feedback_app.intake.restrictions import standing
from feedback_app.nlp.personal.redact import PiiKind, find_personal_data, redact

# Nobody has looked at a new case, and an archived one was taken back by its reporter.
NOT_YET_OR_NO_MORE: Final = frozenset({CaseStatus.NEW, CaseStatus.ARCHIVED})


class NotPublishableError(ConflictError):
    """This case is shown to nobody but those who handle it."""

    code = "not_publishable"


class PublicationLengthError(InvalidInputError):
    """The words to publish are too short to say anything, or too long."""

    code = "publication_length"


class PersonalDataLeftError(InvalidInputError):
    """The redactor still finds personal data in words that an officer wants to publish."""

    code = "personal_data_left"

    def __init__(self, found: Sequence[Found]) -> None:
        super().__init__("Masih ada data pribadi dalam tulisan ini. Hapus atau samarkan, lalu terbitkan lagi.")
        self.found = found


class PublicationChangedError(ConflictError):
    """Somebody else published, or took back, other words of this case meanwhile."""

    code = "publication_changed"


class NothingPublishedError(NotFoundError):
    """There is nothing of this case to take back."""

    code = "nothing_published"


@dataclass(frozen=True, slots=True)
class Found:
    """Personal data in one of the two texts (`text` or `reply`): its kind, the words, and the line, 1 first."""

    part: str
    kind: PiiKind
    words: str
    line: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the form starts with: the words with personal data masked."""

    text: str
    reply: str


def may_publish(session: Session, case: Case) -> bool:
    """Tell whether a case may be shown: taken by somebody, and not confidential, taken back, erased or restricted."""
    if case.is_confidential or case.classification is Classification.OVERSIGHT or case.status in NOT_YET_OR_NO_MORE:
        return False
    submission = session.get_one(Submission, (case.agency_id, case.submission_id))
    labels = session.get_one(Labels, (case.agency_id, case.submission_id))
    if standing(session, case.agency_id, case.submission_id) is not None:
        return False
    return not (submission.is_confidential or submission.erased_at or submission.text is None or labels.integrity)


def proposal(session: Session, case: Case) -> Proposal:
    """Return the complaint and its last answer as the redactor leaves them."""
    labels = session.get_one(Labels, (case.agency_id, case.submission_id))
    # Questions and explanations to the reporter say nothing of what was done.
    told = Reply.kind.in_([ReplyKind.ANSWER, ReplyKind.PROGRESS])
    last = sa.select(Reply.text).where(Reply.agency_id == case.agency_id, Reply.case_id == case.id, told)
    reply = session.scalar(last.order_by(Reply.sent_at.desc(), Reply.id.desc()).limit(1))
    return Proposal(redact(labels.redacted_text or "").text, redact(reply or "").text)


def personal_data_in(text: str, reply: str | None) -> list[Found]:
    """Return the personal data the redactor finds in both texts, with its place."""
    parts = {"text": text, "reply": reply or ""}
    return [
        Found(part, span.kind, words[span.start : span.end], words.count("\n", 0, span.start) + 1)
        for part, words in parts.items()
        for span in find_personal_data(words)
    ]


def check_words(text: str, reply: str | None) -> None:
    """Refuse words that are no publication.

    Raises
    ------
    PublicationLengthError
    PersonalDataLeftError
    """
    for words in (text, *([reply] if reply else [])):
        if not PUBLICATION_MIN <= len(words) <= PUBLICATION_MAX:
            raise PublicationLengthError(
                f"Tulisan yang diterbitkan harus {PUBLICATION_MIN} sampai {PUBLICATION_MAX} huruf; "
                f"ini {len(words)} huruf."
            )
    if found := personal_data_in(text, reply):
        raise PersonalDataLeftError(found)


def publish(session: Session, case: Case, text: str, reply: str | None, *, user_id: int, now: datetime) -> Publication:
    """Show a complaint and its answer on the unit's page; what was shown of it before stays as history.

    Raises
    ------
    NotPublishableError
    PublicationLengthError
    PersonalDataLeftError
    """
    if not may_publish(session, case):
        raise NotPublishableError("Kasus ini tidak dapat diterbitkan: rahasia, belum diambil, atau sudah ditarik.")
    check_words(text, reply)
    _take_back(session, case, user_id=user_id, now=now)
    assert case.unit_id is not None  # noqa: S101 - only allegations wait without a unit, and those are refused above
    publication = Publication(
        agency_id=case.agency_id, case_id=case.id, unit_id=case.unit_id, text=text, reply=reply or None,
        published_at=now, published_by=user_id, withdrawn_at=None, withdrawn_by=None,
    )  # fmt: skip
    session.add(publication)
    session.flush()
    _note(session, case, "handling.publish", user_id, now, publication=publication.id)
    return publication


def withdraw(session: Session, case: Case, *, user_id: int, now: datetime) -> None:
    """Take back what is shown of a case.

    Raises
    ------
    NothingPublishedError
    """
    if not _take_back(session, case, user_id=user_id, now=now):
        raise NothingPublishedError("Tidak ada yang sedang terbit dari kasus ini.")
    _note(session, case, "handling.withdraw_publication", user_id, now)


def withdraw_all(session: Session, case: Case, *, now: datetime) -> int:
    """Take back whatever is shown of a case that became confidential, was erased or was taken back; return how much."""
    taken = _take_back(session, case, user_id=None, now=now)
    if taken:
        _note(session, case, "handling.withdraw_publication", None, now)
    return taken


def check_unchanged(session: Session, case: Case, seen_id: int | None) -> None:
    """Refuse words written in front of another publication than the one shown now; `seen_id` is 0 where none was.

    Raises
    ------
    PublicationChangedError
    """
    current = current_publication(session, case)
    if seen_id is not None and seen_id != (current.id if current else 0):
        raise PublicationChangedError(
            "Rekan Anda mengubah terbitan kasus ini sejak Anda membukanya. Bandingkan dengan riwayat terbitan, lalu "
            "terbitkan lagi bila masih perlu."
        )


def current_publication(session: Session, case: Case) -> Publication | None:
    """Return what is shown of a case at present."""
    return session.scalar(sa.select(Publication).where(_shown_of(case)))


def _shown_of(case: Case) -> sa.ColumnElement[bool]:
    return sa.and_(
        Publication.agency_id == case.agency_id, Publication.case_id == case.id, Publication.withdrawn_at.is_(None)
    )


def _take_back(session: Session, case: Case, *, user_id: int | None, now: datetime) -> int:
    found = session.scalars(sa.select(Publication).where(_shown_of(case)).with_for_update()).all()
    for publication in found:
        publication.withdrawn_at, publication.withdrawn_by = now, user_id
    session.flush()
    return len(found)


def _note(session: Session, case: Case, action: str, user_id: int | None, now: datetime, **detail: int) -> None:
    record(
        session, agency_id=case.agency_id, actor=SYSTEM if user_id is None else person(user_id), action=action,
        subject_type="case", subject_id=case.id, now=now, **detail,
    )  # fmt: skip
