"""What the public side of a city shows: its reception, complaints released, changes made, codes on walls."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from random import Random
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.audit.operations import SYSTEM
from feedback_app.demo.cities import City
from feedback_app.demo.period import Period
from feedback_app.demo.settling import Town
from feedback_app.errors import DomainError
from feedback_app.handling.models import Case
from feedback_app.handling.publication import improvements, publishing
from feedback_app.handling.rules import CaseStatus
from feedback_app.intake.counter_models import VisitCount
from feedback_app.intake.models import VisitToken
from feedback_app.intake.wall_codes import hang
from feedback_app.organisation.models import Agency
from feedback_app.organisation.reception import set_reception

# The unit that gives this service reads what citizens could not address.
RECEPTION_SERVICE: Final = "aspirasi-warga"
PUBLISHED_EACH: Final = 4
# A counter hands a receipt to nearly everybody; a few leave before it is printed.
RECEIPTS_IN_100: Final = 96
HANGS_AT: Final = "Pintu masuk, sebelah kanan"


@dataclass
class Showing:
    """A city that opens its doors to the public."""

    session: Session
    city: City
    period: Period
    town: Town
    officers: dict[int, tuple[str, int]]
    rng: Random

    def show(self) -> None:
        """Name the reception, release complaints and changes, count the visits, hang the codes."""
        self._name_reception()
        self._release()
        self._count_visits()
        for unit_id in self.officers:
            hang(
                self.session, agency_id=self.town.agency_id, unit_id=unit_id, service_id=None, hangs_at=HANGS_AT,
                actor=SYSTEM, now=self._at(days_ago=60),
            )  # fmt: skip

    def _at(self, *, days_ago: int) -> datetime:
        return self.period.at(self.period.today - timedelta(days=days_ago), 9 * 60)

    def _name_reception(self) -> None:
        code = next(
            unit.code for unit in self.city.units if any(plan.code == RECEPTION_SERVICE for plan in unit.services)
        )
        set_reception(
            self.session, self.session.get_one(Agency, self.town.agency_id), self.town.units[code], actor=SYSTEM,
            day=self.period.last_day, now=self._at(days_ago=90),
        )  # fmt: skip

    def _release(self) -> None:
        shown: Counter[int] = Counter()
        words = changes()
        for case, aspect in self._answered():
            unit_id = case.unit_id
            if unit_id is None or unit_id not in self.officers or shown[unit_id] >= PUBLISHED_EACH:
                continue
            if self._publish(case, unit_id):
                shown[unit_id] += 1
                if shown[unit_id] <= 2:
                    self._improve(case, unit_id, words.get(aspect or "other", words["other"]), made=shown[unit_id] == 1)

    def _answered(self) -> Iterator[tuple[Case, str | None]]:
        query = (
            sa.select(Case, Labels.aspect)
            .join(Labels, sa.and_(Labels.agency_id == Case.agency_id, Labels.submission_id == Case.submission_id))
            .where(Case.agency_id == self.town.agency_id, Case.first_replied_at.is_not(None))
            .where(Case.status.in_([CaseStatus.ANSWERED, CaseStatus.CLOSED, CaseStatus.IN_PROGRESS]))
            .order_by(Case.first_replied_at.desc(), Case.id)
        )
        return iter([(case, aspect) for case, aspect in self.session.execute(query).all()])

    def _publish(self, case: Case, unit_id: int) -> bool:
        proposed = publishing.proposal(self.session, case)
        # What the redactor masked reads badly; an officer would rather release another.
        if "[" in proposed.text or "[" in proposed.reply or case.first_replied_at is None:
            return False
        moment = min(case.first_replied_at + timedelta(hours=self.rng.randint(2, 48)), self.period.horizon)
        try:
            publishing.publish(
                self.session, case, proposed.text, proposed.reply, user_id=self.officers[unit_id][1], now=moment
            )
        except DomainError:
            return False
        return True

    def _improve(self, case: Case, unit_id: int, words: str, *, made: bool) -> None:
        user_id, noted_at = self.officers[unit_id][1], self._at(days_ago=self.rng.randint(20, 50))
        entry = improvements.plan(
            self.session, words, agency_id=self.town.agency_id, unit_id=unit_id, case_id=case.id, user_id=user_id,
            now=noted_at,
        )  # fmt: skip
        if made:
            improvements.mark_made(self.session, entry, user_id=user_id, now=noted_at + timedelta(days=14))

    def _count_visits(self) -> None:
        """Let every counter have counted its visits of the last weeks: a few more than the receipts it handed out."""
        cell = (VisitToken.agency_id, VisitToken.unit_id, VisitToken.service_id, VisitToken.visited_on)
        issued = (
            sa.select(
                *cell, (sa.func.count() * 100 + RECEIPTS_IN_100 - 1) / RECEIPTS_IN_100, sa.literal(self.period.horizon)
            )
            .where(VisitToken.agency_id == self.town.agency_id)
            .where(VisitToken.visited_on >= self.period.today - timedelta(weeks=9))
            .group_by(*cell)
        )
        columns = ["agency_id", "unit_id", "service_id", "day", "transactions", "recorded_at"]
        self.session.execute(sa.insert(VisitCount).from_select(columns, issued))


def changes() -> dict[str, str]:
    """Return the sentences about changes, by aspect."""
    read: dict[str, str] = tomllib.loads(
        (files("feedback_app.demo") / "data" / "improvements.toml").read_text(encoding="utf-8")
    )
    return read
