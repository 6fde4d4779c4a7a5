"""Let a year of cases happen: verified, asked about, answered, judged or met with silence, in order of time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
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
from feedback_app.demo.replies import answer_to, completing_words, officer_words, verdict_words
from feedback_app.demo.voices import Voice
from feedback_app.handling.citizens.words import add_message
from feedback_app.handling.clocks.escalation import any_escalation_due, escalate
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.handling.desk.notes import add_note
from feedback_app.handling.ending.archiving import archive_incomplete
from feedback_app.handling.ending.dispute_reviews import open_review_of, send_back
from feedback_app.handling.handing_on.placement import place
from feedback_app.handling.life import ask, report_progress, verify
from feedback_app.handling.models import Case
from feedback_app.handling.operations import close_silent, judge, respond, take
from feedback_app.handling.rules import CaseStatus, Outcome
from feedback_app.organisation.models import Agency

IN_TIME_DAYS: Final = (1, 1, 2, 2, 3, 4, 5)  # working days; the clock gives five
LATE_DAYS: Final = (6, 7, 8, 10, 13, 18)
AGAIN_DAYS: Final = (1, 2, 3, 5)
TAKEN_PART: Final = 0.5
VERIFIED_PART: Final = 0.6
ASKED_PART: Final = 0.06
COMPLETED_PART: Final = 0.75  # the others never answer the question
COMPLETED_DAYS: Final = (0.2, 8.0)
NEWS_PART: Final = 0.15  # of what takes longer than three days
NOTED_PART: Final = 0.10
REVIEWED_PART: Final = 0.6
LADDER_MINUTES: Final = (8 * 60, 12 * 60, 16 * 60 + 5)  # deadlines are at closing time, four in the afternoon
FORGOTTEN_PART: Final = 0.5  # of the late answers to recent cases: they have not come to this day
FORGOTTEN_WITHIN: Final = timedelta(days=45)
OUTCOMES: Final = {Outcome.CONFIRMED: 0.40, Outcome.PARTLY: 0.10, Outcome.DISPUTED: 0.12, Outcome.SILENT: 0.38}
SECOND_OUTCOMES: Final = {Outcome.CONFIRMED: 0.6, Outcome.PARTLY: 0.15, Outcome.SILENT: 0.25}
VERDICT_DAYS: Final = (0.1, 6.0)
DESK_MINUTES: Final = (8 * 60, 15 * 60 + 45)

Act = Callable[[datetime], None]


@dataclass
class Life:
    """The cases of one city on their way through the demo's year."""

    session: Session
    city: City
    period: Period
    calendar: WorkingCalendar
    officers: dict[int, tuple[str, int]]  # unit id: unit code, user id of who answers there
    rng: Random
    reviewers: dict[int | None, int]  # unit id: its head; None: who stands above all
    root_id: int  # the unit above all
    placer_id: int  # who gives away what has no unit
    _agenda: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    def expect(self, case: Case, voice: Voice) -> None:
        """Plan what becomes of a case, unless nobody is to look at it."""
        if not voice.waits:
            self._plan_answer(case, voice, case.opened_at)

    def run(self) -> None:
        """Let everything happen that happens before the end of the year, in order of time."""
        # Held, so that the session need not read the agency again for every deadline.
        agencies = self.session.scalars(sa.select(Agency)).all()
        day = self.period.first_day
        while (day := self.calendar.add_working_days(day, 1)) < self.period.today:
            for minute in LADDER_MINUTES:
                self._at(self.period.at(day, minute), self._climb)
        # What happens to a case is written when it is asked for again, not at every line of the trail.
        with self.session.no_autoflush:
            while self._agenda and self._agenda[0][0] < self.period.horizon:
                moment, _, act = heapq.heappop(self._agenda)
                act(moment)
        self.session.flush()
        del agencies

    def _at(self, moment: datetime, act: Act) -> None:
        # The number keeps two things of one moment in the order in which they were planned.
        heapq.heappush(self._agenda, (moment, next(self._numbers), act))

    def _plan_answer(self, case: Case, voice: Voice, now: datetime) -> None:
        if case.unit_id is None:
            # An allegation against the Inspektorat: the administrator gives it to whoever stands above all.
            self._at(self._desk_moment(now, self.rng.choice(AGAIN_DAYS)), partial(self._place, case, voice))
            return
        code, _ = self.officers[case.unit_id]
        is_late = self.rng.random() >= self.city.unit(code).punctual
        days = self.rng.choice(LATE_DAYS if is_late else IN_TIME_DAYS)
        answered_at = self._desk_moment(now, days)
        if self.rng.random() < VERIFIED_PART:
            self._at(self._desk_moment(now, 1, before=answered_at), partial(self._verify, case))
        if self.rng.random() < ASKED_PART:
            self._at(self._desk_moment(now, 2), partial(self._ask, case, voice))
            return
        self._plan_work(case, now, days, answered_at)
        is_recent = now > self.period.horizon - FORGOTTEN_WITHIN
        if not (is_late and is_recent and self.rng.random() < FORGOTTEN_PART):
            self._at(answered_at, partial(self._answer, case, voice, again=False))

    def _plan_work(self, case: Case, now: datetime, days: int, answered_at: datetime) -> None:
        if self.rng.random() < TAKEN_PART:
            self._at(self._desk_moment(now, max(1, days - 2), before=answered_at), partial(self._take, case))
        if days > 3 and self.rng.random() < NEWS_PART:
            self._at(self._desk_moment(now, days - 1, before=answered_at), partial(self._tell_news, case))
        if self.rng.random() < NOTED_PART:
            self._at(self._desk_moment(now, 1, before=answered_at), partial(self._note, case))

    def _desk_moment(self, now: datetime, days: int, *, before: datetime | None = None) -> datetime:
        """Return a moment in office hours, that many working days later; earlier than `before` on the same day."""
        day = self.calendar.add_working_days(self.period.day_of(now), days)
        moment = self.period.at(day, self.rng.uniform(*DESK_MINUTES))
        return moment if before is None or moment < before else before - timedelta(minutes=5)

    def _officer(self, case: Case) -> int | None:
        return self.officers[case.unit_id][1] if case.unit_id in self.officers else None

    def _verify(self, case: Case, now: datetime) -> None:
        user_id = self._officer(case)
        if user_id is not None and case.status is CaseStatus.NEW:
            verify(self.session, case, user_id=user_id, now=now)

    def _take(self, case: Case, now: datetime) -> None:
        user_id = self._officer(case)
        if user_id is not None and case.status in {CaseStatus.NEW, CaseStatus.VERIFIED}:
            take(self.session, case, user_id=user_id, now=now)

    def _ask(self, case: Case, voice: Voice, now: datetime) -> None:
        user_id = self._officer(case)
        if user_id is None:
            return
        ask(self.session, case, officer_words("question", self.rng), user_id=user_id, now=now)
        assert case.held_until is not None  # noqa: S101 - a question holds the case
        if self.rng.random() < COMPLETED_PART:
            self._at(now + timedelta(days=self.rng.uniform(*COMPLETED_DAYS)), partial(self._complete, case, voice))
        else:
            self._at(case.held_until + timedelta(minutes=1), self._give_up)

    def _complete(self, case: Case, voice: Voice, now: datetime) -> None:
        add_message(self.session, case, completing_words(self.rng), now=now)
        answered_at = self._desk_moment(now, self.rng.choice(AGAIN_DAYS))
        self._at(answered_at, partial(self._answer, case, voice, again=False))

    def _give_up(self, now: datetime) -> None:
        self.session.flush()
        archive_incomplete(self.session, now=now)

    def _tell_news(self, case: Case, now: datetime) -> None:
        user_id = self._officer(case)
        if user_id is not None:
            report_progress(self.session, case, officer_words("progress", self.rng), user_id=user_id, now=now)

    def _note(self, case: Case, now: datetime) -> None:
        user_id = self._officer(case)
        if user_id is not None:
            add_note(self.session, case, officer_words("note", self.rng), user_id=user_id, now=now)

    def _review(self, case: Case, now: datetime) -> None:
        reviewer = self.reviewers.get(case.unit_id, self.reviewers.get(None))
        self.session.flush()
        if reviewer is not None and not case.is_confidential and open_review_of(self.session, case) is not None:
            send_back(self.session, case, officer_words("sent_back", self.rng), user_id=reviewer, now=now)

    def _place(self, case: Case, voice: Voice, now: datetime) -> None:
        self.session.flush()
        place(self.session, case, self.root_id, officer_words("placed", self.rng), user_id=self.placer_id, now=now)
        self._plan_answer(case, voice, now)

    def _climb(self, now: datetime) -> None:
        self.session.flush()
        while any_escalation_due(self.session, now=now):
            escalate(self.session, now=now)
            self.session.flush()

    def _answer(self, case: Case, voice: Voice, now: datetime, *, again: bool) -> None:
        if case.unit_id is None:
            return
        code, user_id = self.officers[case.unit_id]
        words = answer_to(voice.kind, voice.text.aspect, self.city.unit(code).name, self.rng, again=again)
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
            if self.rng.random() < REVIEWED_PART:
                self._at(self._desk_moment(now, 1, before=answered_at), partial(self._review, case))
            self._at(answered_at, partial(self._answer, case, voice, again=True))

    def _fall_silent(self, now: datetime) -> None:
        self.session.flush()
        close_silent(self.session, now=now)
