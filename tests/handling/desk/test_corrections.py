"""A label put right: what the machine had said is kept, and every figure follows exactly."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import LabelCorrection, Labels
from feedback_app.handling.desk.corrections import (
    AllegationLabelError,
    UnknownLabelError,
    correct,
    corrected_heads,
)
from feedback_app.measures.models import DailyTopic
from feedback_app.measures.operations import recount
from feedback_app.measures.topics import refold
from feedback_app.nlp.labels import Aspect, Urgency
from tests import factories as make
from tests.handling.lives import LATER, Life, new_life


@pytest.fixture
def at(session: Session) -> Life:
    return new_life(session)


def put_right(at: Life, head: str, value: str) -> None:
    refold(at.session, correct(at.session, at.case, head, value, user_id=at.officer.id, now=LATER))


def topics(at: Life) -> list[tuple[str | None, str | None, int]]:
    rows = at.session.execute(
        sa.select(DailyTopic.kind, DailyTopic.aspect, DailyTopic.n)
        .where(DailyTopic.agency_id == at.case.agency_id)
        .order_by(DailyTopic.aspect)
    )
    return [(kind, aspect, n) for kind, aspect, n in rows]


def test_figures_follow_a_correction_and_a_recount_finds_nothing(session: Session, at: Life) -> None:
    assert topics(at) == [("complaint", "delay", 1)]
    put_right(at, "aspect", "queue_hours")
    assert topics(at) == [("complaint", "queue_hours", 1)]
    assert recount(session) == []


def test_correction_leaves_the_others_of_its_cell(session: Session, at: Life) -> None:
    at.office.report("Menunggu lama sekali.", at=make.NOW)
    assert topics(at) == [("complaint", "delay", 2)]
    put_right(at, "aspect", "queue_hours")
    put_right(at, "kind", "aspiration")
    assert topics(at) == [("complaint", "delay", 1), ("aspiration", "queue_hours", 1)]
    assert recount(session) == []


def test_report_of_an_unknown_unit_counts_for_none_before_and_after(session: Session, at: Life) -> None:
    case = at.office.report("Entah dinas apa yang mengurus ini.", at=make.NOW, unit_is_unknown=True)
    refold(session, correct(session, case, "aspect", "information", user_id=at.officer.id, now=LATER))
    assert recount(session) == []


def test_what_the_machine_said_is_kept_also_after_a_second_correction(session: Session, at: Life) -> None:
    put_right(at, "aspect", "queue_hours")
    put_right(at, "aspect", "not_served")
    rows = session.scalars(sa.select(LabelCorrection).order_by(LabelCorrection.id)).all()
    assert [(row.machine_said, row.person_says) for row in rows] == [("delay", "queue_hours"), ("delay", "not_served")]
    assert rows[0].machine_confidence == pytest.approx(0.83)
    assert (rows[0].model_version, rows[0].corrected_by) == ("uji-1", at.officer.id)
    assert corrected_heads(session, at.case) == {"aspect"}


def test_same_label_is_no_correction(session: Session, at: Life) -> None:
    put_right(at, "aspect", "delay")
    assert corrected_heads(session, at.case) == frozenset()


def test_urgency_of_a_person_is_named_so(session: Session, at: Life) -> None:
    put_right(at, "urgency", Urgency.CRITICAL)
    labels = session.get_one(Labels, (at.case.agency_id, at.case.submission_id))
    assert (labels.urgency, labels.urgency_source) == (Urgency.CRITICAL, "officer")
    assert recount(session) == []


@pytest.mark.parametrize("aspect", [Aspect.ILLEGAL_LEVY, Aspect.ABUSE_OF_POWER])
def test_label_of_an_allegation_asks_for_the_examination_first(session: Session, at: Life, aspect: Aspect) -> None:
    with pytest.raises(AllegationLabelError):
        correct(session, at.case, "aspect", aspect, user_id=at.officer.id, now=LATER)


@pytest.mark.parametrize(("head", "value"), [("aspect", "apa saja"), ("integrity", "true"), ("kind", "normal")])
def test_unknown_label_is_refused(session: Session, at: Life, head: str, value: str) -> None:
    with pytest.raises(UnknownLabelError):
        correct(session, at.case, head, value, user_id=at.officer.id, now=LATER)


def test_trail_holds_codes_and_no_words(session: Session, at: Life) -> None:
    put_right(at, "aspect", "queue_hours")
    act = at.office.acts("handling.correct_label")[0]
    assert (act.detail["head"], act.detail["before"], act.detail["after"]) == ("aspect", "delay", "queue_hours")
