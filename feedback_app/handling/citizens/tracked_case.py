"""What a reporter sees of the case their submission became."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import ActorKind
from feedback_app.handling.citizens.models import CitizenMessage
from feedback_app.handling.ending.archiving import objectionable_until
from feedback_app.handling.ending.verdicts import disputable_until
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.queries import events_of, replies_of
from feedback_app.handling.rules import (
    ENDED,
    ArchiveReason,
    CaseStatus,
    Classification,
    EventKind,
    Outcome,
    ReplyKind,
)


@dataclass(frozen=True, slots=True)
class TrackedEvent:
    """One move of the case; `words` is what the reporter said with it, and nobody else's reasons."""

    at: datetime
    status: CaseStatus
    outcome: Outcome | None = None
    words: str | None = None
    came_from: CaseStatus | None = None
    by_reporter: bool = False
    kind: EventKind = EventKind.MOVED
    by_officer: bool = False
    archive_reason: ArchiveReason | None = None
    # The codes of an act, such as the classification it changed to; never words.
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def was_sent_on(self) -> bool:
        """Tell whether the case went to another unit here."""
        return self.kind is EventKind.DISPOSED


@dataclass(frozen=True, slots=True)
class TrackedReply:
    """What an officer told the reporter."""

    at: datetime
    text: str
    kind: ReplyKind = ReplyKind.ANSWER


@dataclass(frozen=True, slots=True)
class TrackedCase:
    """What a citizen sees of the case their submission became."""

    id: int
    status: CaseStatus
    outcome: Outcome | None
    reply_due_at: datetime
    silence_ends_at: datetime | None
    events: list[TrackedEvent] = field(default_factory=list)
    replies: list[TrackedReply] = field(default_factory=list)
    messages: list[tuple[datetime, str]] = field(default_factory=list)
    closed_at: datetime | None = None
    is_examined: bool = False
    is_withdrawn: bool = False
    is_incomplete: bool = False
    held_until: datetime | None = None
    resolve_due_at: datetime | None = None
    # Whether the reporter has heard of what is being done since the clocks started.
    is_told: bool = False
    # Until when the reporter may bring back what was put away; None where they may not.
    objectionable_until: datetime | None = None

    @property
    def answers(self) -> list[TrackedReply]:
        """Return the answers alone: no question, no news of progress, no explanation."""
        return [reply for reply in self.replies if reply.kind is ReplyKind.ANSWER]

    @property
    def is_reviewed(self) -> bool:
        """Tell whether a reviewer let a disputed answer stand, after which the agency has no further door."""
        return self.status is CaseStatus.CLOSED and self.outcome is Outcome.DISPUTED

    @property
    def disputable_until(self) -> datetime | None:
        """Return until when a closed case can still be called unsolved; None where that is not the question."""
        if self.status is not CaseStatus.CLOSED or self.closed_at is None:
            return None
        return disputable_until(self.outcome, self.closed_at)

    @property
    def is_open(self) -> bool:
        """Tell whether the case has not ended."""
        return self.status not in ENDED


def tracked_case(session: Session, case: Case) -> TrackedCase:
    """Return what the reporter sees of a case."""
    events = events_of(session, case.agency_id, case.id)
    messages = session.execute(
        sa.select(CitizenMessage.sent_at, CitizenMessage.text)
        .where(CitizenMessage.agency_id == case.agency_id, CitizenMessage.case_id == case.id)
        .order_by(CitizenMessage.sent_at, CitizenMessage.id)
    )
    return TrackedCase(
        id=case.id, status=case.status, outcome=case.outcome, reply_due_at=case.reply_due_at,
        silence_ends_at=case.silence_ends_at, closed_at=case.closed_at,
        is_examined=case.classification is Classification.OVERSIGHT,
        is_withdrawn=case.archive_reason is ArchiveReason.WITHDRAWN,
        is_incomplete=case.archive_reason is ArchiveReason.INCOMPLETE,
        events=[_event(event) for event in events],
        replies=[TrackedReply(row.sent_at, row.text, row.kind) for row in replies_of(session, case.agency_id, case.id)],
        messages=[(sent_at, text) for sent_at, text in messages],
        held_until=case.held_until, resolve_due_at=case.resolve_due_at, is_told=case.reply_met_at is not None,
        objectionable_until=objectionable_until(session, case, events),
    )  # fmt: skip


def _event(event: CaseEvent) -> TrackedEvent:
    by_reporter = event.actor_kind is ActorKind.CITIZEN
    words = event.reason if by_reporter else None
    reason = event.detail.get("archive_reason")
    return TrackedEvent(
        event.at, event.to_status, event.outcome, words, event.from_status, by_reporter, event.kind,
        by_officer=event.actor_kind is ActorKind.USER, archive_reason=ArchiveReason(reason) if reason else None,
        detail=event.detail,
    )  # fmt: skip
