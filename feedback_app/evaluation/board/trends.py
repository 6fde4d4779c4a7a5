"""Which aspects are spoken of more, or less, than before: counts of texts from the daily figures."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.board.rates import RateRatio, discoveries, rate_ratio
from feedback_app.evaluation.board.rules import FEW
from feedback_app.handling.models import Case
from feedback_app.intake.models import Submission
from feedback_app.intake.restrictions import ever_restricted
from feedback_app.measures.models import DailyTopic
from feedback_app.measures.release_counts import NOT_TOLD
from feedback_app.measures.release_models import Anomaly, AnomalyState
from feedback_app.measures.set_aside import is_set_aside
from feedback_app.nlp.labels import Aspect, Kind, Sentiment

TOP: Final = 5


class Span(enum.StrEnum):
    """How long the time is that is compared with the one before it."""

    MONTH = "month"
    QUARTER = "quarter"


_DAYS: Final = {Span.MONTH: (30, 90), Span.QUARTER: (91, 91)}


class Stance(enum.StrEnum):
    """Whether texts praise or criticise."""

    PRAISE = "praise"
    CRITICISM = "criticism"


@dataclass(frozen=True, slots=True)
class Window:
    """The days counted and, right before them, the days they are compared with; all of them over."""

    before_on: date
    first_on: date
    last_on: date

    @property
    def before_last_on(self) -> date:
        """Return the last day of the time before."""
        return self.first_on - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AspectTrend:
    """One aspect, praised or criticised: texts now and before, and how the share of all texts changed.

    `is_notable` says that the change counts after the correction for all comparisons made.
    """

    aspect: Aspect
    stance: Stance
    now: int
    before: int
    change: RateRatio
    is_notable: bool

    @property
    def tells_ratio(self) -> bool:
        """Tell whether both numbers are large enough to be told by a ratio."""
        return min(self.now, self.before) >= FEW


@dataclass(frozen=True, slots=True)
class Voices:
    """What texts spoke of: how many there were in both times, and each aspect with enough of them."""

    window: Window
    texts_now: int
    texts_before: int
    aspects: tuple[AspectTrend, ...]

    def moved(self) -> list[AspectTrend]:
        """Return the notable changes, the surest first."""
        return sorted((one for one in self.aspects if one.is_notable), key=lambda one: one.change.p_value)

    def top(self, stance: Stance) -> list[AspectTrend]:
        """Return what is most praised or criticised now."""
        spoken = [one for one in self.aspects if one.stance is stance and one.now >= FEW]
        return sorted(spoken, key=lambda one: (-(one.now // FEW), one.aspect))[:TOP]


def window_of(span: Span, day: date) -> Window:
    """Return the days up to yesterday that a span names, and those before.

    >>> window_of(Span.MONTH, date(2026, 5, 12)).first_on
    datetime.date(2026, 4, 12)
    """
    now, before = _DAYS[span]
    first = day - timedelta(days=now)
    return Window(first - timedelta(days=before), first, day - timedelta(days=1))


def voices(session: Session, agency_id: int, unit_ids: Sequence[int], window: Window) -> Voices:
    """Return what the texts to some units speak of. Confidential ones, allegations and odd runs are not among them."""
    found: Counter[tuple[bool, Stance | None, Aspect | None]] = Counter()
    for rows, sign in ((_folded(agency_id, unit_ids, window), 1), (_apart(agency_id, unit_ids, window), -1)):
        for is_now, kind, sentiment, aspect, n in session.execute(rows):
            found[is_now, stance_of(kind, sentiment), aspect] += sign * int(n)
    texts = {is_now: sum(n for key, n in found.items() if key[0] is is_now) for is_now in (True, False)}
    return Voices(window, texts[True], texts[False], _trends(found, texts))


def stance_of(kind: Kind | None, sentiment: Sentiment | None) -> Stance | None:
    """Return whether a text praises or criticises, None where its labels do not say or contradict each other."""
    praises = sentiment is Sentiment.POSITIVE or (kind is Kind.PRAISE and sentiment is not Sentiment.NEGATIVE)
    criticises = sentiment is Sentiment.NEGATIVE or (kind is Kind.COMPLAINT and sentiment is not Sentiment.POSITIVE)
    if praises:
        return Stance.PRAISE
    return Stance.CRITICISM if criticises else None


def _trends(
    found: Counter[tuple[bool, Stance | None, Aspect | None]], texts: dict[bool, int]
) -> tuple[AspectTrend, ...]:
    if min(texts.values()) < FEW:
        return tuple(
            AspectTrend(aspect, stance, now, before, rate_ratio(now, 1, before, 1), is_notable=False)
            for aspect, stance, now, before in _enough(found)
        )
    compared = [
        (aspect, stance, now, before, rate_ratio(now, texts[True], before, texts[False]))
        for aspect, stance, now, before in _enough(found)
    ]
    notable = discoveries([row[-1].p_value for row in compared])
    return tuple(AspectTrend(*row, is_notable=is_so) for row, is_so in zip(compared, notable, strict=True))


def _enough(
    found: Counter[tuple[bool, Stance | None, Aspect | None]],
) -> list[tuple[Aspect, Stance, int, int]]:
    told = [aspect for aspect in Aspect if aspect not in NOT_TOLD]
    rows = [
        (aspect, stance, found[True, stance, aspect], found[False, stance, aspect])
        for aspect in told for stance in Stance
    ]  # fmt: skip
    return [row for row in rows if max(row[2], row[3]) >= FEW]


def _folded(agency_id: int, unit_ids: Sequence[int], window: Window) -> sa.Select[Any]:
    table: Any = DailyTopic
    is_now = table.day >= window.first_on
    return (
        sa.select(is_now, table.kind, table.sentiment, table.aspect, sa.func.sum(table.n))
        .where(table.agency_id == agency_id, table.unit_id.in_(unit_ids))
        .where(table.day.between(window.before_on, window.last_on), table.kind.is_distinct_from(Kind.SPAM))
        .group_by(is_now, table.kind, table.sentiment, table.aspect)
    )


def _apart(agency_id: int, unit_ids: Sequence[int], window: Window) -> sa.Select[Any]:
    """Return what of the daily figures is not told: few rows, each found through an index of its own."""
    is_now: Any = Submission.occurred_on >= window.first_on
    case = sa.and_(Case.agency_id == Submission.agency_id, Case.submission_id == Submission.id)
    allegation = sa.exists().where(case, Case.is_confidential)
    return (
        sa.select(is_now, Labels.kind, Labels.sentiment, Labels.aspect, sa.func.count())
        .join(Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id))
        .where(
            Submission.agency_id == agency_id,
            Submission.id.in_(_perhaps_apart(agency_id, unit_ids, window)),
            Submission.unit_id.in_(unit_ids),
            Submission.occurred_on.between(window.before_on, window.last_on),
            Submission.text.is_not(None),
            sa.not_(Submission.unit_is_unknown),
            Labels.kind.is_distinct_from(Kind.SPAM),
            sa.or_(Submission.is_confidential, Labels.integrity, allegation, is_set_aside()),
        )
        .group_by(is_now, Labels.kind, Labels.sentiment, Labels.aspect)
    )


def _perhaps_apart(agency_id: int, unit_ids: Sequence[int], window: Window) -> sa.Select[Any]:
    days = Submission.occurred_on.between(window.before_on, window.last_on)
    marked = sa.select(Submission.id).where(
        Submission.agency_id == agency_id, days,
        sa.or_(Submission.is_confidential, sa.func.cardinality(Submission.signals) > 0),
    )  # fmt: skip
    alleging = sa.select(Labels.submission_id).where(Labels.agency_id == agency_id, Labels.integrity)
    closed_off = sa.select(Case.submission_id).where(Case.agency_id == agency_id, Case.is_confidential)
    odd = (
        sa.select(Submission.id)
        .join(
            Anomaly,
            sa.and_(
                Anomaly.agency_id == Submission.agency_id, Anomaly.unit_id == Submission.unit_id,
                Anomaly.channel == Submission.channel,
                Submission.received_at.between(Anomaly.starts_at, Anomaly.ends_at),
            ),
        )
        .where(Anomaly.agency_id == agency_id, Anomaly.state == AnomalyState.QUARANTINED)
        .where(Submission.unit_id.in_(unit_ids), days)
    )  # fmt: skip
    found = sa.union(marked, alleging, closed_off, odd, ever_restricted(agency_id)).subquery()
    return sa.select(found.c[0])
