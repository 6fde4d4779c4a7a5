"""Let a year of cases happen: read by the drain, taken, answered, judged or met with silence, in order of time."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.demo.cities import City
from feedback_app.demo.period import Period
from feedback_app.demo.replies import answer_to, verdict_words
from feedback_app.demo.settling import Town
from feedback_app.demo.voices import Voice
from feedback_app.drain.read import Reader
from feedback_app.drain.run import drain_batch
from feedback_app.handling.models import Case
from feedback_app.handling.operations import close_silent, judge, respond, take
from feedback_app.handling.rules import CaseStatus, Outcome, WorkingCalendar

READ_AFTER: Final = timedelta(seconds=25)
READ_TOGETHER: Final = timedelta(hours=3)
IN_TIME_DAYS: Final = (1, 1, 2, 2, 3, 4, 5)  # working days; the clock gives five
LATE_DAYS: Final = (6, 7, 8, 10, 13, 18)
AGAIN_DAYS: Final = (1, 2, 3, 5)
TAKEN_PART: Final = 0.7
NEVER_PART: Final = 0.5  # of the late answers to recent cases: nobody has got to them yet
NEVER_WITHIN: Final = timedelta(days=45)
OUTCOMES: Final = {Outcome.CONFIRMED: 0.40, Outcome.PARTLY: 0.10, Outcome.DISPUTED: 0.12, Outcome.SILENT: 0.38}
SECOND_OUTCOMES: Final = {Outcome.CONFIRMED: 0.6, Outcome.PARTLY: 0.15, Outcome.SILENT: 0.25}
VERDICT_DAYS: Final = (0.1, 6.0)
DESK_MINUTES: Final = (8 * 60, 15 * 60 + 45)

Act = Callable[[datetime], None]


@dataclass
class Life:
    """The cases of one city on their way through the demo's year."""

    session: Session
    reader: Reader
    city: City
    town: Town
    period: Period
    calendar: WorkingCalendar
    officers: dict[int, tuple[str, int]]  # unit id: unit code, user id of who answers there
    voices: dict[int, Voice]
    rng: Random
    _agenda: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)
    _last_case: int = 0

    def run(self) -> None:
        """Let everything happen that happens before the end of the year."""
        for moment, size in _readings([voice.received_at for voice in self.voices.values()]):
            self._at(moment, partial(self._read, size))
        while self._agenda and self._agenda[0][0] < self.period.horizon:
            moment, _, act = heapq.heappop(self._agenda)
            act(moment)
        self.session.flush()

    def _at(self, moment: datetime, act: Act) -> None:
        # The number keeps two things of one moment in the order in which they were planned.
        heapq.heappush(self._agenda, (moment, next(self._numbers), act))

    def _read(self, size: int, now: datetime) -> None:
        self.session.flush()
        drain_batch(self.session, self.reader, limit=size, now=now)
        new = self.session.scalars(
            sa.select(Case)
            .where(Case.agency_id == self.town.agency_id, Case.id > self._last_case)
            .order_by(Case.id)
        )
        for case in new:
            self._last_case = case.id
            voice = self.voices[case.submission_id]
            if not voice.waits:
                self._plan_answer(case, voice, now)

    def _plan_answer(self, case: Case, voice: Voice, now: datetime) -> None:
        code, _ = self.officers[case.unit_id]
        if self.rng.random() < self.city.unit(code).punctual:
            days = self.rng.choice(IN_TIME_DAYS)
        else:
            days = self.rng.choice(LATE_DAYS)
            is_recent = now > self.period.horizon - NEVER_WITHIN
            if is_recent and self.rng.random() < NEVER_PART:
                return
        answered_at = self._desk_moment(now, days)
        if self.rng.random() < TAKEN_PART:
            self._at(self._desk_moment(now, max(1, days - 2), before=answered_at), partial(self._take, case))
        self._at(answered_at, partial(self._answer, case, voice, again=False))

    def _desk_moment(self, now: datetime, days: int, *, before: datetime | None = None) -> datetime:
        """Return a moment in office hours, that many working days later; earlier than `before` on the same day."""
        day = self.calendar.add_working_days(self.period.day_of(now), days)
        moment = self.period.at(day, self.rng.uniform(*DESK_MINUTES))
        return moment if before is None or moment < before else before - timedelta(minutes=5)

    def _take(self, case: Case, now: datetime) -> None:
        take(self.session, case, user_id=self.officers[case.unit_id][1], now=now)

    def _answer(self, case: Case, voice: Voice, now: datetime, *, again: bool) -> None:
        code, user_id = self.officers[case.unit_id]
        words = answer_to(voice, self.city.unit(code).name, self.rng, again=again)
        respond(self.session, case, words, user_id=user_id, now=now)
        outcomes = SECOND_OUTCOMES if again else OUTCOMES
        outcome = self.rng.choices(list(outcomes), weights=list(outcomes.values()))[0]
        if outcome is Outcome.SILENT:
            assert case.silence_ends_at is not None  # noqa: S101 - an answer has just begun the window
            self._at(case.silence_ends_at + timedelta(minutes=1), self._fall_silent)
        else:
            self._at(now + timedelta(days=self.rng.uniform(*VERDICT_DAYS)), partial(self._judge, case, voice, outcome))

    def _judge(self, case: Case, voice: Voice, outcome: Outcome, now: datetime) -> None:
        judge(self.session, case, outcome, verdict_words(outcome, self.rng), now=now)
        if case.status is CaseStatus.IN_PROGRESS:
            answered_at = self._desk_moment(now, self.rng.choice(AGAIN_DAYS))
            self._at(answered_at, partial(self._answer, case, voice, again=True))

    def _fall_silent(self, now: datetime) -> None:
        close_silent(self.session, now=now)


def _readings(received: Sequence[datetime]) -> list[tuple[datetime, int]]:
    """Return when the drain reads how many: texts that come within some hours are read together."""
    found: list[tuple[datetime, int]] = []
    for moment in sorted(received):
        if found and moment - (found[-1][0] - READ_AFTER) < READ_TOGETHER:
            found[-1] = (moment + READ_AFTER, found[-1][1] + 1)
        else:
            found.append((moment + READ_AFTER, 1))
    return found
