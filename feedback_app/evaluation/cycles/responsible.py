"""Who answers for one rating, found for each by itself; see `recount`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from feedback_app.evaluation.attribution.levels import UNDECLARED, LevelSpan
from feedback_app.evaluation.attribution.tables import segments_of_two_posts
from feedback_app.evaluation.rules import Segment
from feedback_app.intake.rules import Channel
from feedback_app.organisation.people.rules import AttributionLevel

Stratum = tuple[int, date]


@dataclass(frozen=True, slots=True)
class Rating:
    """One rating that the cycle could read."""

    id: int
    unit_id: int
    service_id: int | None
    counter_id: int | None
    day: date
    channel: Channel
    rating: int

    @property
    def is_proven(self) -> bool:
        """Tell whether a visit token proves it."""
        return self.channel is Channel.TOKEN

    @property
    def stratum(self) -> Stratum:
        """Return its service (or minus its unit) and the first day of its quarter."""
        return self.service_id or -self.unit_id, self.day.replace(month=(self.day.month - 1) // 3 * 3 + 1, day=1)


@dataclass(frozen=True, slots=True)
class Part:
    """What one person answers for of a rating: through which post (None: the counter record), with which share."""

    employee_id: int
    assignment_id: int | None
    segment: int | None
    share: float


class Responsible:
    """Finds who answers for one rating, by the counter record, the posts and the declared levels."""

    def __init__(
        self, segments: Sequence[Segment], levels: Iterable[LevelSpan], duty: dict[tuple[int, date], list[int]]
    ) -> None:
        self.levels: dict[int, list[LevelSpan]] = defaultdict(list)
        for span in levels:
            self.levels[span.unit_id].append(span)
        self.scopes: dict[tuple[int, int | None], list[tuple[int, Segment]]] = defaultdict(list)
        for number, segment in enumerate(segments):
            self.scopes[segment.unit_id, segment.service_id].append((number, segment))
        self.duty = duty
        self.doubles = segments_of_two_posts(segments)

    def level(self, rating: Rating) -> AttributionLevel:
        """Return the level declared for a rating's unit and day."""
        held = (s.level for s in self.levels[rating.unit_id] if s.starts_on <= rating.day <= s.ends_on)
        return next(held, UNDECLARED)

    def parts(self, rating: Rating) -> list[Part]:
        """Return who answers for a rating, one entry for each post."""
        level = self.level(rating)
        if level is AttributionLevel.UNIT:
            return []
        if level is AttributionLevel.COUNTER and rating.counter_id is not None:
            on_duty = self.duty.get((rating.counter_id, rating.day))
            if on_duty:
                return [Part(employee_id, None, None, 1.0 / len(on_duty)) for employee_id in on_duty]
        bound = (rating.unit_id, rating.service_id) in self.scopes
        return [
            Part(segment.employee_id, segment.assignment_id, number, segment.share)
            for number, segment in self.scopes.get((rating.unit_id, rating.service_id if bound else None), [])
            if segment.starts_on <= rating.day <= segment.ends_on
        ]
