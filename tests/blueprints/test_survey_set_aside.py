"""The page on which questionnaires are set aside, and where others read that it happened."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.identity.rules import Role
from feedback_app.survey import set_aside
from feedback_app.survey.models import Period, Response
from feedback_app.survey.rules import OPEN_STEP, SurveyChannel
from feedback_app.survey.set_aside_models import SetAside
from tests.blueprints.office import Login, Office, new_office
from tests.blueprints.surveyed import MONTH, today
from tests.survey import makers

WHY = "Dikirim dari satu perangkat dalam semenit."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Puskesmas Oebobo", code="oebobo")


@pytest.fixture
def admin(login: Login, office: Office) -> FlaskClient:
    return login(office.staff(Role.ADMINISTRATOR, everywhere=True))


@pytest.fixture
def period(session: Session, office: Office) -> Period:
    dates = {"starts_on": today() - MONTH, "ends_on": today() + MONTH}
    found = makers.open_period(session, office.agency, [office.unit], **dates)
    makers.respond_all(session, found, office.unit, [[4] * 9] * 20, answered_on=today())
    makers.respond_all(session, found, office.unit, [[1] * 9] * OPEN_STEP, answered_on=yesterday())
    makers.fold(session, found)
    session.commit()
    return found


def yesterday() -> date:
    return today() - timedelta(days=1)


def page_of(period: Period) -> str:
    return f"/petugas/skm/periode/{period.id}/sisihkan"


def chosen(office: Office, **values: object) -> dict[str, object]:
    return {"unit_id": office.unit.id, "day": yesterday().isoformat(), "channel": "web", "reason": WHY, **values}


def test_an_administrator_sets_aside_with_a_reason_and_takes_it_back(
    session: Session, admin: FlaskClient, office: Office, period: Period
) -> None:
    offered = admin.get(page_of(period)).get_data(as_text=True)
    assert f"unit={office.unit.id}&amp;hari={yesterday().isoformat()}&amp;saluran=web" in offered
    done = admin.post(page_of(period), data=chosen(office), follow_redirects=True).get_data(as_text=True)
    assert f"{OPEN_STEP} kuesioner disisihkan" in done
    assert WHY in done
    assert session.scalar(sa.select(sa.func.count()).where(Response.is_withdrawn)) == OPEN_STEP
    row = session.scalars(sa.select(SetAside)).one()
    back = admin.post(f"{page_of(period)}/{row.id}/kembalikan", follow_redirects=True).get_data(as_text=True)
    assert f"{OPEN_STEP} kuesioner dihitung lagi" in back
    assert "Dikembalikan" in back
    assert session.scalar(sa.select(sa.func.count()).where(Response.is_withdrawn)) == 0


def test_a_link_fills_the_form_in(admin: FlaskClient, office: Office, period: Period) -> None:
    asked = f"{page_of(period)}?unit={office.unit.id}&hari={yesterday().isoformat()}&saluran=web"
    assert f'value="{yesterday().isoformat()}"' in admin.get(asked).get_data(as_text=True)
    assert admin.get(f"{page_of(period)}?unit=x&hari=kemarin&saluran=%00").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"reason": "ya"}, 422),
        ({"unit_id": 0}, 422),
        ({"channel": "paper"}, 422),
        ({"day": ""}, 422),
        ({"day": "2020-01-01"}, 422),
    ],
)
def test_what_is_wrong_is_said_and_the_reason_is_not_lost(
    session: Session, admin: FlaskClient, office: Office, period: Period, wrong: dict[str, object], status: int
) -> None:
    refused = admin.post(page_of(period), data=chosen(office, **wrong))
    page = refused.get_data(as_text=True)
    assert refused.status_code == status
    assert "Ada yang perlu diperbaiki" in page
    assert str(wrong.get("reason", WHY)) in page
    assert session.scalars(sa.select(SetAside)).all() == []


def test_officers_read_it_beside_the_figures_and_cannot_do_it(
    session: Session, login: Login, office: Office, period: Period
) -> None:
    set_aside.set_aside(
        session, period, office.unit.id, yesterday(), SurveyChannel.WEB, WHY, actor=SYSTEM, now=clock.utcnow()
    )
    session.commit()
    officer = login(office.staff(Role.OFFICER))
    of_period = officer.get(f"/petugas/skm/periode/{period.id}").get_data(as_text=True)
    assert WHY in of_period
    assert "kembalikan" not in of_period
    unit = officer.get(f"/petugas/skm/periode/{period.id}/hasil/{office.unit.id}").get_data(as_text=True)
    assert f"{OPEN_STEP} kuesioner, tidak dihitung di mana pun" in unit
    assert officer.post(page_of(period), data=chosen(office, day=today().isoformat())).status_code == 403
    assert officer.get(page_of(period)).status_code == 403


def test_a_closed_period_shows_what_was_set_aside_and_offers_nothing(
    session: Session, admin: FlaskClient, office: Office, period: Period
) -> None:
    admin.post(page_of(period), data=chosen(office))
    makers.shut(session, period)
    session.commit()
    page = admin.get(page_of(period)).get_data(as_text=True)
    assert WHY in page
    assert "Hanya selama periode terbuka" in page
    assert "<textarea" not in page
    assert admin.post(page_of(period), data=chosen(office)).status_code == 409


def test_the_share_with_a_visits_code_stands_on_the_page_of_the_unit(
    login: Login, office: Office, period: Period
) -> None:
    officer = login(office.staff(Role.OFFICER))
    unit = officer.get(f"/petugas/skm/periode/{period.id}/hasil/{office.unit.id}").get_data(as_text=True)
    assert "0 dari 30 kuesioner (0 persen)" in unit
