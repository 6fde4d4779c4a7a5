"""One city's year: settled, rated, complained to, answered, evaluated; all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Final

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.demo.accounts import main_accounts, unit_accounts
from feedback_app.demo.cities import City
from feedback_app.demo.duty import Duty
from feedback_app.demo.life import READ_AFTER, Life
from feedback_app.demo.period import Period
from feedback_app.demo.posts import posts_of
from feedback_app.demo.settling import Town, found, settle
from feedback_app.demo.storing import store_visits, store_voices
from feedback_app.demo.texts import Hand
from feedback_app.demo.visits import Visit, visits_of
from feedback_app.demo.voices import voices_of
from feedback_app.drain.read import Reader
from feedback_app.drain.run import drain_batch
from feedback_app.evaluation.models import CycleKind
from feedback_app.evaluation.operations import Computation, compute, open_cycle
from feedback_app.handling.clocks import clocks_of
from feedback_app.handling.rules import WorkingCalendar
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import AnalysisState
from feedback_app.nlp.reading import Reading

BATCH: Final = 500
QUARTERS: Final = ("I", "II", "III", "IV")
COMPUTED_DAYS_AFTER: Final = 5

Progress = Callable[[str], None]


class ReadAhead:
    """The classifier, with the texts of a city read in one go: hundreds of batches of one would cost ten times that."""

    def __init__(self, reader: Reader, texts: Sequence[str]) -> None:
        self.model_version = reader.model_version
        self._reader = reader
        self._readings = dict(zip(texts, reader.classify(texts), strict=True)) if texts else {}

    def classify(self, texts: Sequence[str]) -> list[Reading]:
        """Return the readings, those of texts from elsewhere by the classifier itself."""
        others = [text for text in texts if text not in self._readings]
        found = {**self._readings, **dict(zip(others, self._reader.classify(others), strict=True))} if others else {}
        return [(found or self._readings)[text] for text in texts]


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
        """Settle the city, let its year happen, compute its last full quarter."""
        posts = posts_of(self.city, self.period, self._random("posts"))
        agency_id = found(self.session, self.city, self.period)
        town = settle(self.session, agency_id, self.city, self.period, posts)
        calendar = clocks_of(self.session, agency_id).calendar
        self.progress(f"  {len({post.person.key for post in posts})} pegawai, {len(posts)} penugasan")
        generator = np.random.default_rng(self._random("visits").getrandbits(64))
        visits = visits_of(self.city, self.period, calendar, Duty(posts, self.period), generator)
        self._rate(town, visits)
        self.progress(f"  {len(visits)} penilaian")
        texts = self._speak(town, calendar)
        self.progress(f"  {texts} masukan tertulis, dibaca dan ditindaklanjuti")
        computed = self._evaluate(town)
        self.progress(f"  siklus dihitung: {computed.with_band} dari {computed.people} pegawai cukup bukti")
        return LoadedCity(self.city.code, agency_id, len(visits), texts, computed.people, computed.with_band)

    def _random(self, subject: str) -> Random:
        # Each subject has its own numbers, so that a change in one leaves the others as they were.
        return Random(f"{self.seed}/{self.city.code}/{subject}/{self.period.today}")  # noqa: S311 - repeatable

    def _rate(self, town: Town, visits: Sequence[Visit]) -> None:
        if not visits:
            return
        store_visits(self.session, town, visits, key=self.key, rng=self._random("tokens"))
        for start in range(0, len(visits), BATCH):
            batch = visits[start : start + BATCH]
            drain_batch(self.session, self.reader, limit=len(batch), now=batch[-1].received_at + READ_AFTER)
        self._drain_rest(town)

    def _speak(self, town: Town, calendar: WorkingCalendar) -> int:
        voices = voices_of(self.city, self.period, calendar, self.hand, self._random("voices"))
        ahead = ReadAhead(self.reader, [voice.text.text.strip() for voice in voices])
        life = Life(
            self.session, ahead, self.city, town, self.period, calendar, self._officers(town),
            store_voices(self.session, town, voices), self._random("life"),
        )  # fmt: skip
        life.run()
        self._drain_rest(town)
        return len(voices)

    def _officers(self, town: Town) -> dict[int, tuple[str, int]]:
        answering = [account for account in main_accounts(self.city) if account.role is Role.OFFICER]
        return {
            town.units[account.unit]: (account.unit, town.users[account.email])
            for account in [*answering, *unit_accounts(self.city)]
            if account.unit
        }

    def _drain_rest(self, town: Town) -> None:
        """Read what is left where the drain took other agencies' pending feedback before ours."""
        mine = sa.select(sa.func.count()).select_from(Submission).where(
            Submission.agency_id == town.agency_id, Submission.analysis == AnalysisState.PENDING
        )  # fmt: skip
        while self.session.scalar(mine):
            drain_batch(self.session, self.reader, limit=BATCH, now=self.period.horizon - timedelta(minutes=1))

    def _evaluate(self, town: Town) -> Computation:
        starts_on, ends_on = self.period.last_full_quarter()
        quarter = QUARTERS[(starts_on.month - 1) // 3]
        computed_on = min(ends_on + timedelta(days=COMPUTED_DAYS_AFTER), self.period.last_day)
        now = self.period.at(computed_on, 10 * 60)
        evaluator = next(account for account in main_accounts(self.city) if account.role is Role.EVALUATOR)
        actor = person(town.users[evaluator.email])
        cycle = open_cycle(
            self.session, agency_id=town.agency_id, name=f"Triwulan {quarter} {starts_on.year}",
            kind=CycleKind.QUARTERLY, starts_on=starts_on, ends_on=ends_on, actor=actor, now=now,
        )  # fmt: skip
        return compute(self.session, cycle, actor=actor, now=now)
