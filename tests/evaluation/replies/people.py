"""An office whose officer was rated by many, in a cycle that is open for replies, with everybody a contest needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.drain.run import drain_batch
from feedback_app.evaluation.cycles.life import open_replies
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.contestable import Contestable, thing_named
from feedback_app.evaluation.replies.contests import Filing, Said, file_contest
from feedback_app.evaluation.replies.items import Item, items_of
from feedback_app.evaluation.replies.models import Contest
from feedback_app.evaluation.replies.rules import ContestKind, ContestReason
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Employee, Unit
from feedback_app.organisation.people.models import Counter, DutyEntry
from feedback_app.storage import Disk, Storage
from tests import factories as make
from tests.blueprints.office import Office, new_office
from tests.evaluation.closed import closed_cycle

KEY = b"c" * 32
FIRST_DAY = date(2026, 4, 6)
WORDS = "Pada tanggal itu saya cuti; surat cutinya terlampir."
BAD_WORDS = "Petugasnya membentak saya di loket."


@dataclass
class Replies:
    """The office, its officer with an account, and the cycle in which they may reply."""

    office: Office
    above: Unit
    officer: Employee
    account: User
    evaluator: User
    reviewer: User
    cycle: Cycle
    storage: Storage
    now: datetime

    @property
    def session(self) -> Session:
        """The session of the test."""
        return self.office.session

    @property
    def today(self) -> date:
        """The office's day."""
        return clock.office_day(self.now)

    def items(self) -> list[Item]:
        """What the officer may contest one by one."""
        return items_of(self.session, self.cycle, self.officer.id, key=KEY)

    def thing(self, kind: ContestKind, name: str = "") -> Contestable:
        """A thing of the officer's record."""
        return thing_named(self.session, self.cycle, self.officer, kind, name, key=KEY)

    def file(
        self, thing: Contestable | None = None, reason: ContestReason = ContestReason.WRONG_PERSON, words: str = WORDS
    ) -> Contest:
        """A contest by the officer, against the first negative rating unless told otherwise."""
        if thing is None:
            thing = self.thing(ContestKind.RATING, self.items()[0].handle)
        by = Filing(user_id=self.account.id, today=self.today, now=self.now, review_days=10)
        return file_contest(self.session, self.storage, self.cycle, self.officer, thing, Said(reason, words), by)


def on_duty(replies: Replies, day: date, *, recorded_at: datetime) -> None:
    """A day on which the officer served at a counter of their own."""
    unit = replies.office.unit
    counter = Counter(agency_id=unit.agency_id, unit_id=unit.id, code="loket-2", name="Loket 2", created_at=make.NOW)
    replies.session.add(counter)
    replies.session.flush()
    replies.session.add(
        DutyEntry(
            agency_id=unit.agency_id, unit_id=unit.id, counter_id=counter.id, employee_id=replies.officer.id,
            on_date=day, recorded_at=recorded_at,
        )
    )  # fmt: skip
    replies.session.flush()


def open_for_replies(
    session: Session, folder: Path, ratings: Sequence[tuple[int, str | None]] = (), *, plain: int = 40
) -> Replies:
    """An office with `plain` ratings of 3 and 4 without words, and these besides."""
    office = new_office(session)
    above = make.unit(session, office.agency, name="Dinas di atas")
    office.unit = make.unit(session, office.agency, parent=above, name="Loket Pelayanan")
    account = make.user(session, name="Rambu Ana")
    make.grant(session, account, Role.EMPLOYEE, office.agency)
    own, other = make.service(session, office.unit), make.service(session, office.unit)
    officer = office.servant("Rambu Ana", service_id=own.id)
    make.linked(session, officer, account.id)
    # People differ only where there are others.
    office.servant("Umbu Tamu", service_id=other.id)
    for number in range(plain):
        office.rate(3 + number % 2, FIRST_DAY + timedelta(days=number % 50), own)
        office.rate(2 + number % 3, FIRST_DAY + timedelta(days=number % 50), other)
    for number, (rating, words) in enumerate(ratings):
        office.rate(rating, FIRST_DAY + timedelta(days=number % 50), own, text=words)
    while drain_batch(session, office.reader, limit=500, now=make.NOW).read:
        pass
    cycle = closed_cycle(session, office.agency.id)
    now = clock.utcnow()
    open_replies(session, cycle, days=10, actor=SYSTEM, now=now)
    reviewer = make.user(session, name="Penelaah Netral")
    make.grant(session, reviewer, Role.REVIEWER, office.agency)
    session.flush()
    return Replies(
        office, above, officer, account, office.staff(Role.EVALUATOR, everywhere=True), reviewer, cycle,
        Disk(folder), now,
    )  # fmt: skip
