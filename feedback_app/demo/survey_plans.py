"""What units of the demo do about their lowest elements: some of it done, some late, some carried on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy.orm import Session

from feedback_app.demo.accounts import main_accounts
from feedback_app.demo.cities import ROOT, City, read_table
from feedback_app.demo.period import Period
from feedback_app.demo.settling import Town
from feedback_app.identity.rules import Role
from feedback_app.survey import models
from feedback_app.survey.action_carrying import carry
from feedback_app.survey.actions import Planned, move, plan
from feedback_app.survey.result_models import Action
from feedback_app.survey.rules import ActionStatus
from feedback_app.survey.stored import latest

PLANNED_AFTER: Final = timedelta(days=24)
MOVED_AFTER: Final = timedelta(days=80)
CARRIED_AFTER: Final = timedelta(days=20)
DESK: Final = 10 * 60
# How the rows of a plan stand by the end of its half year, in the order of priority; of the newest plan, so far.
ENDED_AS: Final = (ActionStatus.DONE, ActionStatus.RUNNING, ActionStatus.PLANNED)
STANDS_AS: Final = (ActionStatus.RUNNING, ActionStatus.DONE, ActionStatus.PLANNED)


@dataclass
class Plans:
    """The plans of a city's units, one closed survey period after the other."""

    session: Session
    city: City
    period: Period
    town: Town
    rng: Random

    def __post_init__(self) -> None:
        self._table: dict[str, Any] = read_table("surveys")
        self._earlier: models.Period | None = None

    def follow(self, held: models.Period, unit_ids: Sequence[int], *, is_last: bool) -> None:
        """Plan for the half year after a closed period what its lowest elements ask for."""
        results = latest(self.session, held)
        for unit_id in unit_ids:
            self._carry(held, unit_id)
            result = results.unit(unit_id) if results else None
            for place, element in enumerate(result.lowest if result else ()):
                row = self._plan(held, unit_id, element.key, place, is_last=is_last)
                self._move(row, held, (STANDS_AS if is_last else ENDED_AS)[place])
        self._earlier = held

    def _carry(self, held: models.Period, unit_id: int) -> None:
        # One unit has not carried its rows on yet: the page offers it.
        if self._earlier is None or unit_id == self.town.units["dpmptsp"]:
            return
        now = self._moment(held.ends_on + CARRIED_AFTER)
        carry(self.session, self._earlier, held, unit_id, user_id=self._head(unit_id), now=now)

    def _plan(self, held: models.Period, unit_id: int, element: str, place: int, *, is_last: bool) -> Action:
        after = held.ends_on + timedelta(days=1)
        quarter = (after.month - 1) // 3 + 1
        quarters = ((quarter,), (quarter, quarter + 1), (quarter + 1,))[place]
        programmes = self._table["programmes"][element]
        planned = Planned(
            element, programmes[1 if is_last else 0], after.year, quarters, self._table["responsible"][element]
        )
        now = self._moment(after + PLANNED_AFTER)
        return plan(self.session, held, unit_id, planned, user_id=self._head(unit_id), now=now)

    def _move(self, row: Action, held: models.Period, status: ActionStatus) -> None:
        if status is ActionStatus.PLANNED:
            return
        note, now = self.rng.choice(self._table["notes"][status.value]), self._moment(held.ends_on + MOVED_AFTER)
        move(
            self.session, row, status, note, version=row.version, user_id=self._head(row.unit_id), now=now
        )  # fmt: skip

    def _head(self, unit_id: int) -> int:
        heads = {
            self.town.units[account.unit]: self.town.users[account.email]
            for account in main_accounts(self.city)
            if account.role is Role.UNIT_HEAD and account.unit
        }
        return heads.get(unit_id, heads[self.town.units[ROOT]])

    def _moment(self, day: date) -> datetime:
        return min(self.period.at(day, DESK), self.period.horizon - timedelta(minutes=10))
