"""An agency keeps somebody who administers it, however its administrators close each other's accounts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM, person
from feedback_app.db import db
from feedback_app.identity import closing
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Role
from tests.blueprints.office import Login, Office, new_office
from tests.conftest import Live


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def close(session: Session, who: User) -> None:
    now = clock.utcnow()
    closing.deactivate(session, who, actor=SYSTEM, day=clock.office_day(now), now=now)


def test_the_page_keeps_the_last_administrator_and_says_what_to_do(
    login: Login, session: Session, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    last, reader = (office.staff(Role.ADMINISTRATOR, everywhere=True) for _ in range(2))
    client = login(reader)
    # Their role runs out between the page and the order.
    with_one = closing._administers
    monkeypatch.setattr(
        closing, "_administers", lambda day: with_one(day).where(RoleGrant.user_id != reader.id)
    )  # fmt: skip
    path = f"/petugas/akun-staf/{office.agency.id}/{last.id}/tutup"
    page = client.post(path, follow_redirects=True).get_data(as_text=True)
    assert "Beri wewenang itu kepada orang lain dahulu" in page
    session.expire_all()
    assert session.get_one(User, last.id).active


def test_an_administrator_who_comes_through_a_provider_counts(session: Session, office: Office) -> None:
    first, second = (office.staff(Role.ADMINISTRATOR, everywhere=True) for _ in range(2))
    second.password = None
    session.flush()
    close(session, first)
    assert not first.active
    with pytest.raises(closing.LastAdministratorError, match="Beri wewenang itu kepada orang lain"):
        close(session, second)


def test_who_looks_after_a_unit_alone_is_no_other_administrator(session: Session, office: Office) -> None:
    last = office.staff(Role.ADMINISTRATOR, everywhere=True)
    office.staff(Role.ADMINISTRATOR)
    with pytest.raises(closing.LastAdministratorError):
        close(session, last)


def test_two_who_close_each_other_at_once_do_not_both_succeed(live: Live) -> None:
    with live.app.app_context():
        office = new_office(db.session())
        pair = [office.staff(Role.ADMINISTRATOR, everywhere=True).id for _ in range(2)]
        db.session.commit()
        db.session.remove()
    ready = Barrier(2)

    def act(mine: int, other: int) -> str:
        with live.app.app_context():
            try:
                rows, now = db.session(), clock.utcnow()
                who = rows.get_one(User, other, with_for_update=True)
                ready.wait(10)
                closing.deactivate(rows, who, actor=person(mine), day=clock.office_day(now), now=now)
                rows.commit()
            except closing.LastAdministratorError:
                return "kept"
            finally:
                db.session.remove()
        return "closed"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(act, pair, reversed(pair)))
    assert said == ["closed", "kept"]
    with live.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).where(User.active, User.id.in_(pair))) == 1
        db.session.remove()
