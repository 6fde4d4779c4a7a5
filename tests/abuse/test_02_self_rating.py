"""An officer who rates the own unit all day with tokens from the counter's printer is noticed and left out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.shadow import shadow_score
from feedback_app.intake.rules import Channel
from feedback_app.measures.anomalies import clear, detect
from feedback_app.measures.release_models import Anomaly, AnomalyKind
from tests import factories as make
from tests.abuse.flood import NOON, Sent, drain_all, marks, send_all
from tests.abuse.people import department


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
    lifted, shadow = office.score(gamed, weakest), shadow_score(session, gamed, weakest.id)
    assert shadow is not None
    assert shadow.n_set_aside == 200
    assert shadow.score.n == office.score(honest, weakest).n
    assert lifted.score - shadow.score.score > 1.0
    assert shadow.is_notable
    # The cycle's own figure stays as computed; who is not touched has no second figure.
    assert office.score(gamed, weakest).score == lifted.score
    assert shadow_score(session, gamed, office.people[3].id) is None

    who = make.user(session)
    from feedback_app.audit.operations import person

    clear(session, anomaly, "Perekaman massal di kampus, satu jaringan.", actor=person(who.id), now=later)
    assert shadow_score(session, gamed, weakest.id) is None
