"""A case at any point of its life, led there by the acts of those who lead it there in the office."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from feedback_app.handling import life
from feedback_app.handling.ending.archiving import archive
from feedback_app.handling.models import Case
from feedback_app.handling.operations import judge, respond, take
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Outcome
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import UnitKind
from tests import factories as make
from tests.blueprints.office import Office, new_office

ANSWER = "Blangko sudah tiba; silakan ambil besok pagi."
QUESTION = "Di kelurahan mana Anda mengurusnya?"
NEWS = "Kami sedang menunggu blangko dari provinsi."
WHY = "Jalan nasional ditangani Balai Jalan, bukan kota ini."
STILL = "Saya datang dan KTP belum ada."
ALLEGES = "Petugas loket meminta uang pelicin 50 ribu kepada saya."
LATER = make.NOW + timedelta(hours=1)


@dataclass
class Life:
    """An office with an Inspektorat, two officers and a head, and one complaint to it."""

    session: Session
    office: Office
    officer: User
    colleague: User
    head: User
    inspector: User
    case: Case

    def lead_to(self, status: CaseStatus) -> Case:
        """The case at a status, an hour after it came."""
        session, case, officer = self.session, self.case, self.officer.id
        ways: dict[CaseStatus, Callable[[], object]] = {
            CaseStatus.NEW: lambda: None,
            CaseStatus.VERIFIED: lambda: life.verify(session, case, user_id=officer, now=LATER),
            CaseStatus.IN_PROGRESS: lambda: take(session, case, user_id=officer, now=LATER),
            CaseStatus.ANSWERED: lambda: respond(session, case, ANSWER, user_id=officer, now=LATER),
            CaseStatus.ON_HOLD: lambda: life.ask(session, case, QUESTION, user_id=officer, now=LATER),
            CaseStatus.ARCHIVED: lambda: archive(
                session, case, ArchiveReason.OUT_OF_SCOPE, WHY, user_id=officer, now=LATER
            ),
            CaseStatus.CLOSED: self._close,
        }
        ways[status]()
        session.flush()
        assert case.status is status
        return case

    def dispute(self, now: datetime = LATER) -> Case:
        """The case after its answer was called unsolved."""
        if self.case.status is not CaseStatus.ANSWERED:
            respond(self.session, self.case, ANSWER, user_id=self.officer.id, now=now)
        judge(self.session, self.case, Outcome.DISPUTED, STILL, now=now)
        return self.case

    def _close(self) -> None:
        respond(self.session, self.case, ANSWER, user_id=self.officer.id, now=LATER)
        judge(self.session, self.case, Outcome.CONFIRMED, None, now=LATER)


def new_life(session: Session, text: str = "KTP saya belum jadi sejak Maret.") -> Life:
    """An office with staff and a new case."""
    office = new_office(session)
    inspectorate = make.unit(session, office.agency, kind=UnitKind.INSPECTORATE)
    inspector = make.user(session)
    make.grant(session, inspector, Role.UNIT_HEAD, office.agency, inspectorate)
    return Life(
        session, office, office.staff(Role.OFFICER), office.staff(Role.OFFICER), office.staff(Role.UNIT_HEAD),
        inspector, office.report(text, at=make.NOW),
    )  # fmt: skip
