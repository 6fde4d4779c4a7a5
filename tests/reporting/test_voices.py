"""What people say of the elements is counted from what a unit's own staff may read, on the days of the period."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import BadReason
from feedback_app.nlp.labels import Aspect, Kind
from feedback_app.organisation.models import Agency, Unit
from feedback_app.reporting.voices import ElementVoices, voices
from tests import factories as make
from tests.blueprints.office import Office


@pytest.fixture
def office(session: Session) -> Office:
    agency = make.agency(session)
    return Office(session, agency, make.unit(session, agency))


def said(office: Office, *units: Unit, agency: Agency | None = None) -> dict[str, ElementVoices]:
    return voices(
        office.session, (agency or office.agency).id, [unit.id for unit in units or (office.unit,)],
        make.TODAY - timedelta(days=5), make.TODAY,
    )  # fmt: skip


def test_complaints_and_comments_count_under_the_element_of_their_topic(office: Office) -> None:
    office.report(at=make.NOW)
    office.rate(1, make.TODAY, text="Menunggu sejak pagi sampai siang.")
    office.drain()
    found = said(office)
    assert found.keys() == {"waktu"}
    [topic] = found["waktu"].topics
    assert (topic.aspect, topic.complaints, topic.comments) == (Aspect.DELAY, 1, 1)
    assert (found["waktu"].complaints, found["waktu"].comments) == (1, 1)


def test_what_is_secret_spam_or_of_another_day_or_unit_is_not_counted(office: Office) -> None:
    other = make.unit(office.session, office.agency)
    office.report("Saya takut menyebut nama.", at=make.NOW, is_confidential=True)
    office.report("Tahun lalu saya menunggu.", at=make.NOW - timedelta(days=20))
    office.report("Kredit murah tanpa jaminan.", at=make.NOW)
    assert said(office)["waktu"].complaints == 1
    office.session.execute(sa.update(Labels).values(kind=Kind.SPAM))
    assert said(office) == {}
    office.session.execute(sa.update(Labels).values(kind=Kind.COMPLAINT, integrity=True))
    assert said(office) == {}
    assert said(office, other) == {}


def test_reasons_are_counted_apart_as_the_raters_own_word(office: Office) -> None:
    for _ in range(2):
        office.rate(1, make.TODAY)
    office.drain()
    office.session.execute(sa.update(Submission).values(reasons=[BadReason.SLOW.value, BadReason.EXPENSIVE.value]))
    found = said(office)
    assert found["waktu"].bad_reasons == ((BadReason.SLOW, 2),)
    assert found["biaya"].bad_reasons == ((BadReason.EXPENSIVE, 2),)
    assert found["waktu"].topics == ()
