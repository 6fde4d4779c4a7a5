"""What a cycle reads: which days, ratings read up to when, posts and decisions as known when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.attribution.models import Contribution, RatingExclusion
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.models import Cycle
from feedback_app.intake.models import Submission
from feedback_app.intake.restrictions import ever_restricted, is_restricted
from feedback_app.intake.rules import Channel
from feedback_app.measures.release_models import Anomaly
from feedback_app.measures.set_aside import is_set_aside

# The table that `odd_ratings` is read into.
ODD: Final = "cycle_odd"


@dataclass(frozen=True, slots=True)
class Cut:
    """The days of a cycle, the moment up to which ratings come in, and the moment as of which posts are known."""

    agency_id: int
    cycle_id: int
    starts_on: date
    ends_on: date
    until: datetime
    known_at: datetime

    @classmethod
    def of(cls, cycle: Cycle, *, until: datetime, known_at: datetime) -> Cut:
        """Return the cut of a cycle."""
        return cls(cycle.agency_id, cycle.id, cycle.starts_on, cycle.ends_on, until, known_at)

    def values(self) -> dict[str, object]:
        """Return the values under the names that the statements use."""
        return {
            "agency_id": self.agency_id, "cycle_id": self.cycle_id, "starts_on": self.starts_on,
            "ends_on": self.ends_on, "until": self.until, "known_at": self.known_at,
        }  # fmt: skip


_RATING = (
    Submission.id, Submission.unit_id, Submission.service_id, Submission.counter_id,
    Submission.occurred_on.label("day"), Submission.rating,
)  # fmt: skip


def left_out_ratings(cut: Cut) -> sa.CompoundSelect[Any]:
    """Select the ratings that are left out, once for each reason that has an effect.

    Decisions upon contests, and for everybody what its giver had restricted when posts were known: there a decision for
    one person changes nothing more.
    """
    everybody = aliased(RatingExclusion)
    for_everybody = sa.exists().where(
        everybody.agency_id == RatingExclusion.agency_id, everybody.cycle_id == RatingExclusion.cycle_id,
        everybody.submission_id == RatingExclusion.submission_id, everybody.employee_id.is_(None),
        everybody.decided_at <= cut.known_at,
    )  # fmt: skip
    restricted = is_restricted(cut.known_at)
    decided = (
        _readable(cut, *_RATING, RatingExclusion.reason, RatingExclusion.employee_id)
        .join(
            RatingExclusion,
            sa.and_(RatingExclusion.agency_id == Submission.agency_id, RatingExclusion.submission_id == Submission.id),
        )
        .where(RatingExclusion.cycle_id == cut.cycle_id, RatingExclusion.decided_at <= cut.known_at)
        .where(sa.or_(RatingExclusion.employee_id.is_(None), sa.not_(sa.or_(for_everybody, restricted))))
    )
    reason = sa.literal(Exclusion.RESTRICTED, RatingExclusion.reason.type).label("reason")
    nobody = sa.cast(sa.null(), sa.BigInteger).label("employee_id")
    held = _readable(cut, *_RATING, reason, nobody).where(
        Submission.id.in_(ever_restricted(cut.agency_id)), restricted, ~_decided_for_everybody(cut)
    )
    return sa.union_all(decided, held)


def _decided_for_everybody(cut: Cut) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        RatingExclusion.agency_id == Submission.agency_id, RatingExclusion.submission_id == Submission.id,
        RatingExclusion.cycle_id == cut.cycle_id, RatingExclusion.employee_id.is_(None),
        RatingExclusion.decided_at <= cut.known_at,
    )  # fmt: skip


def odd_ratings(cut: Cut) -> sa.CompoundSelect[Any]:
    """Select the ids of all that can be set aside: what has signals, and what lies in a noted run.

    Asked of every rating of a year, `is_set_aside` itself would take longer than all the rest.
    """
    signalled = sa.select(Submission.id).where(
        Submission.agency_id == cut.agency_id, sa.func.cardinality(Submission.signals) > 0
    )
    in_a_run = (
        sa.select(Submission.id)
        .join(
            Anomaly,
            sa.and_(
                Anomaly.agency_id == Submission.agency_id, Anomaly.unit_id == Submission.unit_id,
                Submission.received_at.between(Anomaly.starts_at, Anomaly.ends_at),
            ),
        )
        .where(Submission.agency_id == cut.agency_id)
        .where(Submission.occurred_on.between(cut.starts_on, cut.ends_on))
    )  # fmt: skip
    return sa.union(signalled, in_a_run)


def set_aside_ratings(cut: Cut) -> sa.Select[Any]:
    """Select the ratings that were set aside as odd when posts were known, without those left out for everybody.

    From the ids that `odd_ratings` finds, in the table `ODD`.
    """
    left_out = sa.or_(_decided_for_everybody(cut), is_restricted(cut.known_at))
    odd = sa.table(ODD, sa.column("id"), schema="pg_temp")
    return _readable(cut, *_RATING).join(odd, odd.c.id == Submission.id).where(is_set_aside(at=cut.known_at), ~left_out)


def _readable(cut: Cut, *columns: Any) -> sa.Select[Any]:
    """Select from the ratings that the cycle can count: of proven visits on its days, read in time."""
    return (
        sa.select(*columns)
        .select_from(Submission)
        .join(Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id))
        .where(Submission.agency_id == cut.agency_id, Submission.channel == Channel.TOKEN)
        .where(Submission.rating.is_not(None), Submission.occurred_on.between(cut.starts_on, cut.ends_on))
        .where(Labels.labelled_at <= cut.until)
    )


def held_by(contribution: type[Contribution]) -> sa.ColumnElement[bool]:
    """Return the condition that a rating (a row of `Submission`) lies in the cell of a contribution.

    Whoever asks for one person's ratings of a cycle leaves out those of `RatingExclusion`, and those read after the
    cycle's `inputs_until`, besides.
    """
    day = Submission.occurred_on
    bit = sa.cast(sa.func.extract("day", day), sa.Integer) - 1
    return sa.and_(
        contribution.agency_id == Submission.agency_id,
        contribution.unit_id == Submission.unit_id,
        contribution.service_id.is_not_distinct_from(Submission.service_id),
        contribution.counter_id.is_not_distinct_from(Submission.counter_id),
        contribution.channel == Submission.channel,
        sa.func.date_trunc("month", contribution.day) == sa.func.date_trunc("month", day),
        contribution.days.bitwise_rshift(bit).bitwise_and(1) == 1,
    )
