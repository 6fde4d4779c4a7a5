"""What hangs on a case: one of each thing that an officer or a citizen can add to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app, has_app_context
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.models import ActorKind
from feedback_app.handling.answers.models import Proof
from feedback_app.handling.citizens.models import CaseFollower, CitizenMessage, RequestKind, SubjectRequest
from feedback_app.handling.desk.models import CaseNote
from feedback_app.handling.ending.models import DisputeReview
from feedback_app.handling.models import Case, CaseEvent, Reply
from feedback_app.handling.publication.models import Publication
from feedback_app.handling.rules import CaseStatus
from feedback_app.identity.models import User
from feedback_app.intake.extra_models import Attachment
from feedback_app.intake.rules import AttachmentKind
from feedback_app.organisation.models import Unit
from feedback_app.storage import new_key
from tests.intake import files

PICTURE = files.written("JPEG")


@dataclass(frozen=True)
class Hung:
    """The things of one case."""

    attachment: Attachment
    request: SubjectRequest
    note: CaseNote
    proof: Proof
    review: DisputeReview


def hang_everything(session: Session, case: Case, word: str, *, unit: Unit, by: User) -> Hung:
    """Add one of each; `word` stands in everything written."""
    now, of = clock.utcnow(), {"agency_id": case.agency_id, "case_id": case.id}
    text = f"Tulisan {word} tentang loket."
    hung = Hung(
        attachment=_attachment(case, now),
        request=SubjectRequest(
            agency_id=case.agency_id, submission_id=case.submission_id, kind=RequestKind.ERASURE, requested_at=now,
            due_at=now + timedelta(hours=72),
        ),
        note=CaseNote(**of, author_id=by.id, text=text, at=now),
        proof=_proof(case, by, text, now),
        review=DisputeReview(**of, answered_by=by.id, opened_at=now),
    )  # fmt: skip
    session.add_all(
        [
            *vars(hung).values(),
            Reply(**of, author_id=by.id, text=text, sent_at=now),
            CitizenMessage(**of, text=text, redacted_text=text, sent_at=now),
            Publication(**of, unit_id=unit.id, text=text, reply=text, published_at=now, published_by=by.id),
            CaseFollower(**of, tracking_hash=new_key().encode(), text=text, redacted_text=text, joined_at=now),
            CaseEvent(
                **of, at=now, actor_kind=ActorKind.CITIZEN, from_status=CaseStatus.ANSWERED,
                to_status=CaseStatus.IN_PROGRESS, reason=text,
            ),
        ]
    )  # fmt: skip
    session.flush()
    return hung


def _attachment(case: Case, now: datetime) -> Attachment:
    return Attachment(
        agency_id=case.agency_id, submission_id=case.submission_id, kind=AttachmentKind.PHOTO,
        media_type="image/jpeg", size_bytes=len(PICTURE), width=8, height=8, sha256=bytes(32),
        storage_key=stored_picture(), added_at=now,
    )  # fmt: skip


def _proof(case: Case, by: User, caption: str, now: datetime) -> Proof:
    return Proof(
        agency_id=case.agency_id, case_id=case.id, kind=AttachmentKind.PHOTO, media_type="image/jpeg",
        size_bytes=len(PICTURE), width=8, height=8, sha256=bytes(32), storage_key=stored_picture(), caption=caption,
        added_by=by.id, added_at=now,
    )  # fmt: skip


def stored_picture() -> str:
    """Keep a picture where the application looks for it; return its name there."""
    key = new_key()
    if has_app_context():
        current_app.extensions["suara_storage"].put(key, PICTURE)
    return key
