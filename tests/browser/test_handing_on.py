"""Proof, publication history and referral in the browser: by an officer and by the reporter, in both languages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, FilePayload, Page

from feedback_app import clock
from feedback_app.db import db
from feedback_app.handling import operations
from feedback_app.handling.models import Case
from feedback_app.handling.publication import publishing
from feedback_app.identity.rules import Role
from feedback_app.intake.operations import Draft, submit
from feedback_app.intake.rules import SubmissionKind
from tests import factories as make
from tests.blueprints.office import Office
from tests.browser.axe import violations
from tests.browser.sites import serving
from tests.conftest import Live
from tests.factories import PASSWORD
from tests.intake import files

WHY = "Jalan ini adalah jalan provinsi, jadi perbaikannya wewenang pemerintah provinsi."
PHOTO: FilePayload = {"name": "loket.jpg", "mimeType": "image/jpeg", "buffer": files.written("JPEG")}


@dataclass(frozen=True)
class Site:
    """A running site with two agencies: an officer, a case that was published, and one to refer with its code."""

    url: str
    officer: str
    published: int
    other_agency: str
    codes: dict[str, str]
    cases: dict[str, int]


@pytest.fixture(scope="module")
def site(standing: Live) -> Iterator[Site]:
    with standing.app.app_context():
        session = db.session()
        agency = make.agency(session, name="Pemerintah Kota Kupang")
        office = Office(session, agency, make.unit(session, agency, name="Dinas Pekerjaan Umum dan Penataan Ruang"))
        province = make.agency(session, name="Pemerintah Provinsi Nusa Tenggara Timur")
        make.unit(session, province, name="Biro Umum")
        officer, head = office.staff(Role.OFFICER), office.staff(Role.UNIT_HEAD)
        codes, cases = {}, {}
        for language in ("id", "en"):
            codes[language] = sent(office, standing.app.config["TRACKING_KEY"])
            office.drain()
            newest = sa.select(Case.id).where(Case.agency_id == agency.id).order_by(Case.id.desc()).limit(1)
            cases[language] = session.scalars(newest).one()
        published, now = office.report(), clock.utcnow()
        operations.take(session, published, user_id=head.id, now=now)
        for text in ("Loket KTP tutup pukul 14.00.", "Loket KTP tutup pukul 15.00, juga Sabtu."):
            publishing.publish(session, published, text, None, user_id=officer.id, now=clock.utcnow())
        session.commit()
        email, case_id, other = officer.email, published.id, province.name
    with serving(standing) as url:
        yield Site(url, email, case_id, other, codes, cases)


def sent(office: Office, key: bytes) -> str:
    now = clock.utcnow()
    draft = Draft(
        agency_id=office.agency.id, unit_id=office.unit.id, occurred_on=now.date(), kind=SubmissionKind.COMPLAINT,
        text="Jalan di depan pasar berlubang besar dan membahayakan.",
    )  # fmt: skip
    return submit(office.session, draft, key=key, now=now, today=now.date()).code


@dataclass
class Visitor:
    """A browser in one language, and what was wrong with the pages it saw."""

    page: Page
    language: str
    found: dict[str, list[str]]

    def see(self, name: str) -> None:
        wrong = violations(self.page)
        self.page.set_viewport_size({"width": 360, "height": 740})
        if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong.append("wider than the window of a phone")
        if wrong:
            self.found[name] = wrong
        if folder := os.environ.get("SHOW_PAGES"):
            for width in (360, 1280):
                self.page.set_viewport_size({"width": width, "height": 800})
                self.page.screenshot(path=Path(folder) / f"{name}-{self.language}-{width}.png", full_page=True)
        self.page.set_viewport_size({"width": 1280, "height": 800})


@pytest.fixture(params=["id", pytest.param("en", marks=pytest.mark.exhaustive)])
def visitor(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Visitor]:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(site.url)
    if request.param == "en":
        page.get_by_role("button", name="English").click()
    yield Visitor(page, request.param, {})
    context.close()


def sign_in(visitor: Visitor, site: Site) -> None:
    visitor.page.goto(f"{site.url}/masuk")
    visitor.page.locator("input[name=email]").fill(site.officer)
    visitor.page.locator("input[name=password]").fill(PASSWORD)
    visitor.page.locator("main button[type=submit]").click()
    visitor.page.wait_for_url("**/petugas**")


def open_report(visitor: Visitor, site: Site) -> None:
    visitor.page.goto(f"{site.url}/lacak")
    visitor.page.locator("input[name=code]").fill(site.codes[visitor.language])
    visitor.page.locator("main button[type=submit]").first.click()
    visitor.page.wait_for_url("**/lacak/status")


@pytest.mark.slow
def test_officer_shows_proof_and_refers_and_the_reporter_follows_with_one_code(site: Site, visitor: Visitor) -> None:
    page, case_id = visitor.page, site.cases[visitor.language]
    sign_in(visitor, site)
    page.goto(f"{site.url}/petugas/kasus/{case_id}/bukti")
    visitor.see("proof-form")
    page.locator("main form[action$='/bukti'] button").click()
    page.locator("[data-error-summary]").wait_for()
    visitor.see("proof-refused")
    page.locator("input[name=files]").set_input_files(PHOTO)
    page.locator("input[name=caption]").fill("Lubang sudah ditandai")
    page.locator("main form[action$='/bukti'] button").click()
    page.wait_for_url(f"**/kasus/{case_id}#bukti")
    assert page.get_by_role("img", name="Lubang sudah ditandai").is_visible()
    for summary in page.locator("details > summary").all():
        summary.click()
    visitor.see("case-with-proof")
    page.goto(f"{site.url}/petugas/kasus/{case_id}/rujuk")
    visitor.see("refer-form")
    page.locator("main form[action$='/rujuk'] button").click()
    page.locator("[data-error-summary]").wait_for()
    visitor.see("refer-refused")
    page.locator("select[name=to]").select_option(label=site.other_agency)
    page.locator("textarea[name=explanation]").fill(WHY)
    page.locator("main form[action$='/rujuk'] button").click()
    page.wait_for_url(f"**/kasus/{case_id}")
    assert page.locator("#rujukan").is_visible()
    visitor.see("case-referred")
    open_report(visitor, site)
    assert page.locator("#bukti-judul").is_visible()
    visitor.see("report-referred")
    page.locator("form[action$='/lacak/rujukan'] button").click()
    page.locator("#rujukan-from").wait_for()
    visitor.see("report-there")
    assert visitor.found == {}


@pytest.mark.slow
def test_officer_reads_what_was_published_and_what_changed(site: Site, visitor: Visitor) -> None:
    page = visitor.page
    sign_in(visitor, site)
    page.goto(f"{site.url}/petugas/kasus/{site.published}/terbitan")
    assert page.locator("ins").first.is_visible()
    visitor.see("publication-history")
    page.goto(f"{site.url}/petugas/kasus/{site.published}")
    page.locator("#tugaskan > summary").click()
    visitor.see("assign")
    assert visitor.found == {}
