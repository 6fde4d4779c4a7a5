"""Everything the platform says about one person in one cycle, gathered once for every page and file."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.evidence.beside import CasesBeside, UnitBeside, cases_beside, left_out, units_beside
from feedback_app.evaluation.evidence.comments import Comments, comments_of
from feedback_app.evaluation.evidence.explain import Arithmetic, BandRule, Ground, arithmetic, band_rule
from feedback_app.evaluation.evidence.groups import Groups, groups_of
from feedback_app.evaluation.evidence.history import EarlierCycle, history_of
from feedback_app.evaluation.evidence.person import of_person
from feedback_app.evaluation.evidence.posts import PostRow, posts_of
from feedback_app.evaluation.evidence.queries import UnknownEmployeeError
from feedback_app.evaluation.evidence.said import Said, said_of
from feedback_app.evaluation.evidence.small_numbers import too_few
from feedback_app.evaluation.evidence.surveys import SurveyElement, elements_of
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import CaseRecord, Score
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.organisation.models import Agency, Employee, Unit
from feedback_app.organisation.queries import within


@dataclass(frozen=True, slots=True)
class Pack:
    """The evidence about one person: rows as stored, and what the small-number rules leave of the figures."""

    agency: Agency
    cycle: Cycle
    employee: Employee
    score: Score
    ground: Ground
    rule: BandRule
    steps: Arithmetic | None
    posts: tuple[PostRow, ...]
    groups: Groups
    comments: Comments
    units: tuple[UnitBeside, ...]
    surveys: tuple[SurveyElement, ...]
    cases: tuple[CasesBeside, ...]
    left_out: tuple[tuple[Exclusion, int], ...]
    said: Said
    history: tuple[EarlierCycle, ...]
    is_whole: bool

    @property
    def is_final(self) -> bool:
        """Tell whether nothing of it can change any more."""
        return self.cycle.status is CycleStatus.FROZEN

    @property
    def shows_shadow(self) -> bool:
        """Tell whether the figure without what is set aside may stand beside the other.

        Their difference is the figure of what was set aside, and that may be one rating.
        """
        aside = self.score.n_set_aside
        if self.score.n_changed:
            return False
        return self.steps is not None and aside > 0 and not too_few(aside) and not too_few(self.score.n - aside)


def pack_of(session: Session, cycle: Cycle, employee_id: int, *, area: sa.Subquery | None = None) -> Pack:
    """Return the pack of one person; without `area` the whole.

    Whether the reader may see this person is asked before. `area` (see `organisation.queries.reach`) leaves out the
    groups, units, cases and comments of units beyond it; the figure itself is the person's and always whole.

    Raises
    ------
    UnknownEmployeeError
        The cycle holds no figure of this person.
    """
    score = session.get(Score, (cycle.agency_id, cycle.id, employee_id), populate_existing=True)
    if score is None:
        raise UnknownEmployeeError("Pegawai itu tidak ada dalam siklus ini.")
    posts = tuple(posts_of(session, cycle, employee_id))
    near = None if area is None else within(area, Contribution.agency_id, Contribution.unit_id)
    groups = groups_of(session, cycle, score, near)
    units = _units(session, cycle, employee_id, posts, area)
    ground = _ground(session, cycle, score)
    return Pack(
        agency=session.get_one(Agency, cycle.agency_id), cycle=cycle,
        employee=session.get_one(Employee, (cycle.agency_id, employee_id)), score=score, ground=ground,
        rule=band_rule(ground), steps=arithmetic(ground), posts=posts, groups=groups,
        comments=comments_of(session, cycle, employee_id, near=near),
        units=units_beside(session, cycle, units), surveys=elements_of(session, cycle, units),
        cases=cases_beside(session, cycle, employee_id, units), left_out=left_out(session, cycle, employee_id),
        said=said_of(session, cycle, employee_id), history=history_of(session, cycle, employee_id),
        is_whole=area is None,
    )  # fmt: skip


def _units(
    session: Session, cycle: Cycle, employee_id: int, posts: tuple[PostRow, ...], area: sa.Subquery | None
) -> list[int]:
    """Return the units within the area that somebody worked in, had ratings from or answered for cases of."""
    rated = sa.select(Contribution.unit_id).where(of_person(cycle, employee_id))
    answered = sa.select(CaseRecord.unit_id).where(
        CaseRecord.agency_id == cycle.agency_id, CaseRecord.cycle_id == cycle.id, CaseRecord.employee_id == employee_id
    )
    held = {post.assignment.unit_id for post in posts}
    query = sa.select(Unit.id).where(
        Unit.agency_id == cycle.agency_id, sa.or_(Unit.id.in_(held), Unit.id.in_(rated), Unit.id.in_(answered))
    )
    if area is not None:
        query = query.where(within(area, Unit.agency_id, Unit.id))
    return list(session.scalars(query.order_by(Unit.id)))


def _ground(session: Session, cycle: Cycle, score: Score) -> Ground:
    return Ground(
        n=score.n, n_effective=score.n_effective, own_share=score.own_share, is_withheld=score.is_withheld,
        mean_residual=score.mean_residual, score=score.score, standard_error=score.standard_error, low=score.low,
        high=score.high, reliability=score.reliability, baseline=_baseline(session, cycle, score.employee_id),
        tau2=cycle.tau2 or 0.0, sigma2=cycle.sigma2 or 0.0, delta=cycle.delta or 0.0,
    )  # fmt: skip


def _baseline(session: Session, cycle: Cycle, employee_id: int) -> float | None:
    weight = Contribution.n * Contribution.share
    query = sa.select(sa.func.sum(weight * Contribution.baseline) / sa.func.sum(weight)).where(
        of_person(cycle, employee_id), Contribution.exclusion.is_(None)
    )
    found = session.scalar(query)
    return None if found is None else float(found)
