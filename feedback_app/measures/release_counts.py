"""Count one public figure from the raw rows; the same call with the same moments gives the same figure for ever."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.handling.figures.public_figures import count_outcomes, median_wait, wait
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.rules import CaseStatus
from feedback_app.intake.models import Submission
from feedback_app.measures.release_models import ReleaseSubject
from feedback_app.measures.release_rules import FEW, RATING_HIGH, RATING_LOW, SHOWN_TOP, told_count
from feedback_app.measures.release_sets import AS_OF, Cell, Moment, asked, counted, is_aside, joined, rows_of
from feedback_app.measures.set_aside import is_set_aside
from feedback_app.nlp.labels import Aspect, Kind, Sentiment

RATED: Final = frozenset({ReleaseSubject.VISITS, ReleaseSubject.OPEN})
RATINGS: Final = tuple(range(RATING_LOW, RATING_HIGH + 1))
# An allegation is told nowhere, so neither is how often there was none; "other" says nothing.
NOT_TOLD: Final = frozenset({Aspect.ILLEGAL_LEVY, Aspect.ABUSE_OF_POWER, Aspect.OTHER})


def count_new(session: Session, cell: Cell, moment: Moment, since: datetime | None) -> tuple[int, int]:
    """Return how many answers a cell has, and how many of them were labelled after `since`."""
    fresh = Labels.labelled_at > since if since else sa.true()
    query = joined(sa.func.count(), sa.func.count().filter(fresh))
    if cell.subject is ReleaseSubject.HANDLING:
        query = query.join(Case, _its_case())
    n, newly = session.execute(query.where(counted(cell.subject)), asked(cell, moment)).one()
    return n, newly


def count_withdrawn(session: Session, cell: Cell, moment: Moment, shown: Moment) -> int:
    """Return how many answers of the figure shown have been set aside since."""
    query = joined(sa.func.count()).where(counted(cell.subject), is_set_aside(moment.marked_at))
    return session.scalar(query, asked(cell, shown)) or 0


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell at one moment: what is told, and beside it the counts that are drawn anew less often."""

    n: int
    told: dict[str, Any]
    slower: Any = None


def count_figure(session: Session, cell: Cell, moment: Moment) -> Figure:
    """Count a cell from its raw rows, in one query."""
    if cell.subject in RATED:
        return _count_ratings(session, cell, moment)
    if cell.subject is ReleaseSubject.VOICES:
        return _count_voices(session, cell, moment)
    return _count_handling(session, cell, moment)


@cache
def _ratings_of(subject: ReleaseSubject) -> sa.Select[Any]:
    rows = joined(Submission.rating, is_aside().label("aside")).where(rows_of(subject)).subquery()
    return sa.select(rows.c.rating, rows.c.aside, sa.func.count()).group_by(rows.c.rating, rows.c.aside)


def _count_ratings(session: Session, cell: Cell, moment: Moment) -> Figure:
    """Count how often each rating was given, 1 first, and how many are aside, in tens that tell no single one."""
    rows = session.execute(_ratings_of(cell.subject), asked(cell, moment))
    found = {(rating, aside): n for rating, aside, n in rows}
    counts = [found.get((rating, False), 0) for rating in RATINGS]
    told = {
        "total": sum(rating * count for rating, count in zip(RATINGS, counts, strict=True)),
        "set_aside": told_count(sum(found.get((rating, True), 0) for rating in RATINGS)),
    }
    return Figure(sum(counts), told, counts)


@cache
def _aspects() -> sa.Select[Any]:
    praise = sa.and_(
        sa.or_(Labels.sentiment == Sentiment.POSITIVE, Labels.kind == Kind.PRAISE),
        Labels.sentiment.is_distinct_from(Sentiment.NEGATIVE),
    )
    criticism = sa.and_(
        sa.or_(Labels.sentiment == Sentiment.NEGATIVE, Labels.kind == Kind.COMPLAINT),
        Labels.sentiment.is_distinct_from(Sentiment.POSITIVE),
    )
    count = sa.func.count()
    query = joined(Labels.aspect, count, count.filter(praise), count.filter(criticism))
    return query.where(counted(ReleaseSubject.VOICES)).group_by(Labels.aspect)


def _count_voices(session: Session, cell: Cell, moment: Moment) -> Figure:
    """Count the aspects most praised and most criticised, with the number of texts, where those are not few."""
    rows = session.execute(_aspects(), asked(cell, moment)).all()
    told = [row for row in rows if row[0] is not None and row[0] not in NOT_TOLD]
    return Figure(
        sum(n for _, n, _, _ in rows),
        {
            "praised": _most_spoken_of((aspect, praised) for aspect, _, praised, _ in told),
            "criticised": _most_spoken_of((aspect, criticised) for aspect, _, _, criticised in told),
        },
    )


def _most_spoken_of(counts: Iterable[tuple[Aspect, int]]) -> list[list[Any]]:
    enough = [(aspect.value, count) for aspect, count in counts if count >= FEW]
    return [list(pair) for pair in sorted(enough, key=lambda pair: (-pair[1], pair[0]))[:SHOWN_TOP]]


def _count_handling(session: Session, cell: Cell, moment: Moment) -> Figure:
    """Count the median wait in days (None: not yet half answered) and the citizens' last words on the answers."""
    cases = _cases(session, cell, moment)
    median = median_wait([wait(case.opened_at, case.replied_at, case.archived_at, moment.as_of) for case in cases])
    told = {"median_days": None if median is None else round(median, 1)}
    return Figure(len(cases), told, count_outcomes(case.last_word for case in cases))


def count_judged_since(session: Session, cell: Cell, moment: Moment, before: Moment) -> int:
    """Return how many cases have a last word now that had none at an earlier moment."""
    then = {case.id for case in _cases(session, cell, before) if case.last_word}
    return sum(1 for case in _cases(session, cell, moment) if case.last_word and case.id not in then)


def _cases(session: Session, cell: Cell, moment: Moment) -> Sequence[Any]:
    return session.execute(_handled(), asked(cell, moment)).all()


@cache
def _handled() -> sa.Select[Any]:
    of_case = sa.and_(CaseEvent.agency_id == Case.agency_id, CaseEvent.case_id == Case.id, CaseEvent.at <= AS_OF)
    when = sa.select(sa.func.min(CaseEvent.at)).where(of_case)
    last_word = sa.select(CaseEvent.outcome).where(of_case, CaseEvent.outcome.is_not(None))
    query = joined(
        Case.id,
        Case.opened_at,
        when.where(CaseEvent.to_status == CaseStatus.ANSWERED).scalar_subquery().label("replied_at"),
        when.where(CaseEvent.to_status == CaseStatus.ARCHIVED).scalar_subquery().label("archived_at"),
        last_word.order_by(CaseEvent.at.desc(), CaseEvent.id.desc()).limit(1).scalar_subquery().label("last_word"),
    )
    # `joined` hangs the labels on; the case hangs on the same submission.
    return query.join(Case, _its_case()).where(counted(ReleaseSubject.HANDLING))


def _its_case() -> sa.ColumnElement[bool]:
    return sa.and_(Case.agency_id == Submission.agency_id, Case.submission_id == Submission.id)
