"""How many answers each figure may have at most, so that only those that grew are counted from the raw rows."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.models import Case
from feedback_app.intake.models import Submission
from feedback_app.measures.models import PORTAL_RATING, DailyMeasure, DailyTopic
from feedback_app.measures.release_models import ReleaseSubject
from feedback_app.measures.release_sets import PROVEN, Cell


def sizes(session: Session) -> Iterator[tuple[Cell, int]]:
    """Yield every cell with how many answers it holds at most, cheaply, from what is already summed up."""
    yield from _rated(session)
    yield from _spoken(session)
    yield from _handled(session)


def _rated(session: Session) -> Iterator[tuple[Cell, int]]:
    year = sa.cast(sa.extract("year", DailyMeasure.day), sa.Integer)
    proven = DailyMeasure.channel.in_(PROVEN)
    rated = (
        sa.select(DailyMeasure.agency_id, DailyMeasure.unit_id, year, proven, sa.func.sum(DailyMeasure.n))
        .where(DailyMeasure.element == PORTAL_RATING)
        .group_by(DailyMeasure.agency_id, DailyMeasure.unit_id, year, proven)
        .order_by(DailyMeasure.agency_id, DailyMeasure.unit_id, year, proven)
    )
    for agency_id, unit_id, in_year, is_proven, n in session.execute(rated):
        yield Cell(agency_id, unit_id, in_year, ReleaseSubject.VISITS if is_proven else ReleaseSubject.OPEN), int(n)


def _spoken(session: Session) -> Iterator[tuple[Cell, int]]:
    spoken_in = sa.cast(sa.extract("year", DailyTopic.day), sa.Integer)
    spoken = (
        sa.select(DailyTopic.agency_id, DailyTopic.unit_id, spoken_in, sa.func.sum(DailyTopic.n))
        .group_by(DailyTopic.agency_id, DailyTopic.unit_id, spoken_in)
        .order_by(DailyTopic.agency_id, DailyTopic.unit_id, spoken_in)
    )
    for agency_id, unit_id, in_year, n in session.execute(spoken):
        yield Cell(agency_id, unit_id, in_year, ReleaseSubject.VOICES), int(n)


def _handled(session: Session) -> Iterator[tuple[Cell, int]]:
    handled_in = sa.cast(sa.extract("year", Submission.occurred_on), sa.Integer)
    handled = (
        sa.select(Submission.agency_id, Submission.unit_id, handled_in, sa.func.count())
        .join(Case, sa.and_(Case.agency_id == Submission.agency_id, Case.submission_id == Submission.id))
        .group_by(Submission.agency_id, Submission.unit_id, handled_in)
        .order_by(Submission.agency_id, Submission.unit_id, handled_in)
    )
    for agency_id, unit_id, in_year, n in session.execute(handled):
        yield Cell(agency_id, unit_id, in_year, ReleaseSubject.HANDLING), int(n)
