"""One city's year: settled, rated, complained to, answered, evaluated; all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.demo.accounts import COUNTER, main_accounts, unit_accounts
from feedback_app.demo.cities import ROOT, City
from feedback_app.demo.cycles import Cycles
from feedback_app.demo.desk import Desk
from feedback_app.demo.duty import Duty
from feedback_app.demo.life import Life
from feedback_app.demo.period import Period
from feedback_app.demo.posts import Post, posts_of
from feedback_app.demo.remarks import remarks_of
from feedback_app.demo.roster import keep_roster
from feedback_app.demo.settling import Town, found, settle
from feedback_app.demo.showing import Showing
from feedback_app.demo.storing import READ_AFTER, read_as_they_came, store_visits, store_voices
from feedback_app.demo.surveys import Surveys
from feedback_app.demo.texts import Hand
from feedback_app.demo.visits import Visit, visits_of
from feedback_app.demo.voices import Voice, voices_of
from feedback_app.drain.read import Reader
from feedback_app.drain.run import drain_batch
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.handling.models import Case
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import AnalysisState

BATCH: Final = 500

Progress = Callable[[str], None]
ReaderSource = Callable[[], Reader]


@dataclass(frozen=True, slots=True)
class LoadedCity:
    """What a city of the demo holds after loading."""

    code: str
    agency_id: int
    ratings: int
    texts: int
    people: int
    with_band: int


@dataclass
class Year:
    """A city on its way into the database."""

    session: Session
    city: City
    period: Period
    reader: Reader
    key: bytes
    seed: int
    hand: Hand
    progress: Progress

    def happen(self) -> LoadedCity:
        """Settle the city, let its year happen, evaluate the quarters and the month whose books are closed."""
        posts = posts_of(self.city, self.period, self._random("posts"))
        agency_id = found(self.session, self.city, self.period)
        town = settle(self.session, agency_id, self.city, self.period, posts)
        calendar = clocks_of(self.session, agency_id).calendar
        keep_roster(self.session, town, self.city, posts, self.period, calendar.is_working_day, self._random("roster"))
        self.progress(f"  {len({post.person.key for post in posts})} pegawai, {len(posts)} penugasan")
        visits = self._visits(posts, calendar)
        voices = voices_of(self.city, self.period, calendar, self.hand, self._random("voices"))
        voices += remarks_of(self.city, self.period, calendar, posts, self.hand, self._random("remarks"))
        voices.sort(key=lambda voice: (voice.received_at, voice.text.id))
        store_visits(self.session, town, visits, key=self.key, rng=self._random("tokens"))
        by_submission = store_voices(self.session, town, voices, key=self.key, rng=self._random("remark tokens"))
        self._drain(town, sorted([*(visit.received_at for visit in visits), *(voice.received_at for voice in voices)]))
        self.progress(f"  {len(visits)} penilaian dan {len(voices)} masukan tertulis dibaca")
        self._live(town, calendar, by_submission)
        officer = self._officers(town)[town.units[COUNTER]][1]
        Desk(self.session, self.period, town, officer, self._random("desk")).lay_out()
        self.progress("  kasus ditanggapi, dinilai warga, ditutup")
        Showing(
            self.session, self.city, self.period, town, self._officers(town), self._random("showing")
        ).show()  # fmt: skip
        filled = Surveys(
            self.session, self.city, self.period, town, calendar, self._random("surveys")
        ).happen()  # fmt: skip
        self.progress(f"  {filled} kuesioner SKM dalam tiga periode")
        computed = Cycles(self.session, self.city, self.period, town, calendar).happen()
        self.progress(f"  siklus dihitung: {computed.with_band} dari {computed.people} pegawai cukup bukti")
        return LoadedCity(self.city.code, agency_id, len(visits), len(voices), computed.people, computed.with_band)

    def _random(self, subject: str) -> Random:
        # Each subject has its own numbers, so that a change in one leaves the others as they were.
        return Random(f"{self.seed}/{self.city.code}/{subject}/{self.period.today}")  # noqa: S311 - repeatable

    def _visits(self, posts: Sequence[Post], calendar: WorkingCalendar) -> list[Visit]:
        generator = np.random.default_rng(self._random("visits").getrandbits(64))
        return visits_of(self.city, self.period, calendar, Duty(posts, self.period), generator)

    def _drain(self, town: Town, received: Sequence[datetime]) -> None:
        """Send the year through the drain in batches, then date what each batch wrote as a running platform would."""
        for start in range(0, len(received), BATCH):
            batch = received[start : start + BATCH]
            drain_batch(self.session, self.reader, limit=len(batch), now=batch[-1] + READ_AFTER)
        pending = sa.select(sa.func.count()).select_from(Submission).where(
            Submission.agency_id == town.agency_id, Submission.analysis == AnalysisState.PENDING
        )  # fmt: skip
        while self.session.scalar(pending):  # the drain took other agencies' feedback before ours
            drain_batch(self.session, self.reader, limit=BATCH, now=self.period.horizon - READ_AFTER)
        read_as_they_came(self.session, town.agency_id)

    def _live(self, town: Town, calendar: WorkingCalendar, voices: dict[int, Voice]) -> None:
        life = Life(
            self.session, self.city, self.period, calendar, self._officers(town), self._random("life"),
            reviewers=self._heads(town), root_id=town.units[ROOT],
            placer_id=town.users[main_accounts(self.city)[-1].email],
        )  # fmt: skip
        cases = self.session.scalars(sa.select(Case).where(Case.agency_id == town.agency_id).order_by(Case.opened_at))
        for case in cases:
            life.expect(case, voices[case.submission_id])
        life.run()

    def _officers(self, town: Town) -> dict[int, tuple[str, int]]:
        answering = [
            account
            for account in main_accounts(self.city)
            # Above all units there is nobody but the head.
            if account.role is Role.OFFICER or account.unit == ROOT
        ]
        return {
            town.units[account.unit]: (account.unit, town.users[account.email])
            for account in [*answering, *unit_accounts(self.city)]
            if account.unit and account.nth == 0
        }

    def _heads(self, town: Town) -> dict[int | None, int]:
        heads = [account for account in main_accounts(self.city) if account.role is Role.UNIT_HEAD]
        return {
            None if account.unit == ROOT else town.units[account.unit]: town.users[account.email]
            for account in heads
            if account.unit
        }
