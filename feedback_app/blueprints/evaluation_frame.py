"""What the pages of evaluation cycles share: the blueprint they hang on, and the cycle an address names."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from feedback_app.blueprints.access import today
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.evaluation.cycles.queries import cycle_over_all
from feedback_app.evaluation.evidence import queries
from feedback_app.evaluation.models import Cycle
from feedback_app.identity.rules import Permission

bp = staff_blueprint("evaluation")


def cycle_within_reach(cycle_id: int) -> Cycle:
    """Return the cycle, if the account reads evidence in its agency; see `queries.cycle_for` for what is raised."""
    return queries.cycle_for(db.session(), current_user.id, cycle_id, today())


def whole_cycle(cycle_id: int, *permissions: Permission) -> Cycle:
    """Return the cycle, if the account holds one of the permissions over the whole agency; see `cycle_over_all`."""
    return cycle_over_all(db.session(), current_user.id, cycle_id, permissions, today())


def holds(cycle_id: int, *permissions: Permission) -> bool:
    """Tell whether the account holds one of the permissions for a cycle, over the whole of its agency."""
    try:
        whole_cycle(cycle_id, *permissions)
    except (queries.UnknownCycleError, queries.WholeAgencyNeededError):
        return False
    return True


def act_on(cycle: Cycle, act: Callable[[Cycle], str]) -> ResponseReturnValue:
    """Carry out a step and say what was done; where it is refused, the cycle's page says why."""
    cycle_id = cycle.id
    try:
        done = act(cycle)
    except DomainError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
    else:
        db.session.commit()
        flash(done, "success")
    return redirect(url_for("evaluation.cycle", cycle_id=cycle_id), 303)
