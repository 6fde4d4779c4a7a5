"""How good the work of a unit was on a day, as the people who answered for it make it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from feedback_app.demo.period import Period
from feedback_app.demo.posts import Post
from feedback_app.evaluation.rules import AssignmentSpan, Segment, responsibility_segments

Place = tuple[str, str | None]


class Duty:
    """The true quality behind the ratings of each unit, service and day."""

    def __init__(self, posts: Sequence[Post], period: Period) -> None:
        units = {code: number for number, code in enumerate(sorted({post.unit for post in posts}), start=1)}
        places = sorted({(post.unit, post.service) for post in posts if post.service})
        services = {place: number for number, place in enumerate(places, start=1)}
        spans = [
            AssignmentSpan(
                assignment_id=number, employee_id=post.person.key, unit_id=units[post.unit],
                service_id=services.get((post.unit, post.service or "")), kind=post.kind, is_head=post.is_head,
                share=post.share, starts_on=post.starts_on, ends_on=post.ends_on,
            )
            for number, post in enumerate(posts)
        ]  # fmt: skip
        self._quality = {post.person.key: post.person.quality for post in posts}
        self._units, self._services = units, services
        self._segments: dict[tuple[int, int | None], list[Segment]] = defaultdict(list)
        for segment in responsibility_segments(spans, period.first_day, period.last_day):
            self._segments[segment.unit_id, segment.service_id].append(segment)

    def effect(self, unit: str, service: str | None, day: date) -> float:
        """Return how far ratings of that day lie from the usual of the service (points of 1 to 4)."""
        number = self._services.get((unit, service)) if service else None
        found = self._segments[self._units[unit], number]
        return sum(s.share * self._quality[s.employee_id] for s in found if s.starts_on <= day <= s.ends_on)
