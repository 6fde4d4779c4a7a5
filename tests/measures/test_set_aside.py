"""One predicate says what is aside, now and at any moment before: every kind, decision, mark and signal."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.intake.models import Submission
from feedback_app.measures.release_counts import count_new
from feedback_app.measures.release_models import Anomaly, AnomalyKind, AnomalyState, ReleaseSubject
from feedback_app.measures.release_sets import Cell, Moment
from feedback_app.measures.set_aside import is_set_aside
from feedback_app.organisation.models import Unit
from tests import factories as make
from tests.abuse.flood import NOON, Sent, drain_all, send_all

FOUND, CLEARED, LATER = NOON + timedelta(hours=1), NOON + timedelta(hours=2), NOON + timedelta(hours=3)
MARK, OTHER = b"m" * 16, b"o" * 16
MOMENTS = {"before it was found": NOON, "before the decision": FOUND, "after it": LATER}


@pytest.fixture
def unit(session: Session) -> Unit:
    return make.unit(session, make.agency(session))


def note(session: Session, unit: Unit, kind: AnomalyKind, *, cleared: bool, mark: bytes | None) -> None:
    """An anomaly over the hours around noon, found an hour later."""
    session.add(
        Anomaly(
            agency_id=unit.agency_id, unit_id=unit.id, channel="open", kind=kind, n=1, expected=0.0,
            starts_at=NOON - timedelta(hours=1), ends_at=NOON + timedelta(hours=1), network_mark=mark,
            detected_at=FOUND, state=AnomalyState.CLEARED if cleared else AnomalyState.QUARANTINED,
            decided_at=CLEARED if cleared else None, reason="Panen raya di pasar." if cleared else None,
        )
    )  # fmt: skip
    session.flush()


def expected(
    kind: AnomalyKind,
    cleared: bool,
    mark: bytes | None,
    signals: tuple[str, ...],
    sent: bytes | None,
    at: datetime,
) -> bool:
    """The same in plain words."""
    is_covered = mark is None or mark == sent
    is_put_back = cleared and at >= CLEARED
    if kind is AnomalyKind.AUTOMATIC:
        return bool(signals) and not (is_covered and is_put_back)
    return bool(signals) or (is_covered and at >= FOUND and not is_put_back)


def is_aside(session: Session, at: datetime | None) -> bool:
    query = sa.select(sa.func.count()).select_from(Submission).where(is_set_aside(at))
    return session.scalar(query) == 1


def is_in_public_figure(session: Session, unit: Unit, at: datetime) -> bool:
    cell = Cell(unit.agency_id, unit.id, NOON.year, ReleaseSubject.OPEN)
    return count_new(session, cell, Moment(LATER, at), None)[0] == 1


@pytest.mark.parametrize("kind", AnomalyKind)
@pytest.mark.parametrize("cleared", [False, True], ids=["quarantined", "cleared"])
@pytest.mark.parametrize("mark", [None, MARK], ids=["all networks", "one network"])
def test_staff_and_public_figures_agree_on_what_is_aside_at_every_moment(
    session: Session, unit: Unit, kind: AnomalyKind, cleared: bool, mark: bytes | None
) -> None:
    note(session, unit, kind, cleared=cleared, mark=mark)
    for signals, sent_from in product(((), ("honeypot",)), (MARK, OTHER, None)):
        session.execute(sa.delete(Labels))
        session.execute(sa.delete(Submission))
        send_all(session, unit, [Sent(NOON, 1, sent_from, signals=signals)])
        drain_all(session, NOON)
        for at in MOMENTS.values():
            wanted = expected(kind, cleared, mark, signals, sent_from, at)
            assert is_aside(session, at) is wanted, (signals, sent_from, at)
            assert is_in_public_figure(session, unit, at) is not wanted, (signals, sent_from, at)
        assert is_aside(session, None) is expected(kind, cleared, mark, signals, sent_from, LATER)


def test_one_automatic_request_does_not_silence_the_day_of_its_unit(session: Session, unit: Unit) -> None:
    send_all(session, unit, [Sent(NOON, 1, signals=("honeypot",)), *(Sent(NOON, 1) for _ in range(40))])
    drain_all(session, NOON)
    note(session, unit, AnomalyKind.AUTOMATIC, cleared=False, mark=None)
    cell = Cell(unit.agency_id, unit.id, NOON.year, ReleaseSubject.OPEN)
    assert count_new(session, cell, Moment(LATER, LATER), None)[0] == 40
