"""Make what a visitor can hold in hand: three reports in different states, and visit tokens of a counter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.demo.accounts import COUNTER, main_accounts
from feedback_app.demo.cities import City
from feedback_app.demo.period import Period
from feedback_app.demo.replies import answer_to
from feedback_app.demo.storing import READ_AFTER
from feedback_app.drain.read import Reader
from feedback_app.drain.run import drain_batch
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.models import Case
from feedback_app.handling.operations import respond, take
from feedback_app.handling.queries import case_of_submission
from feedback_app.identity.models import User
from feedback_app.intake.codes import code_hash
from feedback_app.intake.models import Submission
from feedback_app.intake.operations import Draft, submit
from feedback_app.intake.rules import AnalysisState, SubmissionKind
from feedback_app.intake.visits import VISIT_TOKEN_DAYS, issue_visit_tokens
from feedback_app.nlp.learning.corpus import Example
from feedback_app.organisation.models import Agency, PublicService
from feedback_app.organisation.queries import unit_by_code

TOKENS: Final = 5
ANSWERED_DAYS_AGO: Final = (4, 3, 1)  # working days: sent, taken, answered
TAKEN_DAYS_AGO: Final = (2, 1)
SENT_MINUTES, DESK_MINUTES = 9 * 60, 11 * 60


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """An unused visit token and the service it proves a visit to."""

    token: str
    service: str
    expires_at: datetime


@dataclass(frozen=True)
class Counter:
    """The counter unit of a city on a day."""

    session: Session
    agency_id: int
    unit_id: int
    unit_name: str
    city: City
    period: Period
    reader: Reader
    key: bytes

    @classmethod
    def of(cls, session: Session, agency: Agency, city: City, *, reader: Reader, key: bytes, now: datetime) -> Counter:
        """Return the counter of a loaded city."""
        zone = ZoneInfo(agency.time_zone)
        unit = unit_by_code(session, agency.id, COUNTER, now.date())
        return cls(
            session, agency.id, unit.id, unit.name, city, Period(now.astimezone(zone).date(), zone), reader, key
        )  # fmt: skip

    def sent(self, text: Example, at: datetime) -> tuple[str, Case]:
        """Send a report and let the drain read it; return its code and case."""
        today = self.period.day_of(at)
        draft = Draft(self.agency_id, self.unit_id, SubmissionKind.COMPLAINT, occurred_on=today, text=text.text.strip())
        receipt = submit(self.session, draft, key=self.key, now=at, today=today)
        digest = code_hash(receipt.code, self.key)
        mine = sa.select(Submission.id).where(Submission.tracking_hash == digest)
        pending = mine.where(Submission.analysis == AnalysisState.PENDING)
        while self.session.scalar(pending) is not None:
            drain_batch(self.session, self.reader, limit=1, now=at + READ_AFTER)
        return receipt.code, case_of_submission(self.session, self.agency_id, self.session.scalars(mine).one())

    def taken(self, text: Example) -> str:
        """Return the code of a report somebody is working on."""
        sent_on, taken_on = self._working_days_ago(TAKEN_DAYS_AGO)
        code, case = self.sent(text, self.period.at(sent_on, SENT_MINUTES))
        take(self.session, case, user_id=self._officer(), now=self.period.at(taken_on, DESK_MINUTES))
        return code

    def answered(self, text: Example, rng: Random) -> str:
        """Return the code of a report whose answer waits for the citizen's word."""
        sent_on, taken_on, answered_on = self._working_days_ago(ANSWERED_DAYS_AGO)
        code, case = self.sent(text, self.period.at(sent_on, SENT_MINUTES))
        take(self.session, case, user_id=self._officer(), now=self.period.at(taken_on, DESK_MINUTES))
        words = answer_to(SubmissionKind.COMPLAINT, text.aspect, self.unit_name, rng)
        officer, answered_at = self._officer(), self.period.at(answered_on, DESK_MINUTES)
        respond(self.session, case, words, user_id=officer, now=answered_at)
        return code

    def tokens(self, now: datetime) -> list[IssuedToken]:
        """Return fresh visit tokens of today, one service after the other."""
        services = self.session.scalars(
            sa.select(PublicService)
            .where(PublicService.agency_id == self.agency_id, PublicService.unit_id == self.unit_id)
            .order_by(PublicService.id)
        ).all()
        return [self._token(services[number % len(services)], now) for number in range(TOKENS)]

    def _token(self, service: PublicService, now: datetime) -> IssuedToken:
        token = issue_visit_tokens(
            self.session, agency_id=self.agency_id, unit_id=self.unit_id, service_id=service.id,
            visited_on=self.period.today, count=1, issued_by=self._officer(), key=self.key, now=now,
        )[0]  # fmt: skip
        return IssuedToken(token, service.name, now + timedelta(days=VISIT_TOKEN_DAYS))

    def _officer(self) -> int:
        email = main_accounts(self.city)[0].email
        return self.session.scalars(sa.select(User.id).where(User.email == email)).one()

    def _working_days_ago(self, counts: tuple[int, ...]) -> list[date]:
        is_working_day: Callable[[date], bool] = clocks_of(self.session, self.agency_id).calendar.is_working_day
        days: list[date] = []
        day = self.period.today
        while len(days) < max(counts):
            day -= timedelta(days=1)
            if is_working_day(day):
                days.append(day)
        return [days[count - 1] for count in counts]
