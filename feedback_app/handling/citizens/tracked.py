"""What a citizen sees with a tracking code: of a report of their own, or of a case they joined."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db_wall.roles import Lookup
from feedback_app.db_wall.scope import enter_by
from feedback_app.handling.citizens.models import (
    CaseFollower,
    RequestKind,
    RequestOutcome,
    RequestWords,
    SubjectRequest,
)
from feedback_app.handling.citizens.request_words import words_of
from feedback_app.handling.citizens.tracked_case import TrackedCase, tracked_case
from feedback_app.handling.models import Case
from feedback_app.handling.publication.models import Publication
from feedback_app.handling.publication.published import is_public
from feedback_app.handling.queries import version_on
from feedback_app.handling.rules import ENDED, CaseStatus, Outcome
from feedback_app.intake.models import Submission
from feedback_app.intake.restrictions import standing
from feedback_app.intake.rules import AnalysisState, SubmissionKind
from feedback_app.organisation.models import Agency, UnitVersion


@dataclass(frozen=True, slots=True)
class TrackedRequest:
    """A request about one's own data, and how it stands."""

    kind: RequestKind
    requested_at: datetime
    due_at: datetime
    outcome: RequestOutcome | None
    settled_at: datetime | None
    reason: str | None
    # What the reporter wrote with it: what is wrong, and how it should read or why it should rest.
    wrong: str | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a citizen sees with a tracking code."""

    agency_id: int
    submission_id: int
    agency_name: str
    time_zone: str
    unit_name: str
    kind: SubmissionKind
    received_at: datetime
    occurred_on: date
    text: str | None
    analysis: AnalysisState
    case: TrackedCase | None
    erased_at: datetime | None = None
    requests: tuple[TrackedRequest, ...] = ()
    restricted_since: datetime | None = None

    def waits_for(self, kind: RequestKind) -> bool:
        """Tell whether a request of a kind waits for its answer."""
        return any(one.kind == kind and one.outcome is None for one in self.requests)

    @property
    def was_erased_on_request(self) -> bool:
        """Tell whether its reporter asked for the erasure; else the time of keeping it was over."""
        return any(one.kind is RequestKind.ERASURE and one.outcome is RequestOutcome.DONE for one in self.requests)


@dataclass(frozen=True, slots=True)
class Followed:
    """What somebody who joined a case sees of it: what is published, and their own words.

    `text` is None once the case is no longer shown to the public; then nothing else of it is told either.
    """

    agency_id: int
    follower_id: int
    agency_name: str
    time_zone: str
    joined_at: datetime
    own_words: str | None
    unit_name: str | None = None
    text: str | None = None
    reply: str | None = None
    status: CaseStatus | None = None
    outcome: Outcome | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether there is news to come: the case is shown to the public and has not ended."""
        return self.status is not None and self.status not in ENDED


def tracked(session: Session, tracking_hash: bytes, *, day: date) -> Tracked | None:
    """Return what belongs to a tracking code, or None for a code nobody was given."""
    enter_by(session, Lookup.TRACKING_CODE, tracking_hash)
    row = session.execute(
        sa.select(Submission, Agency.name, Agency.time_zone, UnitVersion.name, Case)
        .join(Agency, Agency.id == Submission.agency_id)
        .outerjoin(Case, sa.and_(Case.agency_id == Submission.agency_id, Case.submission_id == Submission.id))
        # The unit that handles it now, which may not be the unit it was sent to.
        .outerjoin(
            UnitVersion, version_on(Submission.agency_id, sa.func.coalesce(Case.unit_id, Submission.unit_id), day)
        )
        .where(Submission.tracking_hash == tracking_hash)
    ).first()
    if row is None:
        return None
    submission, agency_name, time_zone, unit_name, case = row
    restriction = standing(session, submission.agency_id, submission.id)
    return Tracked(
        agency_id=submission.agency_id, submission_id=submission.id, agency_name=agency_name, time_zone=time_zone,
        unit_name=unit_name or "–", kind=submission.kind, received_at=submission.received_at,
        occurred_on=submission.occurred_on, text=submission.text, analysis=submission.analysis,
        case=tracked_case(session, case) if case else None, erased_at=submission.erased_at,
        requests=_requests(session, submission.agency_id, submission.id),
        restricted_since=restriction.starts_at if restriction else None,
    )  # fmt: skip


def _requests(session: Session, agency_id: int, submission_id: int) -> tuple[TrackedRequest, ...]:
    rows = session.scalars(
        sa.select(SubjectRequest)
        .where(SubjectRequest.agency_id == agency_id, SubjectRequest.submission_id == submission_id)
        .order_by(SubjectRequest.requested_at, SubjectRequest.id)
    ).all()
    words = words_of(session, rows)
    return tuple(_request(row, words.get(row.id)) for row in rows)


def _request(row: SubjectRequest, words: RequestWords | None) -> TrackedRequest:
    return TrackedRequest(
        row.kind, row.requested_at, row.due_at, row.outcome, row.settled_at, row.reason,
        wrong=words.wrong if words else None, said=words.said if words else None,
    )  # fmt: skip


def followed(session: Session, tracking_hash: bytes, *, day: date) -> Followed | None:
    """Return what somebody who joined a case sees, or None for a code nobody was given."""
    enter_by(session, Lookup.TRACKING_CODE, tracking_hash)
    shown = sa.and_(
        Publication.agency_id == Case.agency_id,
        Publication.case_id == Case.id,
        is_public(),
    )
    row = session.execute(
        sa.select(CaseFollower, Agency.name, Agency.time_zone, Case, Publication, UnitVersion.name)
        .join(Agency, Agency.id == CaseFollower.agency_id)
        .join(Case, sa.and_(Case.agency_id == CaseFollower.agency_id, Case.id == CaseFollower.case_id))
        .outerjoin(Publication, shown)
        .outerjoin(UnitVersion, version_on(Publication.agency_id, Publication.unit_id, day))
        .where(CaseFollower.tracking_hash == tracking_hash)
    ).first()
    if row is None:
        return None
    follower, agency_name, time_zone, case, published, unit_name = row
    mine = Followed(follower.agency_id, follower.id, agency_name, time_zone, follower.joined_at, follower.text)
    return _with_public_part(mine, case, published, unit_name)


def _with_public_part(mine: Followed, case: Case, published: Publication | None, unit_name: str | None) -> Followed:
    if published is None:
        return mine
    return replace(
        mine, unit_name=unit_name or "–", text=published.text, reply=published.reply, status=case.status,
        outcome=case.outcome,
    )  # fmt: skip
