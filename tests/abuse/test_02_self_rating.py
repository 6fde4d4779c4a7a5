"""An officer who rates the own unit all day with tokens from the counter's printer is noticed and left out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, person
from feedback_app.evaluation.cycles.computing import compute
from feedback_app.evaluation.cycles.verification import verify
from feedback_app.intake.rules import Channel
from feedback_app.measures.anomalies import clear, detect
from feedback_app.measures.release_models import Anomaly, AnomalyKind
from tests import factories as make
from tests.abuse.flood import NOON, Sent, drain_all, marks, send_all
from tests.abuse.people import department
from tests.evaluation.closed import CLOSED


@pytest.mark.slow
def test_two_hundred_own_ratings_from_one_network_are_flagged_and_left_out_of_the_shadow_score(
    session: Session,
) -> None:
    office = department(session)
    honest = office.cycle("jujur", NOON)
    weakest, counter = office.people[0], office.counters[0]
    (office_wifi,) = marks(1)
    own = [
        Sent(NOON - timedelta(hours=3) + timedelta(minutes=place), 4, office_wifi, Channel.TOKEN, counter)
        for place in range(200)
    ]
    send_all(session, office.unit, own)
    drain_all(session, NOON + timedelta(hours=1))
    detect(session, now=NOON + timedelta(hours=1))
    later = NOON + timedelta(hours=2)
    gamed = office.cycle("dicurangi", later)

    (anomaly,) = session.scalars(sa.select(Anomaly).where(Anomaly.kind == AnomalyKind.ONE_NETWORK)).all()
    assert (anomaly.n, anomaly.network_mark, anomaly.channel) == (200, office_wifi, Channel.TOKEN)
    lifted, untouched = office.score(gamed, weakest), office.score(gamed, office.people[3])
    assert lifted.n_set_aside == 200
    assert lifted.n - lifted.n_set_aside == office.score(honest, weakest).n
    assert lifted.score - lifted.shadow_score > 1.0
    assert lifted.is_shadow_notable
    assert (untouched.n_set_aside, untouched.shadow_score) == (0, untouched.score)
    assert verify(session, gamed) == []

    who = make.user(session)
    cleared_at = CLOSED + timedelta(days=1)
    clear(session, anomaly, "Perekaman massal di kampus, satu jaringan.", actor=person(who.id), now=cleared_at)
    # What was computed stays as it was known then; the next computation knows better.
    assert verify(session, gamed) == []
    compute(session, gamed, actor=SYSTEM, now=cleared_at)
    assert office.score(gamed, weakest).n_set_aside == 0
