"""A unit with two officers, a second person who may agree, and feedback since long ago."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, person
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Agency, Assignment, Employee, PublicService, Unit
from feedback_app.organisation.people.post_rules import OfficeMoment, PostFields
from feedback_app.organisation.rules import AssignmentKind
from tests import factories as make

AT = OfficeMoment(make.NOW, make.TODAY, date(2026, 1, 2))
MAY_1 = date(2026, 5, 1)
WHY = "Surat keputusan terlambat sampai"


@dataclass
class Town:
    """What a change of posts needs."""

    session: Session
    agency: Agency
    unit: Unit
    service: PublicService
    ana: Employee
    budi: Employee
    post: Assignment
    asker: User
    approver: User

    @property
    def me(self) -> Actor:
        return person(self.asker.id)

    def fields(self, who: Employee | None = None, **values: object) -> PostFields:
        post = PostFields(
            employee_id=(who or self.budi).id, unit_id=self.unit.id, service_id=self.service.id,
            position="Petugas Loket", kind=AssignmentKind.DEFINITIVE, decree_number="800/7/2026", starts_on=make.TODAY,
        )  # fmt: skip
        return replace(post, **values)  # type: ignore[arg-type]


def town(session: Session) -> Town:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    service = make.service(session, unit)
    ana, budi = make.employee(session, agency, name="Ana"), make.employee(session, agency, name="Budi")
    post = make.assignment(
        session, ana, unit, service_id=service.id, position="Petugas Loket", recorded_at=make.NOW.replace(year=2025)
    )
    asker, approver = make.user(session), make.user(session)
    make.grant(session, asker, Role.PERSONNEL, agency)
    make.grant(session, approver, Role.SUPERIOR, agency)
    return Town(session, agency, unit, service, ana, budi, post, asker, approver)
