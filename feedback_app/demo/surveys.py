"""The surveys of a city: two rounds closed and published, one open, older results, and what followed from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, person
from feedback_app.demo.accounts import main_accounts
from feedback_app.demo.cities import City
from feedback_app.demo.period import Period, months_later
from feedback_app.demo.settling import Town
from feedback_app.demo.storing import copy_rows
from feedback_app.demo.survey_answers import FilledRow, Sheet, filled_rows
from feedback_app.demo.survey_plans import Plans
from feedback_app.demo.survey_units import UnitSurvey, reported_of, surveys_of
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.survey import models
from feedback_app.survey.batch_models import Batch
from feedback_app.survey.elements import RULESETS, RuleSetCode, Weight
from feedback_app.survey.folding import fold_period
from feedback_app.survey.history import Reported, add_reported
from feedback_app.survey.instruments import make_official, questions
from feedback_app.survey.official import Variant
from feedback_app.survey.period_life import close_survey, open_survey
from feedback_app.survey.periods import PeriodWanted, create
from feedback_app.survey.results import publish, store_period
from feedback_app.survey.rules import BatchKind, SurveyChannel

ROMAN: Final = ("I", "II")
ROUNDS_AGO: Final = (2, 1, 0)
# From round to round people answer a little better, as where something is done about it.
BETTER_EACH: Final = 0.05
CITY_SPREAD: Final = 0.06
SERVICES_EACH: Final = 2
# A survey is held within some weeks of its half year.
FIELD_DAYS: Final = 15
SAMPLING: Final = "Acak sistematis: setiap pengunjung ketiga di loket, dan setiap pemohon yang layanannya selesai."
NOON: Final = 12 * 60


@dataclass(frozen=True, slots=True)
class Place:
    """A service that is surveyed, with the questionnaire it is asked with."""

    survey: UnitSurvey
    unit_id: int
    service_id: int
    share: float
    instrument_id: int
    elements: Sequence[str | None]


@dataclass
class Surveys:
    """The surveys of a city on their way into the database."""

    session: Session
    city: City
    period: Period
    town: Town
    calendar: WorkingCalendar
    rng: Random

    def happen(self) -> int:
        """Store everything; return how many questionnaires there are."""
        self._report_older()
        places = self._places()
        shift, stored = self.rng.uniform(-CITY_SPREAD, CITY_SPREAD), 0
        plans = Plans(self.session, self.city, self.period, self.town, self.rng)
        for ago in ROUNDS_AGO:
            first, last = self.days_of(ago)
            held = self._open(places, first, last)
            stored += self._answer(held, places, first, last, shift - ago * BETTER_EACH)
            if not ago:
                fold_period(self.session, self.town.agency_id, held.id)
                continue
            self._close(held, last)
            plans.follow(held, sorted({place.unit_id for place in places}), is_last=ago == 1)
        return stored

    def days_of(self, ago: int) -> tuple[date, date]:
        """Return first and last day of the half year so many before the present one."""
        today = self.period.today
        first = months_later(date(today.year, 1 if today.month <= 6 else 7, 1), -6 * ago)
        return first, months_later(first, 6) - timedelta(days=1)

    @property
    def actor(self) -> Actor:
        """Return who looks after surveys."""
        return person(self.town.users[main_accounts(self.city)[-1].email])

    def moment(self, day: date, minutes: float = NOON) -> datetime:
        """Return a moment of a day, or the last ones of the demo's year where that has not come yet."""
        return min(self.period.at(day, minutes), self.period.horizon - timedelta(minutes=30))

    def _report_older(self) -> None:
        for row in reported_of(self.city):
            ruleset, index, year = RuleSetCode(row["ruleset"]), Decimal(row["index"]), row["year"]
            told = Reported(
                name=f"Tahun {year}", code=str(year), starts_on=date(year, 1, 1), ends_on=date(year, 12, 31),
                ruleset=ruleset, weight=Weight(row["weight"]), unit_id=self.town.units[row["unit"]], index=index,
                grade=RULESETS[ruleset].band_of(index).grade, respondents=row["respondents"], source=row["source"],
            )  # fmt: skip
            now = self.moment(self.period.first_day)
            add_reported(self.session, self.town.agency_id, told, actor=self.actor, now=now)

    def _places(self) -> list[Place]:
        now, agency_id = self.moment(self.period.first_day), self.town.agency_id
        made = {
            variant: make_official(self.session, agency_id, variant, actor=self.actor, now=now)
            for variant in (Variant.STANDARD, Variant.WEB)
        }
        asked = {row.id: [question.element for question in questions(self.session, row)] for row in made.values()}
        found = []
        for survey in surveys_of(self.city):
            busiest = sorted(survey.unit.services, key=lambda service: -service.weight)[:SERVICES_EACH]
            whole = sum(service.weight for service in busiest)
            for service in busiest:
                instrument_id = made[Variant.WEB if service.code in survey.on_the_web else Variant.STANDARD].id
                found.append(
                    Place(
                        survey, self.town.units[survey.unit.code], self.town.services[survey.unit.code, service.code],
                        service.weight / whole, instrument_id, asked[instrument_id],
                    )
                )  # fmt: skip
        return found

    def _open(self, places: Sequence[Place], first: date, last: date) -> models.Period:
        before, half = self.moment(first - timedelta(days=5)), 1 if first.month == 1 else 2
        standard = min(place.instrument_id for place in places)
        wanted = PeriodWanted(
            name=f"Semester {ROMAN[half - 1]} {first.year}", code=f"{first.year}-s{half}", starts_on=first,
            ends_on=last, instrument_id=standard, sampling=SAMPLING,
        )  # fmt: skip
        held = create(self.session, self.town.agency_id, wanted, actor=self.actor, now=before)
        self.session.add_all(
            models.Target(
                agency_id=held.agency_id, period_id=held.id, unit_id=place.unit_id, service_id=place.service_id,
                instrument_id=place.instrument_id if place.instrument_id != standard else None,
                population=max(1, round(place.survey.population * place.share)),
                population_source="Buku register pelayanan, dua belas bulan terakhir",
            )
            for place in places
        )  # fmt: skip
        self.session.flush()
        open_survey(self.session, held, today=first, actor=self.actor, now=self.moment(first, 7 * 60))
        return held

    def _close(self, held: models.Period, last: date) -> None:
        closed_on = last + timedelta(days=3)
        close_survey(self.session, held, today=max(closed_on, last), actor=self.actor, now=self.moment(closed_on))
        store_period(self.session, held, now=self.moment(closed_on), actor=self.actor)
        publish(self.session, held, now=self.moment(closed_on + timedelta(days=7)), actor=self.actor)

    def _answer(self, held: models.Period, places: Sequence[Place], first: date, last: date, shift: float) -> int:
        until = min(last, self.period.last_day)
        days = [
            day
            for day in (first + timedelta(days=n) for n in range((until - first).days + 1))
            if self.calendar.is_working_day(day)
        ]
        days = days[-FIELD_DAYS:]
        over = ((until - first).days + 1) / ((last - first).days + 1)
        rows, batches = [], _Batches(self, held)
        for place in places:
            count = round(place.survey.respondents * place.share * max(0.0, over))
            means = [place.survey.level + shift + place.survey.low.get(one or "", 0.0) for one in place.elements]
            sheet = Sheet(count, means, days, place.survey.channels, place.survey.mornings)
            for filled in filled_rows(sheet, self.rng):
                paper = filled.channel is SurveyChannel.PAPER
                rows.append(_stored(held, place, filled, batches.of(place) if paper else None))
        copy_rows(self.session, models.Response, _COLUMNS, rows)
        return len(rows)


@dataclass
class _Batches:
    """One session of typing for each service whose people filled in paper."""

    surveys: Surveys
    held: models.Period

    def __post_init__(self) -> None:
        self._made: dict[int, int] = {}

    def of(self, place: Place) -> int:
        if place.service_id not in self._made:
            self._made[place.service_id] = self._make(place)
        return self._made[place.service_id]

    def _make(self, place: Place) -> int:
        town, city = self.surveys.town, self.surveys.city
        typed_on = min(self.held.ends_on, self.surveys.period.last_day)
        row = Batch(
            agency_id=self.held.agency_id, period_id=self.held.id, unit_id=place.unit_id,
            service_id=place.service_id, kind=BatchKind.TYPED, created_at=self.surveys.moment(typed_on, 14 * 60),
            created_by=town.users[f"petugas.{place.survey.unit.code}@{city.code}.demo"],
        )  # fmt: skip
        self.surveys.session.add(row)
        self.surveys.session.flush()
        return row.id


_COLUMNS: Final = (
    "agency_id", "id", "period_id", "unit_id", "service_id", "instrument_id", "batch_id", "channel", "is_visit",
    "answered_on", "hours", "sex", "age", "education", "occupation", "answers", "entry_key",
)  # fmt: skip


def _stored(held: models.Period, place: Place, filled: FilledRow, batch_id: int | None) -> tuple[object, ...]:
    return (
        held.agency_id, filled.id, held.id, place.unit_id, place.service_id, place.instrument_id, batch_id,
        filled.channel.value, filled.channel is SurveyChannel.COUNTER, filled.day, filled.hours.value, filled.sex,
        filled.age, filled.education, filled.occupation, filled.answers, filled.entry_key,
    )  # fmt: skip
