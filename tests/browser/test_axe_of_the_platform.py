"""The pages of who runs the platform before axe-core, with the glass of one agency broken, and a page refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from feedback_app import clock
from feedback_app.db import db
from feedback_app.identity.grant_models import BreakGlass
from feedback_app.identity.rules import RequestOutcome
from tests import factories as make
from tests.browser.axe import violations
from tests.browser.sites import serving
from tests.browser.windows import open_window
from tests.conftest import Live
from tests.gates.sight import Kind
from tests.gates.world import new_world

SMALL_PHONE = 360


class Site(NamedTuple):
    url: str
    email: str
    glass: str
    case: int


@pytest.fixture(scope="module")
def site(standing: Live) -> Iterator[Site]:
    with standing.app.app_context():
        session = db.session()
        world, now = new_world(session), clock.utcnow()
        operator = make.operator(session)
        opening = BreakGlass(
            agency_id=world.agency.id, reason="Antrean tidak bergerak sejak pagi hari ini.", minutes=30,
            asked_by=operator.id, asked_at=now, outcome=RequestOutcome.APPROVED, decided_at=now,
            decided_by=make.operator(session).id, began_at=now, ends_at=now + timedelta(minutes=30),
        )  # fmt: skip
        session.add(opening)
        session.flush()
        glass, email = f"/petugas/platform/darurat/{world.agency.id}/{opening.id}", operator.email
        case = world.cases[Kind.PLAIN].id
        assert session.scalar(sa.select(sa.func.count()).select_from(BreakGlass)) == 2
        session.commit()
    with serving(standing) as url:
        yield Site(url, email, glass, case)


@pytest.mark.slow
def test_axe_objects_to_nothing_an_operator_opens(browser: Browser, site: Site) -> None:
    with open_window(browser, SMALL_PHONE) as window:
        window.sign_in(site.url, site.email)
        window.examine("platform-home")
        for step, address in {
            "platform": "/petugas/platform", "platform-ask": "/petugas/platform/darurat", "platform-inbox": site.glass,
            "platform-case": f"{site.glass}/kasus/{site.case}", "platform-account": "/petugas/akun",
        }.items():  # fmt: skip
            window.page.goto(site.url + address)
            window.examine(step)
        answer = window.page.goto(f"{site.url}/petugas/akses")
        assert answer is not None
        assert answer.status == 403
        # The browser complains of the answer itself, so the page alone is looked at.
        assert violations(window.page) == []
        # In the menu, and as the way on.
        assert window.page.get_by_role("link", name="Beranda petugas").count() == 2
