"""A unit in which two people were rated through a quarter, in a computed cycle; more is added by each test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from feedback_app.drain.run import drain_batch
from feedback_app.evaluation.evidence.pack import Pack, pack_of
from feedback_app.evaluation.models import Cycle
from feedback_app.organisation.models import Employee, PublicService
from tests import factories as make
from tests.blueprints.office import Office, new_office
from tests.evaluation.closed import START, closed_cycle

WORDS = "Cepat dan jelas, kunjungan ke-{}."


@dataclass
class Rated:
    """Two people of one service, one after the other."""

    office: Office
    service: PublicService
    good: Employee
    poor: Employee

    @property
    def session(self) -> Session:
        """The session of the test."""
        return self.office.session

    def rate(self, rating: int, day: date, times: int = 1, text: str | None = None) -> None:
        """Some ratings of the service on a day."""
        for _ in range(times):
            self.office.rate(rating, day, self.service, text=text)

    def drain(self) -> None:
        """Read what came in, before the book of any cycle is closed."""
        while drain_batch(self.session, self.office.reader, limit=500, now=make.NOW).read:
            pass

    def cycle(self, name: str = "TW II 2026") -> Cycle:
        """The second quarter of 2026, computed."""
        self.drain()
        return closed_cycle(self.session, self.office.agency.id, name)

    def pack(self, cycle: Cycle, who: Employee | None = None) -> Pack:
        """The whole pack of one of them."""
        return pack_of(self.session, cycle, (who or self.good).id)


def rated(session: Session, n: int = 40) -> Rated:
    """The first did well in April, the second badly from May on; `n` ratings each."""
    office = new_office(session, name="Dinas Kependudukan")
    service = make_service(office)
    good = office.servant(
        "Rambu Ana", service_id=service.id, position="Petugas loket 1", ends_on=date(2026, 4, 30),
        decree_number="800/17/2026",
    )  # fmt: skip
    poor = office.servant("Umbu Tara", service_id=service.id, position="Petugas loket 2", starts_on=date(2026, 5, 1))
    world = Rated(office, service, good, poor)
    for turn in range(n):
        world.rate(4 if turn % 5 else 3, START + timedelta(days=turn % 28), text=WORDS.format(turn))
        world.rate(1 if turn % 5 else 2, date(2026, 5, 1) + timedelta(days=turn % 28))
    return world


def make_service(office: Office, name: str = "Kartu Tanda Penduduk") -> PublicService:
    """A service of the unit."""
    return make.service(office.session, office.unit, name=name)
