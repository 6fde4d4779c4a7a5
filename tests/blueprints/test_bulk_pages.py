"""What the forms of the inbox send may hold a sign that no database stores; nothing of it is lost."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.models import CaseEvent
from feedback_app.handling.rules import EventKind
from feedback_app.identity.rules import Role
from feedback_app.identity.saved_views import views_of
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def test_a_reason_with_a_sign_nobody_typed_is_kept_without_it(session: Session, office: Office, login: Login) -> None:
    case, elsewhere = office.report(), make.unit(session, office.agency)
    client = login(office.staff(Role.OFFICER))
    sent = {
        "act": "dispose",
        "case": f"{case.id}:{case.version}",
        "to_unit": elsewhere.id,
        "reason": "Bukan\0 unit kami.",
    }
    assert client.post("/petugas/sekaligus", data=sent).status_code == 303
    reason = session.scalar(
        sa.select(CaseEvent.reason).where(CaseEvent.case_id == case.id, CaseEvent.kind == EventKind.DISPOSED)
    )
    assert str(reason).endswith("\nBukan unit kami.")


def test_a_view_named_with_a_sign_nobody_typed_is_kept_without_it(
    session: Session, office: Office, login: Login
) -> None:
    officer = office.staff(Role.OFFICER)
    sent = {"name": "Yang\0 mendesak", "q": "lampu"}
    assert login(officer).post("/petugas/kotak-masuk/pandangan", data=sent).status_code == 303
    assert [view.name for view in views_of(session, officer.id)] == ["Yang mendesak"]
