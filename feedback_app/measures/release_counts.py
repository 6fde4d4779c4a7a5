"""Count one public figure from the raw rows; the same call with the same moments gives the same figure for ever."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.public_figures import count_outcomes, median_wait, wait
from feedback_app.handling.rules import CaseStatus
from feedback_app.intake.models import Submission
from feedback_app.measures.release_models import ReleaseSubject
from feedback_app.measures.release_rules import FEW, SHOWN_TOP, told_count
from feedback_app.measures.release_sets import Cell, Moment, counted, joined, rows_of, set_aside_on
from feedback_app.nlp.labels import Aspect, Kind, Sentiment

RATED: Final = frozenset({ReleaseSubject.VISITS, ReleaseSubject.OPEN})
# An allegation is told nowhere, so neither is how often there was none; "other" says nothing.
NOT_TOLD: Final = frozenset({Aspect.ILLEGAL_LEVY, Aspect.ABUSE_OF_POWER, Aspect.OTHER})


def count_new(session: Session, cell: Cell, moment: Moment, since: datetime | None) -> tuple[int, int]:
    """Return how many answers a cell has, and how many of them were labelled after `since`."""
    fresh = Labels.labelled_at > since if since else sa.true()
    query = joined(sa.func.count(), sa.func.count().filter(fresh))
    if cell.subject is ReleaseSubject.HANDLING:
        query = query.join(Case, _its_case())
    n, newly = session.execute(query.where(counted(cell, moment))).one()
    return n, newly


def count_ratings(session: Session, cell: Cell, moment: Moment) -> dict[str, Any]:
    """Return the sum of the ratings and how often each was given, 1 first."""
    query = joined(Submission.rating, sa.func.count()).where(counted(cell, moment)).group_by(Submission.rating)
    found: dict[int, int] = dict(iter(session.execute(query)))
    counts = [found.get(rating, 0) for rating in (1, 2, 3, 4)]
    return {"total": sum(rating * count for rating, count in enumerate(counts, start=1)), "counts": counts}


def count_set_aside(session: Session, cell: Cell, moment: Moment) -> int:
    """Return how many ratings of a cell were set aside, in tens, so that no single one can be told from it."""
    aside = sa.and_(rows_of(cell, moment), set_aside_on(moment.marked_at))
    return told_count(session.scalar(joined(sa.func.count()).where(aside)) or 0)


def count_voices(session: Session, cell: Cell, moment: Moment) -> dict[str, Any]:
    """Return the aspects most praised and most criticised, with the number of texts, where those are not few."""
    praise = sa.and_(
        sa.or_(Labels.sentiment == Sentiment.POSITIVE, Labels.kind == Kind.PRAISE),
        Labels.sentiment.is_distinct_from(Sentiment.NEGATIVE),
    )
    criticism = sa.and_(
        sa.or_(Labels.sentiment == Sentiment.NEGATIVE, Labels.kind == Kind.COMPLAINT),
        Labels.sentiment.is_distinct_from(Sentiment.POSITIVE),
    )
    query = (
        joined(Labels.aspect, sa.func.count().filter(praise), sa.func.count().filter(criticism))
        .where(counted(cell, moment), Labels.aspect.is_not(None), Labels.aspect.not_in(NOT_TOLD))
        .group_by(Labels.aspect)
    )
    rows = session.execute(query).all()
    return {
        "praised": _most_spoken_of((aspect, praised) for aspect, praised, _ in rows),
        "criticised": _most_spoken_of((aspect, criticised) for aspect, _, criticised in rows),
    }


def _most_spoken_of(counts: Iterable[tuple[Aspect, int]]) -> list[list[Any]]:
    enough = [(aspect.value, count) for aspect, count in counts if count >= FEW]
    return [list(pair) for pair in sorted(enough, key=lambda pair: (-pair[1], pair[0]))[:SHOWN_TOP]]


def count_handling(session: Session, cell: Cell, moment: Moment) -> dict[str, Any]:
    """Return the median wait in days (None: not yet half answered) and the citizens' last words on the answers."""
    cases = _cases(session, cell, moment)
    median = median_wait([wait(case.opened_at, case.replied_at, case.archived_at, moment.as_of) for case in cases])
    return {
        "median_days": None if median is None else round(median, 1),
        "outcomes": count_outcomes(case.last_word for case in cases),
    }


def count_judged_since(session: Session, cell: Cell, moment: Moment, before: Moment) -> int:
    """Return how many cases have a last word now that had none at an earlier moment."""
    then = {case.id for case in _cases(session, cell, before) if case.last_word}
    return sum(1 for case in _cases(session, cell, moment) if case.last_word and case.id not in then)


def _cases(session: Session, cell: Cell, moment: Moment) -> Sequence[Any]:
    of_case = sa.and_(CaseEvent.agency_id == Case.agency_id, CaseEvent.case_id == Case.id, CaseEvent.at <= moment.as_of)
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
    return session.execute(query.join(Case, _its_case()).where(counted(cell, moment))).all()


def _its_case() -> sa.ColumnElement[bool]:
    return sa.and_(Case.agency_id == Submission.agency_id, Case.submission_id == Submission.id)
