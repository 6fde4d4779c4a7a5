"""What the machine read, before an officer's eyes: nothing to object to, and a guess leads to the form in one step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from feedback_app.analysis.models import Labels
from feedback_app.db import db
from feedback_app.identity.rules import Role
from feedback_app.nlp.labels import Aspect
from tests import factories as make
from tests.blueprints.office import NumberHider, Office, new_office
from tests.browser.axe import violations
from tests.browser.sites import serving
from tests.conftest import Live

LIKELY = (("product_error", 0.4), ("accessibility", 0.3), ("complaint_handling", 0.2))
WHY = {"kind": (("belum", 1.0), ("pertanggungjawabannyalah", 0.4), ("!", 0.2)), "urgency": (("darurat", 1.0),)}


@dataclass(frozen=True)
class Site:
    url: str
    live: Live
    officer: str
    case: int


@pytest.fixture
def site(live: Live) -> Iterator[Site]:
    with live.app.app_context():
        office: Office = new_office(db.session())
        office.reader = NumberHider(aspect=None, urgency_source="rule:danger")
        office.reader.further = {"aspects": LIKELY, "why": WHY, "abusive": True}
        case, officer = office.report().id, office.staff(Role.OFFICER).email
        db.session.commit()
    with serving(live) as url:
        yield Site(url, live, officer, case)


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=request.param)
    yield context.new_page()
    context.close()


def open_case(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/masuk")
    page.locator("input[name=email]").fill(site.officer)
    page.locator("input[name=password]").fill(make.PASSWORD)
    page.locator("main button[type=submit], main input[type=submit]").first.click()
    page.wait_for_url("**/petugas**")
    page.goto(f"{site.url}/petugas/kasus/{site.case}")


@pytest.mark.slow
def test_a_guess_fills_in_the_form_and_only_the_form_keeps_it(site: Site, page: Page) -> None:
    open_case(page, site)
    guess = page.get_by_role("link", name="Akses bagi kelompok rentan")
    place = guess.bounding_box()
    assert place is not None
    assert place["height"] >= 44
    guess.click()
    box = page.locator("#perbaiki-dugaan").get_by_label("Pokok")
    expect(box).to_have_value("accessibility")
    expect(box).to_be_in_viewport()
    with site.live.app.app_context():
        assert db.session.scalars(sa.select(Labels.aspect)).all() == [None]
    page.get_by_role("button", name="Simpan perbaikan").click()
    expect(page.get_by_text("diperbaiki petugas")).to_be_visible()
    with site.live.app.app_context():
        assert db.session.scalars(sa.select(Labels.aspect)).all() == [Aspect.ACCESSIBILITY]


@pytest.mark.slow
def test_axe_objects_to_nothing_about_words_guesses_and_notes(site: Site, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    open_case(page, site)
    expect(page.get_by_text("bahaya bagi nyawa atau kesehatan")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
    assert violations(page) == []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
