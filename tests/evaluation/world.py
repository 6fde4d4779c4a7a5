"""An agency whose counters, posts, rosters and cases a cycle reads, and ways to change them afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.drain.run import drain_batch
from feedback_app.evaluation.attribution.models import Contribution, RatingExclusion
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import CaseRecord, Score, UnitScore
from feedback_app.intake.models import Submission, VisitToken
from feedback_app.intake.rules import Channel, SubmissionKind
from feedback_app.organisation.models import Agency, Assignment, Employee, PublicService, Unit
from feedback_app.organisation.people.models import AttributionRule, Counter, DutyEntry
from feedback_app.organisation.people.rules import AttributionLevel
from tests import factories as make
from tests.drain.test_run import FakeReader
from tests.evaluation.closed import START, closed_cycle

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
DAY = date(2026, 5, 12)


@dataclass
class World:
    """One agency with one unit to begin with."""

    session: Session
    agency: Agency
    unit: Unit
    service: PublicService
    pending: list[dict[str, object]] = field(default_factory=list)

    @classmethod
    def new(cls, session: Session) -> World:
        agency = make.agency(session)
        unit = make.unit(session, agency)
        return cls(session, agency, unit, make.service(session, unit))

    def person(self, unit: Unit | None = None, **values: object) -> Employee:
        """Somebody with a post in a unit, known since long ago."""
        who = make.employee(self.session, self.agency)
        make.assignment(self.session, who, unit or self.unit, **{"recorded_at": LONG_AGO, **values})
        return who

    def counter(self, unit: Unit | None = None) -> Counter:
        """A counter of a unit."""
        of = unit or self.unit
        row = Counter(
            agency_id=of.agency_id, unit_id=of.id, code=f"loket-{secrets.token_hex(3)}", name="Loket 2",
            created_at=LONG_AGO,
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        return row

    def on_duty(self, counter: Counter, who: Employee, *days: date, recorded_at: datetime = LONG_AGO) -> None:
        """Note who serves at a counter."""
        self.session.add_all(
            DutyEntry(
                agency_id=counter.agency_id, unit_id=counter.unit_id, counter_id=counter.id, employee_id=who.id,
                on_date=day, recorded_at=recorded_at,
            )
            for day in days
        )  # fmt: skip
        self.session.flush()

    def declare(self, level: AttributionLevel, unit: Unit | None, starts_on: date) -> None:
        """Declare a level from a day on."""
        self.session.add(
            AttributionRule(
                agency_id=self.agency.id, unit_id=unit.id if unit else None, starts_on=starts_on, level=level,
                reason="Diputuskan kepala instansi.", declared_at=LONG_AGO,
            )
        )  # fmt: skip
        self.session.flush()

    def rate(
        self, *ratings: int, day: date = DAY, unit: Unit | None = None, service: PublicService | None = None,
        counter: Counter | None = None, channel: Channel = Channel.TOKEN, signals: Sequence[str] = (),
    ) -> list[int]:  # fmt: skip
        """Store ratings as they come in; return their ids. `drain` reads them."""
        of = unit or self.unit
        ids = []
        for rating in ratings:
            at = datetime.combine(day, time(3), UTC)
            token = secrets.token_bytes(32) if channel is Channel.TOKEN else None
            if token:
                self.session.add(
                    VisitToken(
                        agency_id=of.agency_id, token_hash=token, unit_id=of.id,
                        service_id=service.id if service else None, visited_on=day, issued_at=at,
                        expires_at=at + timedelta(days=14), counter_id=counter.id if counter else None,
                    )
                )  # fmt: skip
                self.session.flush()
            row = Submission(
                agency_id=of.agency_id, unit_id=of.id, service_id=service.id if service else None,
                kind=SubmissionKind.RATING, channel=channel, rating=rating, occurred_on=day, received_at=at,
                visit_token_hash=token, counter_id=counter.id if counter else None, signals=list(signals),
            )  # fmt: skip
            self.session.add(row)
            self.session.flush()
            ids.append(row.id)
        return ids

    def drain(self, now: datetime = make.NOW) -> None:
        """Read what waits."""
        while drain_batch(self.session, FakeReader(), limit=500, now=now).read:
            pass

    def computed(self, name: str = "TW II 2026") -> Cycle:
        """A cycle over the second quarter, computed once its book is closed."""
        self.drain()
        return closed_cycle(self.session, self.agency.id, name)

    def exclude(
        self, cycle: Cycle, submission_id: int, reason: Exclusion, who: Employee | None = None
    ) -> None:  # fmt: skip
        """Leave a rating out, for one employee or for all."""
        self.session.add(
            RatingExclusion(
                agency_id=self.agency.id, cycle_id=cycle.id, submission_id=submission_id,
                employee_id=who.id if who else None, reason=reason, decided_at=cycle.computed_at,
            )
        )  # fmt: skip
        self.session.flush()

    def score(self, cycle: Cycle, who: Employee) -> Score:
        return self.session.get_one(Score, (cycle.agency_id, cycle.id, who.id), populate_existing=True)

    def unit_score(self, cycle: Cycle, unit: Unit | None = None) -> UnitScore:
        of = unit or self.unit
        return self.session.get_one(UnitScore, (cycle.agency_id, cycle.id, of.id), populate_existing=True)

    def cells(self, cycle: Cycle, who: Employee) -> list[Contribution]:
        return list(
            self.session.scalars(
                sa.select(Contribution)
                .where(Contribution.cycle_id == cycle.id, Contribution.employee_id == who.id)
                .order_by(Contribution.day, Contribution.id)
                .execution_options(populate_existing=True)
            )
        )

    def cases(self, cycle: Cycle) -> list[CaseRecord]:
        query = sa.select(CaseRecord).where(CaseRecord.cycle_id == cycle.id)
        return list(self.session.scalars(query.execution_options(populate_existing=True)))

    def supersede(self, row: Assignment | DutyEntry, at: datetime) -> None:
        """Let a row be known to be wrong from a moment on."""
        row.superseded_at = at
        self.session.flush()


def days(count: int, first: date = START) -> list[date]:
    """Some days in a row."""
    return [first + timedelta(days=number) for number in range(count)]
