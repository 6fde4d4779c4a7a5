"""Everything that is held under a tracking code, for the person who holds the code."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.models import LabelReview
from feedback_app.analysis.models import LabelCorrection, Labels
from feedback_app.audit.models import ActorKind
from feedback_app.audit.operations import CITIZEN
from feedback_app.handling.answers.proofs import proofs_of
from feedback_app.handling.citizens.models import CitizenMessage, RequestKind, RequestOutcome, SubjectRequest
from feedback_app.handling.citizens.request_words import words_of
from feedback_app.handling.citizens.subject_requests import ask_for, settle
from feedback_app.handling.handing_on.referral_links import ReferralLink, referred_from, referred_to
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.publication.models import Publication
from feedback_app.handling.queries import events_of, replies_of, version_on
from feedback_app.intake.contacts import Owner, contact_card
from feedback_app.intake.extra_models import Attachment
from feedback_app.intake.models import Submission
from feedback_app.intake.restriction_models import Restriction
from feedback_app.organisation.models import PublicService, UnitVersion

_SUBMISSION: Final = (
    "id", "agency_id", "unit_id", "service_id", "kind", "channel", "rating", "reasons", "text", "wants_reply",
    "is_anonymous", "is_confidential", "unit_is_unknown", "occurred_on", "received_at", "analysis", "signals",
    "erased_at",
)  # fmt: skip
_LABELS: Final = (
    "redacted_text", "pii_kinds", "kind", "kind_confidence", "sentiment", "sentiment_confidence", "aspect",
    "aspect_confidence", "urgency", "urgency_confidence", "urgency_source", "integrity", "model_version", "labelled_at",
    "language", "language_confidence", "aspect2", "abusive", "guesses", "why",
)  # fmt: skip
_CORRECTION: Final = ("head", "machine_said", "machine_confidence", "person_says", "model_version", "corrected_at")
_REVIEW: Final = (
    "reason", "machine", "model_version", "drawn_at", "state", "kind", "sentiment", "aspect", "aspect2", "urgency",
    "abusive", "judged_at",
)  # fmt: skip
_CASE: Final = (
    "id", "classification", "is_confidential", "status", "outcome", "opened_at", "reply_due_at", "resolve_due_at",
    "first_replied_at", "silence_ends_at", "closed_at", "reopened_count", "archive_reason",
)  # fmt: skip
_ATTACHMENT: Final = ("kind", "media_type", "size_bytes", "width", "height", "sha256", "added_at")
_PROOF: Final = ("kind", "media_type", "size_bytes", "caption", "added_at")
_REQUEST: Final = ("kind", "requested_at", "due_at", "outcome", "settled_at", "reason")
_WORDS: Final = ("wrong", "said")
_PUBLICATION: Final = ("text", "reply", "published_at", "withdrawn_at")

Said = TypeVar("Said", LabelCorrection, LabelReview)


def take_out(session: Session, agency_id: int, submission_id: int, *, now: datetime) -> dict[str, Any]:
    """Return everything held under a report as plain values, and record that the request was met at once."""
    request = ask_for(session, agency_id, submission_id, RequestKind.ACCESS, now=now)
    settle(session, request, RequestOutcome.DONE, actor=CITIZEN, reason=None, now=now)
    return everything_held(session, agency_id, submission_id)


def everything_held(session: Session, agency_id: int, submission_id: int) -> dict[str, Any]:
    """Return what is held under a report. The contact stays sealed: it is named by its kind only.

    Names of officers are left out, as they are on the tracking page: they are not the reporter's data.
    """
    submission = session.get_one(Submission, (agency_id, submission_id), populate_existing=True)
    labels = session.get(Labels, (agency_id, submission_id), populate_existing=True)
    case = session.scalar(sa.select(Case).where(Case.agency_id == agency_id, Case.submission_id == submission_id))
    requests = sa.select(SubjectRequest).where(
        SubjectRequest.agency_id == agency_id, SubjectRequest.submission_id == submission_id
    )
    attachments = sa.select(Attachment).where(
        Attachment.agency_id == agency_id, Attachment.submission_id == submission_id
    )
    return {
        "submission": {
            **_plain(submission, _SUBMISSION),
            **_place(session, submission),
            "tracking_code": "kept as a keyed hash only",
            "network_mark": "kept" if submission.network_mark is not None else None,
            "visit_token": "used" if submission.visit_token_hash is not None else None,
        },
        "labels": _labels(session, labels) if labels else None,
        "contact": _contact(session, agency_id, submission_id),
        "attachments": [_plain(row, _ATTACHMENT) for row in session.scalars(attachments.order_by(Attachment.id))],
        "requests": _requests(session, session.scalars(requests.order_by(SubjectRequest.id)).all()),
        "restrictions": _restrictions(session, agency_id, submission_id),
        "case": _case(session, case) if case else None,
    }


def _requests(session: Session, rows: Sequence[SubjectRequest]) -> list[dict[str, Any]]:
    words = words_of(session, rows)
    return [{**_plain(row, _REQUEST), **(_plain(words[row.id], _WORDS) if row.id in words else {})} for row in rows]


def _restrictions(session: Session, agency_id: int, submission_id: int) -> list[dict[str, Any]]:
    query = sa.select(Restriction).where(
        Restriction.agency_id == agency_id, Restriction.submission_id == submission_id
    )  # fmt: skip
    return [_plain(row, ("starts_at", "ends_at")) for row in session.scalars(query.order_by(Restriction.id))]


def _labels(session: Session, labels: Labels) -> dict[str, Any]:
    """Return what was read in the text, and what people said about it."""
    return {
        **_plain(labels, _LABELS),
        "rare_grams": "kept as numbers made of the words" if labels.rare_grams else None,
        "corrections": [_plain(row, _CORRECTION) for row in _of_text(session, LabelCorrection, labels)],
        "reviews": [_plain(row, _REVIEW) for row in _of_text(session, LabelReview, labels)],
    }


def _of_text(session: Session, kind: type[Said], labels: Labels) -> Sequence[Said]:
    query = sa.select(kind).where(kind.agency_id == labels.agency_id, kind.submission_id == labels.submission_id)
    return session.scalars(query.order_by(kind.id)).all()


def _place(session: Session, submission: Submission) -> dict[str, Any]:
    """Return the names of the unit, as it was called on the day of service, and of the service."""
    unit = sa.select(UnitVersion.name).where(
        version_on(submission.agency_id, submission.unit_id, submission.occurred_on)
    )
    service = sa.select(PublicService.name).where(
        PublicService.agency_id == submission.agency_id, PublicService.id == submission.service_id
    )
    return {"unit_name": session.scalar(unit), "service_name": session.scalar(service)}


def _contact(session: Session, agency_id: int, submission_id: int) -> dict[str, Any] | None:
    card = contact_card(session, Owner(agency_id, submission_id=submission_id))
    if card is None:
        return None
    return {
        "kind": card.kind.value, "address": "sealed; only the notifier opens it",
        "added_at": card.added_at.isoformat(), "messages_stopped": card.is_silenced,
    }  # fmt: skip


def _case(session: Session, case: Case) -> dict[str, Any]:
    messages = sa.select(CitizenMessage).where(
        CitizenMessage.agency_id == case.agency_id, CitizenMessage.case_id == case.id
    )
    published = sa.select(Publication).where(Publication.agency_id == case.agency_id, Publication.case_id == case.id)
    return {
        **_plain(case, _CASE),
        "events": [_event(event) for event in events_of(session, case.agency_id, case.id)],
        "replies": [_plain(reply, ("text", "sent_at")) for reply in replies_of(session, case.agency_id, case.id)],
        "messages": [
            _plain(row, ("text", "redacted_text", "sent_at"))
            for row in session.scalars(messages.order_by(CitizenMessage.id))
        ],
        "proofs": [_plain(row, _PROOF) for row in proofs_of(session, case.agency_id, case.id)],
        "referrals": _referrals(session, case),
        "publications": [
            _plain(row, _PUBLICATION) for row in session.scalars(published.order_by(Publication.id))
        ],
    }  # fmt: skip


def _referrals(session: Session, case: Case) -> list[dict[str, Any]]:
    key = (case.agency_id, case.submission_id)
    sides = (("from", referred_from(session, *key)), ("to", referred_to(session, *key)))
    return [_referral(side, link) for side, link in sides if link is not None]


def _referral(side: str, link: ReferralLink) -> dict[str, Any]:
    return {"side": side, **_plain(link, ("name", "explanation", "referred_at"))}


def _event(event: CaseEvent) -> dict[str, Any]:
    words = event.reason if event.actor_kind is ActorKind.CITIZEN else None
    return {
        **_plain(event, ("at", "from_status", "to_status", "outcome")), "by": event.actor_kind.value, "words": words
    }  # fmt: skip


def _plain(row: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _value(getattr(row, name)) for name in names}


def _value(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value
