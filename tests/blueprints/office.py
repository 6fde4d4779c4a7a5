"""A unit with its staff, and citizens who report to it and rate it, through the same rooms as in life."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.models import AuditEvent
from feedback_app.drain.run import drain_batch
from feedback_app.handling.models import Case
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.intake.operations import Draft, submit
from feedback_app.intake.rules import SubmissionKind
from feedback_app.intake.visits import issue_visit_tokens
from feedback_app.nlp.duplicates.grams import rare_grams
from feedback_app.nlp.reading import Label, Reading
from feedback_app.organisation.models import Agency, Employee, PublicService, Unit
from tests import factories as make

KEY = b"k" * 32
SECRET_NUMBER = "081234567890"
Login = Callable[[object], FlaskClient]


@dataclass
class NumberHider:
    """A reader that hides one telephone number and gives every text the same labels, and what stands in `further`."""

    aspect: str | None = "delay"
    urgency_source: str = "model"
    model_version: str = "uji-1"
    further: dict[str, Any] = field(default_factory=dict)

    def classify(self, texts: Sequence[str], *, explain: bool = False) -> list[Reading]:  # noqa: ARG002
        return [self._reading(text) for text in texts]

    def _reading(self, text: str) -> Reading:
        redacted = text.replace(SECRET_NUMBER, "[nomor telepon]")
        return Reading(
            redacted=redacted,
            pii_kinds=("phone",) if SECRET_NUMBER in text else (),
            kind=Label("complaint", 0.91),
            sentiment=Label("negative", 0.88),
            aspect=Label(self.aspect, 0.83 if self.aspect else 0.31),
            urgency=Label("high", 0.77),
            urgency_source=self.urgency_source,
            rare_grams=rare_grams(redacted),
            **self.further,
        )


@dataclass
class Office:
    """One unit of an agency."""

    session: Session
    agency: Agency
    unit: Unit
    reader: NumberHider = field(default_factory=NumberHider)

    def drain(self) -> None:
        while drain_batch(self.session, self.reader, limit=500, now=clock.utcnow()).read:
            pass

    def send(self, text: str, *, at: datetime | None = None, **flags: Any) -> None:
        """A complaint as it comes in; `drain` reads it."""
        moment = at or clock.utcnow()
        draft = Draft(
            agency_id=self.agency.id, unit_id=self.unit.id, kind=SubmissionKind.COMPLAINT, occurred_on=moment.date(),
            text=text, **flags,
        )  # fmt: skip
        submit(self.session, draft, key=KEY, now=moment, today=moment.date())

    def report(
        self, text: str = "KTP saya belum jadi sejak Maret.", *, at: datetime | None = None, **flags: Any
    ) -> Case:
        """A complaint that has been read and opened."""
        self.send(text, at=at, **flags)
        self.drain()
        newest = sa.select(Case).where(Case.agency_id == self.agency.id).order_by(Case.id.desc()).limit(1)
        return self.session.scalars(newest).one()

    def rate(
        self,
        rating: int,
        day: date,
        service: PublicService | None = None,
        *,
        visited: bool = True,
        text: str | None = None,
    ) -> None:
        """A rating, with the proof of a visit unless told otherwise; `drain` reads it."""
        service_id = service.id if service else None
        token = None
        if visited:
            token = issue_visit_tokens(
                self.session, agency_id=self.agency.id, unit_id=self.unit.id, service_id=service_id, visited_on=day,
                count=1, issued_by=None, key=KEY, now=make.NOW,
            )[0]  # fmt: skip
        draft = Draft(
            agency_id=self.agency.id, unit_id=self.unit.id, kind=SubmissionKind.RATING, occurred_on=day,
            service_id=service_id, rating=rating, visit_token=token, text=text,
        )  # fmt: skip
        submit(self.session, draft, key=KEY, now=make.NOW, today=day)

    def servant(self, name: str = "Rambu Ana", **post: Any) -> Employee:
        """A civil servant with a post in this unit."""
        who = make.employee(self.session, self.agency, name=name)
        make.assignment(self.session, who, self.unit, **post)
        return who

    def staff(self, role: Role, *, everywhere: bool = False) -> User:
        """An account with a role over this unit, or over the whole agency."""
        who = make.user(self.session)
        make.grant(self.session, who, role, self.agency, None if everywhere else self.unit)
        return who

    def fresh(self, case: Case) -> Case:
        """The case as it stands now."""
        return self.session.get_one(Case, (case.agency_id, case.id), populate_existing=True)

    def acts(self, action: str) -> Sequence[AuditEvent]:
        """What the audit trail holds of one kind of act in this agency."""
        query = sa.select(AuditEvent).where(AuditEvent.agency_id == self.agency.id, AuditEvent.action == action)
        return self.session.scalars(query.order_by(AuditEvent.id)).all()

    def submissions(self) -> Sequence[Submission]:
        """Everything that was sent to this unit."""
        return self.session.scalars(sa.select(Submission).where(Submission.unit_id == self.unit.id)).all()


def new_office(session: Session, **unit: Any) -> Office:
    """An office in an agency of its own."""
    agency = make.agency(session)
    return Office(session, agency, make.unit(session, agency, **unit))
