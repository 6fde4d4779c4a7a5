"""Others who met the same as a published report: they join its case and are told how it ends."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import CITIZEN, record
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.handling.citizens.models import CaseFollower
from feedback_app.handling.handing_on.past_the_unit import alleges
from feedback_app.handling.models import Case
from feedback_app.handling.publication.models import Publication
from feedback_app.handling.publication.published import is_public
from feedback_app.handling.queries import version_on
from feedback_app.handling.rules import ENDED, MESSAGE_MAX, CaseStatus
from feedback_app.intake.codes import code_hash, derived_code, new_code
from feedback_app.intake.contacts import Owner, forget_contact
from feedback_app.nlp.personal.redact import redact
from feedback_app.organisation.models import Unit, UnitVersion


class UnknownPublicationError(NotFoundError):
    """Nothing is published under this number, or no longer."""

    code = "unknown_publication"


class NotJoinableError(ConflictError):
    """The case has ended, so that joining it would lead nowhere."""

    code = "not_joinable"


class AlreadyJoinedError(ConflictError):
    """The same page has joined before; `tracking_code` is the one given then."""

    code = "already_joined"

    def __init__(self, tracking_code: str) -> None:
        super().__init__("Anda sudah ikut mencatat pengalaman pada laporan ini.")
        self.tracking_code = tracking_code


class OwnReportNeededError(InvalidInputError):
    """The words hold something that must reach another office than this case does."""

    code = "own_report_needed"


@dataclass(frozen=True, slots=True)
class Joinable:
    """A published report that somebody may join."""

    publication_id: int
    agency_id: int
    case_id: int
    unit_name: str
    text: str
    status: CaseStatus
    unit_code: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether its case has not ended."""
        return self.status not in ENDED


def joinable(session: Session, agency_id: int, publication_id: int, *, day: date) -> Joinable:
    """Return a report the public can read.

    Raises
    ------
    UnknownPublicationError
        Also where the case has become confidential since.
    """
    row = session.execute(
        sa.select(Publication, Case.status, UnitVersion.name, Unit.code)
        .join(Case, sa.and_(Case.agency_id == Publication.agency_id, Case.id == Publication.case_id))
        .join(Unit, sa.and_(Unit.agency_id == Publication.agency_id, Unit.id == Publication.unit_id))
        .outerjoin(UnitVersion, version_on(Publication.agency_id, Publication.unit_id, day))
        .where(
            Publication.agency_id == agency_id,
            Publication.id == publication_id,
            is_public(),
        )
    ).first()
    if row is None:
        raise UnknownPublicationError("Laporan ini tidak ditampilkan kepada masyarakat.")
    published, status, unit_name, unit_code = row
    return Joinable(published.id, agency_id, published.case_id, unit_name or "–", published.text, status, unit_code)


def join(
    session: Session, to: Joinable, words: str | None, *, key: bytes, now: datetime, once: str | None = None
) -> str:
    """Join a case; return the tracking code, of which only the hash is kept.

    `once` is the mark of the page that joins. The code is then made from it, so that of many taps at the same moment
    one joins and the others are refused by the UNIQUE constraint on the code, whatever words they carry.

    Raises
    ------
    AlreadyJoinedError
        The caller's transaction has to be rolled back.
    NotJoinableError
    OwnReportNeededError
        The words allege levy or abuse: such a report goes to the Inspektorat and not to the unit of this case.
    """
    said = _checked(to, words)
    mark = f"join:{to.agency_id}:{to.case_id}:{once}"
    code = derived_code(mark, key) if once else new_code(secrets.token_bytes)
    follower = CaseFollower(
        agency_id=to.agency_id, case_id=to.case_id, tracking_hash=code_hash(code, key), text=said,
        redacted_text=redact(said).text if said else None, joined_at=now,
    )  # fmt: skip
    session.add(follower)
    try:
        session.flush()
    except IntegrityError as error:
        if once and "uq_case_followers_tracking_hash" in str(error.orig):
            raise AlreadyJoinedError(code) from error
        raise
    _note(session, follower, "handling.join", now)
    return code


def _checked(to: Joinable, words: str | None) -> str | None:
    if not to.is_open:
        raise NotJoinableError(
            "Laporan ini sudah berakhir. Bila Anda masih mengalaminya, kirim laporan sendiri agar ditangani."
        )
    said = (words or "").strip()[:MESSAGE_MAX] or None
    if said and alleges(said):
        raise OwnReportNeededError(
            "Tulisan Anda menyebut pungutan atau penyalahgunaan wewenang. Kirim sebagai laporan sendiri: "
            "laporan itu diperiksa Inspektorat dan tidak dibaca unit ini."
        )
    return said


def leave(session: Session, agency_id: int, follower_id: int, *, now: datetime) -> None:
    """Forget somebody who joined: their words, their contact, and the code."""
    follower = session.get(CaseFollower, (agency_id, follower_id))
    if follower is None:
        return
    forget_contact(session, Owner(agency_id, follower_id=follower_id), now=now)
    _note(session, follower, "handling.leave", now)
    session.delete(follower)
    session.flush()


def followers_of(session: Session, case: Case) -> Sequence[CaseFollower]:
    """Return who joined a case, first one first."""
    query = sa.select(CaseFollower).where(CaseFollower.agency_id == case.agency_id, CaseFollower.case_id == case.id)
    return session.scalars(query.order_by(CaseFollower.joined_at, CaseFollower.id)).all()


def _note(session: Session, follower: CaseFollower, action: str, now: datetime) -> None:
    record(
        session, agency_id=follower.agency_id, actor=CITIZEN, action=action, subject_type="case",
        subject_id=follower.case_id, now=now, follower_id=follower.id,
    )  # fmt: skip
