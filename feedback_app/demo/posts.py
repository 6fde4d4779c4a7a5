"""Who holds which post from when to when: heads, officers who change places, and the stories of the year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from feedback_app.demo.cities import City, ServicePlan, Standing, UnitPlan
from feedback_app.demo.people import Person, Register
from feedback_app.demo.period import Period, months_later
from feedback_app.organisation.rules import AssignmentKind

ONE_DAY: Final = timedelta(days=1)
HEADS_CHANGE_MONTHS_AGO: Final = 6
TASK_MONTHS_AGO: Final = 8
VACANT_MONTHS_AGO: Final = 4
ACTING_MONTHS: Final = 3  # a Plt is named for three months, once more prolonged (SE BKN 1/SE/I/2021)
OFFICERS_CHANGE_AFTER_DAYS: Final = 45
ABSENT_AFTER_DAYS, ABSENT_DAYS = 20, 18
TWO_OFFICERS_FROM_WEIGHT: Final = 2.0
FIRST_OFFICER_PART: Final = Decimal("0.6")
TASK_SHARE: Final = Decimal("0.2")
# People are 5 to 10 % of the variance of a rating (`visits.NOISE`); how hard a service is moves ratings more.
HEAD_SPREAD, OFFICER_SPREAD, ALONE_SPREAD = 0.08, 0.2, 0.2


@dataclass(frozen=True, slots=True)
class Post:
    """One dated assignment; both days included, an empty last day means "still"."""

    person: Person
    unit: str
    service: str | None
    position: str
    kind: AssignmentKind
    is_head: bool
    share: Decimal
    decree_number: str
    starts_on: date
    ends_on: date | None

    def holds_on(self, day: date) -> bool:
        """Tell whether the post is held on a day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass
class Roll:
    """The posts of one city while they are being given out."""

    city: City
    period: Period
    rng: Random
    register: Register
    posts: list[Post] = field(default_factory=list)

    def give(
        self, person: Person, unit: UnitPlan, position: str, starts_on: date, ends_on: date | None = None, *,
        service: ServicePlan | None = None, kind: AssignmentKind = AssignmentKind.DEFINITIVE, is_head: bool = False,
        share: Decimal = Decimal(1),
    ) -> None:  # fmt: skip
        """Add a post with the next decree number."""
        series = "800.1.11.1" if service else "800.1.3.3"
        self.posts.append(
            Post(
                person, unit.code, service.code if service else None, position, kind, is_head, share,
                f"{series}/{len(self.posts) + 101}/BKPSDM/{starts_on.year}", starts_on, ends_on,
            )
        )  # fmt: skip

    def long_ago(self) -> date:
        """Return a first of a month between one and four years before the demo's year."""
        return months_later(self.period.first_day.replace(day=1), -self.rng.randint(12, 48))

    def head_on(self, unit_code: str, day: date) -> Person:
        """Return the definitive head of a unit on a day."""
        return next(
            post.person
            for post in self.posts
            if post.unit == unit_code and post.is_head and post.kind is AssignmentKind.DEFINITIVE and post.holds_on(day)
        )


def posts_of(city: City, period: Period, rng: Random) -> list[Post]:
    """Return every post of a city in the demo's year, the earliest given first."""
    roll = Roll(city, period, rng, Register(city.number, city.names, period.today, rng))
    _heads(roll)
    _standing_in(roll)
    seats = {unit.code: _seats(roll, unit) for unit in city.units if unit.staffing == "roster"}
    for unit in city.units:
        if unit.staffing == "roster":
            _roster(roll, unit, seats)
        elif unit.staffing == "desk":
            _desks(roll, unit)
    _additional_task(roll)
    return roll.posts


def _heads(roll: Roll) -> None:
    first, second = roll.city.stories.heads_change_places
    change_on = roll.period.months_ago(HEADS_CHANGE_MONTHS_AGO)
    vacant_on = roll.period.months_ago(VACANT_MONTHS_AGO)
    heads = {unit.code: roll.register.hire(_head_quality(roll, unit), is_head=True) for unit in roll.city.units}
    for unit in roll.city.units:
        began = roll.long_ago()
        if unit.code in {first, second}:
            successor = heads[second if unit.code == first else first]
            _head(roll, heads[unit.code], unit, began, change_on - ONE_DAY)
            _head(roll, successor, unit, change_on, None)
        elif unit.code == roll.city.stories.vacant_head.unit:
            _head(roll, heads[unit.code], unit, began, vacant_on - ONE_DAY)
        else:
            _head(roll, heads[unit.code], unit, began, None)


def _head_quality(roll: Roll, unit: UnitPlan) -> float:
    return roll.rng.gauss(0.0, ALONE_SPREAD if unit.staffing == "alone" else HEAD_SPREAD)


def _head(roll: Roll, person: Person, unit: UnitPlan, starts_on: date, ends_on: date | None) -> None:
    roll.give(
        person, unit, f"{unit.head} {_place(unit)}".strip(), starts_on, ends_on, is_head=True, share=_head_share(unit)
    )


def _place(unit: UnitPlan) -> str:
    """Return a unit's name without the word that its head's title repeats ("Kepala Dinas Dinas …")."""
    last_word = unit.head.split()[-1]
    title = {"Camat": "Kecamatan", "Lurah": "Kelurahan", "Inspektur": "Inspektorat", "Daerah": "Sekretariat Daerah",
             "Satuan": "Satuan"}.get(last_word, last_word)  # fmt: skip
    return unit.name.removeprefix(title).strip()


def _head_share(unit: UnitPlan) -> Decimal:
    return Decimal(str(unit.head_share))


def _standing_in(roll: Roll) -> None:
    """A vacant head's place is taken by a Plt, twice three months; one who is away for some days by a Plh."""
    vacant, absent = roll.city.stories.vacant_head, roll.city.stories.absent_head
    vacant_on = roll.period.months_ago(VACANT_MONTHS_AGO)
    prolonged_on = months_later(vacant_on, ACTING_MONTHS)
    acting = roll.head_on(vacant.acting, vacant_on)
    kind = AssignmentKind.ACTING_VACANT
    _stand_in(roll, acting, vacant, "Plt", kind, vacant_on, prolonged_on - ONE_DAY)
    _stand_in(roll, acting, vacant, "Plt", kind, prolonged_on, months_later(prolonged_on, ACTING_MONTHS) - ONE_DAY)
    away_on = roll.period.last_closed_quarter()[0] + timedelta(days=ABSENT_AFTER_DAYS)
    deputy = roll.head_on(absent.acting, away_on)
    back_on = away_on + timedelta(days=ABSENT_DAYS)
    _stand_in(roll, deputy, absent, "Plh", AssignmentKind.ACTING_ABSENT, away_on, back_on - ONE_DAY)


def _stand_in(
    roll: Roll, person: Person, standing: Standing, title: str, kind: AssignmentKind, starts_on: date, ends_on: date
) -> None:
    unit = roll.city.unit(standing.unit)
    position = f"{title} {unit.head} {_place(unit)}".strip()
    roll.give(person, unit, position, starts_on, ends_on, kind=kind, is_head=True, share=_head_share(unit))


def _seats(roll: Roll, unit: UnitPlan) -> list[Person]:
    """Return the officers of a roster, one for each seat, of the qualities that the unit's spread names."""
    qualities = list(unit.spread)
    roll.rng.shuffle(qualities)
    return [roll.register.hire(quality + roll.rng.gauss(0.0, 0.05)) for quality in qualities]


def _roster(roll: Roll, unit: UnitPlan, seats: dict[str, list[Person]]) -> None:
    """Every month each officer serves at the next counter, so that each counter has known several officers."""
    for number, (first, last) in enumerate(_spans(roll)):
        is_present = first <= roll.period.today <= last
        for seat in range(len(unit.services)):
            service = unit.services[(seat + number) % len(unit.services)]
            person = _holder(roll, unit.code, seat, first, seats)
            roll.give(
                person, unit, f"Petugas loket {service.name}", first, None if is_present else last, service=service,
                share=1 - _head_share(unit),
            )  # fmt: skip


def _spans(roll: Roll) -> Iterator[tuple[date, date]]:
    for first, last in roll.period.months():
        change_on = _officers_change_on(roll)
        if first < change_on <= last:
            yield first, change_on - ONE_DAY
            yield change_on, last
        else:
            yield first, last


def _officers_change_on(roll: Roll) -> date:
    return roll.period.last_closed_quarter()[0] + timedelta(days=OFFICERS_CHANGE_AFTER_DAYS)


def _holder(roll: Roll, unit_code: str, seat: int, day: date, seats: dict[str, list[Person]]) -> Person:
    """Return who sits on a seat: from one day on, the last of one unit and the first of another change places."""
    first, second = roll.city.stories.officers_change_places
    if day >= _officers_change_on(roll):
        if (unit_code, seat) == (first, len(seats[first]) - 1):
            return seats[second][0]
        if (unit_code, seat) == (second, 0):
            return seats[first][-1]
    return seats[unit_code][seat]


def _desks(roll: Roll, unit: UnitPlan) -> None:
    """Each service has its own officer; a busy one has two, who share it three to two."""
    rest = 1 - _head_share(unit)
    for service in unit.services:
        is_busy = service.weight >= TWO_OFFICERS_FROM_WEIGHT
        parts = (FIRST_OFFICER_PART, 1 - FIRST_OFFICER_PART) if is_busy else (Decimal(1),)
        for part in parts:
            officer = roll.register.hire(roll.rng.gauss(0.0, OFFICER_SPREAD))
            roll.give(
                officer, unit, f"Petugas {service.name}", roll.long_ago(), service=service, share=part * rest
            )  # fmt: skip


def _additional_task(roll: Roll) -> None:
    task = roll.city.stories.additional_task
    starts_on = roll.period.months_ago(TASK_MONTHS_AGO)
    unit = roll.city.unit(task.unit)
    service = next(service for service in unit.services if service.code == task.service)
    roll.give(
        roll.head_on(task.from_unit, starts_on), unit, task.position, starts_on, service=service,
        kind=AssignmentKind.ADDITIONAL, share=TASK_SHARE,
    )  # fmt: skip
