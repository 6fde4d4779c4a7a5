"""Ten thousand one-star ratings through the code on the wall change nobody's figure, and are set aside at once."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel
from feedback_app.measures.anomalies import detect
from feedback_app.measures.release_models import Anomaly, AnomalyKind, Release, ReleaseSubject
from feedback_app.measures.releases import release_all
from tests.abuse.flood import NOON, Sent, drain_all, marks, open_mean, send_all, usual_weeks
from tests.abuse.people import department

MINUTE = timedelta(minutes=1)
# Figures were released in the meantime.
FLOOD = NOON + timedelta(hours=3)


def test_a_script_that_floods_the_open_channel_moves_no_figure_and_is_noticed_in_five_minutes(
    session: Session,
) -> None:
    office = department(session)
    send_all(session, office.unit, usual_weeks(28))
    drain_all(session, NOON)
    before = office.cycle("sebelum", NOON)
    shown = open_mean(session, office.unit)
    release_all(session, now=FLOOD)
    visits = _released(session)
    assert visits is not None

    first = [Sent(FLOOD + MINUTE * (place / 1000), 1, mark) for place, mark in enumerate(marks(5000))]
    send_all(session, office.unit, first)
    drain_all(session, FLOOD + 5 * MINUTE)
    assert detect(session, now=FLOOD + 5 * MINUTE).new == 1
    rest = [Sent(FLOOD + MINUTE * (5 + place / 1000), 1, mark) for place, mark in enumerate(marks(5000))]
    send_all(session, office.unit, rest)
    drain_all(session, FLOOD + 10 * MINUTE)
    assert detect(session, now=FLOOD + 10 * MINUTE).extended == 1

    query = sa.select(Anomaly).where(Anomaly.unit_id == office.unit.id).order_by(Anomaly.id)
    first_row, newest = session.scalars(query).all()
    assert (newest.kind, newest.channel, newest.n) == (AnomalyKind.BURST, Channel.OPEN, 10_000)
    assert first_row.detected_at - FLOOD <= 5 * MINUTE
    assert abs(open_mean(session, office.unit) - shown) < 0.02
    assert open_mean(session, office.unit, shown_only=False) < 1.2
    after = office.cycle("sesudah", FLOOD + 11 * MINUTE)
    for who in office.people:
        one, other = office.score(before, who), office.score(after, who)
        assert (one.score, one.low, one.high, one.n) == (other.score, other.low, other.high, other.n)
    release_all(session, now=FLOOD + timedelta(days=2))
    assert _released(session) == visits


def _released(session: Session) -> dict[str, object] | None:
    query = sa.select(Release.figures).where(Release.subject == ReleaseSubject.VISITS)
    return session.scalar(query.order_by(Release.as_of.desc()).limit(1))


def test_nothing_of_a_flood_is_deleted_and_the_audit_trail_says_what_was_set_aside(session: Session) -> None:
    office = department(session, visits=6)
    send_all(session, office.unit, [Sent(NOON + MINUTE * (place / 100), 1) for place in range(300)])
    drain_all(session, NOON + 3 * MINUTE)
    detect(session, now=NOON + 3 * MINUTE)
    kept = sa.select(sa.func.count()).select_from(Submission).where(Submission.channel == Channel.OPEN)
    assert session.scalar(kept) == 300
    acts = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "measures.set_aside")).all()
    assert [(act.detail["kind"], act.detail["n"]) for act in acts] == [("burst", 300)]
    detect(session, now=NOON + 4 * MINUTE)
    assert len(session.scalars(sa.select(Anomaly)).all()) == 1
