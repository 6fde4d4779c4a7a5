"""A department whose people are rated after proven visits, and the cycle that says how each of them does."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.evaluation.cycles.computing import compute
from feedback_app.evaluation.cycles.opening import open_cycle
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import CycleKind
from feedback_app.intake.rules import Channel
from feedback_app.organisation.models import Agency, Employee, PublicService, Unit
from tests import factories as make
from tests.abuse.flood import NOON, Sent, drain_all, marks, send_all
from tests.evaluation.closed import CLOSED


@dataclass
class Department:
    """Five counters of one unit, and who serves at each at present."""

    session: Session
    agency: Agency
    unit: Unit
    counters: list[PublicService]
    people: list[Employee]

    def cycle(self, name: str, now: datetime) -> Cycle:
        """A cycle over the quarter, computed at a moment, or as soon as its book is closed."""
        now = max(now, CLOSED)
        opened = open_cycle(
            self.session, agency_id=self.agency.id, name=name, kind=CycleKind.QUARTERLY, starts_on=date(2026, 4, 1),
            ends_on=date(2026, 6, 30), actor=SYSTEM, now=now,
        )  # fmt: skip
        compute(self.session, opened, actor=SYSTEM, now=now)
        return opened

    def score(self, cycle: Cycle, who: Employee) -> Score:
        return self.session.get_one(Score, (cycle.agency_id, cycle.id, who.id), populate_existing=True)


def department(session: Session, *, visits: int = 120) -> Department:
    """Honest visits of four weeks before noon of the day; at each counter somebody new began two weeks ago."""
    chance = random.Random(7)
    agency = make.agency(session)
    unit = make.unit(session, agency)
    counters = [make.service(session, unit) for _ in range(5)]
    changed_on = NOON.date() - timedelta(days=14)
    people, sent = [], []
    for number, counter in enumerate(counters):
        former, present = make.employee(session, agency), make.employee(session, agency)
        make.assignment(session, former, unit, service_id=counter.id, ends_on=changed_on - timedelta(days=1))
        make.assignment(session, present, unit, service_id=counter.id, starts_on=changed_on)
        people.append(present)
        for place, mark in enumerate(marks(visits)):
            at = NOON - timedelta(days=1 + place % 28, minutes=chance.randrange(180))
            usual = 3.2 - 0.3 * number if place % 28 >= 14 else 2.0 + 0.3 * number
            sent.append(Sent(at, min(4, max(1, round(chance.gauss(usual, 0.6)))), mark, Channel.TOKEN, counter))
    send_all(session, unit, sent)
    drain_all(session, NOON)
    return Department(session, agency, unit, counters, people)
