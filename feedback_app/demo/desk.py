"""What lies on the desk of the counter when the demo opens: something of each kind of work, for a visitor to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.demo.accounts import COUNTER
from feedback_app.demo.period import Period
from feedback_app.demo.replies import officer_words, verdict_words
from feedback_app.demo.settling import Town
from feedback_app.handling.bulk.duplicates import merge
from feedback_app.handling.handing_on.referrals import refer_outside
from feedback_app.handling.life import ask
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.operations import judge
from feedback_app.handling.rules import CaseStatus, Classification, Outcome

# The last afternoon before the demo opens.
MINUTE: Final = 15 * 60
UNTAKEN: Final = (CaseStatus.NEW, CaseStatus.VERIFIED)


@dataclass
class Desk:
    """The counter's desk on the last afternoon; what a small demo has too few cases for is left out."""

    session: Session
    period: Period
    town: Town
    user_id: int
    rng: Random

    def lay_out(self) -> None:
        """Leave a dispute to review, two reports merged, one that waits for its reporter, one referred."""
        now = self._now
        for case in self._plain((CaseStatus.ANSWERED,))[:1]:
            judge(self.session, case, Outcome.DISPUTED, verdict_words(Outcome.DISPUTED, self.rng), now=now)
        alike = [case for case in self._plain(UNTAKEN) if case.classification is Classification.NO_OVERSIGHT]
        # The two due first stay as they are: they are late, and the first to be opened.
        spare = alike[2:]
        if len(spare) >= 4:
            merge(self.session, spare[:2], user_id=self.user_id, now=now)
            ask(self.session, spare[2], officer_words("question", self.rng), user_id=self.user_id, now=now)
            refer_outside(
                self.session, spare[3], "PLN Unit Layanan Pelanggan", "Telepon 123 atau aplikasi PLN Mobile",
                officer_words("referred", self.rng), user_id=self.user_id, now=now,
            )  # fmt: skip
        self.session.flush()

    @property
    def _now(self) -> datetime:
        return self.period.at(self.period.last_day, MINUTE)

    def _plain(self, statuses: Sequence[CaseStatus]) -> list[Case]:
        self.session.flush()
        later = sa.exists().where(
            CaseEvent.agency_id == Case.agency_id, CaseEvent.case_id == Case.id, CaseEvent.at >= self._now
        )
        query = sa.select(Case).where(
            Case.agency_id == self.town.agency_id,
            Case.unit_id == self.town.units[COUNTER],
            Case.status.in_(statuses),
            sa.not_(Case.is_confidential),
            # What happened later that day stays as it went.
            sa.not_(later),
        )
        return list(self.session.scalars(query.order_by(Case.due_at, Case.id)))
