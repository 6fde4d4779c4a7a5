"""What an auditor reads of cycles: the frozen ones, and no other, in lists and by address."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.evaluation.cycles.freezing import freeze
from feedback_app.evaluation.cycles.queries import board
from feedback_app.evaluation.evidence.queries import UnknownCycleError, cycle_for, cycles_for
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.evaluation.cycles import steps


def test_an_auditor_reads_a_cycle_from_the_day_it_is_frozen(session: Session) -> None:
    agency = make.agency(session)
    make.unit(session, agency)
    auditor, evaluator = make.user(session), make.user(session)
    make.grant(session, auditor, Role.AUDITOR, agency)
    make.grant(session, evaluator, Role.EVALUATOR, agency)
    who = make.employee(session, agency)
    cycle = steps.computed(session, steps.draft(session, agency), who)
    steps.reviewed(session, cycle)
    day = make.TODAY
    assert cycle_for(session, evaluator.id, cycle.id, day) is cycle
    with pytest.raises(UnknownCycleError):
        cycle_for(session, auditor.id, cycle.id, day)
    assert (cycles_for(session, auditor.id, day, most=9), board(session, auditor.id, day)) == ([], [])
    steps.signed(session, cycle, make.user(session), make.user(session))
    freeze(session, cycle, actor=person(evaluator.id), now=steps.FROZEN_AT)
    assert cycle_for(session, auditor.id, cycle.id, day) is cycle
    assert [row.id for row in cycles_for(session, auditor.id, day, most=9)] == [cycle.id]
    assert [row.cycle.id for row in board(session, auditor.id, day)] == [cycle.id]
