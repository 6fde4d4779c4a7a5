"""What each kind of rule finds old enough, and how it goes: a batch at a time, told by the rows what is left.

Sums stay as they are. A text that goes leaves its labels, its rating and its day, so a recount finds the same
(`measures.operations.recount`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.handling.citizens.erasure import TIME_IS_OVER, erase
from feedback_app.handling.citizens.models import CaseFollower, RequestWords, SubjectRequest
from feedback_app.handling.models import Case
from feedback_app.intake.attachments import erase_all
from feedback_app.intake.contacts import Owner, forget_contact
from feedback_app.intake.extra_models import Attachment, Contact
from feedback_app.intake.models import Import, ImportRow, ImportState, Submission, VisitToken
from feedback_app.notifications.models import Message, MessageState
from feedback_app.privacy.retention.holds import Held, is_held
from feedback_app.privacy.retention.rules import RetentionKind
from feedback_app.storage import Storage

AT_ONCE: Final = 200
# A query for the rows that are old enough; how many columns it has is its keeper's business.
Found: TypeAlias = sa.Select[*tuple[Any, ...]]
# An erasure writes in a dozen tables.
TEXTS_AT_ONCE: Final = 25


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose data, how old, and what is held besides."""

    agency_id: int
    before: datetime
    further: Held = ()


@dataclass(frozen=True, slots=True)
class Keeper:
    """One kind: how many are old enough, how many of those are held, and how a batch of the others goes."""

    kind: RetentionKind
    due: Callable[[Reach], Found]
    forget: Callable[[Session, Storage, Reach, datetime], int]
    held: Callable[[Reach], Found] | None = None


def count(session: Session, query: Found) -> int:
    """Return how many rows a query finds."""
    return session.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())) or 0


def _case() -> sa.ColumnElement[bool]:
    return sa.and_(Case.agency_id == Submission.agency_id, Case.submission_id == Submission.id)


def _old(reach: Reach) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that feedback, joined with its case if it has one, ended long enough ago."""
    ended = sa.func.coalesce(Case.closed_at, Submission.received_at)
    return Submission.agency_id == reach.agency_id, Submission.received_at < reach.before, ended < reach.before


def _free(reach: Reach) -> tuple[sa.ColumnElement[bool], ...]:
    return *_old(reach), sa.not_(is_held(reach.further))


def _has_text() -> tuple[sa.ColumnElement[bool], ...]:
    return Submission.text.is_not(None), Submission.erased_at.is_(None)


def _texts(*conditions: sa.ColumnElement[bool]) -> Found:
    query = sa.select(Submission.id).outerjoin(Case, _case()).where(*_has_text(), *conditions)
    return query.order_by(Submission.id)


def _forget_texts(session: Session, storage: Storage, reach: Reach, now: datetime) -> int:
    query = _texts(*_free(reach)).limit(TEXTS_AT_ONCE)
    found = session.scalars(query.with_for_update(of=Submission, key_share=True, skip_locked=True)).all()
    for submission_id in found:
        erase(session, storage, reach.agency_id, submission_id, actor=SYSTEM, now=now, instead=TIME_IS_OVER)
    return len(found)


def _with_files(*conditions: sa.ColumnElement[bool]) -> Found:
    attached = sa.exists().where(
        Attachment.agency_id == Submission.agency_id, Attachment.submission_id == Submission.id
    )
    query = sa.select(Submission.id).outerjoin(Case, _case()).where(attached, *conditions)
    return query.order_by(Submission.id)


def _forget_files(session: Session, storage: Storage, reach: Reach, now: datetime) -> int:
    query = _with_files(*_free(reach)).limit(AT_ONCE)
    found = session.scalars(query.with_for_update(of=Submission, key_share=True, skip_locked=True)).all()
    for submission_id in found:
        erase_all(session, storage, reach.agency_id, submission_id, actor=SYSTEM, now=now)
    return len(found)


def _contacts(*conditions: sa.ColumnElement[bool]) -> Found:
    """Return contacts of senders and of those who joined, by the report they belong to."""
    of_follower = sa.and_(CaseFollower.agency_id == Contact.agency_id, CaseFollower.id == Contact.follower_id)
    joined = sa.and_(Case.agency_id == CaseFollower.agency_id, Case.id == CaseFollower.case_id)
    sent = sa.and_(
        Submission.agency_id == Contact.agency_id,
        Submission.id == sa.func.coalesce(Contact.submission_id, Case.submission_id),
    )
    by_sender = sa.and_(Case.agency_id == Contact.agency_id, Case.submission_id == Contact.submission_id)
    return (
        sa.select(Contact.id, Contact.submission_id, Contact.follower_id)
        .outerjoin(CaseFollower, of_follower)
        .outerjoin(Case, sa.or_(joined, by_sender))
        .join(Submission, sent)
        .where(*conditions)
        .order_by(Contact.id)
    )


def _forget_contacts(session: Session, _storage: Storage, reach: Reach, now: datetime) -> int:
    found = session.execute(_contacts(*_free_contact(reach)).limit(AT_ONCE)).all()
    for row in found:
        owner = Owner(reach.agency_id, submission_id=row.submission_id, follower_id=row.follower_id)
        forget_contact(session, owner, now=now, actor=SYSTEM)
    return len(found)


def _free_contact(reach: Reach) -> tuple[sa.ColumnElement[bool], ...]:
    # One that was changed lately is wanted, whatever the age of the report.
    return *_free(reach), Contact.added_at < reach.before


def _request_words(reach: Reach) -> Found:
    return (
        sa.select(RequestWords.request_id)
        .join(
            SubjectRequest,
            sa.and_(
                SubjectRequest.agency_id == RequestWords.agency_id, SubjectRequest.id == RequestWords.request_id
            ),
        )
        .where(
            RequestWords.agency_id == reach.agency_id, SubjectRequest.settled_at < reach.before,
            RequestWords.said != TIME_IS_OVER,
        )
        .order_by(RequestWords.request_id)
    )  # fmt: skip


def _forget_request_words(session: Session, _storage: Storage, reach: Reach, _now: datetime) -> int:
    found = session.scalars(_request_words(reach).limit(AT_ONCE)).all()
    masked = sa.case((RequestWords.wrong.is_not(None), TIME_IS_OVER))
    session.execute(
        sa.update(RequestWords)
        .where(RequestWords.agency_id == reach.agency_id, RequestWords.request_id.in_(found))
        .values(wrong=masked, redacted_wrong=masked, said=TIME_IS_OVER, redacted_said=TIME_IS_OVER)
        .execution_options(synchronize_session=False)
    )
    return len(found)


def _messages(reach: Reach) -> Found:
    settled = Message.state.in_([MessageState.SENT, MessageState.DEAD])
    return sa.select(Message.id).where(
        Message.agency_id == reach.agency_id, settled, Message.created_at < reach.before,
        sa.cast(Message.params, sa.Text) != "{}",
    ).order_by(Message.id)  # fmt: skip


def _forget_messages(session: Session, _storage: Storage, reach: Reach, _now: datetime) -> int:
    found = session.scalars(_messages(reach).limit(AT_ONCE * 5)).all()
    session.execute(
        sa.update(Message).where(Message.agency_id == reach.agency_id, Message.id.in_(found)).values(params={})
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return len(found)


_MIDNIGHT: Final = sa.func.date_trunc("day", VisitToken.issued_at, "UTC")


def _tokens(reach: Reach) -> Found:
    return sa.select(VisitToken.token_hash).where(
        VisitToken.agency_id == reach.agency_id, VisitToken.visited_on < reach.before.date(),
        VisitToken.issued_at != _MIDNIGHT,
    )  # fmt: skip


def _forget_minutes(session: Session, _storage: Storage, reach: Reach, _now: datetime) -> int:
    found = session.scalars(_tokens(reach).limit(AT_ONCE * 5)).all()
    over = sa.func.date_trunc("day", VisitToken.expires_at, "UTC") + timedelta(days=1)
    session.execute(
        sa.update(VisitToken)
        .where(VisitToken.agency_id == reach.agency_id, VisitToken.token_hash.in_(found))
        .values(issued_at=_MIDNIGHT, expires_at=over)
        .execution_options(synchronize_session=False)
    )
    return len(found)


def _staged(reach: Reach) -> Found:
    rows = sa.exists().where(ImportRow.agency_id == Import.agency_id, ImportRow.import_id == Import.id)
    return sa.select(Import.id).where(
        Import.agency_id == reach.agency_id, Import.state == ImportState.STAGING, Import.started_at < reach.before, rows
    )


def _forget_staged(session: Session, _storage: Storage, reach: Reach, _now: datetime) -> int:
    found = session.scalars(_staged(reach).limit(1)).all()
    session.execute(
        sa.delete(ImportRow)
        .where(ImportRow.agency_id == reach.agency_id, ImportRow.import_id.in_(found))
        .execution_options(synchronize_session=False)
    )
    return len(found)


KEEPERS: Final = (
    Keeper(
        RetentionKind.CONTACTS, lambda reach: _contacts(*_free_contact(reach)), _forget_contacts,
        held=lambda reach: _contacts(*_old(reach), is_held(reach.further)),
    ),
    Keeper(
        RetentionKind.ATTACHMENTS, lambda reach: _with_files(*_free(reach)), _forget_files,
        held=lambda reach: _with_files(*_old(reach), is_held(reach.further)),
    ),
    Keeper(
        RetentionKind.WORDS, lambda reach: _texts(*_free(reach)), _forget_texts,
        held=lambda reach: _texts(*_old(reach), is_held(reach.further)),
    ),
    Keeper(RetentionKind.REQUEST_WORDS, _request_words, _forget_request_words),
    Keeper(RetentionKind.MESSAGES, _messages, _forget_messages),
    Keeper(RetentionKind.VISIT_TOKENS, _tokens, _forget_minutes),
    Keeper(RetentionKind.STAGED_IMPORTS, _staged, _forget_staged),
)  # fmt: skip
