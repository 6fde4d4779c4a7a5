"""The rows of a cycle's figures: each person, with and without what is set aside, and each unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.cut import Cut
from feedback_app.evaluation.attribution.ledger import Counts, UnitSums
from feedback_app.evaluation.board.models import BoardVisits
from feedback_app.evaluation.rules import POINTS_PER_STEP, Z_90, Band
from feedback_app.evaluation.score.figures import CycleScores, PersonScore
from feedback_app.evaluation.score.units import UnitFigure
from feedback_app.intake.counter_models import VisitCount
from feedback_app.intake.models import VisitToken
from feedback_app.organisation.models import Unit

# A change by more than this many between-person standard deviations is pointed out. Source: the design of the fair
# score, on manipulation.
NOTABLE_IN_TAU: Final = 0.1
_NAMES: Final = (
    "employee_id", "n", "n_effective", "own_share", "mean_residual", "score", "standard_error", "low", "high",
    "reliability", "band",
)  # fmt: skip

Row = dict[str, Any]


def unrated(employee_id: int, tau2: float) -> PersonScore:
    """Return what is known of somebody without ratings: nothing beyond how much people differ at all."""
    spread = tau2**0.5
    return PersonScore(
        employee_id=employee_id, n=0, n_effective=0.0, own_share=0.0, mean_residual=0.0, score=0.0,
        standard_error=spread, low=-Z_90 * spread, high=Z_90 * spread, reliability=0.0, band=Band.INSUFFICIENT,
    )  # fmt: skip


def person_rows(
    people: Iterable[int], found: CycleScores, shadows: Sequence[PersonScore], counts: Mapping[int, Counts]
) -> list[Row]:
    """Return a row for everybody who had a post or a duty in the cycle, also for those without a single rating.

    `shadows` are the figures without the ratings set aside, of those who have any left.
    """
    known = {person.employee_id: person for person in found.people}
    without = {person.employee_id: person for person in shadows}
    rows = []
    for employee_id in sorted({*people, *known, *counts}):
        person = known.get(employee_id) or unrated(employee_id, found.tau2)
        count = counts.get(employee_id, Counts())
        shadow = person
        if count.n_set_aside:
            shadow = without.get(employee_id) or unrated(employee_id, found.tau2)
        rows.append(_row(person, shadow, count, found.tau2))
    return rows


def _row(person: PersonScore, shadow: PersonScore, count: Counts, tau2: float) -> Row:
    return {
        **{name: getattr(person, name) for name in _NAMES},
        **{f"shadow_{name}": getattr(shadow, name) for name in ("score", "low", "high", "band")},
        "n_counter": count.n_counter,
        "n_beside": count.n_beside,
        "n_excluded": count.n_excluded,
        "n_set_aside": count.n_set_aside,
        "is_shadow_notable": abs(person.score - shadow.score) > NOTABLE_IN_TAU * tau2**0.5,
    }


def whole_points(row: Row) -> Row:
    """Return the points of a person's row without decimals: so they are told where few ratings were left out.

    A figure with decimals before and after would be the value of what was left out. The band is of the exact figures.
    """
    names = ("mean_residual", "score", "low", "high", "shadow_score", "shadow_low", "shadow_high")
    return {name: round(row[name]) + 0.0 for name in names}


def unit_rows(
    sums: Sequence[UnitSums], figures: Sequence[UnitFigure], visits: Mapping[int, tuple[int | None, int]]
) -> list[Row]:
    """Return a row for every unit with ratings or visits; `visits` are its transactions and tokens."""
    by_unit = {one.unit_id: one for one in sums}
    known = {figure.unit_id: figure for figure in figures}
    spread = max((f.standard_error / (1.0 - f.reliability) ** 0.5 for f in figures), default=0.0)
    return [
        _unit_row(unit_id, by_unit.get(unit_id), known.get(unit_id), visits.get(unit_id, (None, 0)), spread)
        for unit_id in sorted({*by_unit, *visits})
    ]


def _unit_row(
    unit_id: int, sums: UnitSums | None, figure: UnitFigure | None, visits: tuple[int | None, int], spread: float
) -> Row:  # fmt: skip
    transactions, tokens = visits
    n = sums.n if sums else 0
    row: Row = {
        "unit_id": unit_id, "n": n, "n_beside": sums.n_beside if sums else 0, "n_nobody": sums.n_nobody if sums else 0,
        "transactions": transactions, "tokens": max(tokens, n), "tokens_used": n,
    }  # fmt: skip
    if figure is None or sums is None:
        return row | {
            "mean": None, "score": 0.0, "standard_error": spread, "low": -Z_90 * spread, "high": Z_90 * spread,
            "reliability": 0.0, "band": Band.INSUFFICIENT,
        }  # fmt: skip
    return row | {
        # Straight from the sums: the figure's own mean has been taken from the agency's and put back.
        "mean": POINTS_PER_STEP * sums.total / sums.n,
        **{
            name: getattr(figure, name)
            for name in ("score", "standard_error", "low", "high", "reliability", "band")
        },
    }  # fmt: skip


def visits_of(session: Session, cut: Cut) -> dict[int, tuple[int | None, int]]:
    """Return, by unit, the visits it counted itself (None where it never did) and the tokens handed out for them."""
    counted: Any = session.execute(
        sa.select(VisitCount.unit_id, sa.func.sum(VisitCount.transactions))
        .where(VisitCount.agency_id == cut.agency_id, VisitCount.day.between(cut.starts_on, cut.ends_on))
        .where(VisitCount.recorded_at <= cut.until)
        .group_by(VisitCount.unit_id)
    )
    transactions: dict[int, int] = {unit_id: int(n) for unit_id, n in counted}
    tokens = _tokens(session, cut)
    return {
        unit_id: (transactions.get(unit_id), tokens[unit_id]) for unit_id in sorted(transactions.keys() | tokens.keys())
    }


def _tokens(session: Session, cut: Cut) -> Counter[int]:
    """Return, by unit, the tokens of visits in a cycle.

    Days on which none can be handed out or used any more are counted already, for the leaders' board, up to some day.
    """
    in_cycle = (BoardVisits.agency_id == cut.agency_id, BoardVisits.day.between(cut.starts_on, cut.ends_on))
    last = session.scalar(sa.select(sa.func.max(BoardVisits.day)).where(*in_cycle))
    counted: Any = session.execute(
        sa.select(BoardVisits.unit_id, sa.func.sum(BoardVisits.issued)).where(*in_cycle).group_by(BoardVisits.unit_id)
    )
    # Unit by unit, as the index has them: by day it would be read from end to end.
    of_unit = (
        sa.select(sa.func.count())
        .where(VisitToken.agency_id == Unit.agency_id, VisitToken.unit_id == Unit.id)
        .where(VisitToken.visited_on.between(last + timedelta(days=1) if last else cut.starts_on, cut.ends_on))
        .scalar_subquery()
    )
    others: Any = session.execute(sa.select(Unit.id, of_unit).where(Unit.agency_id == cut.agency_id))
    # Adding counters leaves out units without any.
    return Counter({unit_id: int(n) for unit_id, n in counted}) + Counter({unit_id: int(n) for unit_id, n in others})
